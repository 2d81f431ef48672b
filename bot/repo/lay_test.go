package repo_test

import (
	"context"
	"maps"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/repo"
)

// A ferry is a repository with a bump of the bot on the branch ferry.
type ferry struct {
	dir, base string
	repo      *repo.Repo
}

// newFerry makes one whose files have enough lines to be merged.
func newFerry(t *testing.T) *ferry {
	t.Helper()
	f := &ferry{dir: filepath.Join(realTempDir(t), "work")}
	for name, text := range map[string]string{
		"flake.nix":  "{\n  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-25.11\";\n\n  # hosts\n\n  outputs = { nixpkgs, ... }: {\n    web = 1;\n  };\n}\n",
		"flake.lock": "{\n  \"nixpkgs\": \"old\",\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n",
		"web.nix":    "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
		"db.nix":     "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
		"lib/a.nix":  "a\n",
		"logo":       "\x00\x01",
	} {
		write(t, filepath.Join(f.dir, name), text)
	}
	f.sh(t, `git init -q -b main; ln -s web.nix link; git add .; git commit -qm base`)
	f.base, f.repo = rev(t, f.dir, "HEAD"), open(t, f.dir)
	f.sh(t, "git branch ferry "+f.bump(t, "new")+"; git checkout -q ferry")
	return f
}

// bump makes the bot's commit on top of base.
func (f *ferry) bump(t *testing.T, lock string) string {
	t.Helper()
	files := map[string][]byte{}
	for name, edit := range map[string]*strings.Replacer{
		"flake.nix":  strings.NewReplacer("nixos-25.11", "nixos-unstable"),
		"flake.lock": strings.NewReplacer(`"old"`, `"`+lock+`"`),
	} {
		text, err := f.repo.ReadFile(f.base, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = []byte(edit.Replace(string(text)))
	}
	sha, err := f.repo.WriteCommit(f.base, files, "bump", bot, when)
	if err != nil {
		t.Fatal(err)
	}
	return sha
}

// sh runs a script in the worktree.
func (f *ferry) sh(t *testing.T, script string) {
	t.Helper()
	git(t, f.dir, "-c", "alias.sh=!set -e;"+script+"\n#", "sh")
}

// onMain runs a script that commits to main and takes main for base.
func (f *ferry) onMain(t *testing.T, script string) {
	t.Helper()
	f.sh(t, "git checkout -q main;"+script+"\ngit checkout -q ferry")
	f.base = rev(t, f.dir, "main")
}

// commits lists what the branch has over base, oldest first.
func (f *ferry) commits(t *testing.T, tip string, which ...string) []string {
	t.Helper()
	return strings.Fields(git(t, f.dir, append([]string{"rev-list", "--reverse", "--topo-order", "main.." + tip}, which...)...))
}

// lay lays the branch on a commit, twice.
func (f *ferry) lay(t *testing.T, onto, tip string) repo.Laid {
	t.Helper()
	laid, err := f.repo.Lay(t.Context(), onto, f.commits(t, tip), bot)
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.repo.Lay(t.Context(), onto, f.commits(t, tip), bot)
	if diff := cmp.Diff(laid, again); err != nil || diff != "" {
		t.Errorf("got another result the second time: %v\n%s", err, diff)
	}
	return laid
}

// TestLayAgain renews a branch as runs do, one after another.
func TestLayAgain(t *testing.T) {
	f := newFerry(t)
	f.sh(t, "sed -i s/1/one/ web.nix; GIT_AUTHOR_NAME=Bob GIT_AUTHOR_DATE='2026-01-02T03:04:05-0330' GIT_COMMITTER_DATE='2026-12-01T00:00:00Z' git commit -qam one -m 'of many'; sed -i s/9/nine/ web.nix; git commit -qam nine")
	one, nine := rev(t, f.dir, "HEAD~"), rev(t, f.dir, "HEAD")
	bump := rev(t, f.dir, "HEAD~2")
	// The bot locks again what people changed, and one of them goes on.
	relock, err := f.repo.WriteCommit(nine, map[string][]byte{"flake.lock": []byte("{}\n")}, "relock", bot, when)
	if err != nil {
		t.Fatal(err)
	}
	f.sh(t, "git reset -q --hard "+relock+"; sed -i s/5/five/ web.nix; git commit -qam five")

	still := f.lay(t, bump, nine)
	want := repo.Laid{Tip: nine, Kept: []repo.Kept{{one, one, "Bob", "one"}, {nine, nine, "Ada", "nine"}}}
	if diff := cmp.Diff(want, still); diff != "" {
		t.Errorf("nothing moved: mismatch (-want +got):\n%s", diff)
	}
	first := f.lay(t, bump, "ferry")
	if got := first.Kept[1].SHA; got != nine || len(first.Kept) != 3 {
		t.Errorf("below the bot's second commit: got %+v, want %s and two others", first.Kept, nine)
	}
	if again := f.lay(t, bump, first.Tip); again.Tip != first.Tip {
		t.Errorf("got %s from what was laid, want %s", again.Tip, first.Tip)
	}

	f.onMain(t, "echo x >x; git add .; git commit -qm x")
	moved := f.bump(t, "newer")
	second := f.lay(t, moved, first.Tip)
	if got := f.lay(t, moved, "ferry"); got.Tip != second.Tip {
		t.Errorf("got %s from what was there before, want %s", got.Tip, second.Tip)
	}
	if got := f.lay(t, moved, second.Tip); got.Tip != second.Tip {
		t.Errorf("got %s from what was laid, want %s", got.Tip, second.Tip)
	}
	text := "tree " + rev(t, f.dir, second.Kept[0].SHA+"^{tree}") + "\nparent " + moved + `
author Bob <ada@example.org> 1767335645 -0330
committer nixferry <bot@example.org> 1796083200 +0000

one

of many`
	if diff := cmp.Diff(text, git(t, f.dir, "cat-file", "commit", second.Kept[0].SHA)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got := git(t, f.dir, "log", "-1", "--format=%ct", second.Kept[1].SHA); got != "1796083200" {
		t.Errorf("got %s, want it no older than what it is laid on", got)
	}
	git(t, f.dir, "fsck", "--strict")
}

func TestLayRefuses(t *testing.T) {
	f := newFerry(t)
	bump := rev(t, f.dir, "ferry")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, test := range []struct {
		name, commit string
		ctx          context.Context
		by           repo.Signature
		says         string
	}{
		{"a commit that is not there", strings.Repeat("1", 40), t.Context(), bot, "fetch it first"},
		{"a forged committer", bump, t.Context(), repo.Signature{Name: "a\n", Email: "b"}, "none git takes"},
		{"a run that is over", bump, stopped, bot, "context canceled"},
	} {
		if _, err := f.repo.Lay(test.ctx, bump, []string{test.commit}, test.by); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want it to say %q", test.name, err, test.says)
		}
	}
}

func TestLay(t *testing.T) {
	for _, test := range layings {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFerry(t)
			f.sh(t, test.people+"\n:")
			if test.main != "" {
				f.onMain(t, test.main)
			}
			if test.after != "" {
				f.sh(t, test.after)
			}
			onto := f.bump(t, "newer")
			laid := f.lay(t, onto, "ferry")
			if diff := cmp.Diff([]string{test.kept, test.locks, test.conflict}, outcome(laid)); diff != "" {
				t.Fatalf("kept, locks, conflict: mismatch (-want +got):\n%s", diff)
			}
			if laid.Conflict == nil {
				if diff := cmp.Diff(test.files, f.over(t, onto, laid.Tip), cmp.Comparer(sameFiles)); diff != "" {
					t.Errorf("mismatch (-want +got):\n%s", diff)
				}
			}
			if !test.alone {
				f.judge(t, onto, laid)
			}
		})
	}
}

