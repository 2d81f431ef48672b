package bot

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

// judge does everything between the bump commit and the report: evaluate,
// build, compare, and weigh base against head.
func (c *crossing) judge(ctx context.Context, all bumps, headRev string) (report.Report, error) {
	r, late := c.frame(all, headRev), 0
	counted := c.world.counter(c.cfg).counting(ctx, r)
	base, head, err := c.hosts(ctx, all, headRev)
	if err != nil {
		return report.Report{}, err
	}
	if err := c.realise(ctx, base, head); err != nil {
		return report.Report{}, err
	}
	graph, deltas, err := c.compare(ctx, base, head)
	if err != nil {
		return report.Report{}, err
	}
	r.Causes = c.causes(base, head)
	switches := c.foretell(graph, base, head)
	from := c.sources(ctx, base, head)
	origins := c.origins(ctx, head, from["head"])
	r.Inputs = counted()
	names := maps.Clone(base.hosts)
	maps.Copy(names, head.hosts)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		h := weigh(name, base.hosts[name], head.hosts[name], deltas[name], from)
		h.Switch = switches[name]
		if h.Verdict == verdict.Undecided && (orAbsent(name, base.hosts[name]).late || orAbsent(name, head.hosts[name]).late) {
			h.Reason = errBudget.Error()
			late++
		}
		attribute(h.Findings, origins)
		c.locate(h.Findings, headRev)
		r.Hosts = append(r.Hosts, h)
	}
	r.Notes = slices.Concat(r.Notes, c.notes, c.lateNote(r.Hosts, late))
	return r, nil
}

// locate adds the line to findings of which Nix names only the file.
func (c *crossing) locate(findings []triage.Finding, rev string) {
	for i, f := range findings {
		if f.File == "" || f.Line > 0 {
			continue
		}
		// Without the file, the finding is as good as Nix made it.
		if text, err := c.repo.ReadFile(rev, f.File); err == nil {
			findings[i] = f.Locate(string(text))
		}
	}
}

// frame is the report without its hosts.
func (c *crossing) frame(all bumps, headRev string) report.Report {
	r := report.Report{
		Schema:     report.Schema,
		Flake:      all.first().dir,
		Channel:    report.Channel{Name: c.cfg.Channel.Name, From: all.first().from(), Date: all.first().channelDate()},
		Base:       report.Commit{Rev: c.base, Ref: c.baseName, Nixpkgs: all.before()},
		Head:       report.Commit{Rev: headRev, Ref: c.headName, Nixpkgs: all.after()},
		Depth:      c.cfg.Depth,
		Edits:      all.edits(),
		Left:       all.left(),
		Inputs:     all.inputs(),
		Repository: c.repository,
		Run:        c.run,
		Notes:      all.notes(),
	}
	for _, b := range all {
		if len(all) > 1 {
			r.Flakes = append(r.Flakes, b.dir)
		}
	}
	return r.Aged(c.world.Now())
}

// quiet is the report of a run that had nothing to judge.
func (c *crossing) quiet(all bumps, headRev, why string) report.Report {
	r := c.frame(all, headRev)
	r.Quiet = why
	return r
}

// sources tells how Nix names the files of each side; an empty Source where it
// does not say, which costs places and nothing else.
func (c *crossing) sources(ctx context.Context, sides ...side) map[string]triage.Source {
	all := map[string]triage.Source{}
	for _, s := range sides {
		source := triage.Source{Rev: s.rev, Read: func(name string) (string, bool) {
			text, err := c.repo.ReadFile(s.rev, name)
			return string(text), err == nil
		}}
		var dirs []string
		for _, h := range s.sorted() {
			if h.namesFiles() && !slices.Contains(dirs, h.dir) {
				dirs = append(dirs, h.dir)
				source.Store, _ = c.nix.Source(ctx, c.commitRef(s.rev, h.dir))
				source.Inputs = append(source.Inputs, triage.Inputs(c.lockAt(s.rev, h.dir))...)
			}
		}
		all[s.name] = source
	}
	return all
}

// namesFiles reports whether there is anything in which a host may name files.
func (h *host) namesFiles() bool {
	return h.failure != nil || len(h.stopped)+len(h.facts.Warnings)+len(h.facts.Renamed)+len(h.facts.StateVersionFiles) > 0
}

// lockAt is the lock of the flake in dir at a commit; one that cannot be read
// is empty, which costs owners and nothing else.
func (c *crossing) lockAt(rev, dir string) (lock flake.Lock) {
	if text, err := c.repo.ReadFile(rev, path.Join(dir, "flake.lock")); err == nil {
		lock, _ = flake.ParseLock(text)
	}
	return lock
}

