package flake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

// moveCompanions plans everything that is not a nixpkgs of the hosts.
func (p *planner) moveCompanions(system []string) {
	for _, name := range p.Source.names() {
		in := p.Source.Inputs[name]
		_, moved := p.moved[name]
		ref, _, err := p.Source.reference(name)
		explicit, asked := p.Companions.Refs[name]
		switch {
		case moved || slices.Contains(system, name) && !asked:
		case p.held(name):
			p.leave(name, "it is held (hold)", asked || ref.release() != "")
		case asked:
			p.moveAsked(name, explicit)
		case in.follows() != nil || err != nil || ref.lineage() != stranger:
		case len(p.moved) == 0:
			p.leaveBehind(name, ref)
		default:
			p.moveCompanion(name, ref)
		}
		p.moveOverrides(name)
	}
}

// say adds a sentence on an input, provided that it is edited.
func (p *planner) say(sentence, input string) {
	if p.edited(input) {
		p.done = append(p.done, sentence)
	}
}

// leave notes an input that stays, if that is worth saying.
func (p *planner) leave(input, why string, worth bool) {
	if worth {
		p.left = append(p.left, Left{Input: input, Why: why})
	}
}

// moveAsked follows the owner's explicit wish.
func (p *planner) moveAsked(name, ref string) {
	with := func(r flakeRef) (string, error) { return r.with(ref) }
	if err := p.rewrite(name, ref, with); err != nil {
		p.leave(name, err.Error(), true)
		return
	}
	p.say(fmt.Sprintf("%s moves to %s as asked (companions)", name, cmp.Or(ref, "its default branch")), name)
}

// leaveBehind speaks of companions of another release than the nixpkgs, which
// stays: nobody asked for them to move, but they do not fit.
func (p *planner) leaveBehind(name string, ref flakeRef) {
	companion, ok := ref.companion()
	release := ref.release()
	if !ok || companion.Mismatch == channel.NoMismatch || release == "" || release == p.Target.Release || len(p.update) == 0 {
		return
	}
	follows, _ := p.follows(name)
	if follows != "" && slices.Contains(p.update, follows) {
		p.leave(name, fmt.Sprintf("%s belongs to %s, and the nixpkgs it follows does not (mismatch: %s); to move it, set companions: %s", ref.follows(), release, companion.Mismatch, p.suggestion(name, companion)), true)
	}
}

// suggestion is a line for the companions input.
func (p *planner) suggestion(name string, companion channel.Companion) string {
	ref, _ := companion.RefFor("", p.Target)
	return name + "=" + ref
}

// moveCompanion moves a companion that is tied to a nixpkgs that moves.
func (p *planner) moveCompanion(name string, ref flakeRef) {
	companion, known := ref.companion()
	release := ref.release()
	if !known {
		p.leaveUnknown(name, ref, release)
		return
	}
	tied, why := p.tie(name, ref, companion, release)
	_, declared := p.follows(name)
	to, ok := companion.RefFor(ref.Ref, p.Target)
	switch {
	case release != "" && release == p.Target.Release:
		return
	case ref.Rev != "" && (tied != "" || !declared && !companion.Bound && companion.Mismatch != channel.NoMismatch):
		p.leave(name, "it is pinned to "+ref.follows()+", which does not tell its release; to move it, set companions: "+p.suggestion(name, companion), true)
		return
	case tied == "":
		p.leave(name, why, release != "")
		return
	case !ok:
		p.leave(name, "a revision of nixpkgs does not tell its release; name the branch that fits with companions: "+name+"=<branch>", true)
		return
	case companion.IsUnstable(ref.Ref) && p.Target.Kind != channel.Release:
		return
	case release == "" && companion.Mismatch == channel.NoMismatch:
		p.leave(name, "its default branch is not known to mind an older nixpkgs; to move it, set companions: "+p.suggestion(name, companion), true)
		return
	case p.Companions.Off:
		p.leave(name, "companions is off; it stays on "+ref.follows()+" (mismatch: "+companion.Mismatch+")", true)
		return
	}
	toward := func(r flakeRef) (string, error) {
		if r.Type != "flakehub" {
			return r.with(to)
		}
		// Of a companion it carries the releases and the default branch, which
		// goes with every unstable nixpkgs.
		version, carried := hubVersion(r.Ref, p.Target)
		if !carried {
			version, _ = hubVersion(r.Ref, channel.Channel{Kind: channel.Unstable})
		}
		return r.with(version)
	}
	if err := p.rewrite(name, to, toward); err != nil {
		p.leave(name, err.Error(), true)
		return
	}
	p.say(name+" moves with it", name)
	p.leaveOverrides(name)
}

