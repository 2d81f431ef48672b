package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Export writes the tree of commit sha into the existing directory dir: files
// as git stores them (no filter, no line ending conversion) with their
// executable bit, and symbolic links. Submodules are left out and returned, as
// slash paths in tree order. Nothing is written outside dir, whatever names
// and links the tree holds: git refuses such names, and so does Export, with
// fs.ErrInvalid.
func (r *Repo) Export(ctx context.Context, sha, dir string) (submodules []string, err error) {
	tree, err := r.tree(sha)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("exporting %s: %w", short(sha), err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	out := export{ctx: ctx, repo: r, root: root}
	if err := out.directory(tree.Hash, "."); err != nil {
		return nil, fmt.Errorf("exporting %s: %w", short(sha), err)
	}
	return out.submodules, nil
}

// export is one run of Export.
type export struct {
	ctx        context.Context
	repo       *Repo
	root       *os.Root
	submodules []string
}

// directory writes the entries of a tree below the slash path dir.
func (x *export) directory(tree plumbing.Hash, dir string) error {
	entries, err := x.repo.entries(tree)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name)
		if isDotGit(entry.Name) || path.Base(name) != entry.Name {
			return fmt.Errorf("entry %q in %s: rewrite the commit without it: %w", entry.Name, dir, fs.ErrInvalid)
		}
		if err := errors.Join(x.ctx.Err(), x.entry(entry, name)); err != nil {
			return err
		}
	}
	return nil
}

// entry writes one entry of a tree.
func (x *export) entry(entry object.TreeEntry, name string) error {
	switch entry.Mode {
	case filemode.Submodule:
		x.submodules = append(x.submodules, name)
		return nil
	case filemode.Dir:
		if err := x.root.Mkdir(name, 0o755); err != nil {
			return err
		}
		return x.directory(entry.Hash, name)
	case filemode.Symlink:
		target, err := x.repo.blob(entry.Hash)
		if err != nil {
			return err
		}
		return x.root.Symlink(string(target), name)
	case filemode.Executable:
		return x.file(entry.Hash, name, 0o755)
	}
	return x.file(entry.Hash, name, 0o644)
}

// file writes a blob to a file that must not exist yet: a tree with two
// entries of one name is nobody's honest work.
func (x *export) file(hash plumbing.Hash, name string, mode fs.FileMode) (err error) {
	from, err := x.repo.blobReader(hash)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := x.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	_, err = io.Copy(to, from)
	return err
}
