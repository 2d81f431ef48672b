package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/cmd/playground/internet"
	"github.com/nixferry/nixferry/cmd/playground/sample"
)

// relockShapes are the forms in which flakes name nixpkgs and home-manager, as
// they stand and as they stand after a bump. The first line is nixpkgs.
var relockShapes = []struct {
	name, before, after string
	// since is the oldest Nix that can read this form, as minor of 2.
	since int
}{
	{"github", `inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";`, `inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";`, 8},
	{"github ref in the query", `inputs.nixpkgs.url = "github:nixos/nixpkgs?ref=nixos-25.11";`, `inputs.nixpkgs.url = "github:nixos/nixpkgs?ref=nixos-unstable";`, 8},
	{"release branch", `inputs.nixpkgs.url = "github:NixOS/nixpkgs/release-25.11";`, `inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";`, 8},
	{"attributes", `inputs.nixpkgs = { type = "github"; owner = "NixOS"; repo = "nixpkgs"; ref = "nixos-25.11"; };`, `inputs.nixpkgs = { type = "github"; owner = "NixOS"; repo = "nixpkgs"; ref = "nixos-unstable"; };`, 8},
	{"registry", `inputs.nixpkgs.url = "nixpkgs/nixos-25.11";`, `inputs.nixpkgs.url = "nixpkgs/nixos-unstable";`, 8},
	{"git", `inputs.nixpkgs.url = "git+https://github.com/NixOS/nixpkgs?ref=nixos-25.11";`, `inputs.nixpkgs.url = "git+https://github.com/NixOS/nixpkgs?ref=nixos-unstable";`, 8},
	{"shallow git", `inputs.nixpkgs.url = "git+https://github.com/NixOS/nixpkgs?ref=nixos-25.11&shallow=1";`, `inputs.nixpkgs.url = "git+https://github.com/NixOS/nixpkgs?ref=nixos-unstable&shallow=1";`, 8},
	{"git attributes", `inputs.nixpkgs = { type = "git"; url = "https://github.com/NixOS/nixpkgs"; ref = "nixos-25.11"; };`, `inputs.nixpkgs = { type = "git"; url = "https://github.com/NixOS/nixpkgs"; ref = "nixos-unstable"; };`, 8},
	{"revision", `inputs.nixpkgs.url = "github:NixOS/nixpkgs/@stable@";`, `inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";`, 8},
	{"channel", `inputs.nixpkgs.url = "https://channels.nixos.org/nixos-25.11/nixexprs.tar.xz";`, `inputs.nixpkgs.url = "https://channels.nixos.org/nixos-unstable/nixexprs.tar.xz";`, 8},
	{"archive", `inputs.nixpkgs.url = "https://github.com/NixOS/nixpkgs/archive/nixos-25.11.tar.gz";`, `inputs.nixpkgs.url = "https://github.com/NixOS/nixpkgs/archive/nixos-unstable.tar.gz";`, 8},
	{"FlakeHub", `inputs.nixpkgs.url = "https://flakehub.com/f/NixOS/nixpkgs/0.2511.*.tar.gz";`, `inputs.nixpkgs.url = "https://flakehub.com/f/NixOS/nixpkgs/0.1.*.tar.gz";`, 8},
	{"FlakeHub without suffix", `inputs.nixpkgs.url = "https://flakehub.com/f/NixOS/nixpkgs/0.2511";`, `inputs.nixpkgs.url = "https://flakehub.com/f/NixOS/nixpkgs/0.1";`, 16},
	{"gitlab", `inputs.nixpkgs.url = "gitlab:NixOS/nixpkgs/nixos-25.11";`, `inputs.nixpkgs.url = "gitlab:NixOS/nixpkgs/nixos-unstable";`, 8},
	{"small", `inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable-small";`, `inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable-small";`, 8},
	{"no ref", `inputs.nixpkgs.url = "github:NixOS/nixpkgs";`, `inputs.nixpkgs.url = "github:NixOS/nixpkgs";`, 8},
	{"companions", `inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
    hm = { url = "github:nix-community/home-manager/release-25.11"; inputs.nixpkgs.follows = "nixpkgs"; };
    old.url = "github:NixOS/nixpkgs/nixos-25.11";
  };`, `inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    hm = { url = "github:nix-community/home-manager/master"; inputs.nixpkgs.follows = "nixpkgs"; };
    old.url = "github:NixOS/nixpkgs/nixos-25.11";
  };`, 8},
	{
		"alias", `inputs = { nixpkgs.follows = "stable"; stable.url = "github:NixOS/nixpkgs/nixos-25.11"; unstable.url = "github:NixOS/nixpkgs/nixos-unstable"; };`,
		`inputs = { nixpkgs.follows = "unstable"; stable.url = "github:NixOS/nixpkgs/nixos-25.11"; unstable.url = "github:NixOS/nixpkgs/nixos-unstable"; };`, 8,
	},
}

