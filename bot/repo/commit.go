package repo

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
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

// valid is fs.ErrInvalid for a signature git does not take.
func (s Signature) valid() error {
	if strings.ContainsAny(s.Name+s.Email, "<>\n\x00") || s.Name == "" || s.Email == "" {
		return fmt.Errorf("author %q <%q> is none git takes, write it as `Name <mail@host>`: %w", s.Name, s.Email, fs.ErrInvalid)
	}
	return nil
}

// at is the signature of something done at a time, to the second, in UTC.
func (s Signature) at(when time.Time) object.Signature {
	return object.Signature{Name: s.Name, Email: s.Email, When: when.UTC().Truncate(time.Second)}
}

// WriteCommit puts a commit on top of base into the object database and
// returns its sha. Its tree is base's with exactly the given files (slash path
// to content) replaced, keeping their mode, or added; author is also the
// committer, at when to the second, in UTC. The message gets a trailer that
// tells the commit from people's: see Own. The same arguments always give the
// same sha. Neither a ref nor the index nor a file of the worktree changes.
//
// It is ErrNoChange when base has these files already, and fs.ErrInvalid for a
// path git does not take or one that is a link, directory or submodule in base.
func (r *Repo) WriteCommit(base string, files map[string][]byte, message string, author Signature, when time.Time) (string, error) {
	tree, err := r.tree(base)
	if err == nil {
		err = author.valid()
	}
	if err != nil {
		return "", fmt.Errorf("writing the commit: %w", err)
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
	content, err := r.content(tree.Hash, root)
	if err != nil {
		return "", err
	}
	return r.writeCommit(&object.Commit{
		Author:       author.at(when),
		Committer:    author.at(when),
		Message:      stamp(message, content),
		TreeHash:     root,
		ParentHashes: []plumbing.Hash{plumbing.NewHash(base)},
	})
}

// writeCommit stores a commit, signed if so wished.
func (r *Repo) writeCommit(commit *object.Commit) (string, error) {
	if r.signer != nil {
		if err := r.signer.sign(commit); err != nil {
			return "", err
		}
	}
	sha, err := r.write(commit)
	return sha.String(), err
}

// writeFile returns the tree root with the one file replaced or added.
func (r *Repo) writeFile(root plumbing.Hash, name string, content []byte) (plumbing.Hash, error) {
	if !fs.ValidPath(name) || name == "." || slices.ContainsFunc(strings.Split(name, "/"), isDotGit) {
		return root, fmt.Errorf("no path inside the repository: %w", fs.ErrInvalid)
	}
	there, err := r.look(root, name)
	if err != nil {
		return root, err
	}
	mode := cmp.Or(there.mode, filemode.Regular)
	if kind(mode) != kind(filemode.Regular) {
		return root, fmt.Errorf("%s is a %s in the base commit, make it a regular file first: %w", name, kind(mode), fs.ErrInvalid)
	}
	blob, err := r.writeBlob(content)
	if err != nil {
		return root, err
	}
	return r.put(root, name, leaf{mode, blob})
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
