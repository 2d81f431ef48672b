package channel

import (
	"regexp"
	"strings"
)

// A Branch is what the name of a branch or tag of the nixpkgs repository says
// about its content.
type Branch struct {
	// Name is the ref; empty means the default branch, master.
	Name string
	// Release is YY.MM when the branch belongs to a release, else empty:
	// then the branch leads to unstable.
	Release string
	// Small and Darwin tell the variants that are kept when a flake moves.
	Small, Darwin bool
}

var releaseBranches = []*regexp.Regexp{
	regexp.MustCompile(`^nixos-(\d\d\.\d\d)(?:-aarch64)?$`),
	regexp.MustCompile(`^(?:release|staging|staging-next)-(\d\d\.\d\d)$`),
	regexp.MustCompile(`^(\d\d\.\d\d)$`), // the tag of a release
}

var (
	smallBranch  = regexp.MustCompile(`^nixos-(\d\d\.\d\d)-small$`)
	darwinBranch = regexp.MustCompile(`^nixpkgs-(\d\d\.\d\d)-darwin$`)
)

// ParseBranch reads a ref of the nixpkgs repository. It reports false for refs
// that say nothing about a channel: a topic branch, a pull request, a revision.
// Branch names: https://github.com/NixOS/nixpkgs/blob/master/CONTRIBUTING.md
// and the channel table of https://github.com/NixOS/infra/blob/main/channels.nix.
func ParseBranch(ref string) (Branch, bool) {
	switch ref {
	case "", "master", "staging", "staging-next", "nixos-unstable", "nixpkgs-unstable":
		return Branch{Name: ref}, true
	case "nixos-unstable-small":
		return Branch{Name: ref, Small: true}, true
	}
	for _, pattern := range releaseBranches {
		if m := pattern.FindStringSubmatch(ref); m != nil {
			return Branch{Name: ref, Release: m[1]}, true
		}
	}
	if m := smallBranch.FindStringSubmatch(ref); m != nil {
		return Branch{Name: ref, Release: m[1], Small: true}, true
	}
	if m := darwinBranch.FindStringSubmatch(ref); m != nil {
		return Branch{Name: ref, Release: m[1], Darwin: true}, true
	}
	return Branch{}, false
}

// Reached reports whether a flake on b needs no edit to follow c. Every branch
// that leads to unstable counts for nixos-unstable (a fleet on master or
// nixpkgs-unstable is on unstable already), every branch of a release for that
// release; a -small channel and nixpkgs-unstable are asked for by name.
func (c Channel) Reached(b Branch) bool {
	switch {
	case c.Kind == Unstable && !c.Small:
		return b.Release == ""
	case c.Kind == Release && !c.Small:
		return b.Release == c.Release
	}
	return b.Name == c.Name
}

// BranchFor is the ref a flake on b should name to follow c. Small stays small,
// a release branch, which no channel waits for, stays one between releases,
// and nixpkgs for Darwin keeps to its own family (nixpkgs-YY.MM-darwin has
// nixpkgs-unstable for its unstable side).
func (c Channel) BranchFor(b Branch) string {
	switch {
	case c.Small || c.Kind == Rev || c.Kind == Nixpkgs:
		return c.Name
	case b.Small:
		return c.Name + "-small"
	case c.Kind == Release && strings.HasPrefix(b.Name, "release-"):
		return "release-" + c.Release
	case b.Darwin && c.Kind == Release:
		return "nixpkgs-" + c.Release + "-darwin"
	case b.Darwin:
		return "nixpkgs-unstable"
	}
	return c.Name
}
