package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/verdict"
)

// A side is base or head: one commit, and every host on it.
type side struct {
	name string // "base" or "head", for progress and logs
	rev  string
	ref  string // the flake ref of the commit
	// hosts by name; all that the side has and the owner picked.
	hosts map[string]*host
}

// A host is one nixosConfigurations entry on one side.
type host struct {
	name    string
	facts   nix.Facts
	eval    verdict.Outcome
	build   verdict.Outcome
	seconds float64
	// failure is why it does not evaluate.
	failure *nix.EvalError
	// stopped are the derivations that keep it from being built.
	stopped []nixlog.Failure
}

// evaluate asks Nix for every picked host of both sides: a warm-up each that
// lists the hosts and fetches what they share, then one process per host, as
// many at once as memory allows.
func (c *crossing) evaluate(ctx context.Context, baseRev, headRev string) (base, head side, err error) {
	defer c.time(&c.timings.Evaluate)()
	c.progress.step("evaluating the hosts before and after")
	if base, err = c.list(ctx, "base", baseRev); err != nil {
		return base, head, err
	}
	if head, err = c.list(ctx, "head", headRev); err != nil {
		return base, head, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers(c.cfg))
	for _, s := range []side{base, head} {
		for _, h := range s.sorted() {
			group.Go(func() error { return c.probe(ctx, s, h) })
		}
	}
	return base, head, group.Wait()
}

func (c *crossing) list(ctx context.Context, name, rev string) (side, error) {
	s := side{name: name, rev: rev, ref: c.commitRef(rev), hosts: map[string]*host{}}
	names, err := c.nix.Hosts(ctx, s.ref)
	if err != nil {
		return s, fmt.Errorf("listing the hosts on %s: %w", name, err)
	}
	for _, n := range names {
		if c.cfg.Hosts.Match(n) {
			s.hosts[n] = &host{name: n, eval: verdict.NotRun, build: verdict.NotRun}
		}
	}
	if len(s.hosts) == 0 {
		return s, fmt.Errorf("listing the hosts on %s: `hosts` picks none of the %d in nixosConfigurations: name one of them", name, len(names))
	}
	return s, nil
}

// probe evaluates one host. Only the end of the whole run is an error.
func (c *crossing) probe(ctx context.Context, s side, h *host) error {
	start := c.world.Now()
	facts, err := c.nix.Probe(ctx, s.ref, h.name)
	h.seconds = c.world.Now().Sub(start).Seconds()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	h.facts, h.eval = facts, verdict.OK
	if err != nil {
		if !errors.As(err, &h.failure) {
			return fmt.Errorf("evaluating %s on %s: %w", h.name, s.name, err)
		}
		h.eval = h.failed()
	}
	c.progress.host(s.name, h.name, string(h.eval), time.Duration(h.seconds*float64(time.Second)))
	return nil
}

// failed says what an evaluation that did not succeed comes to. One that had to
// build something ended as that build did.
func (h *host) failed() verdict.Outcome {
	switch {
	case h.failure.Resources():
		return verdict.Inconclusive
	case slices.ContainsFunc(h.failure.Log.Failures, func(f nixlog.Failure) bool { return f.Reason == nixlog.Lacking }):
		return verdict.NotHere
	}
	return verdict.Failed
}

// sorted are the side's hosts by name.
func (s side) sorted() []*host {
	var all []*host
	for _, h := range s.hosts {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *host) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return all
}
