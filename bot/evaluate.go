package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nixferry/nixferry/bot/config"
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
	// broken is why not even the names of its hosts can be had.
	broken *nix.EvalError
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

// hosts lists the picked hosts of both sides. It is also the warm-up: it
// fetches what the evaluations after it share.
func (c *crossing) hosts(ctx context.Context, baseRev, headRev string) (base, head side, err error) {
	defer c.time(&c.timings.Evaluate)()
	c.progress.step("evaluating the hosts before and after")
	if base, err = c.list(ctx, "base", baseRev); err != nil {
		return base, head, err
	}
	if head, err = c.list(ctx, "head", headRev); err != nil {
		return base, head, err
	}
	return base, head, listed(base, head, c.cfg.Hosts)
}

// realise evaluates both sides and, unless the run stops there, builds them.
// Base is built while head is evaluated, which takes other parts of the
// machine, and before head: what the two share is there then.
func (c *crossing) realise(ctx context.Context, base, head side) error {
	if c.cfg.Depth != config.Build {
		return c.evaluate(ctx, base, head)
	}
	if err := c.evaluate(ctx, base); err != nil {
		return err
	}
	group, both := errgroup.WithContext(ctx)
	group.Go(func() error { return c.build(both, base) })
	group.Go(func() error { return c.evaluate(both, head) })
	if err := group.Wait(); err != nil {
		return err
	}
	return c.build(ctx, head)
}

// evaluate asks Nix about every host of the sides: one process per host, as
// many at once as memory allows.
func (c *crossing) evaluate(ctx context.Context, sides ...side) error {
	defer c.time(&c.timings.Evaluate)()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers(c.cfg))
	for _, s := range sides {
		for _, h := range s.sorted() {
			if s.broken == nil {
				group.Go(func() error { return c.probe(ctx, s, h) })
			}
		}
	}
	return group.Wait()
}

// list lists the hosts of a side. Where nixosConfigurations itself does not
// evaluate, the side is broken, which is a fact about all of its hosts.
func (c *crossing) list(ctx context.Context, name, rev string) (side, error) {
	s := side{name: name, rev: rev, ref: c.commitRef(rev), hosts: map[string]*host{}}
	names, err := c.nix.Hosts(ctx, s.ref)
	var failed *nix.CommandError
	switch {
	case errors.As(err, &failed) && failed.Next == "" && !failed.Resources():
		s.broken = &nix.EvalError{CommandError: failed}
		c.progress.line("%-4s nixosConfigurations does not evaluate", name)
	case err != nil:
		return s, fmt.Errorf("listing the hosts on %s: %w", name, err)
	}
	for _, n := range names {
		s.hosts[n] = &host{name: n, eval: verdict.NotRun, build: verdict.NotRun}
	}
	return s, nil
}

// listed gives a broken side the hosts of the other one, and leaves those that
// the owner picked.
func listed(base, head side, pick config.Globs) error {
	switch {
	case base.broken != nil && head.broken != nil:
		return fmt.Errorf("listing the hosts: nixosConfigurations evaluates neither before the bump nor after it, so correct it first: %w", base.broken)
	case base.broken != nil:
		base.fail(head)
	case head.broken != nil:
		head.fail(base)
	}
	all := max(len(base.hosts), len(head.hosts))
	for _, s := range []side{base, head} {
		maps.DeleteFunc(s.hosts, func(name string, _ *host) bool { return !pick.Match(name) })
	}
	if len(base.hosts)+len(head.hosts) == 0 {
		return fmt.Errorf("listing the hosts: `hosts` picks none of the %d in nixosConfigurations: name one of them: %w", all, config.ErrUsage)
	}
	return nil
}

// fail makes the other side's hosts fail here.
func (s side) fail(other side) {
	for name := range other.hosts {
		s.hosts[name] = &host{name: name, eval: verdict.Failed, build: verdict.NotRun, failure: s.broken}
	}
}

// probe evaluates one host. Only the end of the whole run is an error.
func (c *crossing) probe(ctx context.Context, s side, h *host) error {
	start := c.world.Now()
	facts, err := c.nix.Probe(ctx, s.ref, h.name)
	h.seconds = c.world.Now().Sub(start).Seconds()
	if ctx.Err() != nil {
		return fmt.Errorf("evaluating %s on %s: %w", h.name, s.name, context.Cause(ctx))
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
