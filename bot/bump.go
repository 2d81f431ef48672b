package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
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
	// Trial overrides in the lock what cannot be moved in flake.nix: good
	// enough to find out what would happen, and nothing to be merged.
	Trial bool
}

// ErrRefused marks a flake that nixferry does not dare to edit.
var ErrRefused = errors.New("nothing was changed")

// A bumped is what the bump of one flake comes to.
type bumped struct {
	dir  string // the flake's directory in the repository
	plan flake.Plan
	// refused is why the flake stays as it is, wrapping [ErrRefused].
	refused error
	// trial is the channel that the lock was moved to while flake.nix stays; ""
	// for a bump that can be merged.
	trial string
	// files are the new contents by path from the repository's root.
	files map[string][]byte
	// before and after are the two locks, inputs what lies between them.
	before, after flake.Lock
	inputs        []flake.InputChange
}

// bumpAll bumps several flakes of one repository. A flake that is refused is
// among the bumps with its reason; every other error ends it.
func bumpAll(ctx context.Context, drafts []*draft, cfg config.Config, how BumpMode) (all []bumped, err error) {
	for _, d := range drafts {
		if d.refused = d.read(ctx); d.refused != nil && !errors.Is(d.refused, ErrRefused) {
			return nil, d.refused
		}
	}
	for _, d := range drafts {
		var b bumped
		if err = d.refused; err == nil {
			b, err = d.bump(ctx, d.wishes(cfg, drafts), how)
		}
		switch {
		case errors.Is(err, ErrRefused):
			b = refusal(d.dir, b.plan, err)
		case err != nil:
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// refusal is the bump of a flake that stays as it is. A plan that went wrong
// only when it was carried out is one that refuses.
func refusal(dir string, plan flake.Plan, err error) bumped {
	if plan.Verdict != flake.VerdictRefuse {
		plan = flake.Refusal(strings.TrimSuffix(err.Error(), ": "+ErrRefused.Error()))
	}
	return bumped{dir: dir, plan: plan, refused: err}
}

// wishes are the owner's, without those about inputs that only other flakes
// of the run have.
func (d *draft) wishes(cfg config.Config, all []*draft) config.Config {
	theirs := func(name string) bool {
		return !d.has(name) && slices.ContainsFunc(all, func(other *draft) bool { return other.has(name) })
	}
	cfg.Hold = slices.DeleteFunc(slices.Clone(cfg.Hold), theirs)
	cfg.AlsoUpdate = slices.DeleteFunc(slices.Clone(cfg.AlsoUpdate), theirs)
	cfg.Companions.Refs = maps.Clone(cfg.Companions.Refs)
	maps.DeleteFunc(cfg.Companions.Refs, func(name, _ string) bool { return theirs(name) })
	return cfg
}

// has reports whether the flake, or its lock, has an input of that name.
func (d *draft) has(name string) bool {
	_, declared := d.source.Inputs[name]
	return declared || slices.Contains(d.lock.Inputs(), name)
}

// bump plans and makes the change inside d's copy of the repository's files:
// flake.nix is edited and checked with Nix, then relocked. A plan that refuses
// is an error which wraps [ErrRefused].
func (d *draft) bump(ctx context.Context, cfg config.Config, how BumpMode) (bumped, error) {
	b := bumped{dir: d.dir}
	systems, err := d.systemInputs(ctx, cfg, how)
	if err != nil {
		return b, err
	}
	b.before, b.after, b.plan = d.lock, d.lock, flake.MakePlan(flake.Request{
		File: d.name("flake.nix"), Text: d.text, Source: d.source, Lock: d.lock, Target: cfg.Channel,
		SystemInputs: systems, Modules: modules(d.tree, d.path("flake.nix")), Companions: cfg.Companions, Hold: cfg.Hold, AlsoUpdate: cfg.AlsoUpdate,
	})
	if how.Trial && len(b.plan.Trial) > 0 {
		return d.trial(ctx, b, cfg.Channel.Name)
	}
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
	if err := d.finish(&b); err != nil {
		return b, err
	}
	return b, stayed(b, cfg.Hold)
}

// trial moves the lock alone.
func (d *draft) trial(ctx context.Context, b bumped, target string) (bumped, error) {
	b.trial, b.plan.System = target, slices.Sorted(maps.Keys(b.plan.Trial))
	if err := d.cli.Override(ctx, d.path(""), b.plan.Trial); err != nil {
		return b, err
	}
	return b, d.finish(&b)
}

// stayed makes sure that no input moved that its owner holds.
func stayed(b bumped, hold []string) error {
	for _, change := range b.inputs {
		if slices.Contains(hold, change.Name) {
			return fmt.Errorf("relocking %s: %s is held, and flake.lock is out of step with flake.nix about it: run `nix flake lock` and commit, or hold it no longer: %w",
				path.Join(b.dir, "flake.nix"), change.Name, ErrRefused)
		}
	}
	return nil
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
	refused      error // why flake.nix or flake.lock cannot be read
}

func (d *draft) path(name string) string {
	return filepath.Join(d.tree, filepath.FromSlash(d.dir), name)
}

func (d *draft) name(name string) string { return path.Join(d.dir, name) }

// read takes in flake.nix, through Nix as well, and flake.lock if there is one.
// The error wraps [ErrRefused] where one of the two is at fault.
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
			return fmt.Errorf("%s: %w: %w", d.name("flake.lock"), err, ErrRefused)
		}
	}
	d.source, err = d.inputs(ctx)
	var rejected *nix.CommandError
	if errors.Is(err, flake.ErrRejected) || errors.As(err, &rejected) && rejected.Next != "" {
		return fmt.Errorf("%w: %w", err, ErrRefused)
	}
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
// error is one in the owner's repository: the copy is soon gone. What Nix reads
// is without the pipe operators that not every Nix knows.
func (d *draft) inputs(ctx context.Context) (source flake.Source, err error) {
	text, err := os.ReadFile(d.path("flake.nix"))
	if err != nil {
		return source, fmt.Errorf("reading the flake: %w", err)
	}
	if plain := flake.WithoutPipes(text); !bytes.Equal(plain, text) {
		if err := os.WriteFile(d.path("flake.nix"), plain, 0o666); err != nil {
			return source, fmt.Errorf("reading the flake: %w", err)
		}
		defer func() { err = errors.Join(err, os.WriteFile(d.path("flake.nix"), text, 0o666)) }()
	}
	source, err = d.cli.Inputs(ctx, d.path("flake.nix"))
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
		if err != nil || bytes.Equal(before, after) {
			continue
		}
		if flake.TouchesStateVersion(before, after) {
			return fmt.Errorf("editing %s: the edit would change a stateVersion, which nixferry never does: %w", d.name(name), ErrRefused)
		}
		b.files[d.name(name)] = after
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

// from is what the nixpkgs that builds the hosts followed before.
func (b bumped) from() string {
	return b.nixpkgs(b.before).Ref
}

// nixpkgs is where the nixpkgs that builds the hosts stands in a lock.
func (b bumped) nixpkgs(lock flake.Lock) report.Locked {
	for _, input := range b.plan.System {
		if at := lock.Point(strings.Split(input, "/")...); at != (flake.Point{}) {
			return report.Locked{Input: input, Ref: at.Ref, Rev: at.Rev, Date: at.Date, Repository: at.Repository}
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
	name := change.Name
	if change.Flake != "" {
		name = change.Flake + "#" + name
	}
	return fmt.Sprintf("%s: %s → %s", name, describePoint(change.Before), describePoint(change.After))
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
