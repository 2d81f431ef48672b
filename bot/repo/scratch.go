package repo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// Scratch makes a repository in the existing empty directory dir that borrows
// r's objects and has sha checked out as far as HEAD goes, without files. What
// is committed there leaves r untouched; it serves Nix as git+file like any
// other clone, shallow where r is shallow. It is of use as long as r is there.
// https://git-scm.com/docs/gitrepository-layout (objects/info/alternates).
func (r *Repo) Scratch(dir, sha string) (*Repo, error) {
	dir, err := realDirectory(dir)
	if err != nil {
		return nil, fmt.Errorf("making a scratch repository: %w", err)
	}
	files := map[string]string{
		"HEAD":                    "ref: refs/heads/base\n",
		"config":                  "[core]\n\trepositoryformatversion = 0\n\tbare = false\n",
		"refs/heads/base":         sha + "\n",
		"objects/info/alternates": filepath.Join(r.sharedDir(), "objects") + "\n",
	}
	// A shallow clone names the commits whose parents it lacks; git would call
	// the borrowed history broken without that list.
	shallow, err := os.ReadFile(filepath.Join(r.sharedDir(), "shallow"))
	if err == nil {
		files["shallow"] = string(shallow)
	}
	for name, text := range files {
		path := filepath.Join(dir, ".git", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return nil, fmt.Errorf("making a scratch repository: %w", err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return nil, fmt.Errorf("making a scratch repository: %w", err)
		}
	}
	return openScratch(dir)
}

func openScratch(dir string) (*Repo, error) {
	store := filesystem.NewStorageWithOptions(osfs.New(filepath.Join(dir, ".git")), cache.NewObjectLRUDefault(),
		filesystem.Options{AlternatesFS: osfs.New("/")})
	opened, err := git.Open(store, osfs.New(dir))
	if err != nil {
		return nil, fmt.Errorf("opening the scratch repository: %w", err)
	}
	return &Repo{git: opened, store: store, root: dir, prefix: "."}, nil
}

// sharedDir is the git directory that holds objects: the main one for a linked
// worktree, whose own names it in "commondir".
func (r *Repo) sharedDir() string {
	own := r.GitDir()
	text, err := os.ReadFile(filepath.Join(own, "commondir"))
	if err != nil {
		return own
	}
	shared := strings.TrimSpace(string(text))
	if filepath.IsAbs(shared) {
		return shared
	}
	return filepath.Join(own, shared)
}
