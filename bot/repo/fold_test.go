package repo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/repo"
)

// Merges of main that people settled something in, and what main did before
// and after.
var foldings = []struct {
	name, people, main, merge, later string
	kept                             string            // subjects
	files                            map[string]string // at the tip, over the new bump
	locks, conflict                  string            // paths
}{
	{
		name: "a conflict resolved by hand", people: one, main: uno, merge: byHand, kept: "by-hand",
		files: map[string]string{"web.nix": "one\nuno\n2\n3\n4\n5\n6\n7\n8\n9\n"},
	},
	{
		name: "main goes on beside it", people: one, main: uno, merge: byHand, later: "sed -i s/9/nine/ web.nix; git commit -qam nine", kept: "by-hand",
		files: map[string]string{"web.nix": "one\nuno\n2\n3\n4\n5\n6\n7\n8\nnine\n"},
	},
	{
		name: "main goes on in the same place", people: one + "; sed -i s/9/nine/ db.nix; git commit -qam fine", main: uno, merge: byHand,
		later: "sed -i s/uno/ein/ web.nix; git commit -qam ein", conflict: "one: web.nix",
	},
	{
		name: "main's side taken", people: one, main: uno, merge: "git merge -q main || git checkout --theirs web.nix; git commit -qam theirs",
	},
	{
		name: "the branch's side taken", people: one, main: uno, merge: "git merge -q -Xours -m ours main", kept: "ours",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\n9\n"},
	},
	{
		name: "something else changed", people: one, main: x, merge: "git merge -q --no-commit main; sed -i s/1/one/ db.nix; git commit -qam evil", kept: "evil",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\n9\n", "db.nix": "one\n2\n3\n4\n5\n6\n7\n8\n9\n"},
	},
	{
		name: "something else changed, and by main later", people: one, main: x, merge: "git merge -q --no-commit main; sed -i s/1/one/ db.nix; git commit -qam evil",
		later: "sed -i s/1/uno/ db.nix; git commit -qam uno", conflict: "evil: db.nix",
	},
	{
		name: "nothing of main's taken over", people: one, main: x, merge: "git merge -q -s ours -m ours main", kept: "ours",
		files: map[string]string{"web.nix": "one\n2\n3\n4\n5\n6\n7\n8\n9\n", "x": "-"},
	},
	{
		name: "a person's fix thrown away", people: one, main: x, merge: "git merge -q --no-commit main; git checkout -q main web.nix; git commit -qm drop",
	},
	{
		name: "all of the branch thrown away", people: one, main: x,
		merge: "git checkout -q -B tmp main; git merge -q -s ours -m drop ferry; git branch -qf ferry; git checkout -q ferry", kept: "drop", locks: "flake.lock",
		files: map[string]string{"flake.nix": "{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-25.11\";\n\n  # hosts\n\n  outputs = { nixpkgs, ... }: {\n    web = 1;\n  };\n}\n"},
	},
	{
		name: "commits after it, one there already", people: one, main: uno,
		merge: byHand + "; sed -i s/5/five/ web.nix; git commit -qam five; sed -i s/9/nine/ db.nix; git commit -qam nine; echo y >y; git add .; git commit -qm y",
		later: "sed -i s/9/nine/ db.nix; git commit -qam nine", kept: "by-hand five y",
		files: map[string]string{"web.nix": "one\nuno\n2\n3\n4\nfive\n6\n7\n8\n9\n", "y": "y\n"},
	},
	{
		name: "a commit after it that does not fit", people: one, main: uno,
		merge: byHand + "; sed -i s/9/nine/ db.nix; git commit -qam nine",
		later: "sed -i s/9/neun/ db.nix; git commit -qam neun", conflict: "nine: db.nix",
	},
	{
		name: "a commit beside it, merged in after", people: "git checkout -q -b two; sed -i s/9/nine/ db.nix; git commit -qam nine; git checkout -q ferry;" + one, main: uno,
		merge: byHand + "; git merge -q -m two two", kept: "by-hand nine",
		files: map[string]string{"web.nix": "one\nuno\n2\n3\n4\n5\n6\n7\n8\n9\n", "db.nix": "1\n2\n3\n4\n5\n6\n7\n8\nnine\n"},
	},
	{
		name: "two of them", people: one, main: uno,
		merge: byHand + "; sed -i s/9/nine/ db.nix; git commit -qam nine; git checkout -q main; sed -i s/9/neun/ db.nix; git commit -qam neun; git checkout -q ferry;" +
			"git merge -q main || sed -i '/^[<=>]/d' db.nix; git commit -qam again", kept: "again",
		files: map[string]string{"web.nix": "one\nuno\n2\n3\n4\n5\n6\n7\n8\n9\n", "db.nix": "1\n2\n3\n4\n5\n6\n7\n8\nnine\nneun\n"},
	},
	{
		name: "a plain one after it", people: one, main: uno,
		merge: byHand + "; git checkout -q main; sed -i s/9/neun/ db.nix; git commit -qam neun; git checkout -q ferry; git merge -q -m update main", kept: "update",
		files: map[string]string{"web.nix": "one\nuno\n2\n3\n4\n5\n6\n7\n8\n9\n"},
	},
	{
		name: "a lock file made by hand, too", people: one, main: uno + "; sed -i 's/\"old\"/\"main\"/' flake.lock; git commit -qam lock",
		merge: "git merge -q main || sed -i '/^[<=>]/d' web.nix flake.lock; sed -i /main/d flake.lock; git commit -qam by-hand", kept: "by-hand", locks: "flake.lock",
		files: map[string]string{"web.nix": "one\nuno\n2\n3\n4\n5\n6\n7\n8\n9\n"},
	},
	{
		name: "a lock file that merges", people: one + "; sed -i 's/\"c\": 3/\"c\": 4/' flake.lock; git commit -qam lock", main: uno, merge: byHand, kept: "by-hand",
		files: map[string]string{
			"flake.lock": "{\n  \"nixpkgs\": \"newer\",\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 4\n}\n",
			"web.nix":    "one\nuno\n2\n3\n4\n5\n6\n7\n8\n9\n",
		},
	},
	{
		name: "the bump itself resolved, too", people: one, main: uno + "; sed -i s/NixOS/nixos/ flake.nix; git commit -qam small",
		merge: "git merge -q main || sed -i '/^[<=>]/d; /NixOS/d; s/25.11/unstable/' web.nix flake.nix; git commit -qam by-hand", kept: "by-hand",
		files: map[string]string{"web.nix": "one\nuno\n2\n3\n4\n5\n6\n7\n8\n9\n"},
	},
	{
		// What main took back must not come again as people's, because two
		// does not have it.
		name: "a branch merged that main merged later", people: "git checkout -q -b two main; echo t >t; git add .; git commit -qm t; git checkout -q ferry;" + one,
		main: uno, merge: byHand + "; git merge -q -m two two",
		later: "git merge -q -m two two; git revert --no-edit HEAD~ >/dev/null", conflict: "by-hand: web.nix",
	},
}

// What happens in many of them.
const (
	one    = "sed -i s/1/one/ web.nix; git commit -qam one"
	uno    = "sed -i s/1/uno/ web.nix; git commit -qam uno"
	x      = "echo x >x; git add .; git commit -qm x"
	byHand = "git merge -q main || sed -i '/^[<=>]/d' web.nix; git commit -qam by-hand"
)

func TestFold(t *testing.T) {
	for _, test := range foldings {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFerry(t)
			f.sh(t, test.people)
			f.onMain(t, test.main)
			f.sh(t, test.merge)
			f.onMain(t, test.later)
			onto := f.bump(t, "newer")
			laid := f.lay(t, onto, "ferry")
			if diff := cmp.Diff([]string{test.kept, test.locks, test.conflict}, outcome(laid)); diff != "" {
				t.Fatalf("kept, locks, conflict: mismatch (-want +got):\n%s", diff)
			}
			if laid.Conflict != nil {
				return
			}
			if diff := cmp.Diff(test.files, f.over(t, onto, laid.Tip), cmp.Comparer(sameFiles)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if again := f.lay(t, onto, laid.Tip); again.Tip != laid.Tip {
				t.Errorf("got %s from what was laid, want %s", again.Tip, laid.Tip)
			}
			if test.locks == "" {
				f.judgeFold(t, onto, laid.Tip)
			}
		})
	}
}

// judgeFold has git itself merge what people did up to the last merge of main,
// and pick what comes after.
func (f *ferry) judgeFold(t *testing.T, onto, tip string) {
	t.Helper()
	merge := git(t, f.dir, "rev-list", "--merges", "-1", "--grep=two", "--invert-grep", "ferry", "^main")
	late := *f
	late.base = rev(t, f.dir, merge+"^2")
	f.sh(t, "git checkout -q -B judge "+onto+"; git cherry-pick --keep-redundant-commits -Xno-renames $(git commit-tree -p "+late.bump(t, "new")+" -m all "+merge+"^{tree}) "+
		strings.Join(f.commits(t, "ferry", "--no-merges", "^"+merge), " "))
	if diff := git(t, f.dir, "diff", "judge", tip); diff != "" {
		t.Errorf("git makes another tree of it:\n%s", diff)
	}
}

