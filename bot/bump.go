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
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
)

// BumpMode says how far a bump goes.
type BumpMode struct {
	// NoLock edits flake.nix and leaves flake.lock alone; it needs no network.
	NoLock bool
	// DryRun changes nothing; JSON prints the plan as JSON.
	DryRun, JSON bool
}

// ErrRefused marks a flake that nixferry does not dare to edit.
var ErrRefused = errors.New("nothing was changed")

// A bumped is what a bump comes to.
type bumped struct {
	plan flake.Plan
	// files are the new contents by path from the repository's root.
	files map[string][]byte
	// before and after are the two locks, inputs what lies between them.
	before, after flake.Lock
	inputs        []flake.InputChange
}

// bump plans and makes the change inside d's copy of the repository's files:
// flake.nix is edited and checked with Nix, then relocked. A plan that refuses
// is an error which wraps [ErrRefused], and its plan is returned.
func (d *draft) bump(ctx context.Context, cfg config.Config, how BumpMode) (bumped, error) {
	if err := d.read(ctx); err != nil {
		return bumped{}, err
	}
	systems, err := d.systemInputs(ctx, cfg, how)
	if err != nil {
		return bumped{}, err
	}
	b := bumped{before: d.lock, after: d.lock, plan: flake.MakePlan(flake.Request{
		File: d.name("flake.nix"), Text: d.text, Source: d.source, Lock: d.lock, Target: cfg.Channel,
		SystemInputs: systems, Modules: modules(d.tree, d.path("flake.nix")), Companions: cfg.Companions, Hold: cfg.Hold, AlsoUpdate: cfg.AlsoUpdate,
	})}
	if b.plan.Verdict == flake.VerdictRefuse {
		return b, fmt.Errorf("planning the bump of %s: %s: %w", d.name("flake.nix"), b.plan.Reason, ErrRefused)
	}
	if err := d.edit(ctx, b.plan.Edits); err != nil {
		return b, err
	}
	if !how.NoLock {
		if err := d.relock(ctx, b.plan); err != nil {
			return b, err
		}
	}
	return b, d.finish(&b)
}

// A draft is a flake that is being changed, in a copy of its repository.
type draft struct {
	cli          *nix.CLI
	tree         string     // the copy
	dir          string     // the flake's directory in the repository
	home         string     // where the copy is from, when changes are to go there
	checkout     *repo.Repo // the repository of home, nil for none
	ref          string     // the flake as it was, for questions to Nix
	text, locked []byte     // flake.nix and flake.lock as they were
	source       flake.Source
	lock         flake.Lock
}

func (d *draft) path(name string) string {
	return filepath.Join(d.tree, filepath.FromSlash(d.dir), name)
}

func (d *draft) name(name string) string { return path.Join(d.dir, name) }

// read takes in flake.nix, through Nix as well, and flake.lock if there is one.
func (d *draft) read(ctx context.Context) (err error) {
	if err := d.contained("flake.nix", "flake.lock"); err != nil {
		return err
	}
	d.text, err = os.ReadFile(d.path("flake.nix"))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the flake: there is no %s: commit it, or name the flake's directory with `flake`: %w", d.name("flake.nix"), fs.ErrNotExist)
	}
	if err != nil {
		return fmt.Errorf("reading the flake: %w", err)
	}
	d.locked, err = os.ReadFile(d.path("flake.lock"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the lock: %w", err)
	}
	if err == nil {
		if d.lock, err = flake.ParseLock(d.locked); err != nil {
			return fmt.Errorf("reading %s: %w", d.name("flake.lock"), err)
		}
	}
	d.source, err = d.inputs(ctx)
	return err
}

