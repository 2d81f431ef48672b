package forecast

import (
	"path"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// A state is what is known of a unit that may be active.
type state struct {
	reached     bool // default.target pulls it in
	conditional bool // it may or may not be active at a given time
}

// activity approximates what is active on a machine: what default.target pulls
// in, and what that can activate.
func activity(t *toplevel.Toplevel) map[string]state {
	reached := map[string]bool{}
	walk(t, []string{t.Default}, reached, func(string) []string { return nil })
	seen := map[string]bool{}
	for unit := range reached {
		seen[unit] = true
	}
	walk(t, sometimes(t, reached), seen, func(unit string) []string { return activates(t, unit) })
	states := make(map[string]state, len(seen))
	for unit := range seen {
		states[unit] = state{reached: reached[unit], conditional: !reached[unit] || passing(t, unit)}
	}
	return states
}

// walk adds to seen the units that can be reached from some through what they
// want and what more says.
func walk(t *toplevel.Toplevel, from []string, seen map[string]bool, more func(string) []string) {
	for len(from) > 0 {
		unit := canonical(t, from[len(from)-1])
		from = from[:len(from)-1]
		u := definition(t.Units, unit)
		if seen[unit] || u == nil || u.Masked {
			continue
		}
		seen[unit] = true
		from = append(append(from, t.Wants[unit]...), more(unit)...)
	}
}

// sometimes are the units besides the reached ones that are active at times:
// what sockets, timers and paths activate, services on D-Bus, instances of
// templates, and what a switch starts again before the rest.
func sometimes(t *toplevel.Toplevel, reached map[string]bool) []string {
	units := []string{"sysinit-reactivation.target"}
	for unit := range reached {
		units = append(units, activates(t, unit)...)
	}
	for unit, u := range t.Units {
		if len(words(u, "Service", "BusName")) > 0 || strings.HasSuffix(unit, "@.service") {
			units = append(units, unit)
		}
	}
	return units
}

// activates are the units that a socket, timer, path or automount starts. Those
// of a socket with Accept=yes are instances of a template.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.socket.html#Service=
func activates(t *toplevel.Toplevel, unit string) []string {
	u := definition(t.Units, unit)
	kind := path.Ext(unit)
	base := strings.TrimSuffix(unit, kind)
	section, key, other := "", "Unit", base+".service"
	switch kind {
	case ".socket":
		section, key = "Socket", "Service"
	case ".timer":
		section = "Timer"
	case ".path":
		section = "Path"
	case ".automount":
		other = base + ".mount"
	default:
		return nil
	}
	if named := words(u, section, key); len(named) > 0 {
		return named
	}
	return []string{other}
}

// passing reports that a unit is not active all the time, or not on every
// machine: it ends, or is an instance that nothing but its template defines.
func passing(t *toplevel.Toplevel, unit string) bool {
	u := definition(t.Units, unit)
	kinds := words(u, "Service", "Type")
	oneshot := len(kinds) > 0 && kinds[len(kinds)-1] == "oneshot"
	return t.Units[unit] == nil || oneshot && !truth(u, "Service", "RemainAfterExit", false)
}

// definition is what defines a unit: its file, or its template with drop-ins;
// nil when there is none.
func definition(units map[string]*toplevel.Unit, unit string) *toplevel.Unit {
	for _, name := range []string{unit, template(unit)} {
		if u := units[name]; u != nil && (u.Path != "" || u.Masked) {
			return u
		}
	}
	return nil
}

// canonical is the name under which systemd lists a unit.
func canonical(t *toplevel.Toplevel, unit string) string {
	if u := t.Units[unit]; u != nil && u.Alias != "" {
		return u.Alias
	}
	return unit
}

// template is the name of the template of an instance; "" for other units.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html#Description
func template(unit string) string {
	prefix, rest, _ := strings.Cut(unit, "@")
	if instance, kind, ok := strings.Cut(rest, "."); ok && instance != "" {
		return prefix + "@." + kind
	}
	return ""
}
