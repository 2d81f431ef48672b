package flake

import (
	"slices"
	"strings"
)

// outOfStep lists the inputs that flake.lock has otherwise than flake.nix: a
// relock changes them as well, whatever else is edited. What cannot be compared
// with certainty is not listed.
func (p *planner) outOfStep() []string {
	if len(p.Lock.Nodes) == 0 {
		return nil
	}
	edges := p.Lock.Nodes[p.Lock.Root].Inputs
	return slices.DeleteFunc(p.Source.names(), func(name string) bool {
		edge, locked := edges[name]
		follows := p.Source.Inputs[name].follows()
		switch {
		case !locked:
			return false
		case follows != nil || edge.Follows != nil:
			return slices.Equal(follows, edge.Follows)
		}
		ref, _, err := p.Source.reference(name)
		return err != nil || ref.sameAs(p.Lock.Nodes[edge.Node].Original)
	})
}

// compared are the types of references whose parts a lock keeps apart.
var compared = []string{"github", "gitlab", "sourcehut", "indirect", "git"}

// sameAs reports whether a locked original may be r.
func (r flakeRef) sameAs(original Locked) bool {
	if !slices.Contains(compared, r.Type) || !slices.Contains(compared, original.Type) {
		return true
	}
	_, branch := cutRefPrefix(original.Ref)
	if isRevision(branch) {
		branch = ""
	}
	same := r.Type == original.Type && r.Ref == branch
	switch r.Type {
	case "git":
		return same
	case "indirect":
		return same && r.Repo == original.ID
	}
	return same && strings.EqualFold(r.Owner, original.Owner) && strings.EqualFold(r.Repo, original.Repo)
}
