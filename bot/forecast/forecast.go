// Package forecast says what a switch from one built NixOS system to another
// will do to the machine, from their two toplevels alone. What is running, and
// what version the data on disk has, is in no closure: what depends on it is
// marked as conditional.
//
// The rules are those of switch-to-configuration:
// https://github.com/NixOS/nixpkgs/blob/master/pkgs/by-name/sw/switch-to-configuration-ng/src/main.rs
package forecast

import "github.com/nixferry/nixferry/bot/toplevel"

// Switch is what will happen. Its lists are never nil and are sorted.
type Switch struct {
	Live            Live            `json:"live"`
	Inhibitors      []Inhibitor     `json:"inhibitors"`
	Reboot          []Reason        `json:"reboot"`
	StageOne        *StageOne       `json:"stageOne,omitempty"`
	Units           Units           `json:"units"`
	Mounts          []MountChange   `json:"mounts"`
	Accounts        []Account       `json:"accounts"`
	Texts           []Text          `json:"texts"`
	Commands        Commands        `json:"commands"`
	Firewall        *FirewallChange `json:"firewall,omitempty"`
	Sockets         []UnitLines     `json:"sockets"`
	Timers          []UnitLines     `json:"timers"`
	AutoUpgrade     []string        `json:"autoUpgrade"` // when the machine switches by itself
	Specialisations []Named         `json:"specialisations"`
	BootGrowth      *BootGrowth     `json:"bootGrowth,omitempty"`
	Moved           []Moved         `json:"moved"`
	Data            []Migration     `json:"data"`
	Modules         []Module        `json:"modules"`
	Back            []string        `json:"back"` // commands, and what cannot be undone
}

// Compare foretells the switch from before to after.
func Compare(before, after *toplevel.Toplevel) Switch {
	found := inhibitors(before, after)
	s := Switch{
		Live:            live(before, after, found),
		Inhibitors:      found,
		Reboot:          reboot(before, after),
		StageOne:        stageOne(before, after),
		Units:           units(before, after),
		Mounts:          mounts(before, after),
		Accounts:        accounts(before, after),
		Texts:           texts(before, after),
		Commands:        commands(before, after),
		Firewall:        firewall(before, after),
		Sockets:         sockets(before, after),
		Timers:          timers(before, after),
		AutoUpgrade:     autoUpgrade(before, after),
		Specialisations: specialisations(before, after),
		BootGrowth:      bootGrowth(before, after),
		Moved:           moved(before, after),
		Data:            migrations(before, after),
		Modules:         modules(before, after),
	}
	s.Back = s.wayBack(after)
	return s
}
