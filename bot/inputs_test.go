package bot

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/cmd/playground/github"
	"github.com/nixferry/nixferry/cmd/playground/sample"
)

func TestQuestion(t *testing.T) {
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	moved := func(repository, from, to string) flake.InputChange {
		return flake.InputChange{Kind: flake.Moved, Before: flake.Point{Rev: from}, After: flake.Point{Rev: to, Repository: repository}}
	}
	gone := moved("https://gitlab.com/o/r", a, b)
	gone.Kind = flake.Removed
	public := World{}.counter(config.Config{Token: "t"})
	anonymous := World{}.counter(config.Config{})
	enterprise := World{Env: []string{"GITHUB_SERVER_URL=https://ghe.example.org/"}}.counter(config.Config{Token: "t"})
	for _, test := range []struct {
		name   string
		who    counter
		change flake.InputChange
		want   question
	}{
		{"GitHub", public, moved("https://github.com/NixOS/nixpkgs", a, b), question{owner: "NixOS", name: "nixpkgs"}},
		{"GitHub as git", public, moved("https://GitHub.com/NixOS/nixpkgs.git", a, b), question{owner: "NixOS", name: "nixpkgs"}},
		{"a channel's tarball", public, moved("https://github.com/NixOS/nixpkgs", "aaaaaaaaaaaa", "bbbbbbbbbbbb"), question{owner: "NixOS", name: "nixpkgs"}},
		{"GitHub without a token", anonymous, moved("https://github.com/NixOS/nixpkgs", a, b), question{}},
		{"GitHub with another server's token", enterprise, moved("https://github.com/NixOS/nixpkgs", a, b), question{}},
		{"GitHub Enterprise", enterprise, moved("https://ghe.example.org/infra/pkgs", a, b), question{owner: "infra", name: "pkgs"}},
		{"no repository of GitHub's", public, moved("https://github.com/a/b/c", a, b), question{}},
		{"a server that begins like GitHub", public, moved("https://github.com.example.org/a/b", a, b), question{git: "https://github.com.example.org/a/b"}},
		{"GitLab", public, moved("https://gitlab.com/g/s/r", a, b), question{git: "https://gitlab.com/g/s/r"}},
		{"plain git", anonymous, moved("http://git.example.org/r.git", a, b), question{git: "http://git.example.org/r.git"}},
		{"git with a shortened revision", anonymous, moved("https://gitlab.com/o/r", "aaaaaaaaaaaa", b), question{}},
		{"no address", public, moved("", a, b), question{}},
		{"no revision", public, moved("https://github.com/o/r", "", b), question{}},
		{"gone", public, gone, question{}},
	} {
		if got := test.who.question(test.change); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

// upstream is the sample world on a GitHub, and a counter for it.
func upstream(t *testing.T, token string) (*github.Server, sample.World, counter) {
	t.Helper()
	dir := t.TempDir()
	server, err := github.New(github.Options{Dir: dir, Tokens: map[string]github.Permissions{
		"t": {Contents: github.Read, Repositories: []string{"octo/fleet"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if bad := server.Violations(); len(bad) > 0 {
			t.Errorf("GitHub would not have it:\n%s", strings.Join(bad, "\n"))
		}
		_ = server.Close()
	})
	world, err := sample.Lay(t.Context(), dir, sample.Options{Files: os.DirFS("../testdata"), Base: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	w := World{Env: []string{"GITHUB_SERVER_URL=" + server.URL(), "GITHUB_API_URL=" + server.APIURL()}}
	return server, world, w.counter(config.Config{Token: token})
}

// between counts with git.
func between(t *testing.T, world sample.World, from, to string) int {
	t.Helper()
	out, err := exec.Command("git", "--git-dir="+world.Nixpkgs, "rev-list", "--count", from+".."+to).Output()
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil || n == 0 {
		t.Fatalf("%d commits, %v", n, err)
	}
	return n
}

func nixpkgsMoves(world sample.World, from, to string) report.Report {
	at := func(rev string) flake.Point {
		return flake.Point{Rev: rev, Repository: world.Base + "/NixOS/nixpkgs.git"}
	}
	return report.Report{Inputs: []flake.InputChange{{Name: "nixpkgs", Kind: flake.Moved, Before: at(from), After: at(to)}}}
}

// TestCounting counts the same commits through GitHub's API and through git.
func TestCounting(t *testing.T) {
	for token, operation := range map[string]string{"t": "repos/compare-commits-with-basehead", "": "git/fetch"} {
		server, world, k := upstream(t, token)
		old, young := world.Channels["nixos-25.11"], world.Channels["nixos-unstable"]
		r := nixpkgsMoves(world, old, young)
		if got, want := k.counting(t.Context(), r)()[0].Commits, between(t, world, old, young); got != want {
			t.Errorf("%s: %d commits, want %d", operation, got, want)
		}
		if r.Inputs[0].Commits != 0 {
			t.Error("the report given was changed")
		}
		tip := between(t, world, young, world.Channels["master"])
		back := nixpkgsMoves(world, world.Channels["master"], young)
		back.Inputs[0].Kind = flake.Back
		if got := k.counting(t.Context(), back)()[0]; got.Commits != 0 || got.Behind != tip {
			t.Errorf("%s: %d and %d back, want %d back", operation, got.Commits, got.Behind, tip)
		}
		for _, call := range server.Log() {
			if !strings.HasPrefix(call.Operation, operation) {
				t.Errorf("%s was called", call.Operation)
			}
		}
	}
}

// TestCountingStaysUnknown has everything go wrong that is no fault of the run.
func TestCountingStaysUnknown(t *testing.T) {
	for name, disturb := range map[string]func(*github.Server, *report.Report) context.Context{
		"rate limit": func(s *github.Server, _ *report.Report) context.Context {
			s.Inject(github.Fault{Status: 403, Header: map[string][]string{"X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"99999999999"}}, Body: `{"message":"API rate limit exceeded"}`})
			return context.Background()
		},
		"no such revision": func(_ *github.Server, r *report.Report) context.Context {
			r.Inputs[0].Before.Rev = strings.Repeat("0", 40)
			return context.Background()
		},
		"the run ends": func(s *github.Server, _ *report.Report) context.Context {
			s.Inject(github.Fault{Delay: time.Minute})
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx
		},
	} {
		for _, token := range []string{"t", ""} {
			server, world, k := upstream(t, token)
			r := nixpkgsMoves(world, world.Channels["nixos-25.11"], world.Channels["nixos-unstable"])
			ctx := disturb(server, &r)
			if diff := cmp.Diff(r.Inputs, k.counting(ctx, r)()); diff != "" {
				t.Errorf("%s, token %q: mismatch (-want +got):\n%s", name, token, diff)
			}
		}
	}
}

// TestCountingIsBounded asks about the inputs that matter most, and not about
// all of a flake that has too many.
func TestCountingIsBounded(t *testing.T) {
	server, world, k := upstream(t, "t")
	r := nixpkgsMoves(world, world.Channels["nixos-25.11"], world.Channels["nixos-unstable"])
	r.Head.Nixpkgs.Input = "nixpkgs"
	for i := range countedInputs + 5 {
		more := r.Inputs[0]
		more.Name = fmt.Sprintf("a%02d", i)
		r.Inputs = append(r.Inputs, more)
	}
	counted := 0
	for i, change := range k.counting(t.Context(), r)() {
		if change.Commits > 0 {
			counted++
		} else if i < countedInputs {
			t.Errorf("%s was not counted", change.Name)
		}
	}
	if calls := len(server.Log()); counted != countedInputs || calls != countedInputs {
		t.Errorf("%d inputs counted in %d calls, want %d", counted, calls, countedInputs)
	}
}

func TestChannelDate(t *testing.T) {
	const lock = `{"version": 7, "root": "r", "nodes": {"r": {"inputs": {"nixpkgs": "n"}}, "n": {
		"locked": {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "rev": "%s", "lastModified": 1763000000},
		"original": {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "%s"}}}}`
	when := time.Unix(1763000000, 0).UTC()
	update, edit := []string{"nixpkgs"}, []flake.Edit{{Input: "nixpkgs"}}
	for _, test := range []struct {
		name, ref string
		plan      flake.Plan
		want      time.Time
	}{
		{"relocked", "nixos-unstable", flake.Plan{Update: update}, when},
		{"edited", "nixos-25.11-small", flake.Plan{Edits: edit}, when},
		{"held", "nixos-unstable", flake.Plan{}, time.Time{}},
		{"no channel", "master", flake.Plan{Update: update}, time.Time{}},
		{"a revision", strings.Repeat("a", 40), flake.Plan{Edits: edit}, time.Time{}},
	} {
		after, err := flake.ParseLock([]byte(fmt.Sprintf(lock, strings.Repeat("b", 40), test.ref)))
		if err != nil {
			t.Fatal(err)
		}
		test.plan.System = []string{"nixpkgs"}
		b := bumped{plan: test.plan, after: after}
		if got := b.channelDate(); !got.Equal(test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
