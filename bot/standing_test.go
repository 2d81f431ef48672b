package bot

import (
	"errors"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/event"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

func TestSettled(t *testing.T) {
	green := pull.State{Head: "a", Verdict: "ok", Complete: true}
	red := pull.State{Head: "a", Verdict: "regressed", Complete: true}
	open := &pull.Pull{Number: 1, Open: true}
	for _, test := range []struct {
		name  string
		s     standing
		fresh bool
		want  bool
	}{
		{"nothing moved", standing{open: open, tip: "a", state: green}, false, true},
		{"nothing moved, red", standing{open: open, tip: "a", state: red}, false, true},
		{"red, and a person asks", standing{open: open, tip: "a", state: red}, true, false},
		{"green, and a person asks", standing{open: open, tip: "a", state: green}, true, true},
		{"the bump is another one", standing{open: open, tip: "b", state: pull.State{Head: "b", Complete: true}}, false, false},
		{"somebody moved the branch", standing{open: open, tip: "b", state: green}, false, false},
		{"the text lags behind the branch", standing{open: open, tip: "a", state: pull.State{Head: "b", Complete: true}}, false, false},
		{"the runner gave out", standing{open: open, tip: "a", state: pull.State{Head: "a"}}, false, false},
		{"judged by other inputs", standing{open: open, tip: "a", state: pull.State{Head: "a", Scope: "c0ffee", Complete: true}}, false, false},
		{"no pull request", standing{tip: "a", state: green}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.s.settled(renewal{Laid: repo.Laid{Tip: "a"}}, "", test.fresh); got != test.want {
				t.Errorf("settled is %t, want %t", got, test.want)
			}
		})
	}
}

func TestElsewhere(t *testing.T) {
	s := standing{branch: "nixferry/x", open: &pull.Pull{Number: 4, Base: "main"}}
	if err := s.elsewhere("main"); err != nil {
		t.Errorf("the pull request goes where it should: %v", err)
	}
	if err := (standing{}).elsewhere("dev"); err != nil {
		t.Errorf("there is no pull request: %v", err)
	}
	if err := s.elsewhere("dev"); !errors.Is(err, config.ErrUsage) || !strings.Contains(err.Error(), "#4 goes to main, and this run is for dev") {
		t.Errorf("got %v", err)
	}
}

func TestComplete(t *testing.T) {
	host := func(v verdict.Verdict, base, head verdict.Outcome) report.Host {
		return report.Host{Verdict: v, Base: outcome(verdict.OK, base), Head: outcome(verdict.OK, head)}
	}
	for _, test := range []struct {
		name  string
		hosts []report.Host
		want  bool
	}{
		{"all judged", []report.Host{host(verdict.Good, verdict.OK, verdict.OK), host(verdict.Regressed, verdict.OK, verdict.Failed)}, true},
		{"one broke, on another the runner gave out", []report.Host{host(verdict.Regressed, verdict.OK, verdict.Failed), host(verdict.Undecided, verdict.OK, verdict.Inconclusive)}, false},
		{"the runner gave out before the bump", []report.Host{host(verdict.Undecided, verdict.Inconclusive, verdict.Failed)}, false},
		{"that does not matter to a host that builds now", []report.Host{host(verdict.Good, verdict.Inconclusive, verdict.OK)}, true},
		{"a host that is gone stays so", []report.Host{host(verdict.Undecided, verdict.OK, verdict.NotRun)}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := complete(report.Report{Hosts: test.hosts}); got != test.want {
				t.Errorf("complete is %t, want %t", got, test.want)
			}
		})
	}
}

func outcome(eval, build verdict.Outcome) report.Side {
	return report.Side{Side: verdict.Side{Eval: eval, Build: build}}
}

// A workflow may run once for each flake: their branches must not be the same.
func TestBranchOf(t *testing.T) {
	unstable := channel.Channel{Name: "nixos-unstable"}
	for _, test := range []struct {
		cfg  config.Config
		want string
	}{
		{config.Config{Flakes: []string{"."}, Channel: unstable}, "nixferry/nixos-unstable"},
		{config.Config{Flakes: []string{"lab"}, Channel: unstable}, "nixferry/nixos-unstable-lab"},
		{config.Config{Flakes: []string{"hosts/ü lab.x"}, Channel: unstable}, "nixferry/nixos-unstable-hosts-lab-x"},
		{config.Config{Flakes: []string{".", "lab"}, Channel: unstable}, "nixferry/nixos-unstable"},
		{config.Config{Flakes: []string{"lab"}, Channel: unstable, Branch: "mine"}, "mine"},
	} {
		if got := branchOf(test.cfg); got != test.want {
			t.Errorf("%q: got %s, want %s", test.cfg.Flakes, got, test.want)
		}
	}
}

// People are asked once, also where somebody took away what says that they
// were.
func TestInvited(t *testing.T) {
	open := &pull.Pull{Open: true}
	for _, test := range []struct {
		name string
		s    standing
		want bool
	}{
		{"none open", standing{state: pull.State{Invited: true}}, false},
		{"asked", standing{open: open, state: pull.State{Head: "a", Invited: true}}, true},
		{"killed before", standing{open: open, state: pull.State{Head: "a"}}, false},
		{"nothing to be read", standing{open: open}, true},
	} {
		if got := test.s.invited(); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}

// All flakes of a run share the bot's branch, which may be nobody else's.
func TestOwnBranch(t *testing.T) {
	for _, test := range []struct {
		name, branch, base string
		want               string // "" for no objection
	}{
		{"its own", "", "main", ""},
		{"the base", "dev", "dev", "where the pull request would go"},
		{"the branch made up is the base", "", "nixferry/nixos-unstable", "where the pull request would go"},
		{"the default branch", "main", "dev", "is the default branch"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := hub{base: test.base, request: event.Request{DefaultBranch: "main"}}
			err := h.ownBranch(config.Config{Branch: test.branch, Flakes: []string{".", "a"}, Channel: channel.Channel{Name: "nixos-unstable"}})
			if test.want == "" && err != nil {
				t.Errorf("an objection: %v", err)
			}
			if test.want != "" && (!errors.Is(err, config.ErrUsage) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want a usage error with %q", err, test.want)
			}
		})
	}
}
