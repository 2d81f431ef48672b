package nix

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRealOverride locks an input of an input to another branch than flake.nix
// says, which stays as it is and goes on with that lock.
func TestRealOverride(t *testing.T) {
	c, dir, nixpkgs, other := open(t), t.TempDir(), t.TempDir(), t.TempDir()
	git(t, nixpkgs, "init", "-q", "-b", "old")
	write(t, filepath.Join(nixpkgs, "flake.nix"), "{ outputs = _: { }; }")
	commit(t, nixpkgs)
	git(t, nixpkgs, "checkout", "-q", "-b", "new")
	commit(t, nixpkgs)
	git(t, other, "init", "-q", "-b", "main")
	write(t, filepath.Join(other, "flake.nix"), fmt.Sprintf(`{ inputs.nixpkgs.url = "git+file://%s?ref=old"; outputs = _: { }; }`, nixpkgs))
	commit(t, other)
	text := fmt.Sprintf(`{ inputs.other.url = "git+file://%s"; outputs = _: { nixosConfigurations.a = 1; }; }`, other)
	write(t, filepath.Join(dir, "flake.nix"), text)
	if err := c.Lock(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	before := revs(t, dir)
	if err := c.Override(t.Context(), dir, map[string]string{"other/nixpkgs": "git+file://" + nixpkgs + "?ref=new"}); err != nil {
		t.Fatal(err)
	}
	after := revs(t, dir)
	if before["nixpkgs"] == after["nixpkgs"] || before["other"] != after["other"] {
		t.Errorf("it was locked to %v and is to %v", before, after)
	}
	locked, err := os.ReadFile(filepath.Join(dir, "flake.lock"))
	if err != nil {
		t.Fatal(err)
	}
	if hosts, err := c.Hosts(t.Context(), "path:"+dir); err != nil || len(hosts) != 1 {
		t.Errorf("with that lock the hosts are %q, %v", hosts, err)
	}
	if again, err := os.ReadFile(filepath.Join(dir, "flake.lock")); err != nil || string(again) != string(locked) {
		t.Errorf("using the lock changed it: %v\n%s", err, again)
	}
	if err := c.Override(t.Context(), dir, map[string]string{"nope": "git+file://" + nixpkgs}); err == nil || !strings.Contains(err.Error(), "flake.nix has no input nope") {
		t.Errorf("overriding an unknown input: %v", err)
	}
}
