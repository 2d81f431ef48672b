package forecast

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// Units is what happens to the systemd units, by consequence. It follows
// switch-to-configuration-ng, with what is running replaced by what the old
// system starts by itself; it leaves out what fstab makes (see Mounts).
// https://nixos.org/manual/nixos/unstable/#sec-unit-handling
type Units struct {
	Stopped   []UnitChange `json:"stopped"`   // for good
	Started   []UnitChange `json:"started"`   // nothing started them at boot before
	Restarted []UnitChange `json:"restarted"` // stopped and started again, with an interruption
	Reloaded  []UnitChange `json:"reloaded"`  // told to read their settings again
	Kept      []UnitChange `json:"kept"`      // changed, and left running as they are until the reboot
	Masked    []UnitChange `json:"masked"`    // stopped, and nothing can start them any more
	Renamed   []Rename     `json:"renamed"`   // these are in neither Stopped nor Started

	User   UserUnits `json:"user"`
	Reexec bool      `json:"reexec"` // systemd replaces itself without a reboot
}

// UnitChange is what happens to one unit.
type UnitChange struct {
	Unit string `json:"unit"`
	// Conditional says that it happens only if the unit runs at that time: it is
	// activated by a timer, a socket, a path or D-Bus, or does not stay active.
	// A template stands for its instances.
	Conditional bool `json:"conditional,omitempty"`
	// Why names the settings that changed, or is one of the phrases below.
	Why []string `json:"why"`
	// OnDemand says that the unit is stopped and its socket will start it again.
	OnDemand bool `json:"onDemand,omitempty"`
	// Interrupts is what the owner notices: "ssh", "network", "firewall",
	// "display-manager", "containers", "virtual-machines", "database", or "".
	Interrupts string `json:"interrupts,omitempty"`
}

// What Why says where no setting changed by itself.
const (
	// Rebuilt: only hashes in store paths differ.
	Rebuilt = "rebuilt"
	// Updated: only hashes and versions in store paths differ.
	Updated = "updated"
	// Unwanted: nothing starts the unit any more, but it is still defined.
	Unwanted = "no longer wanted"
	// With is followed by the unit it is restarted with.
	With = "with "
	// Removed: the unit is gone, and asks to be left running (X-StopOnRemoval).
	Removed = "X-StopOnRemoval"
)

// Rename is a unit that goes while another comes that runs the same program or
// has its name as an alias.
type Rename struct {
	Before      string `json:"before"`
	After       string `json:"after"`
	Conditional bool   `json:"conditional,omitempty"`
	Interrupts  string `json:"interrupts,omitempty"`
}

// UserUnits is how the units of etc/systemd/user differ, by name. The
// switch-to-configuration of 2026 applies it to users who are logged in; older
// ones re-execute their systemd only, and changed units wait for the next login.
// https://github.com/NixOS/nixpkgs/blob/master/pkgs/by-name/sw/switch-to-configuration-ng/src/main.rs
type UserUnits struct {
	New     []string `json:"new"`
	Changed []string `json:"changed"`
	Gone    []string `json:"gone"`
}

// units plans what happens to the units.
func units(before, after *toplevel.Toplevel) Units {
	p := plan{before: before, after: after, was: activity(before), will: activity(after), by: map[string]decision{}}
	for _, unit := range slices.Sorted(maps.Keys(p.was)) {
		p.decide(unit)
	}
	p.pull()
	p.start()
	u := p.result()
	u.User = userUnits(before.UserUnits, after.UserUnits)
	u.Reexec = before.Boot.Systemd != after.Boot.Systemd ||
		before.Texts["systemd/system.conf"] != after.Texts["systemd/system.conf"]
	return u
}

// userUnits compares the units that run for every user.
func userUnits(before, after map[string]*toplevel.Unit) UserUnits {
	u := UserUnits{New: []string{}, Changed: []string{}, Gone: []string{}}
	for _, name := range slices.Sorted(maps.Keys(union(before, after))) {
		was, will := definition(before, name), definition(after, name)
		had, has := was != nil && !was.Masked, will != nil && !will.Masked
		switch {
		case had && !has:
			u.Gone = append(u.Gone, name)
		case has && !had:
			u.New = append(u.New, name)
		case had && has:
			if effect, _ := compare(was.Sections, will.Sections); effect != none {
				u.Changed = append(u.Changed, name)
			}
		}
	}
	return u
}

// result sorts what was decided by consequence, by the name of the unit.
func (p *plan) result() Units {
	u := Units{Renamed: p.renames()}
	lists := map[action]*[]UnitChange{
		stop: &u.Stopped, start: &u.Started, restart: &u.Restarted,
		reload: &u.Reloaded, keep: &u.Kept, mask: &u.Masked,
	}
	for _, list := range lists {
		*list = []UnitChange{}
	}
	for _, unit := range slices.Sorted(maps.Keys(p.by)) {
		d := p.by[unit]
		if d.action == restart && path.Ext(unit) == ".target" {
			continue // nothing runs in a target
		}
		list := lists[d.action]
		*list = append(*list, UnitChange{
			Unit: unit, Conditional: d.conditional, Why: short(d.why),
			OnDemand: d.onDemand, Interrupts: interrupts(unit),
		})
	}
	return u
}

// short keeps the first reasons; nobody reads twenty.
func short(why []string) []string {
	const most = 5
	if len(why) > most {
		return append(slices.Clone(why[:most]), "…")
	}
	return append([]string{}, why...)
}

// truth is a boolean of a unit, the last one given, as switch-to-configuration
// reads it (which knows fewer words than systemd).
func truth(u *toplevel.Unit, section, key string, otherwise bool) bool {
	values := u.Sections[section][key]
	if len(values) == 0 {
		return otherwise
	}
	return slices.Contains([]string{"1", "yes", "true", "on"}, values[len(values)-1])
}

// words are the words of all values of a setting.
func words(u *toplevel.Unit, section, key string) []string {
	return strings.Fields(strings.Join(u.Sections[section][key], " "))
}
