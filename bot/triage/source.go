package triage

import (
	"strings"

	"github.com/nixferry/nixferry/bot/pattern"
)

// A Source says how Nix names the files of the owner's repository at one
// commit.
type Source struct {
	// Store is the store path Nix copied the repository's tree to, "" when
	// unknown.
	Store string
	// Rev is the commit.
	Rev string
	// Dir is the absolute path of the working tree, which Nix 2.32 and later
	// put into positions; "" when unknown.
	Dir string
	// Inputs are the locked inputs of the flake.
	Inputs []Input
	// Read returns the text of a file by its path in the repository, and
	// whether it is there; nil where nobody can look.
	Read func(path string) (string, bool)
}

// tree is a flake's tree as Nix 2.32 and later name it in positions:
// «git+file:///repo?rev=…&shallow=1»/hosts/web.nix.
// https://github.com/NixOS/nix/blob/2.34.0/src/libfetchers/fetchers.cc
var tree = pattern.New(`«[^«»]*»/`)

// hash is the hash of a store path, which says nothing to a person and changes
// with every run.
var hash = pattern.New(`/nix/store/[0-9a-df-np-sv-z]{32}-`)

// own returns the path inside the owner's repository of a file as Nix names
// it, and whether it is one.
func (s Source) own(file string) (string, bool) {
	if s.Store != "" {
		if rel, ok := strings.CutPrefix(file, s.Store+"/"); ok {
			return rel, true
		}
	}
	if at := tree().FindStringIndex(file); at != nil && at[0] == 0 && s.Rev != "" && strings.Contains(file[:at[1]], s.Rev) {
		return file[at[1]:], true
	}
	return "", false
}

// Plain makes a message readable, and equal to the same message about another
// commit: files of the owner by their path in the
// repository, other store paths without their hash.
func (s Source) Plain(text string) string {
	if s.Store != "" {
		text = strings.ReplaceAll(text, s.Store+"/", "")
	}
	text = tree().ReplaceAllStringFunc(text, func(prefix string) string {
		if _, ok := s.own(prefix); ok {
			return ""
		}
		return prefix
	})
	return hash().ReplaceAllString(text, "/nix/store/…-")
}
