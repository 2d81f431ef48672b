package bot

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/verdict"
)

// lists is a side with hosts of these names, or one that is broken.
func lists(broken *nix.EvalError, names ...string) side {
	s := side{hosts: map[string]*host{}, broken: broken}
	for _, name := range names {
		s.hosts[name] = &host{name: name, eval: verdict.NotRun, build: verdict.NotRun}
	}
	return s
}

func TestListed(t *testing.T) {
	broken := &nix.EvalError{CommandError: &nix.CommandError{Doing: "evaluating nixosConfigurations", Log: nixlog.Log{Errors: []nixlog.Message{{Text: "oh no"}}}}}
	for _, test := range []struct {
		name       string
		base, head side
		hosts      string
		want       map[string]verdict.Outcome // of head, after "base" ones
		err        string
	}{
		{"both sides", lists(nil, "a", "b"), lists(nil, "a", "c"), "*", map[string]verdict.Outcome{
			"base a": verdict.NotRun, "base b": verdict.NotRun, "head a": verdict.NotRun, "head c": verdict.NotRun,
		}, ""},
		{"picked", lists(nil, "a", "b"), lists(nil, "a", "c"), "c", map[string]verdict.Outcome{"head c": verdict.NotRun}, ""},
		{"broken after", lists(nil, "a", "b"), lists(broken), "a", map[string]verdict.Outcome{"base a": verdict.NotRun, "head a": verdict.Failed}, ""},
		{"broken before", lists(broken), lists(nil, "a"), "*", map[string]verdict.Outcome{"base a": verdict.Failed, "head a": verdict.NotRun}, ""},
		{"broken", lists(broken), lists(broken), "*", nil, "neither before the bump nor after it, so correct it first: evaluating nixosConfigurations: oh no"},
		{"none picked", lists(nil, "a", "b"), lists(nil, "a"), "c", nil, "picks none of the 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			pick, err := config.ParseGlobs([]string{test.hosts})
			if err == nil {
				err = listed(test.base, test.head, pick)
			}
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want %q", err, test.err)
				}
				return
			}
			got := map[string]verdict.Outcome{}
			for name, s := range map[string]side{"base ": test.base, "head ": test.head} {
				for _, h := range s.hosts {
					got[name+h.name] = h.eval
				}
			}
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v, mismatch (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestFailed(t *testing.T) {
	for _, test := range []struct {
		name string
		err  nix.CommandError
		want verdict.Outcome
	}{
		{"the flake", nix.CommandError{Log: nixlog.Log{Errors: []nixlog.Message{{Text: "attribute 'x' missing"}}}}, verdict.Failed},
		{"killed", nix.CommandError{Killed: true}, verdict.Inconclusive},
		{"a build it needs wants another machine", nix.CommandError{Log: nixlog.Log{Failures: []nixlog.Failure{{Reason: nixlog.Lacking}}}}, verdict.NotHere},
		{"a build it needs fails", nix.CommandError{Log: nixlog.Log{Failures: []nixlog.Failure{{Reason: nixlog.Builder}}}}, verdict.Failed},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := host{failure: &nix.EvalError{CommandError: &test.err}}
			if got := h.failed(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	stops := func(drv string, reason nixlog.Reason) nix.Failure {
		return nix.Failure{Failure: nixlog.Failure{Drv: drv, Reason: reason}, Stops: []string{"top"}}
	}
	for _, test := range []struct {
		name  string
		built nix.Built
		want  verdict.Outcome
		found int
	}{
		{"built", nix.Built{OK: map[string]bool{"top": true}, Failures: []nix.Failure{stops("x", nixlog.Builder)}}, verdict.OK, 0},
		{"a builder fails", nix.Built{Failures: []nix.Failure{stops("x", nixlog.Builder)}}, verdict.Failed, 1},
		{"another host's builder fails", nix.Built{Failures: []nix.Failure{{Failure: nixlog.Failure{Drv: "x"}, Stops: []string{"other"}}}}, verdict.Inconclusive, 0},
		{"a feature is lacking", nix.Built{Failures: []nix.Failure{stops("x", nixlog.Lacking)}}, verdict.NotHere, 1},
		{"the disk is full", nix.Built{Failures: []nix.Failure{stops("x", nixlog.DiskFull)}}, verdict.Inconclusive, 1},
		{"lacking and full", nix.Built{Failures: []nix.Failure{stops("x", nixlog.Lacking), stops("y", nixlog.DiskFull)}}, verdict.NotHere, 2},
		{"full, lacking and failing", nix.Built{Failures: []nix.Failure{stops("x", nixlog.DiskFull), stops("y", nixlog.Lacking), stops("z", nixlog.Hash)}}, verdict.Failed, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := host{facts: nix.Facts{Drv: "top"}}
			h.settle(test.built)
			if h.build != test.want || len(h.stopped) != test.found {
				t.Errorf("%s with %d failures, want %s with %d", h.build, len(h.stopped), test.want, test.found)
			}
		})
	}
}

// Only the logs of builds that failed are kept, whole.
func TestBuildLogs(t *testing.T) {
	dir := t.TempDir()
	logs := &buildLogs{dir: dir, progress: newProgress(World{Stderr: new(strings.Builder)})}
	for _, drv := range []string{"/nix/store/a-good.drv", "/nix/store/b-bad.drv"} {
		logs.Started(drv)
		logs.Logged(drv, "one")
		logs.Logged(drv, "two")
		logs.Stopped(drv)
	}
	logs.Logged("/nix/store/c-cut-off.drv", "one")
	logs.Logged("/nix/store/../../../d.drv", "one")
	logs.keep([]nix.Failure{{Failure: nixlog.Failure{Drv: "/nix/store/b-bad.drv"}}})
	entries, err := os.ReadDir(dir)
	text, wrong := os.ReadFile(filepath.Join(dir, "b-bad.drv.log"))
	if errors.Join(err, wrong) != nil || len(entries) != 1 || string(text) != "one\ntwo\n" {
		t.Errorf("%v, %q, %v, %v", entries, text, err, wrong)
	}
}

func TestSorted(t *testing.T) {
	s := lists(nil, "b", "a-2", "", "a")
	var got []string
	for _, h := range s.sorted() {
		got = append(got, h.name)
	}
	if want := slices.Sorted(maps.Keys(s.hosts)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
