package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/verdict"
)

// recall reports whether a host of base was built in an earlier run that kept
// what there is to know of it: it need not be there to be compared with. A host
// of head is recalled only where it is the same toplevel, for what is new is
// built.
func (c *crossing) recall(s side, h *host) bool {
	saved, ok := c.recalled[h.facts.Out]
	if !ok && s.name == "base" {
		var err error
		if saved, err = c.known.closure(h.facts.Out, c.world.Now()); err != nil {
			c.progress.line("%s: %v", h.name, err)
		}
	}
	if saved == nil {
		return false
	}
	c.recalled[h.facts.Out], h.remembered = saved, true
	c.progress.line("%-4s %-12s built before, its closure is known", s.name, h.name)
	return true
}

// compare reads the closures of all toplevels that are there on both sides in
// one go, and takes each host's difference.
func (c *crossing) compare(ctx context.Context, base, head side) (*closure.Graph, map[string]*closure.Delta, error) {
	defer c.time(&c.timings.Compare)()
	pairs := map[string][2]*host{}
	var roots []string
	for name, h := range head.hosts {
		if h.build == verdict.OK {
			roots = append(roots, h.built()...)
		}
		if b := base.hosts[name]; b != nil && b.build == verdict.OK {
			roots = append(roots, b.built()...)
			if h.build == verdict.OK {
				pairs[name] = [2]*host{b, h}
			}
		}
	}
	if len(roots)+len(pairs) == 0 {
		return nil, nil, nil
	}
	c.progress.step("comparing %d hosts", len(pairs))
	graph, err := c.closures.graph(ctx, roots, closure.Names{Inputs: c.trees(base, head)}, slices.Collect(maps.Values(c.recalled))...)
	if err != nil {
		return nil, nil, err
	}
	deltas := map[string]*closure.Delta{}
	for name, pair := range pairs {
		if deltas[name], err = closure.Diff(graph, pair[0].facts.Out, pair[1].facts.Out); err != nil {
			return nil, nil, fmt.Errorf("comparing %s: %w", name, err)
		}
	}
	return graph, deltas, nil
}

// built is the host's toplevel unless it is only remembered.
func (h *host) built() []string {
	if h.remembered {
		return nil
	}
	return []string{h.facts.Out}
}

// trees name the sources of the flakes' inputs on both sides.
func (c *crossing) trees(sides ...side) map[string]closure.Input {
	all := map[string]closure.Input{}
	for _, s := range sides {
		for _, dir := range c.dirs {
			for path, tree := range c.lockAt(s.rev, dir).Trees() {
				all[path] = closure.Input{Name: tree.Name, Version: treeVersion(tree.Locked)}
			}
		}
	}
	return all
}

// treeVersion says where an input stands, as nixpkgs writes versions without a
// release: by date, and by the beginning of its revision.
func treeVersion(at flake.Locked) string {
	var parts []string
	if !at.LastModified.IsZero() {
		parts = append(parts, at.LastModified.UTC().Format(time.DateOnly))
	}
	if at.Rev != "" {
		parts = append(parts, at.Rev[:min(len(at.Rev), 7)])
	}
	return strings.Join(parts, "-")
}

// causes says which recipes changed themselves, which is known as soon as both
// sides are evaluated. Where the derivations cannot be read, nothing is said.
func (c *crossing) causes(base, head side) *derivation.Causes {
	defer c.time(&c.timings.Compare)()
	var pairs []derivation.Pair
	for name, h := range head.hosts {
		if b := base.hosts[name]; b != nil && b.eval == verdict.OK && h.eval == verdict.OK {
			pairs = append(pairs, derivation.Pair{Host: name, Before: b.facts.Drv, After: h.facts.Drv})
		}
	}
	causes, err := causesOf(pairs)
	if err != nil {
		c.progress.line("%v", err)
	}
	return causes
}
