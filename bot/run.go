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

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// Run is the action: it reads GitHub's event from the world, takes every flake
// across, and publishes. The error wraps [config.ErrUsage] for what its user
// has to correct, and is [ErrRed] when all is done, hosts are red and
// `fail-on` asks for it.
func Run(ctx context.Context, w World, cfg config.Config) error {
	request, err := readEvent(w)
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
	if err := h.ownBranches(cfg); err != nil {
		return err
	}
	cli, err := nix.Open(ctx, w.options(cfg))
	if err != nil {
		return err
	}
	base, err := h.baseCommit(ctx, checkout)
	if err != nil {
		return err
	}
	f := fleet{world: w, cfg: cfg, cli: cli, checkout: checkout, base: base, progress: newProgress(w)}
	results, err := f.crossAll(ctx, cfg.Flakes, func(c *crossing) (report.Report, error) { return c.ferry(ctx, h) })
	if told := publishResults(w, cfg, results); err == nil {
		err = told
	}
	return err
}

// A fleet is what all flakes of one run share.
type fleet struct {
	world    World
	cfg      config.Config
	cli      *nix.CLI
	checkout *repo.Repo
	base     string
	progress *progress
}

// A result is how the run ended for one flake.
type result struct {
	report report.Report
	dir    string // the report directory
}

// crossAll takes flakes across, one after the other. One that goes wrong takes
// no other with it: its error comes beside the results of all that have one.
func (f fleet) crossAll(ctx context.Context, dirs []string, judge func(*crossing) (report.Report, error)) (results []result, err error) {
	defer f.progress.done()
	for _, dir := range dirs {
		r, failed := f.cross(dir, judge)
		if r.dir != "" {
			results = append(results, r)
		}
		if failed != nil && len(dirs) > 1 {
			failed = fmt.Errorf("%s: %w", dir, failed)
		}
		err = errors.Join(err, failed)
		if ctx.Err() != nil {
			break
		}
	}
	return results, err
}

// cross prepares the crossing of one flake, has it judged, and writes its
// report, also where only publishing it went wrong. Without a report there is
// no result, and nothing is left behind.
func (f fleet) cross(dir string, judge func(*crossing) (report.Report, error)) (result, error) {
	work, remove, err := f.world.workspace()
	if err != nil {
		return result{}, err
	}
	defer remove()
	out, discard, err := f.world.reportDir(f.cfg, dir)
	if err != nil {
		return result{}, fmt.Errorf("making the report's directory: set `report-dir` to one that can be written: %w", err)
	}
	c := &crossing{world: f.world, cfg: f.cfg, nix: f.cli, dir: dir, base: f.base, work: work, out: out, progress: f.progress}
	start := f.world.Now()
	var r report.Report
	if err = c.open(f.checkout); err == nil {
		r, err = judge(c)
	}
	if r.Schema == 0 {
		discard()
		return result{}, err
	}
	r.Timings = c.timings
	r.Timings.Total, r.Timings.OwnCPU = f.world.Now().Sub(start).Seconds(), cpu().Seconds()
	return result{report: r, dir: out}, errors.Join(err, writeReport(out, r))
}

// ferry is the flow for one flake: the line that package bot is about.
func (c *crossing) ferry(ctx context.Context, h hub) (report.Report, error) {
	branch := branchOf(c.cfg, c.dir)
	c.baseName, c.headName, c.repository, c.run = h.base, branch, h.page, h.run
	now, err := h.standing(ctx, branch)
	if err != nil {
		return report.Report{}, err
	}
	if err := now.elsewhere(h.base); err != nil {
		return report.Report{}, err
	}
	b, head, err := c.head(ctx)
	if err != nil {
		return report.Report{}, err
	}
	if r, quiet, err := c.nothing(ctx, h, now, b, head); quiet || err != nil {
		return r, err
	}
	if err := c.foreign(ctx, h, now); err != nil {
		return report.Report{}, err
	}
	r, err := c.judge(ctx, b, head)
	if err != nil {
		return report.Report{}, err
	}
	if err = c.publish(ctx, h, now, &r); err != nil {
		r.Notes = append(r.Notes, "This could not be published. "+err.Error())
	}
	return r, err
}

// nothing ends a run that has nothing to judge: base has caught up, the pull
// request says all there is to say, or a person does not want it.
func (c *crossing) nothing(ctx context.Context, h hub, now standing, b bumped, head string) (r report.Report, quiet bool, err error) {
	switch {
	case head == "":
		r = c.quiet(b, head, c.still(b, h.base))
		r.Pull, err = c.retire(ctx, h, now, b)
		return r, true, err
	case now.settled(head, c.cfg.Scope(), h.request.Fresh):
		r = c.quiet(b, head, fmt.Sprintf("neither %s nor %s has moved since the last run.", h.base, c.cfg.Channel.Name))
		r.Verdict = now.state.Verdict
		r.Pull = &report.Pull{Number: now.open.Number, URL: now.open.URL, Branch: now.branch, Operation: "none"}
		return r, true, nil
	case now.declined(b.nixpkgs(b.after).Rev, h.request.Fresh):
		r = c.quiet(b, head, fmt.Sprintf("pull request #%d was closed for this revision. Start the workflow by hand to have it opened again.", now.closed.Number))
		r.Pull = &report.Pull{Branch: now.branch, Operation: "none"}
		return r, true, nil
	}
	return r, false, nil
}

// still says why base stays as it is.
func (c *crossing) still(b bumped, base string) string {
	if b.caughtUp() {
		return fmt.Sprintf("%s follows %s, and its lock holds the newest revision.", base, c.cfg.Channel.Name)
	}
	return fmt.Sprintf("%s stays as it is: %s.", base, b.plan.Reason)
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

// reportDir makes the directory of one flake's report. What discard removes is
// a directory nobody named; it is for a run that ends without a report.
func (w World) reportDir(cfg config.Config, flake string) (dir string, discard func(), err error) {
	if cfg.ReportDir == "" {
		dir, err = os.MkdirTemp(w.Getenv("RUNNER_TEMP"), "nixferry-report-")
		return dir, func() { _ = os.RemoveAll(dir) }, err
	}
	dir, err = filepath.Abs(cfg.ReportDir)
	if len(cfg.Flakes) > 1 {
		dir = filepath.Join(dir, filepath.FromSlash(flake))
	}
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	return dir, func() {}, err
}
