package nix

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// atOnce is how many store paths one command line takes: at most 255 bytes
// each, where Linux guarantees 128 KiB and gives 2 MiB.
const atOnce = 500

// Built is what became of the derivations that were to be built.
type Built struct {
	// OK tells of each derivation asked for whether its outputs are there.
	OK map[string]bool
	// Failures are the derivations that failed themselves, in the order Nix
	// gave them up.
	Failures []Failure
}

// A Failure is a derivation that could not be built, through no fault of those
// it depends on. Its whole log went to the sink.
type Failure struct {
	nixlog.Failure
	// Stops lists those of the derivations asked for that need it.
	Stops []string
}

// Build builds derivations, as many as can be: one that fails stops only what
// depends on it. The error means that Nix could not be asked, or that the
// context ended; what is known by then is returned beside it. The sink, if not
// nil, hears of every build.
//
// Whether something was built is read from the store, not from exit codes,
// and who is stopped by whom from the derivations, not from messages.
func (c *CLI) Build(ctx context.Context, drvs []string, sink nixlog.Sink) (Built, error) {
	b := builder{cli: c, sink: sink, built: Built{OK: map[string]bool{}}, needs: map[string][]string{}}
	for part := range slices.Chunk(drvs, atOnce) {
		if err := b.build(ctx, part); err != nil {
			return b.built, err
		}
	}
	return b.built, nil
}

// A builder is one call of Build.
type builder struct {
	cli   *CLI
	sink  nixlog.Sink
	built Built
	needs map[string][]string // requisites of derivations asked for
}

// build builds some derivations. Before 2.29, Nix drops everything when it
// meets a derivation for another system, --keep-going or not; what has nothing
// to do with it gets another try then.
func (b *builder) build(ctx context.Context, drvs []string) error {
	for len(drvs) > 0 {
		args := b.cli.buildArgs(drvs)
		_, log, err := b.cli.runLogged(ctx, command{doing: "building", tool: b.cli.nix, args: args, sink: b.sink})
		var failed *CommandError
		if err != nil && !errors.As(err, &failed) {
			return errors.Join(err, b.interrupted(ctx, drvs, log))
		}
		if err := b.check(ctx, drvs); err != nil {
			return err
		}
		news := b.record(log)
		unexplained, err := b.explain(ctx, drvs)
		if err != nil {
			return err
		}
		switch {
		case slices.Contains(news, nixlog.Lacking):
			drvs = unexplained
		case len(news) > 0 && len(drvs) > 1:
			return b.each(ctx, unexplained)
		default:
			b.giveUp(unexplained, failed)
			return nil
		}
	}
	return nil
}

// each builds derivations one by one. Nix 2.8 tells of only one of those asked
// for that failed through nobody's fault but their own.
func (b *builder) each(ctx context.Context, drvs []string) error {
	for _, drv := range drvs {
		if err := b.build(ctx, []string{drv}); err != nil {
			return err
		}
	}
	return nil
}

// lookAround is how long the store may be asked after a build was stopped.
const lookAround = 30 * time.Second

// interrupted finds out what became of a build that was stopped. A builder
// that a signal ended was stopped with it, and did not fail.
func (b *builder) interrupted(ctx context.Context, drvs []string, log nixlog.Log) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAround)
	defer cancel()
	if err := b.check(ctx, drvs); err != nil {
		return err
	}
	log.Failures = slices.DeleteFunc(slices.Clone(log.Failures), func(f nixlog.Failure) bool {
		return f.BySignal || f.Reason == nixlog.Interrupted
	})
	b.record(log)
	_, err := b.explain(ctx, drvs)
	return err
}

// buildArgs builds the command. A derivation's outputs are "drv^*" since 2.15,
// where the bare path is the .drv file itself and building it does nothing:
// https://nix.dev/manual/nix/2.34/release-notes/rl-2.15
func (c *CLI) buildArgs(drvs []string) []string {
	args := []string{"build", "--no-link", "--keep-going"}
	for _, drv := range drvs {
		if c.version.atLeast(2, 15) {
			drv += "^*"
		}
		args = append(args, drv)
	}
	return c.args(args...)
}

// check looks up in the store which of drvs have all their outputs.
func (b *builder) check(ctx context.Context, drvs []string) error {
	all, err := b.cli.outputs(ctx, drvs...)
	if err != nil {
		return err
	}
	valid, err := b.cli.Valid(ctx, all)
	if err != nil {
		return err
	}
	for i, drv := range drvs {
		// Each has one output at least, so with as many outputs as
		// derivations they pair up.
		outputs := all[i:min(i+1, len(all))]
		if len(all) != len(drvs) {
			if outputs, err = b.cli.outputs(ctx, drv); err != nil {
				return err
			}
		}
		b.built.OK[drv] = !slices.ContainsFunc(outputs, func(path string) bool { return !slices.Contains(valid, path) })
	}
	return nil
}

// record keeps the root failures of a log that are not known yet, and returns
// their reasons.
func (b *builder) record(log nixlog.Log) (reasons []nixlog.Reason) {
	for _, f := range log.Failures {
		known := slices.ContainsFunc(b.built.Failures, func(k Failure) bool { return k.Drv == f.Drv })
		if f.Reason == nixlog.Dependency || f.Drv == "" || known {
			continue
		}
		b.built.Failures = append(b.built.Failures, Failure{Failure: f})
		reasons = append(reasons, f.Reason)
	}
	return reasons
}

// explain notes for each failure which of drvs it stops, and returns those not
// built that no failure explains.
func (b *builder) explain(ctx context.Context, drvs []string) (unexplained []string, err error) {
	for _, drv := range drvs {
		if b.built.OK[drv] {
			continue
		}
		if b.needs[drv] == nil {
			if b.needs[drv], err = b.cli.requisites(ctx, drv); err != nil {
				return nil, err
			}
		}
		explained := false
		for i := range b.built.Failures {
			f := &b.built.Failures[i]
			if slices.Contains(b.needs[drv], f.Drv) {
				explained = true
				if !slices.Contains(f.Stops, drv) {
					f.Stops = append(f.Stops, drv)
				}
			}
		}
		if !explained {
			unexplained = append(unexplained, drv)
		}
	}
	return unexplained, nil
}

// giveUp records derivations that were not built because Nix itself ended
// early, as with a full disk.
func (b *builder) giveUp(drvs []string, failed *CommandError) {
	for _, drv := range drvs {
		f := nixlog.Failure{Drv: drv, Reason: nixlog.Unknown, Text: "nix ended well but did not build it"}
		if failed != nil {
			f.Text, f.Reason = failed.cause(), failed.Reason()
		}
		b.built.Failures = append(b.built.Failures, Failure{Failure: f, Stops: []string{drv}})
	}
}
