// Package channel knows the names of nixpkgs: the channels a run can be aimed
// at, the branches of the nixpkgs repository that feed them, and the projects
// whose release branches have to move together with nixpkgs (its companions).
//
// It is data and arithmetic on names: nothing here asks the network whether a
// branch exists.
package channel

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/agnivade/levenshtein"
)

// A Kind is the family a channel belongs to.
type Kind string

const (
	// Unstable is nixos-unstable, or nixos-unstable-small with [Channel.Small].
	Unstable Kind = "unstable"
	// Nixpkgs is nixpkgs-unstable, which does not wait for NixOS' own tests.
	Nixpkgs Kind = "nixpkgs"
	// Release is nixos-YY.MM, or nixos-YY.MM-small with [Channel.Small].
	Release Kind = "release"
	// Rev is one commit of nixpkgs.
	Rev Kind = "rev"
)

// A Channel is what a run is aimed at. The channels are listed at
// https://nixos.wiki/wiki/Nix_channels and https://status.nixos.org.
type Channel struct {
	// Name is the channel's name, which is also its branch in the nixpkgs
	// repository; for Rev it is the full revision in lower case.
	Name string
	Kind Kind
	// Release is YY.MM for the kind Release and empty for the others.
	Release string
	// Small is set for the channels that wait for fewer builds.
	Small bool
}

// forms lists the valid forms of a channel's name, for messages.
const forms = "nixos-unstable, nixos-unstable-small, nixpkgs-unstable, nixos-YY.MM, nixos-YY.MM-small or a full revision of 40 hex digits"

var (
	releaseName  = regexp.MustCompile(`^nixos-(\d\d\.(?:03|05|09|11))(-small)?$`)
	fullRevision = regexp.MustCompile(`^[0-9a-fA-F]{40}$`)
	someHex      = regexp.MustCompile(`^[0-9a-f]{7,39}$`)
	someRelease  = regexp.MustCompile(`(\d\d)[._-]?(03|05|09|11)`)
)

// Parse reads the name of a channel. The error names the valid forms and, where
// there is one, the form nearest to what was written.
func Parse(name string) (Channel, error) {
	switch name {
	case "nixos-unstable":
		return Channel{Name: name, Kind: Unstable}, nil
	case "nixos-unstable-small":
		return Channel{Name: name, Kind: Unstable, Small: true}, nil
	case "nixpkgs-unstable":
		return Channel{Name: name, Kind: Nixpkgs}, nil
	}
	if m := releaseName.FindStringSubmatch(name); m != nil {
		return Channel{Name: name, Kind: Release, Release: m[1], Small: m[2] != ""}, nil
	}
	if IsRev(name) {
		return Channel{Name: strings.ToLower(name), Kind: Rev}, nil
	}
	return Channel{}, fmt.Errorf("channel %q is not known%s; use %s", name, nearest(name), forms)
}

// IsRev reports whether ref is a full SHA-1 commit id, which Nix takes for a
// revision wherever a branch could stand.
func IsRev(ref string) bool { return fullRevision.MatchString(ref) }

// nearest guesses what the writer of an unknown name meant: " (did you mean
// …?)", or nothing.
func nearest(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if someHex.MatchString(name) && strings.ContainsAny(name, "abcdef") {
		return " (a shortened revision? give all 40 digits)"
	}
	candidates := []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable"}
	if m := someRelease.FindStringSubmatch(name); m != nil {
		release := "nixos-" + m[1] + "." + m[2]
		candidates = []string{release, release + "-small"}
	}
	best, distance := "", len(name)+len(forms)
	for _, candidate := range candidates {
		if d := levenshtein.ComputeDistance(name, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" || distance > len(best)*2/3 {
		return ""
	}
	return " (did you mean " + best + "?)"
}
