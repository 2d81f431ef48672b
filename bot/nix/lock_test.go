package nix

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRealLock relocks one input by a changed ref and one by its name, and
// leaves the third where it was.
func TestRealLock(t *testing.T) {
	c, dir := open(t), t.TempDir()
	repos := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		repos[name] = t.TempDir()
		git(t, repos[name], "init", "-q", "-b", "old")
		write(t, filepath.Join(repos[name], "flake.nix"), "{ outputs = _: { }; }")
		commit(t, repos[name])
		git(t, repos[name], "branch", "new")
	}
	flakeNix := func(branch string) {
		write(t, filepath.Join(dir, "flake.nix"), fmt.Sprintf(
			`{ inputs.a.url = "git+file://%s?ref=%s"; inputs.b.url = "git+file://%s?ref=old"; inputs.c.url = "git+file://%s?ref=old"; outputs = _: { }; }`,
			repos["a"], branch, repos["b"], repos["c"]))
	}
	flakeNix("old")
	if err := c.Lock(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	before := revs(t, dir)
	for _, name := range []string{"a", "b", "c"} {
		commit(t, repos[name])
	}
	git(t, repos["a"], "branch", "-f", "new")
	flakeNix("new")
	if err := c.Lock(t.Context(), dir, []string{"b"}); err != nil {
		t.Fatal(err)
	}
	after := revs(t, dir)
	moved := map[string]bool{}
	for name := range repos {
		moved[name] = before[name] != after[name]
	}
	if diff := cmp.Diff(map[string]bool{"a": true, "b": true, "c": false}, moved); diff != "" {
		t.Errorf("what moved: mismatch (-want +got):\n%s", diff)
	}
	if err := c.Lock(t.Context(), dir, []string{"nope"}); err == nil || !strings.Contains(err.Error(), "relocking nope: flake.nix has no input nope") {
		t.Errorf("Lock of an unknown input: %v", err)
	}
	flakeNix("gone")
	if err := c.Lock(t.Context(), dir, nil); err == nil || !strings.Contains(err.Error(), "correct the input's ref in flake.nix") {
		t.Errorf("Lock of a ref that is not there: %v", err)
	}
	write(t, filepath.Join(dir, "flake.lock"), `{"nodes":{"root":{}},"root":"root","version":99}`)
	if err := c.Lock(t.Context(), dir, nil); err == nil || !strings.Contains(err.Error(), "flake.lock is newer than nix (Nix) ") {
		t.Errorf("Lock with a newer lock: %v", err)
	}
}

// revs reads the locked revisions by input.
func revs(t *testing.T, dir string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "flake.lock"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Nodes map[string]struct{ Locked struct{ Rev string } }
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		t.Fatal(err)
	}
	revs := map[string]string{}
	for name, node := range lock.Nodes {
		revs[name] = node.Locked.Rev
	}
	return revs
}

func commit(t *testing.T, dir string) {
	t.Helper()
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "x")
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}
