package repo_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/repo"
)

var (
	bot  = repo.Signature{Name: "nixferry", Email: "bot@example.org"}
	when = time.Date(2026, 11, 21, 9, 30, 15, 999, time.FixedZone("CET", 3600))
)

func TestWriteCommit(t *testing.T) {
	dir := sample(t)
	base := rev(t, dir, "HEAD")
	write(t, dir+"/README", "somebody is editing\n")
	write(t, dir+"/untracked", "x")
	before := state(t, dir)
	files := map[string][]byte{
		"fleet/flake.nix":  []byte("{ new = 1; }\n"),
		"fleet/flake.lock": []byte("{}\n"),
		"run.sh":           []byte("#!/bin/sh\nexit\n"),
		"a/b/c":            []byte("deep\n"),
	}
	sha, err := open(t, dir+"/fleet").WriteCommit(base, files, "bump\n\nbody", bot, when)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, state(t, dir)); diff != "" {
		t.Errorf("the repository changed (-before +after):\n%s", diff)
	}
	git(t, dir, "fsck", "--strict")
	want := `tree ` + rev(t, dir, sha+"^{tree}") + `
parent ` + base + `
author nixferry <bot@example.org> 1795249815 +0000
committer nixferry <bot@example.org> 1795249815 +0000

bump

body

Nixferry-Content: d24f34e10e0d858e7588b9230e405ac1fca78e6527568011eb8f1909beef2efc`
	if diff := cmp.Diff(want, git(t, dir, "cat-file", "commit", sha)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	wantNames := "A\ta/b/c\nA\tfleet/flake.lock\nM\tfleet/flake.nix\nM\trun.sh"
	if diff := cmp.Diff(wantNames, git(t, dir, "diff", "--name-status", base, sha)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got := git(t, dir, "ls-tree", sha, "run.sh"); !strings.HasPrefix(got, "100755 ") {
		t.Errorf("run.sh is %s, want its mode kept", got)
	}
	again, err := open(t, dir).WriteCommit(base, files, "bump\n\nbody\n", bot, when.UTC())
	if err != nil || again != sha {
		t.Errorf("got %s, %v the second time, want %s", again, err, sha)
	}
}

func TestWriteCommitInShallowClone(t *testing.T) {
	from := sample(t)
	git(t, from, "commit", "--quiet", "--allow-empty", "-m", "second")
	dir := filepath.Join(from, "../shallow")
	git(t, from, "clone", "--quiet", "--depth=1", "file://"+from, dir)
	sha, err := open(t, dir).WriteCommit(rev(t, dir, "HEAD"), map[string][]byte{"fleet/flake.lock": []byte("{}")}, "bump", bot, when)
	if err != nil {
		t.Fatal(err)
	}
	if got := git(t, dir, "diff", "--name-only", "HEAD", sha); got != "fleet/flake.lock" {
		t.Errorf("got %q changed", got)
	}
}

func TestWriteCommitRefuses(t *testing.T) {
	dir := sample(t)
	r := open(t, dir)
	for _, test := range []struct {
		name, file string
		by         repo.Signature
		want       error
	}{
		{"nothing new", "README", bot, repo.ErrNoChange},
		{"link", "link", bot, fs.ErrInvalid},
		{"directory", "fleet", bot, fs.ErrInvalid},
		{"below a file", "README/x", bot, fs.ErrInvalid},
		{"outside", "../x", bot, fs.ErrInvalid},
		{"absolute", "/x", bot, fs.ErrInvalid},
		{"git's own", "x/.Git/config", bot, fs.ErrInvalid},
		{"forged author", "x", repo.Signature{Name: "a\nparent 1", Email: "b"}, fs.ErrInvalid},
		{"no author", "x", repo.Signature{}, fs.ErrInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := state(t, dir)
			_, err := r.WriteCommit(rev(t, dir, "HEAD"), map[string][]byte{test.file: []byte("read me\n")}, "m", test.by, when)
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if diff := cmp.Diff(before, state(t, dir)); diff != "" {
				t.Errorf("the repository changed (-before +after):\n%s", diff)
			}
		})
	}
}

// state is everything of a repository that nixferry must leave alone.
func state(t *testing.T, dir string) []string {
	t.Helper()
	index, err := os.ReadFile(dir + "/.git/index")
	if err != nil {
		t.Fatal(err)
	}
	return []string{git(t, dir, "for-each-ref"), rev(t, dir, "HEAD"), string(index), git(t, dir, "--no-optional-locks", "status", "--porcelain")}
}
