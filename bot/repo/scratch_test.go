package repo_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/repo"
)

// TestScratch commits on top of borrowed history and finds the lender as it
// was: complete clone, shallow clone and linked worktree.
func TestScratch(t *testing.T) {
	dir := sample(t)
	git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "a second commit, so that a clone can be shallow")
	linked, shallow := filepath.Join(dir, "../linked"), filepath.Join(dir, "../shallow")
	git(t, dir, "worktree", "add", "--quiet", "-b", "side", linked)
	git(t, dir, "clone", "--quiet", "--depth=1", "file://"+dir, shallow)
	for _, lender := range []string{dir, linked, shallow} {
		t.Run(filepath.Base(lender), func(t *testing.T) {
			head, before := rev(t, lender, "HEAD"), objects(t, lender)
			scratch, err := open(t, lender).Scratch(realTempDir(t), head)
			if err != nil {
				t.Fatal(err)
			}
			if got, branch, err := scratch.Head(); got != head || branch != "base" || err != nil {
				t.Errorf("HEAD is %q on %q, %v, want %q on base", got, branch, err, head)
			}
			sha, err := scratch.WriteCommit(head, map[string][]byte{"flake.lock": []byte("{}\n")}, "bump", repo.Signature{Name: "b", Email: "b@example.org"}, time.Unix(1e9, 0))
			if err != nil {
				t.Fatal(err)
			}
			// git itself reads the commit with all it is made of, and finds the
			// history whole.
			if got := git(t, scratch.Root(), "show", sha+":flake.lock"); got != "{}" {
				t.Errorf("flake.lock is %q", got)
			}
			git(t, scratch.Root(), "rev-list", "--objects", sha)
			if diff := cmp.Diff(before, objects(t, lender)); diff != "" {
				t.Errorf("the lender changed (-before +after):\n%s", diff)
			}
		})
	}
}

// objects lists every file of a clone's git directory.
func objects(t *testing.T, dir string) string {
	t.Helper()
	shared := strings.TrimSpace(git(t, dir, "rev-parse", "--path-format=absolute", "--git-common-dir"))
	out, err := exec.Command("find", shared, "-type", "f", "-printf", "%P %s\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestScratchRefuses(t *testing.T) {
	r := open(t, sample(t))
	gone := filepath.Join(t.TempDir(), "gone")
	if _, err := r.Scratch(gone, strings.Repeat("1", 40)); err == nil || !strings.Contains(err.Error(), "making a scratch repository: ") {
		t.Errorf("got %v, want the directory's error", err)
	}
}
