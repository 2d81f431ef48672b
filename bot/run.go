package bot

import (
	"context"
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
	checkout, err := openClean(w.checkout(), cfg)
	if err != nil {
		return err
	}
	h, err := newHub(w, cfg, request, checkout)
	if err != nil {
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
	defer f.progress.done()
	var results []result
	for _, dir := range cfg.Flakes {
		r, err := f.cross(ctx, dir, func(c *crossing) (report.Report, error) { return c.ferry(ctx, h) })
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	f.progress.done()
	return publishResults(w, cfg, results)
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

// cross prepares the crossing of one flake, has it judged, and writes its
// report.
func (f fleet) cross(ctx context.Context, dir string, judge func(*crossing) (report.Report, error)) (result, error) {
	work, remove, err := f.world.workspace()
	if err != nil {
		return result{}, err
	}
	defer remove()
	out, err := f.world.reportDir(f.cfg, dir)
	if err != nil {
		return result{}, err
	}
	c := &crossing{world: f.world, cfg: f.cfg, nix: f.cli, dir: dir, base: f.base, work: work, out: out, progress: f.progress}
	if err := c.open(f.checkout); err != nil {
		return result{}, err
	}
	start := f.world.Now()
	r, err := judge(c)
	if err != nil {
		return result{}, err
	}
	r.Timings.Total, r.Timings.OwnCPU = f.world.Now().Sub(start).Seconds(), cpu().Seconds()
	return result{report: r, dir: out}, writeReport(out, r)
}

// ferry is the flow for one flake: the line that package bot is about.
func (c *crossing) ferry(ctx context.Context, h hub) (report.Report, error) {
	c.baseName, c.headName, c.repository, c.run = h.base, c.branch(), h.page, h.run
	now, err := h.standing(ctx, c.branch())
	if err != nil {
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
	err = c.publish(ctx, h, now, &r)
	return r, err
}

// nothing ends a run that has nothing to judge: base has caught up, the pull
// request says all there is to say, or a person does not want it.
func (c *crossing) nothing(ctx context.Context, h hub, now standing, b bumped, head string) (r report.Report, quiet bool, err error) {
	switch {
	case head == "":
		r = c.quiet(b, head, fmt.Sprintf("%s follows %s, and its lock holds the newest revision.", h.base, c.cfg.Channel.Name))
		r.Pull, err = c.retire(ctx, h, now)
		return r, true, err
	case now.settled(head, h.request.Fresh):
		r = c.quiet(b, head, fmt.Sprintf("neither %s nor %s has moved since the last run.", h.base, c.cfg.Channel.Name))
		r.Pull = &report.Pull{Number: now.open.Number, URL: now.open.URL, Branch: now.branch, Operation: "none"}
		return r, true, nil
	case now.declined(b.nixpkgs(b.after).Rev, h.request.Fresh):
		r = c.quiet(b, head, fmt.Sprintf("pull request #%d was closed for this revision. Start the workflow by hand to have it opened again.", now.closed.Number))
		r.Pull = &report.Pull{Branch: now.branch, Operation: "none"}
		return r, true, nil
	}
	return r, false, nil
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
func openClean(dir string, cfg config.Config) (*repo.Repo, error) {
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

// fleetVerdict sums the hosts up in one word: the worst.
func fleetVerdict(r report.Report) string {
	if len(r.Hosts) == 0 {
		return "none"
	}
	for _, worst := range []verdict.Verdict{verdict.Regressed, verdict.StillFailing, verdict.Undecided} {
		if slices.ContainsFunc(r.Hosts, func(h report.Host) bool { return h.Verdict == worst }) {
			return string(worst)
		}
	}
	return string(verdict.Good)
}

// reportDir makes the directory of one flake's report.
func (w World) reportDir(cfg config.Config, flake string) (string, error) {
	dir := cfg.ReportDir
	if dir == "" {
		return os.MkdirTemp(w.Getenv("RUNNER_TEMP"), "nixferry-report-")
	}
	if len(cfg.Flakes) > 1 {
		dir = filepath.Join(dir, filepath.FromSlash(flake))
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o777)
}
