package repo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/repo"
)

func TestCommit(t *testing.T) {
	f := newFerry(t)
	sha := rev(t, f.dir, "main")
	got, err := f.repo.Commit(sha)
	if err != nil {
		t.Fatal(err)
	}
	ada := repo.Person{Name: "Ada", Email: "ada@example.org", When: time.Date(2026, 11, 20, 11, 0, 0, 0, time.FixedZone("", 3600))}
	want := repo.Commit{SHA: sha, Tree: rev(t, f.dir, "main^{tree}"), Message: "base\n", Author: ada, Committer: ada}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	bump, err := f.repo.Commit(rev(t, f.dir, "ferry"))
	if diff := cmp.Diff([]string{sha}, bump.Parents); err != nil || diff != "" {
		t.Errorf("%v, mismatch (-want +got):\n%s", err, diff)
	}
	if _, err := f.repo.Commit(strings.Repeat("1", 40)); err == nil || !strings.Contains(err.Error(), "fetch it first") {
		t.Errorf("got %v, want the next step", err)
	}
}

func TestChanges(t *testing.T) {
	f := newFerry(t)
	f.sh(t, `git rm -q db.nix logo; mkdir db.nix; echo d >db.nix/d; chmod +x lib/a.nix; ln -sf lib/a.nix link; git mv web.nix www.nix
		git update-index --add --cacheinfo 160000,1111111111111111111111111111111111111111,sub; git add db.nix lib link; git commit -qm all`)
	got, err := f.repo.Changes(rev(t, f.dir, "HEAD~"), rev(t, f.dir, "HEAD"))
	if err != nil {
		t.Fatal(err)
	}
	blob := func(name string) string { return rev(t, f.dir, "HEAD:"+name) }
	want := []repo.Change{
		{Path: "db.nix", Gone: true},
		{Path: "db.nix/d", Mode: "100644", SHA: blob("db.nix/d"), Content: []byte("d\n")},
		{Path: "lib/a.nix", Mode: "100755", SHA: blob("lib/a.nix"), Content: []byte("a\n")},
		{Path: "link", Mode: "120000", SHA: blob("link"), Content: []byte("lib/a.nix")},
		{Path: "logo", Gone: true},
		{Path: "sub", Mode: "160000", SHA: strings.Repeat("1", 40)},
		{Path: "web.nix", Gone: true},
		{Path: "www.nix", Mode: "100644", SHA: blob("www.nix"), Content: []byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