// leaveUnknown speaks of inputs that name a release and are in no table.
func (p *planner) leaveUnknown(name string, ref flakeRef, release string) {
	original, forked := channel.CompanionOf("", ref.Repo)
	switch {
	case release == "":
	case forked:
		p.leave(name, fmt.Sprintf("it is a fork of %s (%s/%s), whose branches are its owner's; to move it, set companions: %s=<branch>", original.Name, ref.Owner, ref.Repo, name), true)
	default:
		p.leave(name, fmt.Sprintf("%s names a release, but whether it is tied to nixpkgs is not known; to move it, set companions: %s=<branch>", ref.follows(), name), true)
	}
}

// tie finds the nixpkgs that moves and that a companion belongs to, or says
// why there is none.
func (p *planner) tie(name string, ref flakeRef, companion channel.Companion, release string) (tied, why string) {
	follows, declared := p.follows(name)
	if declared {
		from, moves := p.moved[follows]
		switch {
		case !moves && !companion.Bound && p.outgrown(follows, release):
			return p.serves(name, release)
		case !moves:
			return "", fmt.Sprintf("it follows %s, which does not move", follows)
		case ref.Rev == "" && from != "" && from != "stable" && cmp.Or(release, unstable) != from:
			return p.lag(follows, from, ref, release, p.suggestion(name, companion))
		}
		return follows, ""
	}
	if companion.Bound {
		return "", "it brings a nixpkgs of its own, which does not move"
	}
	return p.serves(name, release)
}

// outgrown reports whether a nixpkgs that a companion of a release follows is
// not of that release: then it is not the one that the companion serves.
func (p *planner) outgrown(follows, release string) bool {
	branch, known := p.branchOf(follows)
	return known && release != "" && branch.Release != release
}

// lag is a companion of another release than its nixpkgs: that was someone's
// choice. Already being on unstable is none.
func (p *planner) lag(follows, from string, ref flakeRef, release, suggestion string) (tied, why string) {
	if release == "" && p.Target.Kind != channel.Release {
		return follows, ""
	}
	return "", fmt.Sprintf("it is on %s while %s was on %s: the two were not of one release before; to move it, set companions: %s", ref.follows(), follows, from, suggestion)
}

// movedAs resolves an alias to the name under which its nixpkgs moves, or to
// the input it stands for.
func (p *planner) movedAs(path []string) string {
	if _, ok := p.moved[path[0]]; ok || len(path) > 1 {
		return strings.Join(path, "/")
	}
	return strings.Join(p.Source.resolve(path[0]), "/")
}

// serves decides for a companion that is not told which nixpkgs to follow: it
// serves the one of its release that moves, unless a nixpkgs that stays is of
// the same release and has a better claim by name.
func (p *planner) serves(name, release string) (tied, why string) {
	for _, moved := range sortedNames(p.moved) {
		if from := p.moved[moved]; from == cmp.Or(release, unstable) || from == "stable" && release != "" {
			tied = moved
		}
	}
	if tied == "" {
		return "", fmt.Sprintf("it belongs to %s, which no nixpkgs that moves was on", release)
	}
	for _, other := range p.nixpkgsInputs(official, fork) {
		_, moves := p.moved[other]
		_, suffix, _ := strings.Cut(other, "-")
		if !moves && suffix != "" && strings.HasSuffix(name, "-"+suffix) {
			return "", fmt.Sprintf("by its name it belongs to %s, which does not move", other)
		}
	}
	if strings.Contains(name, "darwin") {
		return "", "by its name it serves Darwin machines; to move it, set companions: " + name + "=<branch>"
	}
	return tied, ""
}

// leaveSideInputs speaks of the nixpkgs inputs that build no host and follow a
// release.
func (p *planner) leaveSideInputs() {
	for _, name := range p.nixpkgsInputs(official) {
		_, moved := p.moved[name]
		ref, _, _ := p.Source.reference(name)
		branch, known := ref.branch()
		spoken := slices.ContainsFunc(p.left, func(l Left) bool { return l.Input == name })
		if moved || spoken || slices.Contains(p.update, name) || p.edited(name) {
			continue
		}
		p.leave(name, "it builds no host, so it stays on "+ref.follows(), known && branch.Release != "" && !p.held(name))
	}
}
