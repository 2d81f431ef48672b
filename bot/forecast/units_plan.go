package forecast

import (
	"path"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// An action is what a switch does to a unit.
type action int

const (
	stop action = iota
	start
	restart
	reload
	keep
	mask
)

// A decision is what happens to one unit, and why.
type decision struct {
	action      action
	conditional bool
	onDemand    bool
	why         []string
}

// A plan is what becomes of the units that are active before the switch and of
// those that will be.
type plan struct {
	before, after *toplevel.Toplevel
	was, will     map[string]state
	by            map[string]decision
}

// decide follows collect_unit_changes of switch-to-configuration-ng for a unit
// that is active.
func (p *plan) decide(unit string) {
	was, will := p.definitions(unit)
	if was == nil {
		return
	}
	d := decision{conditional: p.was[unit].conditional}
	switch gone := will == nil || will.Masked || p.dropInsRemoved(unit); {
	case gone && !truth(was, "Unit", "X-StopOnRemoval", true):
		d.action, d.why = keep, []string{Removed}
	case will != nil && will.Masked:
		d.action = mask
	case gone:
		d.action = stop
	case path.Ext(unit) == ".target":
		return // started once more, which is silent
	default:
		if _, decided := p.by[unit]; !decided { // a socket may be, by its service
			p.changed(unit, was, will, d)
		}
		return
	}
	p.by[unit] = d
}

// changed decides on a unit that is there before and after.
func (p *plan) changed(unit string, was, will *toplevel.Unit, d decision) {
	effect, why := compare(was.Sections, will.Sections)
	d.why = why
	_, wanted := p.will[canonical(p.after, unit)]
	switch {
	case effect == needsRestart:
		p.modified(unit, will, d)
	case effect == needsReload:
		d.action = reload
		p.by[unit] = d
	case !wanted:
		d.action, d.why = keep, []string{Unwanted}
		p.by[unit] = d
	}
}

// modified follows handle_modified_unit of switch-to-configuration-ng.
func (p *plan) modified(unit string, will *toplevel.Unit, d decision) {
	d.action = restart
	switch kind := path.Ext(unit); {
	case kind == ".path", kind == ".slice":
		return // daemon-reload applies it
	case unit == "-.mount", unit == "nix.mount":
		d.action = reload
	case kind == ".mount":
	case kind == ".socket":
		d.action = keep
	case truth(will, "Service", "X-ReloadIfChanged", false):
		d.action = reload
	case !truth(will, "Service", "X-RestartIfChanged", true),
		truth(will, "Unit", "RefuseManualStop", false),
		truth(will, "Unit", "X-OnlyManualStart", false):
		d.action = keep
	case kind == ".service" && truth(will, "Service", "X-StopIfChanged", true):
		d.onDemand = p.restartSockets(unit, will, d.conditional) &&
			!truth(will, "Service", "X-NotSocketActivated", false)
	}
	p.by[unit] = d
}

// restartSockets restarts the active sockets of a service that is stopped, and
// reports whether a socket will start it again.
func (p *plan) restartSockets(unit string, will *toplevel.Unit, conditional bool) bool {
	sockets := words(will, "Service", "Sockets")
	if len(sockets) == 0 {
		base := unit
		if file(p.before.Units, unit) == nil && file(p.after.Units, unit) == nil {
			base = template(unit)
		}
		sockets = []string{strings.TrimSuffix(strings.TrimSuffix(base, ".service"), "@") + ".socket"}
	}
	activated := false
	for _, socket := range sockets {
		if file(p.after.Units, socket) == nil {
			continue
		}
		activated = true
		if _, active := p.was[socket]; active {
			p.by[socket] = decision{action: restart, conditional: conditional, why: []string{With + unit}}
		}
	}
	return activated
}

// start adds what only the new system starts at boot: targets are started once
// more by a switch, and pull in all they want.
func (p *plan) start() {
	for unit, state := range p.will {
		if _, decided := p.by[unit]; state.reached && !p.was[unit].reached && !decided {
			p.by[unit] = decision{action: start}
		}
	}
}

// definitions are the unit's files on both sides, nil where there is none. An
// instance with a file on neither side is defined by its template and drop-ins.
func (p *plan) definitions(unit string) (was, will *toplevel.Unit) {
	was, will = file(p.before.Units, unit), file(p.after.Units, unit)
	if was == nil && will == nil {
		return definition(p.before.Units, unit), definition(p.after.Units, unit)
	}
	return was, will
}

// dropInsRemoved reports that an instance was made by drop-ins which are gone.
func (p *plan) dropInsRemoved(unit string) bool {
	return madeByDropIns(p.before.Units, unit) && !madeByDropIns(p.after.Units, unit)
}

// madeByDropIns reports that an instance has no file, but drop-ins of its own.
func madeByDropIns(units map[string]*toplevel.Unit, unit string) bool {
	u, base := units[unit], units[template(unit)]
	return u != nil && base != nil && u.Path == base.Path && len(u.Sources) > len(base.Sources)
}

// file is the unit when it has a file of its own, and nil otherwise.
func file(units map[string]*toplevel.Unit, unit string) *toplevel.Unit {
	u, base := units[unit], units[template(unit)]
	if u == nil || u.Path == "" && !u.Masked || base != nil && u.Path == base.Path {
		return nil
	}
	return u
}
