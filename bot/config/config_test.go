package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/flake"
)

func load(inputs map[string]string) (Config, error) {
	return Load(func(name string) string { return inputs[name] })
}

// key has the shape of one and is none.
const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n-----END OPENSSH PRIVATE KEY-----\n"

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
		CommitMode: Git, Draft: Auto, AutoMerge: Off, CoolDown: 72 * time.Hour,
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
		"draft": "never", "auto-merge": "squash", "merge-gate": "web-*, !web-3", "cool-down": "1d12h",
		"signing-key": strings.ReplaceAll(key, "\n", "\r\n"), "push-to-fork": "ferry-man/fleet.nix",
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
		Author: Author{Name: "Ferry Man", Email: "ferry@example.org"}, CommitMode: Git, SigningKey: key, Fork: "ferry-man/fleet.nix",
		Draft: Never, AutoMerge: "squash", MergeGate: Gate{Hosts: &Globs{include: []string{"web-*"}, exclude: []string{"web-3"}}}, CoolDown: 36 * time.Hour,
		FailOn: Any, EvalWorkers: 3, EvalMemory: 1500 << 20, TimeBudget: 90 * time.Minute,
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
		{"draft", "draft", "often", `"often" is none of auto, never, always`},
		{"auto-merge", "auto-merge", "always", `"always" is none of off, merge, squash, rebase`},
		{"merge gate", "merge-gate", "web-[", "is no glob"},
		{"merge gate of two kinds", "merge-gate", "all web", "stand alone"},
		{"commit mode", "commit-mode", "gpg", `"gpg" is none of git, api`},
		{"fork without a name", "push-to-fork", "octo", "`owner/name`"},
		{"fork that is a path", "push-to-fork", "octo/..", "`owner/name`"},
		{"fork that is an address", "push-to-fork", "https://github.com/octo/fleet", "`owner/name`"},
		{"cool-down", "cool-down", "a week", `"a week" is no time`},
		{"cool-down before now", "cool-down", "3d-1h", `"3d-1h" is no time`},
		{"cool-down past all bounds", "cool-down", "9999d2562047h", "is no time"},
		{"title", "pr-title", strings.Repeat("ü", 257), "257 characters are too many"},
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

func TestLoadContradictions(t *testing.T) {
	for _, test := range []struct {
		inputs map[string]string
		want   string
	}{
		{map[string]string{"commit-mode": "api", "signing-key": key}, "signing-key: "},
		{map[string]string{"draft": "always", "auto-merge": "merge"}, "auto-merge: "},
	} {
		if _, err := load(test.inputs); err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, ErrUsage) {
			t.Errorf("%v gives %v, want a usage error with %q", test.inputs, err, test.want)
		}
	}
}

func TestMergeGate(t *testing.T) {
	for value, want := range map[string]Gate{
		"":              {},
		"no-regression": {},
		"all":           {All: true},
		"!lab":          {Hosts: &Globs{include: []string{"*"}, exclude: []string{"lab"}}},
	} {
		got, err := load(map[string]string{"merge-gate": value})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.MergeGate, cmp.AllowUnexported(Globs{})); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", value, diff)
		}
	}
}

func TestTimes(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"0": 0, "0d": 0, "3d": 72 * time.Hour, "1d12h": 36 * time.Hour, "12h": 12 * time.Hour, "9999d": 9999 * 24 * time.Hour,
	} {
		got, err := load(map[string]string{"cool-down": value})
		if err != nil || got.CoolDown != want {
			t.Errorf("%q is %s, %v; want %s", value, got.CoolDown, err, want)
		}
	}
}

// TestSecrets keeps the token and the key out of whatever is written of a
// Config, and out of errors.
func TestSecrets(t *testing.T) {
	cfg, err := load(map[string]string{"token": "secret", "signing-key": key})
	if err != nil || cfg.Token != "secret" || cfg.SigningKey != key {
		t.Fatalf("the secrets are not read: %v", err)
	}
	written, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{string(written)}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts = append(texts, fmt.Sprintf(format, cfg), fmt.Sprintf(format, &cfg), fmt.Sprintf(format, []Config{cfg}))
	}
	for _, wrong := range []string{"secret", strings.TrimSuffix(key, "-----\n"), "ssh-ed25519 secret", "\n" + key + "secret"} {
		_, err := load(map[string]string{"signing-key": wrong, "commit-mode": "api"})
		if err == nil || !strings.Contains(err.Error(), "signing-key: ") {
			t.Errorf("%q gives %v, want an error that names the input", wrong, err)
			continue
		}
		texts = append(texts, err.Error())
	}
	for _, text := range texts {
		if strings.Contains(text, "secret") || strings.Contains(text, fmt.Sprintf("%x", "secret")) {
			t.Errorf("a secret stands in %s", text)
		}
	}
	if plain := fmt.Sprintf("%+v", cfg); !strings.Contains(plain, "Depth:build") || !strings.Contains(plain, "Token:(hidden)") {
		t.Errorf("the rest is gone too: %s", plain)
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
	for name, value := range map[string]string{"depth": "eval", "hosts": "web-*", "systems": "aarch64-linux", "merge-gate": "all", "auto-merge": "squash", "draft": "never"} {
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

func TestMissed(t *testing.T) {
	for _, test := range []struct {
		patterns string
		want     []string
	}{
		{"web-* db", nil},
		{"web-* dbb nas !none", []string{"dbb", "nas"}},
		{"!web-1", nil},
	} {
		g, err := ParseGlobs(strings.Fields(test.patterns))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, g.Missed("web-1", "db")); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", test.patterns, diff)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("branch", "a/b")
	f.Add("git-author", "a <b@c>")
	f.Add("nix-options", "a = b")
	f.Add("eval-memory", "2G")
	f.Add("cool-down", "1d12h")
	f.Add("time-budget", "9999d2562047h")
	f.Add("push-to-fork", "octo/fleet")
	f.Add("merge-gate", "web-*, !web-3")
	f.Add("signing-key", key)
	f.Fuzz(func(t *testing.T, name, value string) {
		c, err := load(map[string]string{name: value})
		if err != nil {
			return
		}
		if strings.ContainsAny(c.Author.Name+c.Author.Email+c.Branch+c.Base+c.Fork, "\n\r\x00") {
			t.Errorf("%s = %q let a control character through: %+v", name, value, c)
		}
		if owner, repo, ok := strings.Cut(c.Fork, "/"); c.Fork != "" && (!ok || owner == "" || repo == "" || strings.Contains(repo, "/")) {
			t.Errorf("%q is taken for owner/name", c.Fork)
		}
		if c.CoolDown < 0 || c.TimeBudget < 0 {
			t.Errorf("%s = %q is before now: %s, %s", name, value, c.CoolDown, c.TimeBudget)
		}
	})
}