// TestFoldAgain renews a branch with a folded commit as runs do, one after
// another.
func TestFoldAgain(t *testing.T) {
	f := newFerry(t)
	f.sh(t, "sed -i s/1/one/ web.nix; GIT_AUTHOR_NAME=Bob git commit -qam one -m 'of many' -m 'Co-authored-by: Carl <c@example.org>'; echo y >y; git add .; git commit -qm y")
	mine := f.commits(t, "ferry")[1:]
	f.onMain(t, uno)
	f.sh(t, "export GIT_AUTHOR_DATE=2026-01-02T03:04:05-0330;"+byHand)
	merge := rev(t, f.dir, "ferry")
	onto := f.bump(t, "newer")
	first := f.lay(t, onto, "ferry")
	want := []repo.Kept{{Old: merge, SHA: first.Tip, Author: "Ada", Subject: "by-hand"}}
	if diff := cmp.Diff(want, first.Kept); diff != "" {
		t.Fatalf("mismatch (-want +got):\n%s", diff)
	}
	said := `Ada 2026-01-02 03:04:05 -0330 nixferry
by-hand

What it settles is in here:

* ` + mine[0][:12] + ` one

  of many

  Co-authored-by: Carl <c@example.org>
* ` + mine[1][:12] + ` y

Co-authored-by: Bob <ada@example.org>
Co-authored-by: Carl <c@example.org>
`
	if diff := cmp.Diff(said, git(t, f.dir, "log", "-1", "--format=%an %ai %cn%n%B", first.Tip)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}

	f.onMain(t, x)
	moved := f.bump(t, "newest")
	second, late := f.lay(t, moved, first.Tip), f.lay(t, moved, "ferry")
	if second.Tip == first.Tip || len(second.Kept) != 1 || second.Tip != late.Tip {
		t.Errorf("got %+v from what was laid, and %+v from what was there before", second, late)
	}

	f.sh(t, "git reset -q --hard "+second.Tip)
	f.onMain(t, "sed -i s/uno/ein/ web.nix; git commit -qam ein")
	f.sh(t, "git merge -q main || sed -i '/^[<=>]/d; /uno/d' web.nix; git commit -qam once-more")
	third := f.lay(t, f.bump(t, "last"), "ferry")
	if diff := cmp.Diff([]string{"once-more", "", ""}, outcome(third)); diff != "" {
		t.Fatalf("kept, locks, conflict: mismatch (-want +got):\n%s", diff)
	}
	if got := git(t, f.dir, "show", third.Tip+":web.nix"); !strings.HasPrefix(got, "one\nein\n2\n") {
		t.Errorf("got %q", got)
	}
	if got := git(t, f.dir, "log", "-1", "--format=%(trailers:key=Co-authored-by,valueonly)", third.Tip); got != "Bob <ada@example.org>\nCarl <c@example.org>\n" {
		t.Errorf("got the credits %q", got)
	}
	git(t, f.dir, "fsck", "--strict")
}

// TestFoldShallow folds in a clone that ends right behind the branch.
func TestFoldShallow(t *testing.T) {
	hub := serve(t)
	old := bump(t, open(t, hub.work), rev(t, hub.work, "main"), "1")
	sh := func(script string) { git(t, hub.work, "-c", "alias.sh=!set -e;"+script+"\n#", "sh") }
	sh("git checkout -q -b ferry " + old + "; echo mine >README; git commit -qam mine")
	for _, n := range []string{"4", "5", "6", "7", "8"} {
		hub.onMain(t, "echo "+n+" >README; git commit -qam "+n)
	}
	sh("git merge -q main || echo both >README; git commit -qam by-hand; git push -q " + hub.bare + " ferry:" + branch)
	hub.onMain(t, "echo 7 >seven; git add .; git commit -qam seventh")
	commits := strings.Fields(git(t, hub.work, "rev-list", "--reverse", "--topo-order", "main..ferry"))
	base := rev(t, hub.work, "main")
	scratch, err := open(t, hub.clone(t, "--depth=1")).Scratch(realTempDir(t), base)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scratch.Fetch(t.Context(), hub.remote, branch, len(commits)+1); err != nil {
		t.Fatal(err)
	}
	laid, err := scratch.Lay(t.Context(), bump(t, scratch, base, "2"), commits, bot)
	if err != nil || len(laid.Kept) != 1 {
		t.Fatalf("got %+v, %v", laid, err)
	}
	if got := git(t, scratch.Root(), "show", laid.Tip+":README"); got != "both" {
		t.Errorf("got %q", got)
	}
}
