package repo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
)

// Changed returns which tracked files differ between HEAD and the worktree or
// the index, as sorted slash paths from the root: of the named ones, or of all
// when none is named. A named path that is neither in HEAD nor in the index
// but is there in the worktree counts as changed.
//
// It compares content, not the executable bit, and trusts the index where git
// does: a file whose size and time are as git last saw them is not read. Line
// endings converted by core.autocrlf are no change. Content that passes a
// filter (git-crypt, LFS) cannot be compared here and counts as unchanged while
// its size is the one git last saw.
func (r *Repo) Changed(names ...string) ([]string, error) {
	sha, _, err := r.Head()
	if err != nil {
		return nil, err
	}
	staged, err := r.git.Storer.Index()
	if err != nil {
		return nil, fmt.Errorf("reading the index of %s: rewrite it with `git update-index --no-split-index --index-version 2`: %w", r.root, err)
	}
	head := map[string]plumbing.Hash{}
	if len(names) == 0 {
		names, err = r.everything(sha, staged, head)
	} else {
		err = r.named(sha, names, head)
	}
	if err != nil {
		return nil, err
	}
	return r.changedOf(names, head, staged)
}

// named looks up what HEAD has at the names.
func (r *Repo) named(sha string, names []string, into map[string]plumbing.Hash) error {
	root, err := r.tree(sha)
	if err != nil {
		return err
	}
	for _, name := range names {
		entry, err := r.find(root.Hash, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("comparing %s with HEAD: %w", name, err)
		}
		into[name] = entry.Hash
	}
	return nil
}

// everything looks up all files HEAD has and returns their names and those
// that only the index has.
func (r *Repo) everything(sha string, staged *index.Index, into map[string]plumbing.Hash) ([]string, error) {
	root, err := r.tree(sha)
	if err != nil {
		return nil, err
	}
	if err := r.tracked(root.Hash, "", into); err != nil {
		return nil, err
	}
	names := slices.Collect(maps.Keys(into))
	for _, entry := range staged.Entries {
		if _, ok := into[entry.Name]; !ok && entry.Mode != filemode.Submodule {
			names = append(names, entry.Name)
		}
	}
	return names, nil
}

// tracked gathers the files and links of a tree by slash path. Submodules are
// none of nixferry's business.
func (r *Repo) tracked(tree plumbing.Hash, prefix string, into map[string]plumbing.Hash) error {
	entries, err := r.entries(tree)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		switch entry.Mode {
		case filemode.Submodule:
		case filemode.Dir:
			if err := r.tracked(entry.Hash, prefix+entry.Name+"/", into); err != nil {
				return err
			}
		default:
			into[prefix+entry.Name] = entry.Hash
		}
	}
	return nil
}

// changedOf keeps the names that changed.
func (r *Repo) changedOf(names []string, head map[string]plumbing.Hash, staged *index.Index) ([]string, error) {
	entries := map[string]*index.Entry{}
	for _, entry := range staged.Entries {
		entries[entry.Name] = entry
	}
	var changed []string
	for _, name := range names {
		differs, err := r.differs(name, head[name], entries[name], staged)
		if err != nil {
			return nil, fmt.Errorf("comparing %s with HEAD: %w", name, err)
		}
		if differs {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return slices.Compact(changed), nil
}

// differs compares one file's three states.
func (r *Repo) differs(name string, head plumbing.Hash, entry *index.Entry, staged *index.Index) (bool, error) {
	path := filepath.Join(r.root, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	gone := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !gone:
		return false, err
	case entry == nil:
		return !gone || !head.IsZero(), nil
	case entry.Hash != head:
		return true, nil
	case entry.SkipWorktree:
		return false, nil
	case gone:
		return true, nil
	case unseen(info, entry, staged):
		return r.contentDiffers(path, info, entry)
	}
	return false, nil
}

// unseen reports whether git would have to read the file to know that it is
// as in the index. Time stamps no older than the index itself prove nothing:
// https://git-scm.com/docs/racy-git
func unseen(info fs.FileInfo, entry *index.Entry, staged *index.Index) bool {
	return !info.ModTime().Equal(entry.ModifiedAt) ||
		uint32(info.Size()) != entry.Size || // the index keeps the low 32 bits
		!entry.ModifiedAt.Before(staged.ModTime)
}

// contentDiffers reads a file or link and compares it with the blob.
func (r *Repo) contentDiffers(path string, info fs.FileInfo, entry *index.Entry) (bool, error) {
	var here []byte
	var err error
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		var target string
		target, err = os.Readlink(path)
		here = []byte(target)
	case info.Mode().IsRegular():
		here, err = os.ReadFile(path)
	default:
		return true, nil // a directory where git has a file
	}
	if err != nil || plumbing.ComputeHash(plumbing.BlobObject, here) == entry.Hash {
		return false, err
	}
	there, err := r.blob(entry.Hash)
	if err != nil {
		return false, err
	}
	if filtered(there) {
		return uint32(info.Size()) != entry.Size, nil
	}
	return !bytes.Equal(unixLines(here), unixLines(there)), nil
}

// filtered reports whether a blob is what a clean filter left of a file:
// git-crypt (https://github.com/AGWA/git-crypt) or LFS
// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
func filtered(blob []byte) bool {
	return bytes.HasPrefix(blob, []byte("\x00GITCRYPT\x00")) ||
		bytes.HasPrefix(blob, []byte("version https://git-lfs.github.com/spec/"))
}

// unixLines undoes core.autocrlf.
func unixLines(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }
