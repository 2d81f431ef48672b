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

// lists is a side with hosts of these names.
func lists(names ...string) side {
	s := side{hosts: map[string]*host{}}
	s.add(".", "", nil, names...)
	return s
}

func TestPick(t *testing.T) {
	two := func() side {
		s := lists("a", "b")
		s.add("lab", "lab", nil, "a", "c")
		return s
	}
	for _, test := range []struct {
		name   string
		wanted []string
		want   []string
		err    string
	}{
		{"all", []string{"*"}, []string{"a", "b", "lab#a", "lab#c"}, ""},
		{"of every flake", []string{"a"}, []string{"a", "lab#a"}, ""},
		{"of one flake", []string{"lab#*"}, []string{"lab#a", "lab#c"}, ""},
		{"but of one", []string{"a", "!lab#a"}, []string{"a"}, ""},
		{"none", []string{"x"}, nil, "picks none of the 4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wanted, err := config.ParseGlobs(test.wanted)
			base, head := two(), lists()
			if err == nil {
				err = pick(base, head, wanted)
			}
			if test.err != "" {
				if !errors.Is(err, config.ErrUsage) || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want %q", err, test.err)
				}
				return
			}
			if diff := cmp.Diff(test.want, slices.Sorted(maps.Keys(base.hosts))); err != nil || diff != "" {
				t.Errorf("%v, mismatch (-want +got):\n%s", err, diff)
			}
		})
	}
}

// Hosts of a side on which nixosConfigurations is broken fail there, whatever
// they are called on the other.
func TestAdd(t *testing.T) {
	broken := &nix.EvalError{CommandError: &nix.CommandError{}}
	s := lists("a")
	s.add("lab", "lab", broken, "a")
	got := map[string]verdict.Outcome{}
	for name, h := range s.hosts {
		got[name+" "+h.dir+" "+h.attr] = h.eval
	}
	want := map[string]verdict.Outcome{"a . a": verdict.NotRun, "lab#a lab a": verdict.Failed}
	if diff := cmp.Diff(want, got); diff != "" || s.hosts["lab#a"].failure != broken {
		t.Errorf("mismatch (-want +got):\n%s", diff)
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
		{"a machine that cannot", nix.CommandError{Log: nixlog.Log{Errors: []nixlog.Message{{Text: "unable to fork: Resource temporarily unavailable"}}}}, verdict.Inconclusive},
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
	s := lists("b", "a-2", "", "a")
	var got []string
	for _, h := range s.sorted() {
		got = append(got, h.name)
	}
	if want := slices.Sorted(maps.Keys(s.hosts)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
