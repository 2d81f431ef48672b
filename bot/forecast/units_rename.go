package forecast

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// renames takes out of the plan the pairs of a unit that goes and one that
// comes in its place.
func (p *plan) renames() []Rename {
	renamed := []Rename{}
	former := p.aliases()
	gone, come := p.programs(stop, p.before), p.programs(start, p.after)
	for _, unit := range slices.Sorted(maps.Keys(p.by)) {
		if p.by[unit].action != start {
			continue
		}
		old := former[unit]
		if program := programOf(p.after, unit); old == "" && program != "" && len(gone[program]) == 1 && len(come[program]) == 1 {
			old = gone[program][0]
		}
		if old == "" {
			continue
		}
		renamed = append(renamed, Rename{
			Before: old, After: unit, Conditional: p.was[old].conditional,
			Interrupts: interrupts(old),
		})
		delete(p.by, unit)
		if p.by[old].action == stop {
			delete(p.by, old)
		}
	}
	return renamed
}

// aliases are the active units by the name they have after the switch, where it
// is another one.
func (p *plan) aliases() map[string]string {
	former := map[string]string{}
	for _, old := range slices.Sorted(maps.Keys(p.was)) {
		if name := canonical(p.after, old); name != old {
			former[name] = old
		}
	}
	for name := range p.will {
		old := canonical(p.before, name)
		if _, active := p.was[old]; active && old != name {
			former[name] = old
		}
	}
	return former
}

// programs are the units to which an action happens, by the program they run.
func (p *plan) programs(a action, of *toplevel.Toplevel) map[string][]string {
	units := map[string][]string{}
	for _, unit := range slices.Sorted(maps.Keys(p.by)) {
		if p.by[unit].action == a {
			program := programOf(of, unit)
			units[program] = append(units[program], unit)
		}
	}
	return units
}

// anything are programs that run anything: they make no two units the same.
var anything = []string{
	"sh", "bash", "env", "python3", "perl", "ruby", "node", "java", "php", "mono", "dotnet",
	"true", "false", "sleep", "echo", "touch", "mkdir", "rm", "ln", "cp", "systemctl",
}

// programOf is the program that a service runs, without the hash and the version
// of its package; "" when it is none that would tell services apart.
func programOf(t *toplevel.Toplevel, unit string) string {
	u := definition(t.Units, unit)
	if u == nil {
		return ""
	}
	args := words(u, "Service", "ExecStart")
	if len(args) == 0 {
		return ""
	}
	program := strings.TrimLeft(args[0], "@-:+!|")
	if slices.Contains(anything, path.Base(program)) {
		return ""
	}
	return versionless(program)
}
