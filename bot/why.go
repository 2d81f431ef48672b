package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
)

// Why prints what keeps a package in the closure of a toplevel: the shortest
// chain of references to every path of it. root is what [Pair] takes; wanted
// is the package's name, a store path, or the name of one.
func Why(ctx context.Context, w World, cfg config.Config, root, wanted string, asJSON bool) error {
	d := newDifference(ctx, w, cfg)
	root, err := d.toplevel(ctx, root)
	if err != nil {
		return err
	}
	graph, err := d.closure.graph(ctx, []string{root}, closure.Names{})
	if err != nil {
		return err
	}
	chains, err := graph.Why(root, wanted)
	if err != nil {
		return err
	}
	if len(chains) == 0 && !asJSON {
		return fmt.Errorf("looking for %s: the closure of %s has no such package: `nixferry diff` writes its names", wanted, root)
	}
	if asJSON {
		if chains == nil {
			chains = [][]closure.Step{}
		}
		return writeJSON(w.Stdout, "the chains", chains)
	}
	var out strings.Builder
	for i, chain := range chains {
		if i > 0 {
			out.WriteByte('\n')
		}
		for depth, step := range chain {
			out.WriteString(strings.Repeat("  ", depth))
			if depth > 0 {
				out.WriteString("→ ")
			}
			out.WriteString(step.Path + "\n")
		}
	}
	_, err = fmt.Fprint(w.Stdout, out.String())
	return err
}
