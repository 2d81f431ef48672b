package repo_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/bot/repo"
)

// TestRenew is what a run does with a branch people have worked on: it fetches
// into a scratch repository that borrows from a checkout of any depth, lays,
// has Nix read the result, and pushes.
func TestRenew(t *testing.T) {
	for _, depth := range []string{"--depth=1", "--depth=2", "--single-branch"} {
		t.Run(depth, func(t *testing.T) {
			hub := serve(t)
			sh := func(script string) { git(t, hub.work, "-c", "alias.sh=!set -e;"+script+"\n#", "sh") }
			old := bump(t, open(t, hub.work), rev(t, hub.work, "main"), "1")
			sh("git checkout -q -b ferry " + old + "; echo mine >mine; git add .; git commit -qm mine")
			hub.onMain(t, "echo 4 >README; git commit -qam fourth")
			sh("git merge -q -m merge main; chmod +x mine; git commit -qam chmod; git push -q " + hub.bare + " ferry:" + branch)
			hub.onMain(t, "echo 5 >README; git commit -qam fifth")
			tip, base := rev(t, hub.work, "ferry"), rev(t, hub.work, "main")
			commits := strings.Fields(git(t, hub.work, "rev-list", "--reverse", "--topo-order", "main..ferry"))

			lender := hub.clone(t, depth)
			before := objects(t, lender)
			scratch, err := open(t, lender).Scratch(realTempDir(t), base)
			if err != nil {
				t.Fatal(err)
			}
			if sha, err := scratch.Fetch(t.Context(), hub.remote, branch, len(commits)+1); err != nil || sha != tip {
				t.Fatalf("got %s, %v, want %s", sha, err, tip)
			}
			git(t, scratch.Root(), "rev-list", "--objects", tip, base)
			readByNix(t, scratch, tip, "mine\n")
			laid, err := scratch.Lay(t.Context(), bump(t, scratch, base, "2"), commits, bot)
			if err != nil || len(laid.Kept) != 2 {
				t.Fatalf("got %+v, %v", laid, err)
			}
			readByNix(t, scratch, laid.Tip, "mine\n")
			push := repo.Push{Branch: branch, SHA: laid.Tip, Lease: tip, Known: base}
			if err := scratch.Push(t.Context(), hub.remote, push); err != nil {
				t.Fatal(err)
			}
			if got := git(t, hub.bare, "rev-list", "--count", "main.."+branch); got != "3" {
				t.Errorf("got %s commits, want 3", got)
			}
			if got := git(t, hub.bare, "show", branch+":README") + git(t, hub.bare, "ls-tree", branch, "mine")[:6]; got != "5100755" {
				t.Errorf("got README and mode %q", got)
			}
			git(t, hub.bare, "fsck", "--strict", "--connectivity-only")
			if after := objects(t, lender); after != before {
				t.Errorf("the lender changed from\n%s\nto\n%s", before, after)
			}
		})
	}
}

// onMain commits to the server's main.
func (h *hub) onMain(t *testing.T, script string) {
	t.Helper()
	git(t, h.work, "-c", "alias.sh=!set -e; git checkout -q main;"+script+"; git push -q "+h.bare+" main; git checkout -q ferry\n#", "sh")
}

// readByNix has Nix fetch a commit of the repository and read the file mine.
func readByNix(t *testing.T, r *repo.Repo, sha, want string) {
	t.Helper()
	dir := realTempDir(t)
	cmd := exec.CommandContext(t.Context(), "nix", "eval", "--raw", "--impure", "--expr",
		`builtins.readFile "${builtins.fetchTree "git+file://`+r.Root()+`?rev=`+sha+`&shallow=1"}/mine"`)
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_STORE_DIR="+filepath.Join(dir, "store"), "NIX_STATE_DIR="+filepath.Join(dir, "state"),
		"NIX_LOG_DIR="+filepath.Join(dir, "log"), "NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nsandbox = false\nsubstitute = false")
	var said strings.Builder
	cmd.Stderr = &said
	if out, err := cmd.Output(); err != nil || string(out) != want {
		t.Errorf("got %q, %v, want %q\n%s", out, err, want, said.String())
	}
}
