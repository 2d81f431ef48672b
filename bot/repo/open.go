package repo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

var (
	// ErrNotRepository means that the directory is in no git worktree.
	ErrNotRepository = errors.New("not a git repository: run nixferry inside a checkout, or make one with `git init` and commit the flake")
	// ErrNoCommit means that the repository has no commit yet.
	ErrNoCommit = errors.New("no commit yet: commit the flake with `git add` and `git commit` first")
	// ErrUnsupported means that the clone uses a git extension that go-git
	// does not read.
	ErrUnsupported = errors.New("clone layout not supported")
)

// Open finds the repository whose worktree holds the directory dir. It is
// ErrNotRepository where there is none, and ErrUnsupported for sparse and
// partial clones, SHA-256 repositories and other extensions of
// git-config(1)'s extensions.*.
func Open(dir string) (*Repo, error) {
	dir, err := realDirectory(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	opened, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if err != nil {
		return nil, fmt.Errorf("opening the repository of %s: %w", dir, openReason(err))
	}
	tree, err := opened.Worktree()
	if err != nil {
		return nil, fmt.Errorf("opening the repository of %s: %w", dir, ErrNotRepository)
	}
	root := tree.Filesystem.Root()
	prefix, err := filepath.Rel(root, dir)
	if err != nil {
		return nil, fmt.Errorf("opening the repository of %s: %w", dir, err)
	}
	store := opened.Storer.(*filesystem.Storage) // what PlainOpen always makes
	return &Repo{git: opened, store: store, root: root, prefix: filepath.ToSlash(prefix)}, nil
}

// realDirectory returns dir absolute and without symbolic links, so that the
// prefix inside the worktree can be told.
func realDirectory(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is a file: name the directory of the flake", dir)
	}
	return dir, nil
}

// openReason says what go-git could not open and what to do about it. The
// names of extensions come from its message: the error itself is one for all.
func openReason(err error) error {
	if errors.Is(err, git.ErrRepositoryNotExists) {
		return ErrNotRepository
	}
	if !errors.Is(err, git.ErrUnknownExtension) && !errors.Is(err, git.ErrUnsupportedExtensionRepositoryFormatVersion) {
		return err
	}
	for _, known := range []struct{ extension, next string }{
		{"partialclone", "this is a partial clone: clone without --filter (actions/checkout: without `filter` and `sparse-checkout`)"},
		{"worktreeconfig", "this is a sparse checkout or uses per-worktree configuration: clone without it (actions/checkout: without `sparse-checkout`), or run `git sparse-checkout disable` and `git config --unset extensions.worktreeConfig`"},
		{"objectformat", "this repository uses SHA-256 object names: nixferry needs a SHA-1 one"},
	} {
		if strings.Contains(err.Error(), known.extension) {
			return fmt.Errorf("%s: %w", known.next, ErrUnsupported)
		}
	}
	return fmt.Errorf("clone afresh with a plain `git clone` (%s): %w", err.Error(), ErrUnsupported)
}
