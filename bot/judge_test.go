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
		{"starved", ok("a"), starved, verdict.Undecided, "aarch64-linux", "out of memory"},
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
