package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// ErrNoChange means that a commit would have the tree of its parent.
var ErrNoChange = errors.New("nothing to commit: the files are as in the base commit")

// A Signature is who a commit is by.
type Signature struct{ Name, Email string }

// WriteCommit puts a commit on top of base into the object database and
// returns its sha. Its tree is base's with exactly the given files (slash path
// to content) replaced, keeping their mode, or added; author is also the
// committer, at when to the second, in UTC. The same arguments always give the
// same sha. Neither a ref nor the index nor a file of the worktree changes.
//
// It is ErrNoChange when base has these files already, and fs.ErrInvalid for a
// path git does not take or one that is a link, directory or submodule in base.
func (r *Repo) WriteCommit(base string, files map[string][]byte, message string, author Signature, when time.Time) (string, error) {
	tree, err := r.tree(base)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(author.Name+author.Email, "<>\n\x00") || author.Name == "" || author.Email == "" {
		return "", fmt.Errorf("writing the commit: author %q <%q> is none git takes, write it as `Name <mail@host>`: %w", author.Name, author.Email, fs.ErrInvalid)
	}
	root := tree.Hash
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if root, err = r.writeFile(root, name, files[name]); err != nil {
			return "", fmt.Errorf("writing %s on top of %s: %w", name, short(base), err)
		}
	}
	if root == tree.Hash {
		return "", fmt.Errorf("writing the commit on top of %s: %w", short(base), ErrNoChange)
	}
	by := object.Signature{Name: author.Name, Email: author.Email, When: when.UTC().Truncate(time.Second)}
	sha, err := r.write(&object.Commit{
		Author:       by,
		Committer:    by,
		Message:      strings.TrimRight(message, "\n") + "\n",
		TreeHash:     root,
		ParentHashes: []plumbing.Hash{plumbing.NewHash(base)},
	})
	return sha.String(), err
}

// writeFile returns the tree root with the one file replaced or added.
func (r *Repo) writeFile(root plumbing.Hash, name string, content []byte) (plumbing.Hash, error) {
	if !fs.ValidPath(name) || name == "." || slices.ContainsFunc(strings.Split(name, "/"), isDotGit) {
		return root, fmt.Errorf("no path inside the repository: %w", fs.ErrInvalid)
	}
	blob, err := r.writeBlob(content)
	if err != nil {
		return root, err
	}
	return r.graft(root, strings.Split(name, "/"), blob)
}

// graft returns the tree with blob at the path, writing every tree on the way.
// A zero tree is an empty one.
func (r *Repo) graft(tree plumbing.Hash, path []string, blob plumbing.Hash) (plumbing.Hash, error) {
	entries, err := r.entries(tree)
	if err != nil {
		return tree, err
	}
	at := slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == path[0] })
	entry := object.TreeEntry{Name: path[0], Mode: filemode.Regular}
	if len(path) > 1 {
		entry.Mode = filemode.Dir
	}
	if at >= 0 {
		if kind(entries[at].Mode) != kind(entry.Mode) {
			return tree, fmt.Errorf("%s is a %s in the base commit, make it a %s first: %w", path[0], kind(entries[at].Mode), kind(entry.Mode), fs.ErrInvalid)
		}
		entry = entries[at]
	}
	if entry.Hash, err = r.leaf(entry.Hash, path, blob); err != nil {
		return tree, err
	}
	if at >= 0 {
		entries[at] = entry
	} else {
		entries = append(entries, entry)
	}
	sort.Sort(object.TreeEntrySorter(entries))
	return r.write(&object.Tree{Entries: entries})
}

// leaf returns what stands at path[0]: the blob itself, or the subtree below.
func (r *Repo) leaf(subtree plumbing.Hash, path []string, blob plumbing.Hash) (plumbing.Hash, error) {
	if len(path) == 1 {
		return blob, nil
	}
	return r.graft(subtree, path[1:], blob)
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

// writeBlob stores content.
func (r *Repo) writeBlob(content []byte) (plumbing.Hash, error) {
	encoded := r.store.NewEncodedObject()
	encoded.SetType(plumbing.BlobObject)
	writer, err := encoded.Writer()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if _, err := writer.Write(content); err != nil {
		return plumbing.ZeroHash, err
	}
	if err := writer.Close(); err != nil {
		return plumbing.ZeroHash, err
	}
	return r.store.SetEncodedObject(encoded)
}

// write stores a tree or a commit.
func (r *Repo) write(o interface {
	Encode(plumbing.EncodedObject) error
},
) (plumbing.Hash, error) {
	encoded := r.store.NewEncodedObject()
	if err := o.Encode(encoded); err != nil {
		return plumbing.ZeroHash, fmt.Errorf("encoding a git object: %w", err)
	}
	hash, err := r.store.SetEncodedObject(encoded)
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("writing to %s: make it writable for this user: %w", r.GitDir(), err)
	}
	return hash, nil
}

// isDotGit reports whether a path component is one git refuses everywhere.
func isDotGit(component string) bool { return strings.EqualFold(component, ".git") }
