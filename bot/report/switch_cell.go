package report

import (
	"slices"

	"github.com/nixferry/nixferry/bot/forecast"
)

// switching says in a host's row what its switch means, in two clauses at most:
// whether it reboots, and the worst that happens.
func switching(f *forecast.Switch, style style) string {
	if f == nil || f.Live == forecast.Unchanged {
		return ""
	}
	text := "live"
	if len(f.Reboot) > 0 || f.Live != forecast.Allowed {
		text = "reboot"
	}
	if worst := worst(f, style); worst != "" {
		text += " · " + worst
	}
	return text
}

// interruptions are what an owner notices, the worst first.
var interruptions = []struct{ what, clause string }{
	{"network", "network restarts"},
	{"ssh", "SSH restarts"},
	{"firewall", "firewall restarts"},
	{"display-manager", "display manager restarts"},
	{"containers", "containers restart"},
	{"virtual-machines", "virtual machines restart"},
	{"database", "databases restart"},
}

// worst is the worst that a switch does, "" for nothing of note.
func worst(f *forecast.Switch, style style) string {
	has := func(wanted func(forecast.Migration) bool) bool { return slices.ContainsFunc(f.Data, wanted) }
	switch {
	case f.Live == forecast.Refused:
		return style.name("switch") + " is refused"
	case has(func(m forecast.Migration) bool { return m.Severity == forecast.Blocked && !m.Down }):
		return style.strong("data is blocked")
	case has(func(m forecast.Migration) bool { return m.Severity == forecast.OneWay }):
		return style.strong("data moves one way")
	case has(func(m forecast.Migration) bool { return m.Severity == forecast.Blocked }):
		return style.strong("data goes to an older version")
	case len(f.Inhibitors) > 0:
		return style.strong("not live")
	case has(func(m forecast.Migration) bool { return m.Severity == forecast.Staged }):
		return "data in steps"
	}
	for _, i := range interruptions {
		if surely(f, i.what) {
			return i.clause
		}
	}
	return ""
}

// surely says that a switch interrupts something, whatever else runs.
func surely(f *forecast.Switch, what string) bool {
	restarts := func(u forecast.UnitChange) bool { return u.Interrupts == what && !u.Conditional }
	moves := func(u forecast.Rename) bool { return u.Interrupts == what && !u.Conditional }
	return slices.ContainsFunc(f.Units.Restarted, restarts) || slices.ContainsFunc(f.Units.Renamed, moves)
}
