package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// A leaf is what stands at a path of a tree: a file, link or submodule. The
// zero leaf is nothing.
type leaf struct {
	mode filemode.FileMode
	hash plumbing.Hash
}

// A change is what a commit does to one path.
type change struct {
	path          string
	before, after leaf
}

// look returns what stands at a slash path below a tree, which may also be a
// directory.
func (r *Repo) look(tree plumbing.Hash, name string) (leaf, error) {
	entry, err := r.find(tree, name)
	if errors.Is(err, fs.ErrNotExist) {
		return leaf{}, nil
	}
	return leaf{entry.Mode, entry.Hash}, err
}

// put returns the tree with what stands at the slash path replaced, or taken
// away with the directories that leaves empty. It is fs.ErrInvalid when a
// directory stands there, or no directory on the way there.
func (r *Repo) put(tree plumbing.Hash, name string, what leaf) (plumbing.Hash, error) {
	root, err := r.graft(tree, strings.Split(name, "/"), what)
	if err == nil && root.IsZero() {
		return r.write(&object.Tree{})
	}
	return root, err
}

// graft is put for a path in parts, writing every tree on the way. A zero tree
// is an empty one.
func (r *Repo) graft(tree plumbing.Hash, path []string, what leaf) (plumbing.Hash, error) {
	entries, err := r.entries(tree)
	if err != nil {
		return tree, err
	}
	var there leaf
	at := slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == path[0] })
	if at >= 0 {
		there = leaf{entries[at].Mode, entries[at].Hash}
		entries = slices.Delete(entries, at, at+1)
	}
	if at >= 0 && (there.mode == filemode.Dir) != (len(path) > 1) {
		return tree, fmt.Errorf("%s is a %s: %w", path[0], kind(there.mode), fs.ErrInvalid)
	}
	if len(path) > 1 {
		below, err := r.graft(there.hash, path[1:], what)
		if err != nil {
			return tree, err
		}
		what = leaf{filemode.Dir, below}
	}
	if !what.hash.IsZero() {
		entries = append(entries, object.TreeEntry{Name: path[0], Mode: what.mode, Hash: what.hash})
	}
	if len(entries) == 0 {
		return plumbing.ZeroHash, nil
	}
	sort.Sort(object.TreeEntrySorter(entries))
	return r.write(&object.Tree{Entries: entries})
}

// changes lists how two trees differ, by path. A zero tree is an empty one; a
// renamed file is one gone and one new.
func (r *Repo) changes(before, after plumbing.Hash) ([]change, error) {
	var trees [2]*object.Tree
	for i, hash := range []plumbing.Hash{before, after} {
		if hash.IsZero() {
			continue
		}
		tree, err := object.GetTree(r.store, hash)
		if err != nil {
			return nil, fmt.Errorf("reading tree %s: check the clone with `git fsck`: %w", hash, err)
		}
		trees[i] = tree
	}
	found, err := object.DiffTree(trees[0], trees[1])
	if err != nil {
		return nil, fmt.Errorf("comparing two trees: check the clone with `git fsck`: %w", err)
	}
	var all []change
	for _, one := range found {
		name := one.To.Name
		if name == "" {
			name = one.From.Name
		}
		all = append(all, change{
			name,
			leaf{one.From.TreeEntry.Mode, one.From.TreeEntry.Hash},
			leaf{one.To.TreeEntry.Mode, one.To.TreeEntry.Hash},
		})
	}
	slices.SortFunc(all, func(a, b change) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

// changesOf lists what a commit changes against its first parent, or against
// nothing when it has none.
func (r *Repo) changesOf(commit *object.Commit) ([]change, error) {
	var before plumbing.Hash
	if len(commit.ParentHashes) > 0 {
		parent, err := r.load(commit.ParentHashes[0].String())
		if err != nil {
			return nil, err
		}
		before = parent.TreeHash
	}
	return r.changes(before, commit.TreeHash)
}

// entries returns a copy of a tree's entries, none for the zero hash.
func (r *Repo) entries(tree plumbing.Hash) ([]object.TreeEntry, error) {
	if tree.IsZero() {
		return nil, nil
	}
	loaded, err := object.GetTree(r.store, tree)
	if err != nil {
		return nil, fmt.Errorf("reading tree %s: check the clone with `git fsck`: %w", tree, err)
	}
	return slices.Clone(loaded.Entries), nil
}
