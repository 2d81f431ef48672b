package repo

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/google/go-cmp/cmp"
)

// TestNewObjects has git itself say what a push has to send.
func TestNewObjects(t *testing.T) {
	dir := t.TempDir()
	script := `
		git init -q -b main; mkdir -p a/b c
		echo 1 >a/b/x; echo 1 >c/y; echo z >z; git add .; git commit -qm base
		echo 2 >a/b/x; git commit -qam file;                  git tag file
		chmod +x z; git commit -qam mode;                     git tag mode
		git rm -qr c; echo c >c; git add .; git commit -qm turned;  git tag turned
		git rm -q a/b/x; mkdir -p a/b/x; echo q >a/b/x/q; git add .; git commit -qm turned-back; git tag back
		git checkout -q -b side main~4; echo s >s; git add .; git commit -qm side
		git merge -q -m merge main;                           git tag merged`
	run(t, dir, "sh", "-ec", script)
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tip := range []string{"file", "mode", "turned", "back", "merged"} {
		for _, known := range []string{"main~4", "file", "main", ""} {
			args := []string{"rev-list", "--objects", tip}
			walk := newObjects{repo: r, seen: map[plumbing.Hash]bool{}}
			if known != "" {
				args = append(args, "^"+known)
				walk.known = plumbing.NewHash(run(t, dir, "git", "rev-parse", known))
			}
			if tip != "merged" && known != "" && run(t, dir, "git", "rev-list", known, "^"+tip) != "" {
				continue // known is no ancestor: nothing bounds the walk
			}
			if err := walk.commits(plumbing.NewHash(run(t, dir, "git", "rev-parse", tip))); err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for line := range strings.Lines(run(t, dir, "git", args...)) {
				want = append(want, line[:40])
			}
			for _, hash := range walk.found {
				got = append(got, hash.String())
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s over %q: mismatch (-want +got):\n%s", tip, known, diff)
			}
		}
	}
}

// A token is HTTP's: as an SSH password it would go to whoever asks.
func TestAuthIsForHTTP(t *testing.T) {
	for protocol, want := range map[string]bool{"https": true, "http": true, "ssh": false, "file": false, "git": false} {
		if got := (Remote{Token: "x"}).auth(&transport.Endpoint{Protocol: protocol}); (got != nil) != want {
			t.Errorf("%s: got %v", protocol, got)
		}
	}
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "HOME="+filepath.Join(dir, ".."),
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}
