package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

func TestDiffWarnings(t *testing.T) {
	got := diffWarnings([]string{"stays", "goes", "goes"}, []string{"new", "stays", "a new one", "new"})
	want := report.Warnings{New: []string{"a new one", "new"}, Gone: []string{"goes"}, Kept: []string{"stays"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	none := report.Warnings{New: []string{}, Gone: []string{}, Kept: []string{}}
	if diff := cmp.Diff(none, diffWarnings(nil, nil)); diff != "" {
		t.Errorf("no warnings: mismatch (-want +got):\n%s", diff)
	}
}

// A warning that names its own commit's copy of the repository is the same
// warning on both sides.
func TestWeighWarnings(t *testing.T) {
	const before, after = "/nix/store/00000000000000000000000000000000-source", "/nix/store/11111111111111111111111111111111-source"
	base := &host{eval: verdict.OK, facts: nix.Facts{Warnings: []string{before + "/hosts/a.nix is odd"}}}
	head := &host{eval: verdict.OK, facts: nix.Facts{Warnings: []string{after + "/hosts/a.nix is odd"}}}
	got := weigh("a", base, head, nil, map[string]triage.Source{"base": {Store: before}, "head": {Store: after}})
	if diff := cmp.Diff([]string{"hosts/a.nix is odd"}, got.Warnings.Kept); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestWeigh(t *testing.T) {
	ok := func(builder string) *host {
		return &host{eval: verdict.OK, build: verdict.OK, facts: nix.Facts{System: "aarch64-linux", Builder: builder, Out: "/nix/store/" + builder}}
	}
	made := func(stateVersion string) *host {
		h := ok("a")
		h.facts.StateVersion = stateVersion
		return h
	}
	broken := &host{eval: verdict.Failed, build: verdict.NotRun, failure: &nix.EvalError{CommandError: &nix.CommandError{
		Log: nixlog.Log{Errors: []nixlog.Message{{Text: "attribute 'x' missing"}}},
	}}}
	foreign := ok("riscv64-linux")
	foreign.build = verdict.NotHere
	lacking := ok("x86_64-linux")
	lacking.build, lacking.stopped = verdict.NotHere, []nixlog.Failure{{Drv: "/nix/store/00000000000000000000000000000000-vm.drv", Reason: nixlog.Lacking, Needs: "kvm"}}
	starved := &host{eval: verdict.Inconclusive, build: verdict.NotRun, failure: &nix.EvalError{CommandError: &nix.CommandError{
		Log: nixlog.Log{Errors: []nixlog.Message{{Text: "out of memory\nwhile reading"}}},
	}}}
	for _, test := range []struct {
		name       string
		base, head *host
		verdict    verdict.Verdict
		system     string
		reason     string
	}{
		{"fine", ok("a"), ok("b"), verdict.Good, "aarch64-linux", ""},
		{"breaks", ok("a"), broken, verdict.Regressed, "aarch64-linux", ""},
		{"new", nil, ok("b"), verdict.Good, "aarch64-linux", ""},
		{"new and broken", nil, broken, verdict.Undecided, "", "attribute 'x' missing"},
		{"gone", ok("a"), nil, verdict.Undecided, "aarch64-linux", "nixosConfigurations does not have it after the bump"},
		{"cross-compiled elsewhere", ok("a"), foreign, verdict.Elsewhere, "aarch64-linux", "needs riscv64-linux"},
		{"a feature", ok("a"), lacking, verdict.Elsewhere, "aarch64-linux", "vm: this machine lacks kvm"},
		{"starved", ok("a"), starved, verdict.Undecided, "aarch64-linux", "out of memory while reading"},
		{"its stateVersion moves", made("25.11"), made("26.05"), verdict.Regressed, "aarch64-linux", ""},
		{"its stateVersion stays", made("25.11"), made("25.11"), verdict.Unchanged, "aarch64-linux", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := weigh("h", test.base, test.head, nil, nil)
			if got.Name != "h" || got.Verdict != test.verdict || got.System != test.system || got.Reason != test.reason {
				t.Errorf("got %s on %q because %q, want %s on %q because %q", got.Verdict, got.System, got.Reason, test.verdict, test.system, test.reason)
			}
		})
	}
}

// An option under a former name is a finding from the bump that makes it one,
// in the owner's files only, and says what the warning says.
func TestWeighRenames(t *testing.T) {
	const store, other = "/nix/store/00000000000000000000000000000000-source", "/nix/store/11111111111111111111111111111111-source"
	option := func(name string, silent bool, files ...string) nix.Renamed {
		return nix.Renamed{Option: name, Now: "new." + name, Silent: silent, Files: files}
	}
	base := &host{eval: verdict.OK, facts: nix.Facts{StateVersion: "25.11", Renamed: []nix.Renamed{option("old", false), option("was-silent", true)}}}
	head := &host{eval: verdict.OK, facts: nix.Facts{
		StateVersion: "26.05", StateVersionFiles: []string{other + "/x.nix", store + "/version.nix"},
		Renamed: []nix.Renamed{
			option("old", false, store+"/a.nix"), option("silent", true, store+"/a.nix"),
			option("was-silent", false, store+"/a.nix", other+"/b.nix", store+"/c.nix"), option("of-others", false, other+"/b.nix"),
		},
		Warnings: []string{
			"The option `was-silent' defined in `" + store + "/a.nix' and `" + store + "/c.nix' has been renamed to `new.was-silent'.",
			"The option `was-silent' defined in `" + store + "/a.nix' has been renamed to `newer'.",
		},
	}}
	got := weigh("a", base, head, nil, map[string]triage.Source{"head": {Store: store}})
	brief := []string{}
	for _, f := range got.Findings {
		brief = append(brief, string(f.Class)+" "+f.Option+" "+f.Replacement+" "+f.File)
	}
	want := []string{
		"state-version system.stateVersion  version.nix",
		"renamed-option was-silent new.was-silent a.nix", "renamed-option was-silent new.was-silent c.nix",
	}
	if diff := cmp.Diff(want, brief); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"The option `was-silent' defined in `a.nix' has been renamed to `newer'."}, got.Warnings.New); diff != "" {
		t.Errorf("warnings: mismatch (-want +got):\n%s", diff)
	}
	head.facts.StateVersion = "25.11"
	if got := weigh("a", base, head, nil, map[string]triage.Source{"head": {Store: store}}); !got.Verdict.Green() || len(got.Findings) != 2 {
		t.Errorf("%s with %d findings, want a green host with two", got.Verdict, len(got.Findings))
	}
	if got := weigh("a", base, head, nil, nil); len(got.Findings) != 0 {
		t.Errorf("findings in nobody's files: %+v", got.Findings)
	}
}

