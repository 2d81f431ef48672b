package flake

import (
	"fmt"
	"strings"
)

// moveOverrides moves the companions that flake.nix gives to an input as inputs
// of its own, inputs.a.inputs.nixvim.url, where they are told which nixpkgs to
// follow, or the input is.
func (p *planner) moveOverrides(name string) {
	if p.held(name) || p.Source.Inputs[name].follows() != nil {
		return
	}
	inputs := p.Source.Inputs[name].Inputs
	for _, override := range sortedNames(inputs) {
		path := name + "/" + override
		in := inputs[override]
		ref, _, err := p.Source.reference(path)
		explicit, asked := p.Companions.Refs[path]
		_, declared := p.follows(path)
		switch _, known := ref.companion(); {
		case asked:
			p.moveAsked(path, explicit)
		case p.held(path) || err != nil || in.follows() != nil || len(in.Attrs) == 0 || !known || len(p.moved) == 0:
		case !declared:
			p.leave(path, fmt.Sprintf("it belongs to %s, and which nixpkgs it serves is decided by %s; to move it, set companions: %s=<branch>", ref.release(), name, path), ref.release() != "" && ref.release() != p.Target.Release)
		default:
			p.moveCompanion(path, ref)
		}
	}
}

// leaveOverrides speaks of overrides named after a release: they may exist
// only on the release branch that is left.
func (p *planner) leaveOverrides(name string) {
	for _, override := range sortedNames(p.Source.input(name).Inputs) {
		if namedAfterRelease(override) {
			p.leave(name+"/"+override, fmt.Sprintf("the override is named after a release and may not exist any more now that %s moves; if Nix warns of a non-existent input, remove it", name), true)
		}
	}
}

// follows is the root nixpkgs that a companion is told to follow; declared is
// set when it is told anything about its nixpkgs, or the input whose input it is.
func (p *planner) follows(name string) (root string, declared bool) {
	inputs := p.Source.input(name).Inputs
	for _, override := range sortedNames(inputs) {
		if override != "nixpkgs" && !strings.HasPrefix(override, "nixpkgs-") && !strings.HasPrefix(override, "nixpkgs_") {
			continue
		}
		in := inputs[override]
		path := in.follows()
		if path == nil && in.Attrs["url"].Text == "" {
			continue
		}
		root, declared = "a nixpkgs of its own", true
		if len(path) > 0 {
			root = p.movedAs(path)
		}
		if override == "nixpkgs" {
			return root, true
		}
	}
	if parent, _, nested := strings.Cut(name, "/"); nested && !declared {
		return p.follows(parent)
	}
	return root, declared
}
