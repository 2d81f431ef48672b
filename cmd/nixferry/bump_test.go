package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/flake"
)

// A shape is one of the cases of bot/flake, as files and a command line.
type shape struct {
	files []txtar.File
	flags []string
	plan  string
}

// shapes reads the cases that say all with flags: how Nix answers which input
// builds a host is for a run with network.
func shapes(t *testing.T) map[string]shape {
	t.Helper()
	files, err := filepath.Glob("../../bot/flake/testdata/plans/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]shape{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s shape
		var asked request
		for _, f := range archive.Files {
			switch f.Name {
			case "request.json":
				if err := json.Unmarshal(f.Data, &asked); err != nil {
					t.Fatalf("%s: %v", file, err)
				}
			case "plan.json":
				s.plan = string(f.Data)
			default:
				s.files = append(s.files, f)
			}
		}
		if s.flags = asked.flags(); asked.Systems == nil && (asked.Companions == "" || asked.Refs == nil) {
			all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = s
		}
	}
	if len(all) < 80 {
		t.Fatalf("only %d cases", len(all))
	}
	return all
}

// A request is what a case asks for.
type request struct {
	Channel    string            `json:"channel"`
	Systems    map[string]string `json:"systems"`
	Companions string            `json:"companions"`
	Refs       map[string]string `json:"refs"`
	Hold       []string          `json:"hold"`
	AlsoUpdate []string          `json:"also-update"`
}

func (r request) flags() (flags []string) {
	companions := []string{r.Companions}
	for input, ref := range r.Refs {
		companions = append(companions, input+"="+ref)
	}
	for _, flag := range [][2]string{
		{"--channel", r.Channel},
		{"--companions", strings.TrimSpace(strings.Join(companions, "\n"))},
		{"--hold", strings.Join(r.Hold, "\n")},
		{"--also-update", strings.Join(r.AlsoUpdate, "\n")},
	} {
		if flag[1] != "" {
			flags = append(flags, flag[0], flag[1])
		}
	}
	return flags
}

// lay writes the files of a flake into a directory of its own.
func lay(t *testing.T, files []txtar.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// offline runs `nixferry bump --no-lock --json` on a flake.
func offline(t *testing.T, dir string, flags ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = Main(context.Background(), bot.World{
		Args:   slices.Concat([]string{"bump", "--no-lock", "--json"}, flags, []string{dir}),
		Env:    append(os.Environ(), "HOME="+t.TempDir(), "NIX_CONFIG=experimental-features = nix-command flakes\nsubstitute = false", "RUNNER_TEMP="+t.TempDir()),
		Stdout: &out, Stderr: &errs, Now: time.Now,
	})
	return out.String(), errs.String(), status
}

// read is the flake.nix of a directory.
func read(t *testing.T, dir string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "flake.nix"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestBumpShapes takes every shape through the real command: it prints the plan
// of the case, flake.nix is edited as planned or stays, and nothing else is
// touched.
func TestBumpShapes(t *testing.T) {
	for name, s := range shapes(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := lay(t, s.files)
			before := read(t, dir)
			stdout, stderr, status := offline(t, dir, s.flags...)
			if diff := cmp.Diff(s.plan, stdout); diff != "" {
				t.Fatalf("plan mismatch (-want +got):\n%s\n%s", diff, stderr)
			}
			var plan struct {
				Verdict string
				Edits   []struct{ Old, New string }
			}
			if err := json.Unmarshal([]byte(stdout), &plan); err != nil {
				t.Fatal(err)
			}
			if want := map[string]int{flake.VerdictRefuse: 1}[plan.Verdict]; status != want {
				t.Errorf("status %d, want %d: %s", status, want, stderr)
			}
			after := read(t, dir)
			if (plan.Verdict == flake.VerdictEdit) == bytes.Equal(before, after) {
				t.Errorf("%s, and flake.nix was\n%s\nand is\n%s", plan.Verdict, before, after)
			}
			for _, f := range s.files {
				if text, err := os.ReadFile(filepath.Join(dir, f.Name)); f.Name != "flake.nix" && (err != nil || !bytes.Equal(text, f.Data)) {
					t.Errorf("%s became %q, %v", f.Name, text, err)
				}
			}
		})
	}
}

