package repo_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/repo"
)

func TestOpen(t *testing.T) {
	dir := sample(t)
	git(t, dir, "worktree", "add", "--quiet", "-b", "side", filepath.Join(dir, "../linked"))
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(dir, "fleet"), link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, dir, root, prefix, branch, gitDir string }{
		{"root", dir, dir, ".", "main", dir + "/.git"},
		{"nested", dir + "/fleet/hosts", dir, "fleet/hosts", "main", dir + "/.git"},
		{"through a link", link, dir, "fleet", "main", dir + "/.git"},
		{"linked worktree", filepath.Join(dir, "../linked/fleet"), filepath.Join(dir, "../linked"), "fleet", "side", dir + "/.git/worktrees/linked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := open(t, test.dir)
			sha, branch, err := r.Head()
			if err != nil {
				t.Fatal(err)
			}
			got := []string{r.Root(), r.Prefix(), branch, sha, r.GitDir()}
			want := []string{test.root, test.prefix, test.branch, rev(t, dir, "HEAD"), test.gitDir}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if _, err := r.ReadFile(sha, "fleet/flake.nix"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, test := range []struct {
		name, next string
		dir        func(t *testing.T) string
		want       error
	}{
		{"no repository", "git init", func(t *testing.T) string { return t.TempDir() }, repo.ErrNotRepository},
		{"no directory", "no such file", func(t *testing.T) string { return t.TempDir() + "/gone" }, fs.ErrNotExist},
		{"sparse", "git sparse-checkout disable", func(t *testing.T) string {
			dir := sample(t)
			git(t, dir, "sparse-checkout", "set", "fleet")
			return dir
		}, repo.ErrUnsupported},
		{"partial", "without --filter", func(t *testing.T) string {
			dir := sample(t)
			git(t, dir, "config", "core.repositoryformatversion", "1")
			git(t, dir, "config", "extensions.partialClone", "origin")
			return dir
		}, repo.ErrUnsupported},
		{"sha256", "SHA-1", func(t *testing.T) string {
			dir := t.TempDir()
			git(t, dir, "init", "--quiet", "--object-format=sha256")
			return dir
		}, repo.ErrUnsupported},
		{"other extension", "plain `git clone`", func(t *testing.T) string {
			dir := sample(t)
			git(t, dir, "config", "core.repositoryformatversion", "1")
			git(t, dir, "config", "extensions.refstorage", "reftable")
			return dir
		}, repo.ErrUnsupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := repo.Open(test.dir(t))
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.next) {
				t.Errorf("got %v, want it to be %q and to say %q", err, test.want, test.next)
			}
		})
	}
}

func TestHeadWithoutBranchOrCommit(t *testing.T) {
	dir := sample(t)
	git(t, dir, "checkout", "--quiet", "--detach")
	sha, branch, err := open(t, dir).Head()
	if err != nil || branch != "" || sha != rev(t, dir, "HEAD") {
		t.Errorf("got %q %q %v, want a detached HEAD", sha, branch, err)
	}
	empty := t.TempDir()
	git(t, empty, "init", "--quiet")
	if _, _, err := open(t, empty).Head(); !errors.Is(err, repo.ErrNoCommit) {
		t.Errorf("got %v, want ErrNoCommit", err)
	}
}

func TestReadFile(t *testing.T) {
	dir := sample(t)
	r := open(t, dir)
	head := rev(t, dir, "HEAD")
	for _, test := range []struct {
		name, content string
		want          error
	}{
		{name: "fleet/flake.nix", content: "{ }\n"},
		{name: "./fleet/hosts/web.nix", content: "{ web = 1; }\n"},
		{name: "fleet/flake.lock", want: fs.ErrNotExist},
		{name: "gone/flake.nix", want: fs.ErrNotExist},
		{name: "fleet/flake.nix/x", want: fs.ErrNotExist},
		{name: "link", want: fs.ErrInvalid},
		{name: "fleet", want: fs.ErrInvalid},
	} {
		got, err := r.ReadFile(head, test.name)
		if !errors.Is(err, test.want) || string(got) != test.content {
			t.Errorf("%s: got %q, %v, want %q, %v", test.name, got, err, test.content, test.want)
		}
	}
	git(t, dir, "config", "uploadpack.allowFilter", "true")
	git(t, dir, "clone", "--quiet", "--no-checkout", "--filter=blob:none", "file://"+dir, "../partial")
	if _, err := open(t, dir+"/../partial").ReadFile(head, "README"); err == nil || !strings.Contains(err.Error(), "without --filter") {
		t.Errorf("got %v, want the next step for a partial clone", err)
	}
	if _, err := r.ReadFile(strings.Repeat("1", 40), "x"); err == nil || !strings.Contains(err.Error(), "git fetch origin 1111") {
		t.Errorf("got %v, want the next step for a commit that is not there", err)
	}
}

func TestCommitDate(t *testing.T) {
	dir := sample(t)
	r := open(t, dir)
	got, err := r.CommitDate(rev(t, dir, "HEAD"))
	if want := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// sample makes a repository with a flake in a subdirectory, a link, an
// executable and a nested file, one commit on main.
func sample(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(realTempDir(t), "work")
	for name, content := range map[string]string{
		"fleet/flake.nix":     "{ }\n",
		"fleet/hosts/web.nix": "{ web = 1; }\n",
		"README":              "read me\n",
		"run.sh":              "#!/bin/sh\n",
	} {
		write(t, filepath.Join(dir, name), content)
	}
	if err := errors.Join(os.Chmod(dir+"/run.sh", 0o755), os.Symlink("fleet/flake.nix", dir+"/link")); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "init", "--quiet", "-b", "main")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "-m", "first")
	return dir
}

func open(t *testing.T, dir string) *repo.Repo {
	t.Helper()
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// git runs git, free of this machine's configuration, and returns its output
// without the last newline.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := exec.Command("git", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=2026-11-20T11:00:00+01:00",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_COMMITTER_DATE=2026-11-20T11:00:00+01:00")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func rev(t *testing.T, dir, name string) string {
	t.Helper()
	return git(t, dir, "rev-parse", name)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// realTempDir is t.TempDir without symbolic links.
func realTempDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