// TestRelock moves flakes of every shape with real Nix, which fetches from
// where the references say: what is edited is what is intended, the lock
// stands on the channel, nothing else in it moved, a second bump finds nothing
// to do, and when the channel moves the lock follows alone.
func TestRelock(t *testing.T) {
	for _, test := range relockShapes {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newRelockWorld(t)
			if minor := w.nixMinor(t); minor < test.since {
				// It has to say so; there is nothing to relock.
				t.Logf("Nix 2.%d is too old for this form", minor)
				return
			}
			text := func(inputs string) string {
				return "{\n  " + strings.ReplaceAll(inputs, "@stable@", w.world.Channels["nixos-25.11"]) + `
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.one = nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ { system.stateVersion = "25.11"; } ]; };
  };
}
`
			}
			w.write(t, text(test.before))
			w.nix(t, "flake", "lock", "path:"+w.dir)
			before := w.locked(t)

			w.bump(t)
			if diff := cmp.Diff(text(test.after), w.read(t, "flake.nix")); diff != "" {
				t.Errorf("flake.nix: mismatch (-want +got):\n%s", diff)
			}
			w.standsOn(t, test.name, before)
			again := w.read(t, "flake.lock")
			w.bump(t)
			if diff := cmp.Diff(again, w.read(t, "flake.lock")); diff != "" {
				t.Errorf("a second bump changes flake.lock (-want +got):\n%s", diff)
			}
			rev, err := sample.AdvanceUnstable(t.Context(), w.world)
			if err != nil {
				t.Fatal(err)
			}
			w.world.Channels["nixos-unstable"] = rev
			w.bump(t)
			w.standsOn(t, test.name, before)
			if diff := cmp.Diff(text(test.after), w.read(t, "flake.nix")); diff != "" {
				t.Errorf("flake.nix when the channel moved: mismatch (-want +got):\n%s", diff)
			}
			for _, miss := range w.net.Misses() {
				t.Errorf("asked for what is not there: %s", miss)
			}
		})
	}
}

// A relockWorld is a flake and the internet its inputs are on.
type relockWorld struct {
	net   *internet.Internet
	world sample.World
	dir   string
	env   []string
}

func newRelockWorld(t *testing.T) relockWorld {
	t.Helper()
	temp, repos := t.TempDir(), t.TempDir()
	world, err := sample.Lay(t.Context(), repos, sample.Options{Files: os.DirFS("../../testdata")})
	if err != nil {
		t.Fatal(err)
	}
	lowercase(t, repos)
	net, err := internet.New(t.Context(), repos, temp)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = net.Close() })
	registry := filepath.Join(temp, "registry.json")
	text := `{"version":2,"flakes":[{"from":{"type":"indirect","id":"nixpkgs"},"to":{"type":"github","owner":"NixOS","repo":"nixpkgs"}}]}`
	if err := os.WriteFile(registry, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), net.Env()...)
	env = append(env, "HOME="+temp, "XDG_CACHE_HOME="+filepath.Join(temp, "cache"), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"NIX_CONFIG=substitute = false\nsandbox = false\nexperimental-features = nix-command flakes\nbuild-users-group =\ntarball-ttl = 0\nflake-registry = "+registry)
	return relockWorld{net, world, t.TempDir(), env}
}

// lowercase makes the owner NixOS known as nixos as well, as it is on GitHub.
func lowercase(t *testing.T, repos string) {
	t.Helper()
	if err := os.Symlink("NixOS", filepath.Join(repos, "nixos")); err != nil {
		t.Fatal(err)
	}
}

func (w relockWorld) nix(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "nix", args...)
	cmd.Env = w.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nix %s: %v\n%s\nnot there: %q", strings.Join(args, " "), err, &stderr, w.net.Misses())
	}
	return string(out)
}

func (w relockWorld) nixMinor(t *testing.T) (minor int) {
	t.Helper()
	_, version, _ := strings.Cut(w.nix(t, "--version"), ") 2.")
	for _, digit := range version {
		if digit < '0' || digit > '9' {
			break
		}
		minor = minor*10 + int(digit-'0')
	}
	return minor
}

func (w relockWorld) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, "flake.nix"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func (w relockWorld) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (w relockWorld) bump(t *testing.T) {
	t.Helper()
	cfg, err := config.Load(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	world := bot.World{Env: w.env, Stdout: &stdout, Stderr: &stderr, Now: time.Now}
	if err := bot.Bump(context.WithoutCancel(t.Context()), world, cfg, w.dir, bot.BumpMode{}); err != nil {
		t.Fatalf("%v\n%s%s\nnot there: %q", err, &stdout, &stderr, w.net.Misses())
	}
}

// locked are the nodes of the lock, as far as they are compared.
func (w relockWorld) locked(t *testing.T) map[string]string {
	t.Helper()
	var lock struct {
		Nodes map[string]struct {
			Locked map[string]any `json:"locked"`
		} `json:"nodes"`
	}
	if err := json.Unmarshal([]byte(w.read(t, "flake.lock")), &lock); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for name, node := range lock.Nodes {
		hash, _ := node.Locked["narHash"].(string)
		all[name] = hash
	}
	return all
}

// standsOn checks that the nixpkgs that builds the host is the channel's, and
// that side inputs stay where they were.
func (w relockWorld) standsOn(t *testing.T, name string, before map[string]string) {
	t.Helper()
	channel := map[string]string{"small": "nixos-unstable-small", "no ref": "master"}[name]
	if channel == "" {
		channel = "nixos-unstable"
	}
	want := w.nix(t, "eval", "--raw", "--impure", "--expr",
		`(builtins.fetchGit { url = "file://`+w.world.Nixpkgs+`"; ref = "`+channel+`"; rev = "`+w.world.Channels[channel]+`"; }).narHash`)
	after := w.locked(t)
	node := map[string]string{"alias": "unstable"}[name]
	if node == "" {
		node = "nixpkgs"
	}
	if after[node] != want {
		t.Errorf("%s is locked to %s, want %s (%s)", node, after[node], want, channel)
	}
	for _, side := range []string{"old", "stable"} {
		if after[side] != before[side] {
			t.Errorf("the side input %s moved", side)
		}
	}
}
