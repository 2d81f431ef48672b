package flake

import "strings"

// trial finds references that put the hosts on the target though flake.nix
// stays as it is: those of the inputs that cannot be moved, and of what was to
// move beside them. Nil where one of them is no input, or has no reference of
// its own to override.
func (p *planner) trial() map[string]string {
	refs := map[string]string{}
	for _, left := range p.refused {
		names := strings.Split(left.Input, "/")
		if path := p.Source.resolve(left.Input); len(names) == 1 && len(path) > 0 {
			names = path
		}
		if label, ok := p.Lock.Find(names...); !ok || label == p.Lock.Root {
			return nil
		}
		refs[strings.Join(names, "/")] = "github:NixOS/nixpkgs/" + p.Target.Name
	}
	for _, edit := range p.edits {
		if edit.Attr != "url" {
			return nil
		}
		refs[edit.Input] = edit.New
	}
	return refs
}
