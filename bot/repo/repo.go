// Package repo reads, writes and pushes the owner's git repository through
// go-git, without ever touching its worktree, its index or its refs: commits
// go straight into the object database, and branches are moved only on the
// remote, each under a lease. People's commits on the bot's branch are laid
// anew on each of its bumps.
//
// The token lives in the transport. It is in no URL, no argument and no error.
// What the server says when it refuses is kept, cleaned, and told apart in
// refusal.go.
package repo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// A Repo is an opened repository. It is for one goroutine at a time; two
// processes may work on the same repository, as objects are only ever added.
type Repo struct {
	git    *git.Repository
	store  *filesystem.Storage
	root   string
	prefix string
	signer *Signer // none when nil
}

// Root is the absolute path of the worktree, symbolic links resolved.
func (r *Repo) Root() string { return r.root }

// Prefix is the directory given to Open as a slash path inside the worktree,
// "." at its root.
func (r *Repo) Prefix() string { return r.prefix }

// GitDir is the absolute path of the git directory; in a linked worktree, of
// that worktree's own one.
func (r *Repo) GitDir() string { return r.store.Filesystem().Root() }

// Head returns the commit HEAD is at and the branch that is checked out, ""
// when HEAD is detached. A repository without a commit is ErrNoCommit.
func (r *Repo) Head() (sha, branch string, err error) {
	head, err := r.git.Head()
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return "", "", fmt.Errorf("reading HEAD of %s: %w", r.root, ErrNoCommit)
	}
	if err != nil {
		return "", "", fmt.Errorf("reading HEAD of %s: check it with `git log`: %w", r.root, err)
	}
	if head.Name().IsBranch() {
		branch = head.Name().Short()
	}
	return head.Hash().String(), branch, nil
}

// CommitDate returns when the commit was committed, in UTC.
func (r *Repo) CommitDate(sha string) (time.Time, error) {
	commit, err := r.load(sha)
	if err != nil {
		return time.Time{}, err
	}
	return commit.Committer.When.UTC(), nil
}

// ReadFile returns the content of the regular file at the slash path name in
// commit sha, as git stores it (no filter, no line ending conversion). The
// error is fs.ErrNotExist when the commit has no such file, and fs.ErrInvalid
// when it is a symbolic link, a directory or a submodule.
func (r *Repo) ReadFile(sha, name string) ([]byte, error) {
	tree, err := r.tree(sha)
	if err != nil {
		return nil, err
	}
	entry, err := r.find(tree.Hash, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading %s at %s: `git add` and commit it if it should be there: %w", name, short(sha), err)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s at %s: %w", name, short(sha), err)
	}
	if !entry.Mode.IsFile() || entry.Mode == filemode.Symlink {
		return nil, fmt.Errorf("reading %s at %s: it is a %s, commit a regular file there: %w", name, short(sha), kind(entry.Mode), fs.ErrInvalid)
	}
	return r.blob(entry.Hash)
}

// load reads a commit that must be in the clone.
func (r *Repo) load(sha string) (*object.Commit, error) {
	commit, err := object.GetCommit(r.store, plumbing.NewHash(sha))
	if err != nil {
		return nil, fmt.Errorf("reading commit %s in %s: fetch it first (`git fetch origin %s`): %w", short(sha), r.root, sha, err)
	}
	return commit, nil
}

// tree loads the root tree of a commit.
func (r *Repo) tree(sha string) (*object.Tree, error) {
	commit, err := r.load(sha)
	if err != nil {
		return nil, err
	}
	tree, err := commit.Tree()
	if err != nil {
		return nil, fmt.Errorf("reading the tree of %s: check the clone with `git fsck`: %w", short(sha), err)
	}
	return tree, nil
}

// find looks up a slash path below a tree. The error is fs.ErrNotExist where
// there is nothing.
func (r *Repo) find(tree plumbing.Hash, name string) (object.TreeEntry, error) {
	found := object.TreeEntry{Mode: filemode.Dir, Hash: tree}
	for part := range strings.SplitSeq(path.Clean(name), "/") {
		if found.Mode != filemode.Dir {
			return found, fs.ErrNotExist
		}
		entries, err := r.entries(found.Hash)
		if err != nil {
			return found, err
		}
		at := slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == part })
		if at < 0 {
			return found, fs.ErrNotExist
		}
		found = entries[at]
	}
	return found, nil
}

// blob reads one blob whole.
func (r *Repo) blob(hash plumbing.Hash) (data []byte, err error) {
	reader, err := r.blobReader(hash)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	return io.ReadAll(reader)
}

// blobReader opens a blob.
func (r *Repo) blobReader(hash plumbing.Hash) (io.ReadCloser, error) {
	blob, err := object.GetBlob(r.store, hash)
	if err != nil {
		return nil, fmt.Errorf("reading blob %s: the clone lacks it, clone without --filter (actions/checkout: without `filter`): %w", hash, err)
	}
	return blob.Reader()
}

// short is a sha as people read it.
func short(sha string) string { return sha[:min(len(sha), 12)] }

// kind names what a tree entry is.
func kind(mode filemode.FileMode) string {
	switch mode {
	case filemode.Symlink:
		return "symbolic link"
	case filemode.Submodule:
		return "submodule"
	case filemode.Dir:
		return "directory"
	}
	return "regular file"
}
