package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/repo"
)

// Bump edits and relocks the flake in dir in place. Everything happens in a
// copy first, and the two files are put in place together at the end, so that
// an interrupt leaves the flake as it was. dir need not be in a repository.
func Bump(ctx context.Context, w World, cfg config.Config, dir string, how BumpMode) error {
	cli, err := nix.Open(ctx, w.options(cfg, newProgress(w)))
	if err != nil {
		return err
	}
	work, remove, err := w.workspace()
	if err != nil {
		return err
	}
	defer remove()
	var drafts []*draft
	for i, sub := range cfg.Flakes {
		d, err := copyFlake(ctx, cli, filepath.Join(dir, filepath.FromSlash(sub)), filepath.Join(work, strconv.Itoa(i)))
		if err != nil {
			return err
		}
		drafts = append(drafts, d)
	}
	all, err := bumpAll(ctx, drafts, cfg, how)
	if err != nil {
		return err
	}
	return w.putInPlace(drafts, all, how)
}

// putInPlace applies the bumps of the drafts. One flake that cannot be moved
// leaves all of them as they were.
func (w World) putInPlace(drafts []*draft, all []bumped, how BumpMode) error {
	for i, b := range all {
		if b.refused != nil && how.JSON {
			return errors.Join(printPlan(w.Stdout, b.plan), b.refused)
		}
		err := b.refused
		if err == nil && !how.DryRun {
			err = drafts[i].clean(b)
		}
		if err != nil {
			return err
		}
	}
	for i, b := range all {
		if err := drafts[i].apply(w, b, how); err != nil {
			return err
		}
	}
	return nil
}

// copyFlake makes a draft of the flake in dir. From a repository only what git
// tracks is copied, with flake.nix and flake.lock as they are on disk: what is
// copied ends up in the Nix store, where everybody can read it.
func copyFlake(ctx context.Context, cli *nix.CLI, dir, to string) (*draft, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(to, 0o777); err != nil {
		return nil, fmt.Errorf("copying the flake: free some space or set TMPDIR: %w", err)
	}
	r, err := repo.Open(dir)
	if err == nil {
		if head, _, err := r.Head(); err == nil {
			return copyTracked(ctx, cli, r, head, to)
		}
	}
	if err := copyTree(ctx, dir, to); err != nil {
		return nil, err
	}
	d := &draft{cli: cli, tree: to, dir: ".", home: dir, ref: flake.PathRef(dir)}
	return d, d.overlay()
}

func copyTracked(ctx context.Context, cli *nix.CLI, r *repo.Repo, head, to string) (*draft, error) {
	d := &draft{cli: cli, tree: to, dir: r.Prefix(), home: r.Root(), checkout: r, ref: flake.WorktreeRef(r.Root(), r.Prefix())}
	if _, err := r.Export(ctx, head, to); err != nil {
		return nil, err
	}
	return d, d.overlay()
}

// overlay puts flake.nix and flake.lock into the copy as they are at home, as
// files also where they are links there.
func (d *draft) overlay() error {
	for _, name := range []string{"flake.nix", "flake.lock"} {
		text, err := os.ReadFile(filepath.Join(d.home, filepath.FromSlash(d.name(name))))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.MkdirAll(d.path(""), 0o777)
		}
		if err == nil {
			err = os.RemoveAll(d.path(name))
		}
		if err == nil {
			err = os.WriteFile(d.path(name), text, 0o666)
		}
		if err != nil {
			return fmt.Errorf("copying the flake: %w", err)
		}
	}
	return nil
}

// clean makes sure that an edit of flake.nix does not get mixed with work its
// owner has not committed yet.
func (d *draft) clean(b bumped) error {
	if _, edits := b.files[d.name("flake.nix")]; d.checkout == nil || !edits {
		return nil
	}
	changed, err := d.checkout.Changed(d.name("flake.nix"))
	if err == nil && len(changed) > 0 {
		err = fmt.Errorf("editing %s: it has uncommitted changes: commit or stash them first: %w", changed[0], ErrDirty)
	}
	return err
}

// apply prints the plan and, unless this is a dry run, puts the changed files
// into the flake's own directory.
func (d *draft) apply(w World, b bumped, how BumpMode) error {
	if !how.DryRun {
		if err := d.place(b); err != nil {
			return err
		}
	}
	if how.JSON {
		return printPlan(w.Stdout, b.plan)
	}
	if b.plan.Reason != "" {
		fmt.Fprintln(w.Stdout, b.plan.Reason)
	}
	for _, e := range b.plan.Edits {
		fmt.Fprintf(w.Stdout, "%s:%d: %s: %s → %s\n", e.File, e.Line, e.Input, e.Old, e.New)
	}
	for _, l := range b.plan.Left {
		fmt.Fprintf(w.Stdout, "left: %s: %s\n", l.Input, l.Why)
	}
	for _, change := range b.inputs {
		fmt.Fprintln(w.Stdout, describe(change))
	}
	if len(b.files) == 0 {
		fmt.Fprintln(w.Stdout, "nothing to change")
	}
	return nil
}

// place writes the changed files, flake.lock first: until flake.nix follows,
// Nix would only lock again.
func (d *draft) place(b bumped) error {
	for _, name := range []string{d.name("flake.lock"), d.name("flake.nix")} {
		text, ok := b.files[name]
		if !ok {
			continue
		}
		path := filepath.Join(d.home, filepath.FromSlash(name))
		// A link stays one: what it leads to is what is edited.
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}
		if err := writeFile(path, func(out io.Writer) error { _, err := out.Write(text); return err }); err != nil {
			return err
		}
	}
	return nil
}

func printPlan(out io.Writer, plan flake.Plan) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(plan)
}

// copyTree copies regular files, directories and links, without git's own.
func copyTree(ctx context.Context, from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("copying the flake: %w", err)
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return fmt.Errorf("copying the flake: %w", err)
		}
		target := filepath.Join(to, rel)
		switch {
		case entry.IsDir() && entry.Name() == ".git":
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(target, 0o777)
		case entry.Type()&os.ModeSymlink != 0:
			return copyLink(path, target)
		case entry.Type().IsRegular():
			return copyFile(path, target)
		}
		return nil // sockets and devices are no part of a flake
	})
}

func copyLink(from, to string) error {
	link, err := os.Readlink(from)
	if err != nil {
		return err
	}
	return os.Symlink(link, to)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copying the flake: %w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm()|0o200)
	if err != nil {
		return fmt.Errorf("copying the flake: %w", err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
