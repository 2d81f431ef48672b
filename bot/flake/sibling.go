package flake

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

var (
	releaseInName  = regexp.MustCompile(`(?:^|[^0-9])[0-9]{2}[._-]?(?:03|05|09|11)(?:$|[^0-9])`)
	stableInName   = regexp.MustCompile(`(?i)stable|release`)
	unstableInName = regexp.MustCompile(`(?i)unstable|master`)
)

func namedAfterRelease(name string) bool { return releaseInName.MatchString(name) }

// namedStable reports whether a name says that the input is no unstable one.
func namedStable(name string) bool {
	return namedAfterRelease(name) || stableInName.MatchString(name) && !unstableInName.MatchString(name)
}

// namedAfter is what an input is named after that would not be true of it at
// the target; empty for most.
func (p *planner) namedAfter(name string) string {
	switch {
	case namedAfterRelease(name):
		return "a release"
	case p.Target.Kind == channel.Release && unstableInName.MatchString(name):
		return "unstable"
	}
	return ""
}

// ahead reports whether a branch is newer than the target: moving it is a way
// back, which is gone only where nothing else is asked for.
func (p *planner) ahead(branch channel.Branch) bool {
	return p.Target.Kind == channel.Release && branch.Release != "stable" && (branch.Release == "" || branch.Release > p.Target.Release)
}

// direction is "back " for a reference that is ahead of the target.
func (p *planner) direction(ref flakeRef) string {
	if branch, known := ref.branch(); known && p.ahead(branch) {
		return "back "
	}
	return ""
}

// nixpkgsOf is the reference of the root input that a name stands for, provided
// that it is nixpkgs with a branch or revision to edit.
func (p *planner) nixpkgsOf(name string) (ref flakeRef, ok bool) {
	path := p.Source.resolve(name)
	if len(path) != 1 {
		return flakeRef{}, false
	}
	ref, _, err := p.Source.reference(path[0])
	return ref, err == nil && ref.lineage() == official
}

// branchOf is the branch of nixpkgs that a name stands for.
func (p *planner) branchOf(name string) (branch channel.Branch, known bool) {
	if ref, ok := p.nixpkgsOf(name); ok {
		return ref.branch()
	}
	return channel.Branch{}, false
}

// keptApart says why, of several inputs that build hosts, one stays while the
// others go to the target: it is ahead of it, or its name says that the hosts
// that use it, the fewer, are kept on a stable release. It is empty for those
// that go.
func (p *planner) keptApart(name string, system []string) string {
	branch, known := p.branchOf(name)
	if !known || p.Target.Reached(branch) {
		return ""
	}
	others := slices.DeleteFunc(slices.Clone(system), func(other string) bool {
		ref, ok := p.nixpkgsOf(other)
		return other == name || !ok || p.direction(ref) != "" || p.held(other)
	})
	on := cmp.Or(branch.Name, "the default branch")
	use := func() string {
		if slices.Contains(others, "nixpkgs") {
			return "nixpkgs"
		}
		return others[0]
	}
	if p.ahead(branch) && len(others) > 0 {
		return fmt.Sprintf("it is on %s, ahead of %s, and builds some of the hosts; to take them back as well, let them use %s", on, p.Target.Name, use())
	}
	others = slices.DeleteFunc(others, namedStable)
	if p.Target.Kind != channel.Release && namedStable(name) && len(others) > 0 && !p.outnumbers(name, others) {
		return fmt.Sprintf("its name says that the hosts it builds are kept on a release (%s); to move them, let them use %s", on, use())
	}
	return ""
}

// outnumbers reports whether an input builds more than the others together: then
// it is what the fleet runs on, whatever its name, unless one of the others is
// called nixpkgs and nothing else.
func (p *planner) outnumbers(name string, others []string) bool {
	uses := p.uses[name]
	for _, other := range others {
		uses -= p.uses[other]
	}
	return uses > 0 && !slices.Contains(others, "nixpkgs")
}

// reachedSibling finds, for a nixpkgs whose name says that it is a stable one
// and which other inputs follow, the nixpkgs input that is at the target
// already: then the alias is what a person would change. The one of the same
// name but for "unstable" is preferred, then the only one, then the only one on
// the target's own branch.
func (p *planner) reachedSibling(name string) string {
	if !namedStable(name) || len(p.aliases(name)) == 0 {
		return ""
	}
	var reached, exact []string
	for _, other := range p.nixpkgsInputs(official) {
		branch, known := p.branchOf(other)
		if other == name || !known || !p.Target.Reached(branch) {
			continue
		}
		reached = append(reached, other)
		if branch.Name == p.Target.Name {
			exact = append(exact, other)
		}
	}
	twin := strings.ReplaceAll(name, "stable", "unstable")
	switch {
	case slices.Contains(reached, twin):
		return twin
	case len(reached) == 1:
		return reached[0]
	case len(exact) == 1:
		return exact[0]
	}
	return ""
}

// aliases are the root inputs that follow a path.
func (p *planner) aliases(path ...string) []string {
	return slices.DeleteFunc(p.Source.names(), func(other string) bool {
		return !slices.Equal(p.Source.Inputs[other].follows(), path)
	})
}

// alias is the root input that follows a path, when there is exactly one.
func (p *planner) alias(path ...string) string {
	if found := p.aliases(path...); len(found) == 1 {
		return found[0]
	}
	return ""
}

// refollow lets the alias of a stable nixpkgs follow sibling instead: the one
// the hosts use, or the only one.
func (p *planner) refollow(via, name, sibling, release string) {
	alias := via
	if via == name {
		alias = p.alias(name)
	}
	if !slices.Contains(p.aliases(name), alias) || p.held(alias) {
		p.refuse(name, fmt.Sprintf("%s reaches %s by more than one follows; let it follow %s by hand", via, name, sibling))
		return
	}
	if err := p.edit(alias, "follows", sibling); err != nil {
		p.refuse(name, err.Error())
		return
	}
	p.moved[alias] = release
	p.update = append(p.update, sibling)
	p.done = append(p.done, fmt.Sprintf("%s follows %s instead of %s", alias, sibling, name))
}