func TestFindingsOfABuild(t *testing.T) {
	const drv = "/nix/store/00000000000000000000000000000000-a-1.0.drv"
	h := &host{eval: verdict.OK, build: verdict.Failed, stopped: []nixlog.Failure{
		{Drv: drv, Reason: nixlog.Builder, Code: 2, Tail: []string{"no"}},
		{Drv: drv, Reason: nixlog.Builder, Code: 2},
	}}
	got := h.findings(triage.Source{})
	if len(got) != 2 || got[0].LogFile != "logs/00000000000000000000000000000000-a-1.0.drv.log" || got[1].LogFile != "" {
		t.Errorf("got %+v, want a log file for the first and none for the second, which logged nothing", got)
	}
}

func TestRed(t *testing.T) {
	hosts := func(verdicts ...verdict.Verdict) (r report.Report) {
		for _, v := range verdicts {
			r.Hosts = append(r.Hosts, report.Host{Verdict: v})
		}
		return r
	}
	for _, test := range []struct {
		r                       report.Report
		fleet                   string
		never, regression, some bool
	}{
		{hosts(), "none", false, false, false},
		{hosts(verdict.Good, verdict.Elsewhere, verdict.Unchanged), "ok", false, false, false},
		{hosts(verdict.Good, verdict.Undecided), "inconclusive", false, false, false},
		{hosts(verdict.Undecided, verdict.StillFailing), "still-failing", false, false, true},
		{hosts(verdict.StillFailing, verdict.Regressed), "regressed", false, true, true},
	} {
		if got := fleetVerdict(test.r); got != test.fleet {
			t.Errorf("fleet verdict of %v is %s, want %s", test.r.Hosts, got, test.fleet)
		}
		got := []bool{red(test.r, config.Never), red(test.r, config.Regression), red(test.r, config.Any)}
		if diff := cmp.Diff([]bool{test.never, test.regression, test.some}, got); diff != "" {
			t.Errorf("%s: fail-on never, regression, any: mismatch (-want +got):\n%s", test.fleet, diff)
		}
	}
}
