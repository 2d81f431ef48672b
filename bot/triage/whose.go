package triage

import "strings"

// Whose tells where a file stands that Nix names: its path inside the tree it
// belongs to, and the tree's owner, [You] or an input's name. Both are "" for
// a file of no tree that the source knows.
func (s Source) Whose(file string) (rel, owner string) {
	if rel, ok := s.own(file); ok {
		return clean(rel), You
	}
	for _, in := range s.Inputs {
		if in.Hash != "" {
			if rel, ok := strings.CutPrefix(file, "/nix/store/"+in.Hash+"-source/"); ok {
				return clean(rel), in.Name
			}
		}
		if at := tree().FindStringIndex(file); at != nil && at[0] == 0 && in.Rev != "" && strings.Contains(file[:at[1]], in.Rev) {
			return clean(file[at[1]:]), in.Name
		}
	}
	return "", ""
}