// weigh is one host on both sides. A host that a side does not have counts as
// not run there.
func weigh(name string, base, head *host, delta *closure.Delta, from map[string]triage.Source) report.Host {
	base, head = orAbsent(name, base), orAbsent(name, head)
	h := report.Host{
		Name:    name,
		System:  head.facts.System,
		Verdict: verdict.Judge(base.side(), head.side()),
		Base:    base.report(),
		Head:    head.report(),
		Closure: delta,
		Work:    head.work,
		Warnings: diffWarnings(
			plain(base.facts.Warnings, from["base"]),
			plain(head.facts.Warnings, from["head"])),
	}
	if h.System == "" {
		h.System = base.facts.System
	}
	h.Findings = head.findings(from["head"])
	// Everything else may be fine: merging would still change what the host's
	// services take its data for.
	if before, after := base.facts.StateVersion, head.facts.StateVersion; before != "" && after != "" && before != after {
		h.Findings = append(h.Findings, triage.FromStateVersion(before, after, head.stateVersionFile(from["head"])))
		if h.Verdict.Green() {
			h.Verdict = verdict.Regressed
		}
	}
	h.Reason = reason(h, head.facts.Builder)
	for _, f := range head.renames(base, from["head"]) {
		h.Findings = append(h.Findings, f)
		h.Warnings.New = slices.DeleteFunc(h.Warnings.New, func(text string) bool { return tells(text, f) })
	}
	return h
}

func orAbsent(name string, h *host) *host {
	if h == nil {
		return &host{name: name, eval: verdict.NotRun, build: verdict.NotRun}
	}
	return h
}

func (h *host) side() verdict.Side {
	return verdict.Side{Eval: h.eval, Build: h.build, Drv: h.facts.Drv, Out: h.facts.Out}
}

func (h *host) report() report.Side {
	return report.Side{Side: h.side(), Seconds: h.seconds, StateVersion: h.facts.StateVersion, NixosVersion: h.facts.NixosVersion}
}

// findings says what is wrong with a host on one side.
func (h *host) findings(from triage.Source) []triage.Finding {
	if h.failure != nil {
		all := triage.ExplainEvaluation(h.failure.Log, h.facts.Failed, h.eval == verdict.Inconclusive, from)
		for i := range all {
			all[i].Next = cmp.Or(remedies[h.failure.Reason()].eval, all[i].Next)
		}
		return all
	}
	var all []triage.Finding
	for _, f := range h.stopped {
		found := triage.ExplainBuild(f, from)
		found.Next = cmp.Or(remedies[f.Reason].build, found.Next)
		if found.Derivation != "" && len(f.Tail) > 0 {
			found.LogFile = path.Join("logs", logName(f.Drv))
		}
		all = append(all, found)
	}
	return all
}

// reason says why a host has no verdict of its own. builder is the system that
// builds it.
func reason(h report.Host, builder string) string {
	switch {
	case h.Verdict != verdict.Elsewhere && h.Verdict != verdict.Undecided:
		return ""
	case len(h.Findings) > 0:
		first, _, _ := strings.Cut(h.Findings[0].Message, "\n")
		return first
	case h.Verdict == verdict.Elsewhere:
		return "needs " + builder
	case h.Head.Eval == verdict.NotRun:
		return "nixosConfigurations does not have it after the bump"
	}
	return "it was not judged on both sides"
}

func plain(warnings []string, from triage.Source) []string {
	all := make([]string, len(warnings))
	for i, w := range warnings {
		all[i] = strings.TrimSpace(from.Plain(nixlog.Clean(w)))
	}
	return all
}

// diffWarnings tells new warnings from those base had already. A warning that
// is given several times counts once.
func diffWarnings(base, head []string) report.Warnings {
	w := report.Warnings{New: []string{}, Gone: []string{}, Kept: []string{}}
	for _, text := range unique(head) {
		if slices.Contains(base, text) {
			w.Kept = append(w.Kept, text)
		} else {
			w.New = append(w.New, text)
		}
	}
	for _, text := range unique(base) {
		if !slices.Contains(head, text) {
			w.Gone = append(w.Gone, text)
		}
	}
	return w
}

func unique(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// red reports whether `fail-on` wants the run to end with status 3.
func red(r report.Report, failOn string) bool {
	if r.Quiet != "" {
		was := verdict.Verdict(r.Verdict)
		return failOn == config.Any && was.Red() || failOn == config.Regression && was == verdict.Regressed
	}
	return slices.ContainsFunc(r.Hosts, func(h report.Host) bool {
		return failOn == config.Any && h.Verdict.Red() || failOn == config.Regression && h.Verdict == verdict.Regressed
	})
}
