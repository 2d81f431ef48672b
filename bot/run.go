package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/event"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// Run is the action: it reads GitHub's event from the world, takes the flakes
// across, and publishes. The error wraps [config.ErrUsage] for what its user
// has to correct, and is [ErrRed] when all is done, hosts are red and
// `fail-on` asks for it.
func Run(ctx context.Context, w World, cfg config.Config) error {
	request, err := readEvent(w)
	if errors.Is(err, event.ErrNothing) {
		newProgress(w).line("%v", err)
		return nil
	}
	if err != nil {
		return err
	}
	checkout, err := openClean(w.checkout())
	if err != nil {
		return err
	}
	h, err := newHub(w, cfg, request, checkout)
	if err != nil {
		return err
	}
	if err := h.ownBranch(cfg); err != nil {
		return err
	}
	p := newProgress(w)
	cli, err := nix.Open(ctx, w.options(cfg, p))
	if err != nil {
		return err
	}
	base, err := h.baseCommit(ctx, checkout)
	if err != nil {
		return err
	}
	c := crossing{world: w, cfg: cfg, nix: cli, dirs: cfg.Flakes, base: base, progress: p}
	r, err := c.cross(checkout, func() (report.Report, error) { return c.ferry(ctx, h) })
	if told := publishResult(w, cfg, r); err == nil {
		err = told
	}
	return err
}

// A result is how a run ended: with a report, or with the zero value.
type result struct {
	report report.Report
	dir    string // the report directory
}

// cross prepares the crossing, has it judged, and writes its report, also
// where only publishing it went wrong. Without a report there is no result,
// and nothing is left behind.
func (c *crossing) cross(checkout *repo.Repo, judge func() (report.Report, error)) (result, error) {
	defer c.progress.done()
	work, remove, err := c.world.workspace()
	if err != nil {
		return result{}, err
	}
	defer remove()
	out, discard, err := c.world.reportDir(c.cfg)
	if err != nil {
		return result{}, fmt.Errorf("making the report's directory: set `report-dir` to one that can be written: %w", err)
	}
	c.work, c.out = work, out
	start := c.world.Now()
	c.began = time.Now()
	var r report.Report
	if err = c.open(checkout); err == nil {
		r, err = judge()
	}
	if r.Schema == 0 {
		discard()
		return result{}, err
	}
	r.Timings = c.timings
	r.Timings.Total, r.Timings.OwnCPU = c.world.Now().Sub(start).Seconds(), cpu().Seconds()
	return result{report: r, dir: out}, errors.Join(err, writeReport(out, r))
}

// ferry is the flow: the line that package bot is about.
func (c *crossing) ferry(ctx context.Context, h hub) (report.Report, error) {
	branch := branchOf(c.cfg)
	c.baseName, c.headName, c.repository, c.run = h.base, branch, h.page, h.run
	now, err := h.standing(ctx, branch, c.lane())
	if err != nil {
		return report.Report{}, err
	}
	if err := now.elsewhere(h.base); err != nil {
		return report.Report{}, err
	}
	all, bump, err := c.head(ctx)
	if err != nil {
		return report.Report{}, err
	}
	p := &passage{crossing: c, hub: h, all: all, bump: bump, weigh: c.judge}
	err = p.through(ctx, now)
	return p.report, errors.Join(append(all.refused(), err)...)
}

// checkout is the directory the action runs in.
func (w World) checkout() string {
	if dir := w.Getenv("GITHUB_WORKSPACE"); dir != "" {
		return dir
	}
	return "."
}

// openClean opens the repository of a directory. Uncommitted changes are an
// error: what is judged must be what is pushed.
func openClean(dir string) (*repo.Repo, error) {
	r, err := repo.Open(dir)
	if err != nil {
		return nil, err
	}
	if _, _, err := r.Head(); err != nil {
		return nil, err
	}
	changed, err := r.Changed()
	if err != nil {
		return nil, err
	}
	if len(changed) > 0 {
		return nil, fmt.Errorf("checking the working tree: uncommitted changes in %s: commit or stash them, because nixferry judges commits: %w",
			strings.Join(changed[:min(len(changed), 5)], ", "), ErrDirty)
	}
	return r, nil
}

// fleetVerdict sums the hosts up in one word: the worst. Of a run that judged
// none it is what the run before it found.
func fleetVerdict(r report.Report) string {
	if len(r.Hosts) == 0 {
		return cmp.Or(r.Verdict, "none")
	}
	for _, worst := range []verdict.Verdict{verdict.Regressed, verdict.StillFailing, verdict.Undecided} {
		if slices.ContainsFunc(r.Hosts, func(h report.Host) bool { return h.Verdict == worst }) {
			return string(worst)
		}
	}
	return string(verdict.Good)
}

// reportDir makes the directory of the report. What discard removes is a
// directory nobody named; it is for a run that ends without a report.
func (w World) reportDir(cfg config.Config) (dir string, discard func(), err error) {
	if cfg.ReportDir == "" {
		dir, err = os.MkdirTemp(w.Getenv("RUNNER_TEMP"), "nixferry-report-")
		return dir, func() { _ = os.RemoveAll(dir) }, err
	}
	dir, err = filepath.Abs(cfg.ReportDir)
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	return dir, func() {}, err
}
