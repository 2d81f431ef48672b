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
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
	"github.com/nixferry/nixferry/bot/workload"
)

// A side is base or head: one commit, and every host on it.
type side struct {
	name string // "base" or "head", for progress and logs
	rev  string
	// hosts by the name they have in the report; all that the side has and the
	// owner picked.
	hosts map[string]*host
}

// A host is one nixosConfigurations entry on one side.
type host struct {
	name    string // in the report
	dir     string // the directory of its flake
	attr    string // its name in nixosConfigurations
	facts   nix.Facts
	eval    verdict.Outcome
	build   verdict.Outcome
	seconds float64
	// failure is why it does not evaluate.
	failure *nix.EvalError
	// stopped are the derivations that keep it from being built.
	stopped []nixlog.Failure
	// remembered says that an earlier run left what there is to know of it, which
	// spares building it.
	remembered bool
	// work is what building it was foreseen to take; nil where nobody knew.
	work *workload.Work
	// late means that the time budget ended before it was judged.
	late bool
}

// hosts lists the picked hosts of both sides, of all flakes that move. It is
// also the warm-up: it fetches what the evaluations after it share.
func (c *crossing) hosts(ctx context.Context, all bumps, headRev string) (base, head side, err error) {
	defer c.time(&c.timings.Evaluate)()
	c.progress.step("evaluating the hosts before and after")
	base = side{name: "base", rev: c.base, hosts: map[string]*host{}}
	head = side{name: "head", rev: headRev, hosts: map[string]*host{}}
	for _, b := range all.moved() {
		if err := c.listBoth(ctx, b.dir, all.label(b), base, head); err != nil {
			return base, head, err
		}
	}
	return base, head, pick(base, head, c.cfg.Hosts)
}

// listBoth adds the hosts of the flake in dir to both sides. Where
// nixosConfigurations itself does not evaluate on one, that is a fact about
// all hosts that it has on the other.
func (c *crossing) listBoth(ctx context.Context, dir, label string, sides ...side) error {
	var names []string
	broken := make([]*nix.EvalError, len(sides))
	for i, s := range sides {
		found, err := c.nix.Hosts(ctx, c.commitRef(s.rev, dir))
		if broken[i], err = unlisted(err); err != nil {
			return fmt.Errorf("listing the hosts on %s: %w", s.name, err)
		}
		s.add(dir, label, nil, found...)
		names = append(names, found...)
	}
	if len(names) == 0 {
		return fmt.Errorf("listing the hosts: nixosConfigurations evaluates neither before the bump nor after it, so correct it first: %w", broken[0])
	}
	for i, s := range sides {
		if broken[i] != nil {
			c.progress.line("%-4s nixosConfigurations does not evaluate", s.name)
			s.add(dir, label, broken[i], names...)
		}
	}
	return nil
}

// unlisted tells nixosConfigurations that do not evaluate, which is a fact
// about their hosts, from every other error.
func unlisted(err error) (*nix.EvalError, error) {
	var failed *nix.CommandError
	if errors.As(err, &failed) && failed.Next == "" && !failed.Resources() {
		return &nix.EvalError{CommandError: failed}, nil
	}
	return nil, err
}

// add adds hosts of a flake to a side; broken is why they do not evaluate,
// where that is known already.
func (s side) add(dir, label string, broken *nix.EvalError, attrs ...string) {
	for _, attr := range attrs {
		h := &host{name: attr, dir: dir, attr: attr, eval: verdict.NotRun, build: verdict.NotRun, failure: broken}
		if label != "" && label != "." {
			h.name = label + "#" + attr
		}
		if broken != nil {
			h.eval = verdict.Failed
		}
		s.hosts[h.name] = h
	}
}

// pick leaves of both sides the hosts that their owner wants, by either name.
func pick(base, head side, wanted config.Globs) error {
	all := max(len(base.hosts), len(head.hosts))
	for _, s := range []side{base, head} {
		maps.DeleteFunc(s.hosts, func(_ string, h *host) bool { return !wanted.Match(h.attr, h.name) })
	}
	if len(base.hosts)+len(head.hosts) == 0 {
		return fmt.Errorf("listing the hosts: `hosts` picks none of the %d in nixosConfigurations: name one of them: %w", all, config.ErrUsage)
	}
	return nil
}

// realise evaluates both sides and, unless the run stops there, builds them.
// Base is built while head is evaluated, which takes other parts of the
// machine, and before head: what the two share is there then.
func (c *crossing) realise(ctx context.Context, base, head side) error {
	if c.cfg.Depth != config.Build {
		if err := c.evaluate(ctx, base, head); err != nil {
			return err
		}
		return c.evaluateAgain(ctx, base, head)
	}
	if err := c.evaluate(ctx, base); err != nil {
		return err
	}
	if err := c.evaluateAgain(ctx, base); err != nil {
		return err
	}
	group, both := errgroup.WithContext(ctx)
	group.Go(func() error { return c.build(both, base) })
	group.Go(func() error { return c.evaluate(both, head) })
	if err := group.Wait(); err != nil {
		return err
	}
	if err := c.evaluateAgain(ctx, head); err != nil {
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
			if h.failure == nil {
				group.Go(func() error { return c.probe(ctx, s, h) })
			}
		}
	}
	return group.Wait()
}

// probe evaluates one host. Only the end of the whole run is an error.
func (c *crossing) probe(ctx context.Context, s side, h *host) error {
	start := c.world.Now()
	within, cancel := c.within(ctx, s.name)
	defer cancel()
	facts, err := c.nix.Probe(within, c.commitRef(s.rev, h.dir), h.attr)
	h.seconds = c.world.Now().Sub(start).Seconds()
	if ctx.Err() != nil {
		return fmt.Errorf("evaluating %s on %s: %w", h.name, s.name, context.Cause(ctx))
	}
	h.facts, h.eval = facts, verdict.OK
	switch {
	case err != nil && overBudget(within):
		h.facts, h.eval, h.late = nix.Facts{}, verdict.Inconclusive, true
	case err != nil:
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
	case !slices.ContainsFunc(triage.ExplainEvaluation(h.failure.Log, nil, false, triage.Source{}), ours):
		return verdict.Inconclusive
	}
	return verdict.Failed
}

// ours reports whether a finding is about the flake or its inputs, and not
// about the machine that this ran on.
func ours(f triage.Finding) bool { return f.Bucket != triage.Runner }

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
