package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/flake"
)

func load(inputs map[string]string) (Config, error) {
	return Load(func(name string) string { return inputs[name] })
}

func TestLoadDefaults(t *testing.T) {
	got, err := load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Channel.Name != "nixos-unstable" {
		t.Errorf("channel is %q", got.Channel.Name)
	}
	want := Config{
		Flakes:     []string{"."},
		Channel:    got.Channel,
		Hosts:      Globs{include: []string{"*"}},
		Depth:      Build,
		Author:     Author{Name: "nixferry[bot]", Email: "nixferry[bot]@users.noreply.github.com"},
		FailOn:     Never,
		EvalMemory: 2 << 30, TimeBudget: 5*time.Hour + 30*time.Minute,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Globs{})); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestLoad(t *testing.T) {
	got, err := load(map[string]string{
		"token": " secret\n", "flake": "hosts\n./infra/\n", "hosts": "web-*, !web-3", "systems": "x86_64-linux aarch64-linux",
		"depth": "eval", "companions": "hm = release-25.11\nstylix=master\n", "also-update": "disko,sops-nix", "hold": "zed",
		"base": "refs/heads/main", "branch": "bots/nix", "git-author": "Ferry Man <ferry@example.org>", "fail-on": "any",
		"eval-workers": "3", "eval-memory": "1500m", "time-budget": "90m", "nix-options": "# mine\ncores = 2\nsubstituters = https://a https://b\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Token: "secret", Flakes: []string{"hosts", "infra"}, Channel: got.Channel,
		Hosts: Globs{include: []string{"web-*"}, exclude: []string{"web-3"}}, Systems: []string{"x86_64-linux", "aarch64-linux"},
		Depth: Eval, Companions: flake.Companions{Refs: map[string]string{"hm": "release-25.11", "stylix": "master"}},
		AlsoUpdate: []string{"disko", "sops-nix"}, Hold: []string{"zed"}, Base: "main", Branch: "bots/nix",
		Author: Author{Name: "Ferry Man", Email: "ferry@example.org"}, FailOn: Any, EvalWorkers: 3, EvalMemory: 1500 << 20, TimeBudget: 90 * time.Minute,
		NixOptions: map[string]string{"cores": "2", "substituters": "https://a https://b"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Globs{})); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestLoadErrors(t *testing.T) {
	for _, test := range []struct{ name, input, value, want string }{
		{"unknown channel", "channel", "nixos-unstabel", "channel: "},
		{"flake outside", "flake", "../other", "outside the repository"},
		{"absolute flake", "flake", "/etc/nixos", "outside the repository"},
		{"depth", "depth", "deep", `"deep" is none of build, eval`},
		{"glob", "hosts", "[", "is no glob"},
		{"companion", "companions", "hm", "neither `auto`, `off` nor `input=ref`"},
		{"branch with a space", "branch", "a b", "is no branch name"},
		{"branch with dots", "branch", "a..b", "is no branch name"},
		{"branch option", "base", "-f", "is no branch name"},
		{"author", "git-author", "nobody", "`Name <address>`"},
		{"author with a line", "git-author", "a\nb <c@d>", "`Name <address>`"},
		{"workers", "eval-workers", "0", "neither `auto` nor a number"},
		{"memory", "eval-memory", "much", "is no size"},
		{"memory past all bounds", "eval-memory", "99999999999G", "is no size"},
		{"time budget", "time-budget", "5", `"5" is no time`},
		{"nix option", "nix-options", "cores", "`name = value`"},
		{"flake config", "nix-options", "accept-flake-config = true", "stays off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(map[string]string{test.input: test.value})
			if err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, ErrUsage) {
				t.Errorf("got %v, want a usage error with %q", err, test.want)
			}
		})
	}
}

func TestLoadNamesEveryProblem(t *testing.T) {
	_, err := load(map[string]string{"depth": "x", "fail-on": "y"})
	if err == nil || !strings.Contains(err.Error(), "depth: ") || !strings.Contains(err.Error(), "fail-on: ") {
		t.Errorf("%v does not name both problems", err)
	}
}

func TestScope(t *testing.T) {
	scope := func(inputs map[string]string) string {
		c, err := load(inputs)
		if err != nil {
			t.Fatal(err)
		}
		return c.Scope()
	}
	usual := scope(nil)
	if scope(map[string]string{"labels": "nix", "token": "t"}) != usual {
		t.Error("an input that decides nothing changes the scope")
	}
	for name, value := range map[string]string{"depth": "eval", "hosts": "web-*", "systems": "aarch64-linux"} {
		if scope(map[string]string{name: value}) == usual {
			t.Errorf("%s does not change the scope", name)
		}
	}
}

func TestGlobs(t *testing.T) {
	for _, test := range []struct {
		patterns, yes, no string
	}{
		{"*", "web db.example.org a/b", ""},
		{"web-*", "web-1 web-", "db-1"},
		{"!lab", "web", "lab"},
		{"web-* !web-3", "web-1", "web-3 db"},
	} {
		g, err := ParseGlobs(strings.Fields(test.patterns))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields(test.yes) {
			if !g.Match(name) {
				t.Errorf("%q does not pick %q", test.patterns, name)
			}
		}
		for _, name := range strings.Fields(test.no) {
			if g.Match(name) {
				t.Errorf("%q picks %q", test.patterns, name)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("branch", "a/b")
	f.Add("git-author", "a <b@c>")
	f.Add("nix-options", "a = b")
	f.Add("eval-memory", "2G")
	f.Fuzz(func(t *testing.T, name, value string) {
		c, err := load(map[string]string{name: value})
		if err != nil {
			return
		}
		if strings.ContainsAny(c.Author.Name+c.Author.Email+c.Branch+c.Base, "\n\r\x00") {
			t.Errorf("%s = %q let a control character through: %+v", name, value, c)
		}
	})
}
