package channel

import (
	"regexp"
	"strings"
)

// A Companion is a project with a branch per NixOS release, which belongs to
// the nixpkgs of that release.
type Companion struct {
	// Name is what the project calls itself.
	Name string
	// Repos are its repositories as owner/name in lower case, today's first,
	// then those it moved away from; forges redirect the old ones.
	Repos []string
	// Prefixes are what stands before YY.MM in its release branches (the first
	// one, which is the one to write) and in its release tags.
	Prefixes []string
	// Unstable is the branch that goes with unstable nixpkgs. Empty means the
	// default branch has no name to rely on: drop the ref instead.
	Unstable string
	// Bound is set when the project brings a nixpkgs of its own that serves it
	// unless it is told to follow another.
	Bound bool
	// Mismatch is what happens when it and nixpkgs are of different releases.
	Mismatch string
	// Source is where branches and check can be read.
	Source string
}

// NoMismatch is the Mismatch of a companion that is not known to mind.
const NoMismatch = "none known"

// companions is the table of known companions, by name.
var companions = []Companion{
	{
		Name:     "aagl-gtk-on-nix",
		Repos:    []string{"ezkea/aagl-gtk-on-nix"},
		Prefixes: []string{"release-"},
		Mismatch: NoMismatch,
		Source:   "https://github.com/ezKEa/aagl-gtk-on-nix#readme",
	},
	{
		Name:     "catppuccin",
		Repos:    []string{"catppuccin/nix", "stonks3141/ctp-nix"},
		Prefixes: []string{"release-", "v"},
		Unstable: "main",
		Mismatch: NoMismatch,
		Source:   "https://nix.catppuccin.com/getting-started/stable-nix.html",
	},
	{
		Name:     "home-manager",
		Repos:    []string{"nix-community/home-manager", "rycee/home-manager"},
		Prefixes: []string{"release-"},
		Unstable: "master",
		Mismatch: "a warning at every evaluation",
		Source:   "https://github.com/nix-community/home-manager/blob/master/modules/misc/version.nix",
	},
	{
		Name:     "nix-darwin",
		Repos:    []string{"nix-darwin/nix-darwin", "lnl7/nix-darwin"},
		Prefixes: []string{"nix-darwin-"},
		Unstable: "master",
		Bound:    true,
		Mismatch: "evaluation throws",
		Source:   "https://github.com/nix-darwin/nix-darwin/blob/master/modules/system/version.nix",
	},
	{
		Name:     "nix-on-droid",
		Repos:    []string{"nix-community/nix-on-droid", "t184256/nix-on-droid"},
		Prefixes: []string{"release-"},
		Unstable: "master",
		Bound:    true,
		Mismatch: NoMismatch,
		Source:   "https://github.com/nix-community/nix-on-droid#readme",
	},
	{
		Name:     "nixos-apple-silicon",
		Repos:    []string{"nix-community/nixos-apple-silicon", "tpwrules/nixos-apple-silicon"},
		Prefixes: []string{"release-"},
		Unstable: "main",
		Mismatch: NoMismatch,
		Source:   "https://github.com/nix-community/nixos-apple-silicon#readme",
	},
	{
		Name:     "nixos-mailserver",
		Repos:    []string{"simple-nixos-mailserver/nixos-mailserver"},
		Prefixes: []string{"nixos-"},
		Mismatch: NoMismatch,
		Source:   "https://nixos-mailserver.readthedocs.io/en/latest/setup-guide.html",
	},
	{
		Name:     "nixos-wsl",
		Repos:    []string{"nix-community/nixos-wsl", "trundle/nixos-wsl"},
		Prefixes: []string{"release-"},
		Unstable: "main",
		Mismatch: NoMismatch,
		Source:   "https://nix-community.github.io/NixOS-WSL/how-to/nix-flakes.html",
	},
	{
		Name:     "nixvim",
		Repos:    []string{"nix-community/nixvim", "pta2002/nixvim"},
		Prefixes: []string{"nixos-"},
		Unstable: "main",
		Mismatch: "a warning at every evaluation",
		Source:   "https://nix-community.github.io/nixvim/user-guide/install.html",
	},
	{
		Name:     "stylix",
		Repos:    []string{"nix-community/stylix", "danth/stylix"},
		Prefixes: []string{"release-"},
		Unstable: "master",
		Mismatch: "a warning at every evaluation",
		Source:   "https://nix-community.github.io/stylix/installation.html",
	},
}

// CompanionOf finds the companion that lives in the repository owner/repo; the
// case of letters does not count. An empty owner stands for any: a mirror on a
// host of one's own has an owner of its own.
func CompanionOf(owner, repo string) (Companion, bool) {
	owner, repo = strings.ToLower(owner), strings.ToLower(repo)
	for _, companion := range companions {
		for _, known := range companion.Repos {
			if known == owner+"/"+repo || owner == "" && strings.HasSuffix(known, "/"+repo) && repo != "nix" {
				return companion, true
			}
		}
	}
	return Companion{}, false
}

var releaseNumber = regexp.MustCompile(`^\d\d\.\d\d$`)

// ReleaseOf is the release (YY.MM) that ref, a branch or tag of the companion,
// belongs to; false when it belongs to none.
func (c Companion) ReleaseOf(ref string) (string, bool) {
	for _, prefix := range c.Prefixes {
		if number, ok := strings.CutPrefix(ref, prefix); ok && releaseNumber.MatchString(number) {
			return number, true
		}
	}
	return "", false
}

// IsUnstable reports whether ref is the branch for unstable nixpkgs.
func (c Companion) IsUnstable(ref string) bool {
	return ref == "" || ref == "master" || ref == "main"
}

// RefFor is what a companion that follows ref should follow to go with nixpkgs on
// target: a release branch, or the release's tag where ref is one of a release
// too; the unstable branch, or "" for dropping the ref. It reports false for a
// revision, which does not tell its release.
func (c Companion) RefFor(ref string, target Channel) (string, bool) {
	switch target.Kind {
	case Release:
		prefix := c.Prefixes[0]
		if release, ok := c.ReleaseOf(ref); ok {
			prefix = strings.TrimSuffix(ref, release)
		}
		return prefix + target.Release, true
	case Rev:
		return "", false
	}
	return c.Unstable, true
}