// outcome tells the subjects that are kept, the locks and the conflict.
func outcome(laid repo.Laid) []string {
	var subjects []string
	for _, k := range laid.Kept {
		subjects = append(subjects, k.Subject)
	}
	var conflict string
	if c := laid.Conflict; c != nil {
		conflict = c.Subject + ": " + strings.Join(c.Paths, " ")
	}
	return []string{strings.Join(subjects, " "), strings.Join(laid.Locks, " "), conflict}
}

// sameFiles has no file and no map be the same.
func sameFiles(a, b map[string]string) bool { return maps.Equal(a, b) }

// over is what a commit has over another: the content of files, after an x
// when executable, "-" for those gone.
func (f *ferry) over(t *testing.T, before, after string) map[string]string {
	t.Helper()
	files := map[string]string{}
	changes, err := f.repo.Changes(before, after)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		files[c.Path] = string(c.Content)
		switch {
		case c.Gone:
			files[c.Path] = "-"
		case c.Mode == "100755":
			files[c.Path] = "x" + files[c.Path]
		}
	}
	return files
}

// judge has git itself pick people's commits, path by path.
func (f *ferry) judge(t *testing.T, onto string, laid repo.Laid) {
	t.Helper()
	f.sh(t, "git checkout -q -B judge "+onto)
	for _, sha := range f.commits(t, "ferry")[1:] {
		cmd := exec.CommandContext(t.Context(), "git", "-c", "user.name=a", "-c", "user.email=a@b", "cherry-pick", "-Xno-renames", sha)
		cmd.Dir = f.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			if laid.Conflict == nil || laid.Conflict.SHA != sha {
				t.Errorf("git finds a conflict in %s, Lay %v:\n%s", sha, laid.Conflict, out)
			}
			return
		}
	}
	if laid.Conflict != nil || rev(t, f.dir, "judge^{tree}") != rev(t, f.dir, laid.Tip+"^{tree}") {
		t.Errorf("git lays them all without a conflict, to another tree than %+v", laid)
	}
}