// TestBumpBytes edits one flake written in many ways: the references change,
// every other byte stays, and the second time nothing does.
func TestBumpBytes(t *testing.T) {
	const plain = `# nixos-25.11: häß 💥
{
  description = "My NixOS 25.11";
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11"; # not nixos-25.05
    nixpkgs-stable.url = "github:NixOS/nixpkgs/nixos-25.11";
    home-manager = {
      url = ''github:nix-community/home-manager/release-25.11'';
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };
  outputs = inputs: { text = "github:NixOS/nixpkgs/nixos-25.11"; };
}
`
	edited := strings.Replace(plain, "nixpkgs/nixos-25.11\"", "nixpkgs/nixos-unstable\"", 1)
	edited = strings.Replace(edited, "home-manager/release-25.11", "home-manager/master", 1)
	for name, write := range map[string]func(string) string{
		"lines":    func(text string) string { return text },
		"crlf":     func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") },
		"tabs":     func(text string) string { return strings.ReplaceAll(text, "  ", "\t") },
		"no-final": func(text string) string { return strings.TrimSuffix(text, "\n") },
		"one-line": func(text string) string {
			_, text, _ = strings.Cut(text, "\n")
			return strings.ReplaceAll(strings.ReplaceAll(text, " # not nixos-25.05", ""), "\n", " ")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := lay(t, []txtar.File{{Name: "flake.nix", Data: []byte(write(plain))}})
			for range 2 {
				if stdout, stderr, status := offline(t, dir); status != 0 {
					t.Fatalf("status %d: %s%s", status, stdout, stderr)
				}
				if diff := cmp.Diff(write(edited), string(read(t, dir))); diff != "" {
					t.Errorf("mismatch (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestBumpRejected gives the command what Nix itself does not take: Nix's own
// words come out, with the place, and nothing is touched.
func TestBumpRejected(t *testing.T) {
	for name, test := range map[string]struct{ flake, lock, want string }{
		"brace":       {flake: "{\n  inputs = { };\n}; outputs = _: { };\n}", want: "flake.nix:3:2"},
		"duplicate":   {flake: "{\n  inputs.a.url = \"x\";\n  inputs.a.url = \"y\";\n  outputs = _: { };\n}", want: "already defined"},
		"import":      {flake: "{ inputs = import ./inputs.nix; outputs = _: { }; }", want: "inputs.nix"},
		"byte-order":  {flake: "\ufeff{ outputs = _: { }; }", want: "flake.nix:1:1"},
		"not-a-set":   {flake: "_: { }", want: "flake.nix is a lambda"},
		"no-flake":    {want: "there is no flake.nix"},
		"conflict":    {flake: "{ outputs = _: { }; }", lock: "<<<<<<< HEAD\n", want: "unresolved merge conflict"},
		"lock-future": {flake: "{ outputs = _: { }; }", lock: `{"version":8}`, want: "version 8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var files []txtar.File
			for name, text := range map[string]string{"flake.nix": test.flake, "flake.lock": test.lock} {
				if text != "" {
					files = append(files, txtar.File{Name: name, Data: []byte(text)})
				}
			}
			dir := lay(t, files)
			stdout, stderr, status := offline(t, dir)
			if status != 1 || !strings.Contains(stdout+stderr, test.want) {
				t.Errorf("status %d, want 1 and %q: %s%s", status, test.want, stdout, stderr)
			}
			if refused := strings.Contains(stdout, `"verdict": "refuse"`); refused != (name != "no-flake") {
				t.Errorf("the plan is %s", stdout)
			}
			for _, f := range files {
				if text, err := os.ReadFile(filepath.Join(dir, f.Name)); err != nil || !bytes.Equal(text, f.Data) {
					t.Errorf("%s became %q, %v", f.Name, text, err)
				}
			}
		})
	}
}
