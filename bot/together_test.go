package bot

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// Two runs at once end as one would have: with one pull request that says what
// is on its branch, whoever was faster.
func TestTwoRunsAtOnce(t *testing.T) {
	for _, mode := range []string{config.Git, config.API} {
		for _, test := range []struct {
			name   string
			locks  [2]string
			before func(*voyage)
		}{
			{"the same bump, nothing there", [2]string{"new", "new"}, func(*voyage) {}},
			{"two bumps, nothing there", [2]string{"new", "newer"}, func(*voyage) {}},
			{"the same bump, over a person's commit", [2]string{"newer", "newer"}, withAda},
			{"two bumps, over a person's commit", [2]string{"newer", "newest"}, withAda},
		} {
			t.Run(mode+"/"+test.name, func(t *testing.T) {
				t.Parallel()
				v := embark(t, github.Settings{})
				v.cfg.CommitMode = mode
				test.before(v)
				var group sync.WaitGroup
				for _, lock := range test.locks {
					one := *v
					one.lock = lock
					group.Go(func() {
						if err := one.run(t.Context()); err != nil {
							t.Errorf("the run to %s: %v", lock, err)
						}
					})
				}
				group.Wait()
				v.checkOnePull()
			})
		}
	}
}

func withAda(v *voyage) {
	v.sail()
	v.commit(ferryBranch, "hosts/web.nix", "one\ntwo\n3\n")
}

// checkOnePull makes sure that there is one pull request, and that it is about
// what is on its branch, with Ada's commit if she made one.
func (v *voyage) checkOnePull() {
	v.t.Helper()
	pulls := v.server.Pulls("octo", "fleet")
	if len(pulls) != 1 || len(pulls[0].Comments) > 0 {
		v.t.Fatalf("%d pull requests: %+v", len(pulls), pulls)
	}
	tip := v.shell("git rev-parse " + ferryBranch)
	stand, err := v.hub().standing(v.t.Context(), ferryBranch, "")
	if err != nil {
		v.t.Fatal(err)
	}
	if stand.state.Head != tip || !stand.state.Complete {
		v.t.Errorf("the pull request is about %+v, the branch at %s", stand.state, tip)
	}
	log := strings.Split(v.shell("git log --format=%an main.."+ferryBranch), "\n")
	if strings.Contains(v.shell("git log --all --format=%an"), "Ada") && !slices.Contains(log, "Ada") {
		v.t.Errorf("Ada's commit is gone: %q", log)
	}
	if diff := cmp.Diff(1, len(log)-strings.Count(strings.Join(log, " "), "Ada")); diff != "" {
		v.t.Errorf("commits of the bot's mismatch (-want +got):\n%s", diff)
	}
}

// A person pushes while the run is at work: what they did is judged before
// anything is pushed over it.
func TestPersonPushesMeanwhile(t *testing.T) {
	for _, mode := range []string{config.Git, config.API} {
		v := embark(t, github.Settings{})
		v.cfg.CommitMode = mode
		v.sail()
		v.lock = "newer"
		var judged []string
		v.judging = func(head string) {
			if judged = append(judged, head); len(judged) == 1 {
				v.commit(ferryBranch, "hosts/web.nix", "one\ntwo\n3\n")
			}
		}
		v.sail()
		if len(judged) != 2 {
			t.Errorf("%s: judged %q, want without Ada's commit and with it", mode, judged)
		}
		v.checkOnePull()
	}
}

// A run that was slow leaves alone what a faster one made of something newer.
func TestSlowRunStandsBack(t *testing.T) {
	for _, mode := range []string{config.Git, config.API} {
		v := embark(t, github.Settings{})
		v.cfg.CommitMode = mode
		slow := *v
		v.lock, v.age = "newer", 10
		slow.judging = func(string) { v.sail() }
		slow.sail()
		if got := v.shell("git show " + ferryBranch + ":flake.lock"); got != "newer" {
			t.Errorf("%s: the branch is at %q", mode, got)
		}
		v.checkOnePull()
	}
}

// A run that was slow and has the newer bump pushes it over the older one, and
// says nothing of what it took. What GitHub commits has its own date, so that in
// api mode the next run does that.
func TestSlowRunGoesOn(t *testing.T) {
	v := embark(t, github.Settings{})
	slow := *v
	slow.lock, slow.age = "newer", 10
	slow.judging = func(string) { v.sail() }
	slow.sail()
	if got := v.shell("git show " + ferryBranch + ":flake.lock"); got != "newer" {
		t.Errorf("the branch is at %q", got)
	}
	if body := v.server.Pulls("octo", "fleet")[0].Body; strings.Contains(body, "could not be published") {
		t.Errorf("the pull request says %s", body)
	}
	v.checkOnePull()
}
