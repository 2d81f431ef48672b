package closure

import (
	"slices"
	"strings"
)

// everyUnit are the packages that NixOS puts into every unit's environment:
// they say nothing about the service.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/lib/systemd-lib.nix
var everyUnit = []string{
	"bash", "coreutils", "findutils", "glibc-locales", "gnugrep", "gnused", "systemd", "tzdata",
}

// unitName is the unit that a store path holds: "nginx.service" of
// unit-nginx.service.
func unitName(n *node) (string, bool) {
	unit, ok := strings.CutPrefix(n.name.Pname, "unit-")
	return unit, ok && n.name.Version == "" && strings.Contains(unit, ".") && !ofUnit(n)
}

// ofUnit tells the scripts and triggers that NixOS writes for a unit: what they
// refer to is the unit's.
func ofUnit(n *node) bool {
	return strings.HasPrefix(n.name.Pname, "unit-script-") || strings.HasPrefix(n.name.Pname, "X-Re")
}

// serve notes which units of a closure refer to paths that moved.
func (d *differ) serve(t tree) {
	if d.units == nil {
		d.units = map[int32][]int32{}
	}
	nodes := d.graph.nodes
	for _, unit := range t.nodes {
		if _, ok := unitName(&nodes[unit]); !ok {
			continue
		}
		for _, to := range nodes[unit].refs {
			if ofUnit(&nodes[to]) {
				for _, to := range nodes[to].refs {
					d.note(unit, to)
				}
			}
			d.note(unit, to)
		}
	}
}

func (d *differ) note(unit, to int32) {
	name := d.graph.nodes[to].name
	if d.moved(to) && name.Version != "" && !slices.Contains(everyUnit, name.Pname) {
		d.units[to] = append(d.units[to], unit)
	}
}

// manyUnits is how many units a package serves that is no service's own.
const manyUnits = 8

// services are the names of the units that refer to one of nodes; none where
// they are many.
func (d *differ) services(sides ...[]int32) (names []string) {
	for _, nodes := range sides {
		for _, i := range nodes {
			for _, unit := range d.units[i] {
				name, _ := unitName(&d.graph.nodes[unit])
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > manyUnits {
		return nil
	}
	return names
}
