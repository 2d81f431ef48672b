package bot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

// build builds every host of a side that evaluates and that this runner can
// build, in one nix build: shared work is done once, and one broken host hides
// no other.
func (c *crossing) build(ctx context.Context, s side) error {
	hosts, drvs := c.toBuild(s)
	if len(hosts) == 0 {
		return nil
	}
	c.progress.step("building %d hosts on %s", len(hosts), s.name)
	defer c.time(&c.timings.Build)()
	c.foresee(ctx, s, hosts)
	again, err := c.buildOnce(ctx, s, slices.Compact(drvs)) // hosts may be one and the same system
	if err != nil || len(again) == 0 || c.overNow(ctx, s.name) {
		return err
	}
	c.progress.step("building %d of them once more", len(again))
	_, err = c.buildOnce(ctx, s, again)
	return err
}

// toBuild picks the hosts of a side that have to be built, and their toplevels.
// Those that need not, or that this runner cannot build, are settled.
func (c *crossing) toBuild(s side) (hosts []*host, drvs []string) {
	for _, h := range s.sorted() {
		switch {
		case h.eval != verdict.OK:
		case !slices.Contains(c.systems(), h.facts.Builder):
			h.build = verdict.NotHere
		case c.recall(s, h):
			h.build = verdict.OK
		default:
			hosts = append(hosts, h)
			drvs = append(drvs, h.facts.Drv)
		}
	}
	slices.Sort(drvs)
	return hosts, drvs
}

// buildOnce builds derivations of a side and settles the hosts they are of. It
// returns those that may do better when they are built once more.
func (c *crossing) buildOnce(ctx context.Context, s side, drvs []string) (again []string, err error) {
	logs := &buildLogs{dir: filepath.Join(c.out, "logs"), progress: c.progress}
	within, cancel := c.within(ctx, s.name)
	defer cancel()
	built, err := c.nix.Build(within, drvs, logs)
	logs.keep(built.Failures)
	late := ctx.Err() == nil && overBudget(within)
	if err != nil && !late {
		return nil, fmt.Errorf("building %s: %w", s.name, err)
	}
	for _, h := range s.hosts {
		if slices.Contains(drvs, h.facts.Drv) {
			h.settle(built)
			h.late = late && h.build == verdict.Inconclusive
		}
	}
	return stoppedInPassing(built), nil
}

// systems are what this runner may build.
func (c *crossing) systems() []string {
	if len(c.cfg.Systems) > 0 {
		return c.cfg.Systems
	}
	return c.nix.Systems()
}

// settle reads off how the build of one host ended.
func (h *host) settle(built nix.Built) {
	h.build, h.stopped = verdict.OK, nil
	if built.OK[h.facts.Drv] {
		return
	}
	for _, f := range built.Failures {
		if slices.Contains(f.Stops, h.facts.Drv) {
			h.stopped = append(h.stopped, f.Failure)
		}
	}
	h.build = blame(h.stopped)
}

// blame says what a build that stopped at these derivations comes to: one that
// is at fault itself outweighs what this machine lacks, and that outweighs a
// machine that gave out.
func blame(stopped []nixlog.Failure) verdict.Outcome {
	outcome := verdict.Inconclusive
	for _, f := range stopped {
		switch {
		case f.Reason == nixlog.Lacking:
			outcome = verdict.NotHere
		case !f.Reason.Resources():
			return verdict.Failed
		}
	}
	return outcome
}

// buildLogs writes every build's log into a file of the report directory while
// it runs, and says what is being built.
type buildLogs struct {
	dir      string
	progress *progress
	files    map[string]*os.File
}

// Started is called when a derivation begins to build.
func (l *buildLogs) Started(drv string) {
	l.progress.line("building %s", triage.Name(drv))
}

// Logged is called for every line a build prints.
func (l *buildLogs) Logged(drv, line string) {
	file, ok := l.files[drv]
	if !ok {
		if l.files == nil {
			l.files = map[string]*os.File{}
		}
		// A log that cannot be written is no reason to stop a build.
		file, _ = os.Create(filepath.Join(l.dir, logName(drv)))
		l.files[drv] = file
	}
	if file != nil {
		fmt.Fprintln(file, line)
	}
}

// Stopped is called when a build ended; whether well is known only later.
func (l *buildLogs) Stopped(drv string) {
	if file := l.files[drv]; file != nil {
		_ = file.Close()
	}
}

// keep closes all logs and removes those of builds that did not fail.
func (l *buildLogs) keep(failures []nix.Failure) {
	for drv, file := range l.files {
		l.Stopped(drv)
		failed := slices.ContainsFunc(failures, func(f nix.Failure) bool { return f.Drv == drv })
		if file != nil && !failed {
			_ = os.Remove(file.Name())
		}
	}
}

// logName is the file of a derivation's log, inside the logs directory.
func logName(drv string) string { return filepath.Base(drv) + ".log" }

var _ nixlog.Sink = (*buildLogs)(nil)
