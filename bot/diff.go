package bot

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/report"
)

// A Pair is one machine before and after. Each side is a store path, a link to
// one, the number of a system generation, or a flake reference with the name
// of a host or the path of an attribute behind its "#".
type Pair struct{ Name, Before, After string }

// ReadPairs reads a "NAME BEFORE AFTER" line a machine; empty lines and those
// that begin with "#" count for nothing. The error names the line and wraps
// [config.ErrUsage].
func ReadPairs(r io.Reader) ([]Pair, error) {
	var pairs []Pair
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) != 3 {
			return nil, fmt.Errorf("reading the pairs: line %d is not `NAME BEFORE AFTER`: %w", number, config.ErrUsage)
		}
		if slices.ContainsFunc(pairs, func(p Pair) bool { return p.Name == fields[0] }) {
			return nil, fmt.Errorf("reading the pairs: line %d names %s again: %w", number, fields[0], config.ErrUsage)
		}
		pairs = append(pairs, Pair{fields[0], fields[1], fields[2]})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the pairs: %w", err)
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("reading the pairs: there are none: %w", config.ErrUsage)
	}
	return pairs, nil
}

// DiffMode says how Diff answers: for a person, unless one of these is set.
type DiffMode struct {
	JSON, Markdown bool
	// Causes adds which recipes changed themselves.
	Causes bool
}

// Diff compares the closures of machines before and after, and prints what it
// found. Where both sides are derivations, which need not be built, it says
// which recipes changed themselves.
func Diff(ctx context.Context, w World, cfg config.Config, pairs []Pair, how DiffMode) error {
	// It is over before collecting garbage would pay.
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	d := newDifference(ctx, w, cfg)
	found, err := d.compare(ctx, pairs, how.Causes)
	if err != nil {
		return err
	}
	switch {
	case how.JSON:
		return report.WriteComparison(w.Stdout, found)
	case how.Markdown:
		_, err = io.WriteString(w.Stdout, report.ComparisonMarkdown(found, bodyBudget))
		return err
	}
	return report.ComparisonTerminal(w.Stdout, found, w.terminal())
}

// gcPercent is how far the heap of a comparison may grow between collections:
// some 30 MB for one host, and 150 MB for two hundred.
const gcPercent = 400

// A difference is one call of Diff or Why. Nix is run only where it is needed:
// starting it takes longer than all the rest.
type difference struct {
	world   World
	nix     func() (*nix.CLI, error)
	closure closureReader
}

func newDifference(ctx context.Context, w World, cfg config.Config) difference {
	p := newProgress(w)
	cli := sync.OnceValues(func() (*nix.CLI, error) { return nix.Open(ctx, w.options(cfg, p)) })
	return difference{world: w, nix: cli, closure: w.newClosureReader(cfg, cli, p.line)}
}

func (d difference) compare(ctx context.Context, pairs []Pair, causes bool) (found report.Comparison, err error) {
	var roots []string
	for i := range pairs {
		if pairs[i], err = d.resolve(ctx, pairs[i]); err != nil {
			return found, err
		}
		if !pairs[i].recipes() {
			roots = append(roots, pairs[i].Before, pairs[i].After)
		}
	}
	graph, err := d.closure.graph(ctx, roots, closure.Names{})
	if err != nil {
		return found, err
	}
	for _, pair := range pairs {
		host := report.Compared{Name: pair.Name, Before: pair.Before, After: pair.After}
		if !pair.recipes() {
			if host.Closure, err = closure.Diff(graph, pair.Before, pair.After); err != nil {
				return found, err
			}
			host.Switch = d.world.foretell(pair.Before, pair.After)
		}
		found.Hosts = append(found.Hosts, host)
	}
	found.Causes, err = causesOf(recipesOf(pairs, graph, causes))
	return found, err
}

// recipesOf are the pairs as derivations, those of store paths only where their
// causes are wanted, too.
func recipesOf(pairs []Pair, graph *closure.Graph, wanted bool) (all []derivation.Pair) {
	for _, pair := range pairs {
		recipe := derivation.Pair{Host: pair.Name, Before: pair.Before, After: pair.After}
		if !pair.recipes() {
			recipe.Before, recipe.After = graph.Deriver(pair.Before), graph.Deriver(pair.After)
		}
		if recipe.Before != "" && recipe.After != "" && (wanted || pair.recipes()) {
			all = append(all, recipe)
		}
	}
	return all
}

// recipes says that both sides are derivations, which may not be built.
func (p Pair) recipes() bool {
	return strings.HasSuffix(p.Before, ".drv") && strings.HasSuffix(p.After, ".drv")
}

// resolve finds the store paths of a pair.
func (d difference) resolve(ctx context.Context, pair Pair) (_ Pair, err error) {
	if pair.Before, err = d.toplevel(ctx, pair.Before); err != nil {
		return pair, err
	}
	if pair.After, err = d.toplevel(ctx, pair.After); err != nil {
		return pair, err
	}
	pair.Name = cmp.Or(pair.Name, systemName(pair.After))
	return pair, nil
}

// systemName is the host that a toplevel is of, or what else its name says.
func systemName(path string) string {
	_, name, _ := strings.Cut(filepath.Base(path), "-")
	host := strings.TrimPrefix(strings.TrimSuffix(name, ".drv"), "nixos-system-")
	return label.ReplaceAllString(host, "")
}

// label is what NixOS puts behind the host's name: "-25.11.20251120.b6a8526".
var label = regexp.MustCompile(`-[0-9]{2}\.[0-9]{2}[^/]*$`)

// storePath is a store path itself, nothing below it.
var storePath = regexp.MustCompile(`^/.*/[0-9a-z]{32}-[^/]+$`)

var number = regexp.MustCompile(`^[0-9]+$`)

// toplevel is the store path a person means.
func (d difference) toplevel(ctx context.Context, text string) (string, error) {
	switch {
	case storePath.MatchString(text):
		return text, nil
	case number.MatchString(text):
		state := cmp.Or(d.world.Getenv("NIX_STATE_DIR"), "/nix/var/nix")
		return followLink(filepath.Join(state, "profiles", "system-"+text+"-link"))
	}
	if _, err := os.Lstat(text); err == nil && !strings.Contains(text, "#") {
		return followLink(text)
	}
	if !strings.Contains(text, "#") {
		return "", fmt.Errorf("looking for %s: it is no store path, no link to one, no generation and no `flake#host`: %w", text, config.ErrUsage)
	}
	cli, err := d.nix()
	if err != nil {
		return "", err
	}
	return cli.Realise(ctx, installable(text))
}

// maxLinks is how many links in a row lead somewhere, as Linux counts.
const maxLinks = 40

// followLink follows links to the store path they lead to.
func followLink(path string) (string, error) {
	at := path
	for range maxLinks {
		if storePath.MatchString(at) {
			return at, nil
		}
		to, err := os.Readlink(at)
		if err != nil {
			return "", fmt.Errorf("looking for a store path: %s leads to none: %w: %w", path, err, config.ErrUsage)
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(at), to)
		}
		at = to
	}
	return "", fmt.Errorf("looking for a store path: %s leads in circles: %w", path, config.ErrUsage)
}

// installable is what to build for a flake reference: as with nixos-rebuild, a
// name alone is a host.
func installable(ref string) string {
	flake, name, _ := strings.Cut(ref, "#")
	if name == "" || strings.ContainsAny(name, ".^") {
		return ref
	}
	return flake + `#nixosConfigurations."` + strings.Trim(name, `"`) + `".config.system.build.toplevel`
}
