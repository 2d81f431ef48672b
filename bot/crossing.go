package bot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
)

// A crossing is a repository on its way from base to head: all of its flakes
// that the run is about.
type crossing struct {
	world    World
	cfg      config.Config
	nix      *nix.CLI
	repo     *repo.Repo // the scratch repository
	dirs     []string   // the flakes' directories in the repository, "." for its root
	base     string     // the commit the run started from
	work     string     // a directory for intermediate files
	out      string     // the report directory
	trial    bool       // nothing is to be merged
	began    time.Time  // when the run did
	progress *progress
	timings  report.Timings
	known    known         // of earlier runs
	closures closureReader // of what is in the store
	// recalled are base's toplevels that need no building, by store path.
	recalled map[string]closure.Listing
	notes    []string // for the report's reader
	// fetches is how Nix fetches, once it was asked.
	fetches *nix.Substitution
	// What the report says of where it was made; empty away from GitHub.
	baseName, headName, repository, run string
}

// cpu is what nixferry itself has used, without the processes it ran.
func cpu() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// open makes what a crossing works in: a scratch repository on its base, a
// copy of base's files, and the report directory.
func (c *crossing) open(from *repo.Repo) error {
	scratch := filepath.Join(c.work, "scratch")
	for _, path := range []string{scratch, c.tree(), filepath.Join(c.out, "logs")} {
		if err := os.MkdirAll(path, 0o777); err != nil {
			return fmt.Errorf("making a directory for intermediate files: free some space or set TMPDIR: %w", err)
		}
	}
	c.known, c.recalled = c.world.known(c.cfg), map[string]closure.Listing{}
	c.closures = c.world.newClosureReader(c.cfg, func() (*nix.CLI, error) { return c.nix, nil }, c.progress.line)
	var err error
	if c.repo, err = from.Scratch(scratch, c.base); err != nil || c.cfg.SigningKey == "" {
		return err
	}
	signer, err := repo.NewSigner([]byte(c.cfg.SigningKey))
	if err != nil {
		return fmt.Errorf("%w: %w", err, config.ErrUsage)
	}
	c.repo.SignWith(signer)
	return nil
}

// substitution asks Nix once how it fetches what others have built.
func (c *crossing) substitution(ctx context.Context) (nix.Substitution, error) {
	if c.fetches == nil {
		how, err := c.nix.Substitution(ctx)
		if err != nil {
			return nix.Substitution{}, err
		}
		c.fetches = &how
	}
	return *c.fetches, nil
}

// warn tells who watches and who reads the report.
func (c *crossing) warn(format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	c.progress.line("%s", note)
	c.notes = append(c.notes, note)
}

// tree is where base's files are exported to and relocked.
func (c *crossing) tree() string { return filepath.Join(c.work, "tree") }

// head makes the bumps and commits them. The commit is "" when nothing moves.
func (c *crossing) head(ctx context.Context) (all bumps, sha string, err error) {
	defer c.time(&c.timings.Bump)()
	if _, err := c.repo.Export(ctx, c.base, c.tree()); err != nil {
		return nil, "", err
	}
	if all, err = c.bumpFlakes(ctx); err != nil {
		return nil, "", err
	}
	for _, change := range all.inputs() {
		c.progress.line("%s", describe(change))
	}
	files := all.files()
	if len(files) == 0 {
		return all, "", nil
	}
	when, err := c.date(all)
	if err != nil {
		return nil, "", err
	}
	sha, err = c.repo.WriteCommit(c.base, files, all.message(c.cfg), c.author(), when)
	if errors.Is(err, repo.ErrNoChange) {
		return all, "", nil
	}
	return all, sha, err
}

// author is who commits.
func (c *crossing) author() repo.Signature {
	return repo.Signature{Name: c.cfg.Author.Name, Email: c.cfg.Author.Email}
}

// date dates the bump by what it is made of, the younger of base and the
// inputs that moved, so that the same situation gives the same commit and a
// run in which nothing moved can tell by comparing two hashes.
func (c *crossing) date(all bumps) (time.Time, error) {
	when, err := c.repo.CommitDate(c.base)
	for _, change := range all.inputs() {
		if change.After.Date.After(when) {
			when = change.After.Date
		}
	}
	return when, err
}

// commitRef is the flake in dir at a commit of the scratch repository.
func (c *crossing) commitRef(rev, dir string) string {
	return flake.CommitRef(c.repo.Root(), rev, dir)
}

// time adds the seconds until the function it returns is called to field.
func (c *crossing) time(field *float64) func() {
	start := c.world.Now()
	return func() { *field += c.world.Now().Sub(start).Seconds() }
}
