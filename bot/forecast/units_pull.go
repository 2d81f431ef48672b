package forecast

import (
	"maps"
	"path"
	"slices"
)

// pull adds what systemd stops together with what the plan stops, and starts
// again with it: units that require it or are part of it.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html#Requires=
func (p *plan) pull() {
	dependents := p.dependents()
	from := p.interrupted()
	for len(from) > 0 {
		source := from[0]
		from = from[1:]
		for _, unit := range dependents[source] {
			if p.goesDown(unit) {
				continue
			}
			d := decision{action: restart, why: []string{With + source}}
			d.conditional = p.was[unit].conditional || p.by[source].conditional
			if _, will := p.definitions(unit); will == nil {
				d.action = stop
			}
			p.by[unit] = d
			from = append(from, unit)
		}
	}
}

// goesDown reports that the plan stops the unit, for good or not.
func (p *plan) goesDown(unit string) bool {
	d, decided := p.by[unit]
	return decided && (d.action == stop || d.action == mask || d.action == restart)
}

// interrupted are the units that the plan stops, for good or not, and the
// targets that a switch stops for the order's sake (X-StopOnReconfiguration).
func (p *plan) interrupted() []string {
	var units []string
	for _, unit := range slices.Sorted(maps.Keys(p.was)) {
		_, will := p.definitions(unit)
		pause := path.Ext(unit) == ".target" && will != nil && truth(will, "Unit", "X-StopOnReconfiguration", false)
		if pause || p.goesDown(unit) {
			units = append(units, unit)
		}
	}
	return units
}

// dependents are the active units by what they cannot run without.
func (p *plan) dependents() map[string][]string {
	of := map[string][]string{}
	for _, unit := range slices.Sorted(maps.Keys(p.was)) {
		u := definition(p.before.Units, unit)
		for _, key := range []string{"Requires", "Requisite", "BindsTo", "PartOf"} {
			for _, source := range words(u, "Unit", key) {
				source = canonical(p.before, source)
				of[source] = append(of[source], unit)
			}
		}
	}
	return of
}
