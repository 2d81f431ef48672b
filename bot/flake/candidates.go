package flake

import (
	"net/url"
	"slices"
)

// Nixpkgs lists the inputs whose own reference is nixpkgs in any form, sorted.
// With exactly one there is nothing to ask; otherwise which of them builds a
// host is a question for Nix.
func (s Source) Nixpkgs() []string {
	return slices.DeleteFunc(s.names(), func(name string) bool {
		in := s.Inputs[name]
		if in.follows() != nil {
			return true
		}
		ref, _, err := s.reference(name)
		return err != nil || ref.lineage() == stranger
	})
}

// WorktreeRef is the flake reference of a git working tree with whatever is
// uncommitted in it, shallow clone or not: root is absolute, subdir the flake's directory inside.
func WorktreeRef(root, subdir string) string {
	ref := "git+file://" + escapePath(root) + "?shallow=1"
	if subdir != "" && subdir != "." {
		ref += "&dir=" + escapePath(subdir)
	}
	return ref
}

// PathRef is the flake reference of a directory as it is, outside of git: dir
// is absolute and holds flake.nix.
func PathRef(dir string) string {
	return (&url.URL{Scheme: "path", Path: dir, OmitHost: true}).String()
}