// contained makes sure that none of the files is a link out of the copy: what
// is written there would be written elsewhere.
func (d *draft) contained(names ...string) error {
	root, err := os.OpenRoot(d.tree)
	if err != nil {
		return fmt.Errorf("reading the flake: %w", err)
	}
	defer root.Close()
	for _, name := range names {
		if _, err := root.Stat(filepath.FromSlash(d.name(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("reading the flake: %s leads out of the repository: commit the file itself: %w", d.name(name), err)
		}
	}
	return nil
}

// inputs asks Nix what flake.nix says. Where it says nothing, the place in the
// error is one in the owner's repository: the copy is soon gone.
func (d *draft) inputs(ctx context.Context) (flake.Source, error) {
	source, err := d.cli.Inputs(ctx, d.path("flake.nix"))
	var failed *nix.CommandError
	if errors.As(err, &failed) {
		for i := range failed.Log.Errors {
			place := &failed.Log.Errors[i].Place
			place.File = strings.TrimPrefix(place.File, d.tree+"/")
		}
	}
	return source, err
}

// edit rewrites flake.nix and has Nix read it again: what it sees must be the
// intended change and nothing else.
func (d *draft) edit(ctx context.Context, edits []flake.Edit) error {
	if len(edits) == 0 {
		return nil
	}
	text, err := flake.Apply(d.text, edits)
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.path("flake.nix"), text, 0o666); err != nil {
		return fmt.Errorf("writing the edited flake.nix: %w", err)
	}
	after, err := d.inputs(ctx)
	if err != nil {
		return err
	}
	return flake.Verify(d.source, after, edits)
}

// relock lets Nix lock what was edited and what is to be updated.
func (d *draft) relock(ctx context.Context, plan flake.Plan) error {
	if len(plan.Edits)+len(plan.Update) == 0 {
		return nil
	}
	return d.cli.Lock(ctx, d.path(""), plan.Update)
}

// finish collects what changed in the copy.
func (d *draft) finish(b *bumped) error {
	b.files = map[string][]byte{}
	for name, before := range map[string][]byte{"flake.nix": d.text, "flake.lock": d.locked} {
		after, err := os.ReadFile(d.path(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("reading back %s: %w", d.name(name), err)
		}
		if err == nil && !bytes.Equal(before, after) {
			b.files[d.name(name)] = after
		}
	}
	if text, ok := b.files[d.name("flake.lock")]; ok {
		var err error
		if b.after, err = flake.ParseLock(text); err != nil {
			return fmt.Errorf("reading the new %s: %w", d.name("flake.lock"), err)
		}
		b.inputs = flake.DiffLocks(b.before, b.after)
	}
	return nil
}

// message is the bump's commit message.
func (b bumped) message(cfg config.Config) string {
	if cfg.CommitMessage != "" {
		return cfg.CommitMessage
	}
	var text strings.Builder
	fmt.Fprintf(&text, "nixpkgs: %s\n", b.move(cfg.Channel.Name))
	for _, change := range b.inputs {
		fmt.Fprintf(&text, "\n%s", describe(change))
	}
	return text.String()
}

// move says from where to where in a few words.
func (b bumped) move(target string) string {
	if from := b.from(); from != "" && from != target {
		return from + " → " + target
	}
	return "move along " + target
}

// from is what the nixpkgs that builds the hosts followed before.
func (b bumped) from() string {
	return b.nixpkgs(b.before).Ref
}

// nixpkgs is where the nixpkgs that builds the hosts stands in a lock.
func (b bumped) nixpkgs(lock flake.Lock) report.Locked {
	for _, input := range b.plan.System {
		if at := lock.Point(strings.Split(input, "/")...); at != (flake.Point{}) {
			return report.Locked{Input: input, Ref: at.Ref, Rev: at.Rev, Date: at.Date}
		}
	}
	return report.Locked{}
}

// caughtUp reports whether a bump that changed nothing found the newest
// revision locked; else there is a reason not to move, such as `hold`.
func (b bumped) caughtUp() bool {
	return slices.ContainsFunc(b.plan.System, func(input string) bool { return slices.Contains(b.plan.Update, input) })
}

// describe says in one line what happened to an input.
func describe(change flake.InputChange) string {
	return fmt.Sprintf("%s: %s → %s", change.Name, describePoint(change.Before), describePoint(change.After))
}

func describePoint(at flake.Point) string {
	var words []string
	for _, word := range []string{at.Ref, at.Rev[:min(len(at.Rev), 12)]} {
		if word != "" {
			words = append(words, word)
		}
	}
	if at.Follows != "" {
		words = append(words, "follows "+at.Follows)
	}
	if !at.Date.IsZero() {
		words = append(words, at.Date.UTC().Format("(2006-01-02)"))
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " ")
}
