package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/nixferry/nixferry/bot/repo"
)

// A renewal is the bump, made anew, with what people committed on the bot's
// branch on top of it.
type renewal struct {
	repo.Laid
	// bump is the bot's commit that they are on top of.
	bump string
	// first is the bot's first commit on the branch as it was, "" for none, and
	// made when it was made.
	first string
	made  time.Time
	// stands says that the branch is this already, in commits that GitHub made;
	// there is what those are called that GitHub made of the ones here.
	stands bool
	there  map[string]string
}

// renew brings people's commits along: those of the branch that neither the
// branch of base nor the bot's own work has. Where they do not fit on the new
// bump, Conflict says so.
func (c *crossing) renew(ctx context.Context, h hub, s standing, bump string) (renewal, error) {
	n := renewal{Laid: repo.Laid{Tip: bump}, bump: bump}
	if s.tip == "" || s.tip == bump || s.spent(h.base) {
		return n, nil
	}
	commits, err := h.pulls.Commits(ctx, h.base, s.tip)
	if err != nil {
		return n, err
	}
	tip, err := c.repo.Fetch(ctx, h.remote, s.branch, len(commits)+1)
	if err != nil {
		return n, err
	}
	if tip != s.tip {
		return n, fmt.Errorf("renewing %s: %w", s.branch, repo.ErrLeaseLost)
	}
	if err := c.readOwn(&n, commits); err != nil {
		return n, err
	}
	if n.Laid, err = c.repo.Lay(ctx, bump, commits, c.author()); err != nil || n.Conflict != nil {
		return n, err
	}
	if n.Tip, err = c.relock(ctx, n); err != nil {
		return n, err
	}
	err = c.compareMade(s, &n)
	return n, err
}

// readOwn finds the bot's first commit among those of the branch.
func (c *crossing) readOwn(n *renewal, commits []string) error {
	for _, sha := range commits {
		own, err := c.repo.Own(sha)
		if err != nil {
			return err
		}
		if own {
			n.first = sha
			n.made, err = c.repo.CommitDate(sha)
			return err
		}
	}
	return nil
}

// relock has Nix lock anew what people's commits ask of the flakes, in a commit
// of its own on top of theirs. A flake that Nix cannot lock is left as it is:
// its hosts will say why.
func (c *crossing) relock(ctx context.Context, n renewal) (tip string, err error) {
	stale := c.touched(n)
	if len(stale) == 0 {
		return n.Tip, nil
	}
	tree, err := os.MkdirTemp(c.work, "relock-")
	if err != nil {
		return "", fmt.Errorf("making a directory for intermediate files: free some space or set TMPDIR: %w", err)
	}
	if _, err := c.repo.Export(ctx, n.Tip, tree); err != nil {
		return "", err
	}
	files := map[string][]byte{}
	for _, dir := range stale {
		lock := filepath.Join(tree, filepath.FromSlash(dir), "flake.lock")
		before, _ := os.ReadFile(lock) // none is as good as an empty one
		if err := c.nix.Lock(ctx, filepath.Dir(lock), nil); err != nil {
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			c.progress.line("%v", err)
			continue
		}
		if after, err := os.ReadFile(lock); err == nil && !bytes.Equal(before, after) {
			files[path.Join(dir, "flake.lock")] = after
		}
	}
	if len(files) == 0 {
		return n.Tip, nil
	}
	when, err := c.repo.CommitDate(n.Tip)
	if err != nil {
		return "", err
	}
	return c.repo.WriteCommit(n.Tip, files, "flake.lock: lock what the commits before ask for", c.author(), when)
}

// touched are the flakes whose flake.nix or flake.lock people's commits change,
// or asked to change.
func (c *crossing) touched(n renewal) (dirs []string) {
	for _, dir := range c.dirs {
		for _, name := range []string{"flake.nix", "flake.lock"} {
			if c.differs(n.bump, n.Tip, path.Join(dir, name)) {
				dirs = append(dirs, dir)
				break
			}
		}
	}
	return dirs
}

// differs reports whether a file is not the same in two commits. One that
// cannot be read is like one that is not there.
func (c *crossing) differs(a, b, name string) bool {
	before, errA := c.repo.ReadFile(a, name)
	after, errB := c.repo.ReadFile(b, name)
	return !bytes.Equal(before, after) || errors.Is(errA, fs.ErrNotExist) != errors.Is(errB, fs.ErrNotExist)
}
