package bot

import (
	"context"
	"slices"

	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/verdict"
)

// remedies say what to change where this machine, or a server, gave out twice
// in an evaluation or a build. What is not among them is not tried again.
var remedies = map[nixlog.Reason]struct{ eval, build string }{
	nixlog.Killed: {
		"Its evaluation ran out of memory even when it ran alone: use a runner with more memory, or add swap before nixferry runs.",
		"It ran out of memory twice: use a runner with more memory, set `max-jobs = 1` or fewer `cores` in `nix-options`, or take it from a binary cache or a remote builder.",
	},
	nixlog.DiskFull: {
		"Free disk space before nixferry runs (`nix-collect-garbage`, or an action that removes what the runner came with), or use a runner with a larger disk.",
		"Free disk space before nixferry runs (`nix-collect-garbage`, or an action that removes what the runner came with), use a runner with a larger disk, or take it from a binary cache or a remote builder.",
	},
	nixlog.Network: {
		"A server was in trouble for longer than nixferry waits: run again later.",
		"A server was in trouble for longer than nixferry waits: run again later; a binary cache of your own spares most downloads.",
	},
}

// mayPass reports whether what ended for this reason may do better when it is
// tried once more.
func mayPass(reason nixlog.Reason) bool { return remedies[reason].eval != "" }

// evaluateAgain evaluates the hosts of the sides once more that the machine
// kept from it: one after the other and beside nothing else, so that each has
// all the memory. What comes of that counts.
func (c *crossing) evaluateAgain(ctx context.Context, sides ...side) error {
	defer c.time(&c.timings.Evaluate)()
	for _, s := range sides {
		for _, h := range s.sorted() {
			if h.failure == nil || h.eval != verdict.Inconclusive || !mayPass(h.failure.Reason()) || c.overNow(ctx, s.name) {
				continue
			}
			c.progress.line("%-4s %s once more, alone", s.name, h.name)
			h.failure = nil
			if err := c.probe(ctx, s, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// overNow reports whether the time budget of a side is used up.
func (c *crossing) overNow(ctx context.Context, side string) bool {
	ctx, cancel := c.within(ctx, side)
	defer cancel()
	return overBudget(ctx)
}

// stoppedInPassing are the derivations asked for that failures stop of which
// one may pass.
func stoppedInPassing(built nix.Built) []string {
	var drvs []string
	for _, f := range built.Failures {
		if mayPass(f.Reason) {
			drvs = append(drvs, f.Stops...)
		}
	}
	slices.Sort(drvs)
	return slices.Compact(drvs)
}
