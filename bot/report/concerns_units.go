package report

import (
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/forecast"
)

// unitName names a unit; that it is a service goes without saying.
func unitName(unit string, style style) string {
	return style.name(cropped(strings.TrimSuffix(unit, ".service")))
}

// ifRunning names a unit, with what cannot be known of it.
func ifRunning(unit string, conditional bool, style style) string {
	name := unitName(unit, style)
	if conditional {
		name += " if it runs"
	}
	return name
}

// interrupted are the units that restart, or become another one, of those whose
// interruption an owner notices.
func interrupted(what string) func(*forecast.Switch, style) []string {
	return func(f *forecast.Switch, style style) (things []string) {
		for _, u := range f.Units.Restarted {
			if u.Interrupts == what {
				things = append(things, ifRunning(u.Unit, u.Conditional, style))
			}
		}
		for _, u := range f.Units.Renamed {
			if u.Interrupts == what {
				things = append(things, renamedUnit(u, style))
			}
		}
		return things
	}
}

// renamedUnit names a unit and what it becomes.
func renamedUnit(u forecast.Rename, style style) string {
	return unitName(u.Before, style) + " → " + ifRunning(u.After, u.Conditional, style)
}

// abandoned says that a unit is left running though the new system does not
// start it.
func abandoned(u forecast.UnitChange) bool {
	return slices.Contains(u.Why, forecast.Unwanted) || slices.Contains(u.Why, forecast.Removed)
}

// kept are the units that changed and are left running as they are, those that
// an owner would notice first.
func kept(f *forecast.Switch, style style) []string {
	var noticed, others []string
	for _, u := range f.Units.Kept {
		name := ifRunning(u.Unit, u.Conditional, style)
		switch {
		case abandoned(u):
		case u.Interrupts != "":
			noticed = append(noticed, name)
		default:
			others = append(others, name)
		}
	}
	return append(noticed, others...)
}

// orphaned are the units that nothing will start any more.
func orphaned(f *forecast.Switch, style style) (things []string) {
	for _, u := range f.Units.Kept {
		if abandoned(u) {
			things = append(things, ifRunning(u.Unit, u.Conditional, style))
		}
	}
	return things
}

// stopped are the units that go.
func stopped(f *forecast.Switch, style style) (things []string) {
	for _, u := range f.Units.Stopped {
		things = append(things, ifRunning(u.Unit, u.Conditional, style))
	}
	for _, u := range f.Units.Masked {
		things = append(things, ifRunning(u.Unit, u.Conditional, style)+" (masked)")
	}
	return things
}
