package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/report"
)

// bumps are those of all flakes of a run, in the order the owner named them.
// They make one commit.
type bumps []bumped

// bumpFlakes bumps every flake in the copy of the repository. One that is
// refused takes no other with it; it is an error where all of them are.
func (c *crossing) bumpFlakes(ctx context.Context) (bumps, error) {
	c.progress.step("bumping %s to %s", c.names(), c.cfg.Channel.Name)
	var drafts []*draft
	for _, dir := range c.dirs {
		drafts = append(drafts, &draft{cli: c.nix, tree: c.tree(), dir: dir, ref: c.commitRef(c.base, dir)})
	}
	all, err := bumpAll(ctx, drafts, c.cfg, BumpMode{Trial: c.trial})
	if err != nil {
		return nil, err
	}
	if refused := bumps(all).refused(); len(refused) == len(all) {
		return nil, errors.Join(refused...)
	}
	return all, nil
}

// names is how the flakes are called in progress: by their directories.
func (c *crossing) names() string {
	if slices.Equal(c.dirs, []string{"."}) {
		return "the flake"
	}
	return strings.Join(c.dirs, ", ")
}

// refused are the reasons of the flakes that stay as they are, because
// nixferry does not dare to touch them.
func (all bumps) refused() (reasons []error) {
	for _, b := range all {
		if b.refused != nil {
			reasons = append(reasons, b.refused)
		}
	}
	return reasons
}

// files are the new contents by path from the repository's root.
func (all bumps) files() map[string][]byte {
	files := map[string][]byte{}
	for _, b := range all {
		maps.Copy(files, b.files)
	}
	return files
}

// moved are the flakes that change.
func (all bumps) moved() bumps {
	return slices.DeleteFunc(slices.Clone(all), func(b bumped) bool { return len(b.files) == 0 })
}

// first is the flake that stands for all where there is room for one: the
// first that changes.
func (all bumps) first() bumped {
	for _, b := range append(all.moved(), all...) {
		return b
	}
	return bumped{}
}

// label is the flake's directory where there are several to tell apart.
func (all bumps) label(b bumped) string {
	if len(all) < 2 {
		return ""
	}
	return b.dir
}

// inputs are the inputs that change, flake by flake.
func (all bumps) inputs() (changes []flake.InputChange) {
	for _, b := range all {
		for _, change := range b.inputs {
			change.Flake = all.label(b)
			changes = append(changes, change)
		}
	}
	return changes
}

// edits are the edits of every flake.nix.
func (all bumps) edits() (edits []flake.Edit) {
	for _, b := range all {
		edits = append(edits, b.plan.Edits...)
	}
	return edits
}

// left are the inputs that stay as they are, and why.
func (all bumps) left() (left []flake.Left) {
	for _, b := range all {
		for _, l := range b.plan.Left {
			l.Flake = all.label(b)
			left = append(left, l)
		}
	}
	return left
}

// notes are what the reader should know of the bumps besides.
func (all bumps) notes() (notes []string) {
	for _, b := range all {
		of := ""
		if dir := all.label(b); dir != "" {
			of = " of " + dir
		}
		if b.refused != nil {
			notes = append(notes, fmt.Sprintf("The nixpkgs%s stays as it is: %s.", of, b.plan.Reason))
		}
		if b.trial != "" {
			notes = append(notes, fmt.Sprintf("This is a trial: flake.nix%s stays as it is, and only the lock of a copy was moved. A run of the bot would stop here: %s.", of, b.plan.Reason))
		}
		notes = append(notes, b.mismatches(of)...)
		if names := b.besides(); len(names) > 0 {
			notes = append(notes, fmt.Sprintf("flake.lock%s was out of step with flake.nix, so that relocking changed these as well: %s.", of, strings.Join(names, ", ")))
		}
	}
	return notes
}

// mismatches foresee what inputs of other releases than their nixpkgs will say
// when they are evaluated; those of which the plan speaks are left out.
func (b bumped) mismatches(of string) (notes []string) {
	for _, m := range flake.Mismatches(b.after) {
		if slices.ContainsFunc(b.plan.Left, func(l flake.Left) bool { return l.Input == m.Input && strings.Contains(l.Why, "mismatch") }) {
			continue
		}
		notes = append(notes, fmt.Sprintf("%s%s is of %s, and the nixpkgs it uses of %s: expect %s.", m.Input, of, m.Release, m.Nixpkgs, m.Effect))
	}
	return notes
}

// besides are the inputs whose lock moved although nobody asked for it: the
// lock was out of step with flake.nix, or there was none.
func (b bumped) besides() (names []string) {
	asked := slices.Concat(b.plan.Update, slices.Collect(maps.Keys(b.plan.Trial)))
	for _, edit := range b.plan.Edits {
		asked = append(asked, edit.Input)
	}
	for _, change := range b.inputs {
		top, _, _ := strings.Cut(change.Name, "/")
		if !slices.Contains(asked, top) && !slices.Contains(asked, change.Name) && !slices.Contains(names, top) {
			names = append(names, top)
		}
	}
	return names
}

// caughtUp reports whether base follows the channel and holds its newest
// revision in every flake.
func (all bumps) caughtUp() bool {
	return len(all) > 0 && !slices.ContainsFunc(all, func(b bumped) bool { return b.refused != nil || !b.caughtUp() })
}

// still says why base stays as it is.
func (all bumps) still(base, channel string) string {
	if all.caughtUp() {
		return fmt.Sprintf("%s follows %s, and its lock holds the newest revision.", base, channel)
	}
	var reasons []string
	for _, b := range all {
		reason := b.plan.Reason
		if dir := all.label(b); dir != "" {
			reason = dir + ": " + reason
		}
		reasons = append(reasons, reason)
	}
	return fmt.Sprintf("%s stays as it is: %s.", base, strings.Join(reasons, "; "))
}

// message is the commit's message.
func (all bumps) message(cfg config.Config) string {
	if cfg.CommitMessage != "" {
		return cfg.CommitMessage
	}
	var text strings.Builder
	fmt.Fprintf(&text, "nixpkgs: %s\n", all.first().move(cfg.Channel.Name))
	for _, change := range all.inputs() {
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

// before is where the nixpkgs of the hosts stood.
func (all bumps) before() report.Locked { b := all.first(); return b.nixpkgs(b.before) }

// after is where it stands.
func (all bumps) after() report.Locked {
	b := all.first()
	at := b.nixpkgs(b.after)
	if b.trial != "" {
		at.Ref = b.trial
	}
	return at
}
