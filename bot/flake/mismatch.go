package flake

import (
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

// A Mismatch is an input that belongs to another release than the nixpkgs it
// uses, and minds: home-manager of release-25.11 beside nixos-unstable, say.
type Mismatch struct {
	// Input is its name, or a path such as "infra/home-manager".
	Input string
	// Release is its own, Nixpkgs that of its nixpkgs: YY.MM, or "unstable".
	Release, Nixpkgs string
	// Effect is what comes of it: "a warning at every evaluation".
	Effect string
}

// Mismatches finds them in a lock, before anything is evaluated. What is
// pinned to a revision does not tell its release, and is passed over.
func Mismatches(lock Lock) []Mismatch {
	var found []Mismatch
	for _, place := range lock.walk() {
		ref, ok := lock.Nodes[place.label].Original.reference()
		companion, known := ref.companion()
		label, uses := lock.Find(append(place.path, "nixpkgs")...)
		if !ok || !known || !uses || companion.Mismatch == channel.NoMismatch || ref.Rev != "" {
			continue
		}
		release := ref.release()
		nixpkgs, ok := lock.Nodes[label].Original.reference()
		branch, named := nixpkgs.branch()
		if !ok || !named || nixpkgs.lineage() != official || nixpkgs.Rev != "" || release == "" && !companion.IsUnstable(ref.Ref) || release == branch.Release {
			continue
		}
		found = append(found, Mismatch{strings.Join(place.path, "/"), releaseName(release), releaseName(branch.Release), companion.Mismatch})
	}
	return found
}

func releaseName(release string) string {
	if release == "" {
		return unstable
	}
	return release
}

// reference is l as a person would write it.
func (l Locked) reference() (flakeRef, bool) {
	var text string
	switch l.Type {
	case "github", "gitlab", "sourcehut":
		text = l.Type + ":" + l.Owner + "/" + l.Repo
	case "git":
		text = "git+" + l.URL
	case "tarball":
		text = l.URL
	case "indirect":
		text = l.ID
	default:
		return flakeRef{}, false
	}
	ref, err := parseRef(text)
	if l.Ref != "" {
		ref.Ref = l.Ref
	}
	if l.Rev != "" {
		ref.Rev = l.Rev
	}
	return ref, err == nil
}
