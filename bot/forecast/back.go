package forecast

import (
	"fmt"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// wayBack lists how to undo the switch, commands first, and then what cannot be
// undone. It reads the parts of the switch that are known by then: live, reboot
// and data.
// https://nixos.org/manual/nixos/stable/#sec-rollback
func (s Switch) wayBack(after *toplevel.Toplevel) []string {
	list := []string{}
	switch {
	case s.Live == Unchanged:
		return list
	case s.Live == Allowed && len(s.Reboot) == 0:
		list = append(list, "On the machine: sudo nixos-rebuild switch --rollback")
	case s.Live == Allowed:
		list = append(list, "On the machine, before it rebooted: sudo nixos-rebuild switch --rollback",
			"On the machine, after it rebooted: sudo nixos-rebuild boot --rollback && sudo reboot")
	default:
		list = append(list, "On the machine: sudo nixos-rebuild boot --rollback && sudo reboot")
	}
	if after.Boot.Kernel != "" {
		list = append(list, "If it does not come up: choose the generation before in the boot menu"+menu(after.Bootloader)+".")
	}
	list = append(list, "In the repository: git revert -m 1 <merge commit> (without -m 1 if the pull request was squashed), then push")
	for _, m := range s.Data {
		if m.Before != "" && m.After != "" && m.Severity != Note {
			list = append(list, fmt.Sprintf("Not undone by that: %s %s → %s. %s", m.Service, m.Before, m.After, m.WayBack))
		}
	}
	for _, m := range s.Modules {
		if m.Name == "zfs" && m.Before != "" && m.Afterwards != "" {
			list = append(list, "Not undone by that: zpool upgrade, if you ran it.")
		}
	}
	return list
}

// menu says where a bootloader keeps older generations.
func menu(bootloader string) string {
	switch bootloader {
	case "grub":
		return " (NixOS - All configurations)"
	case "systemd-boot", "lanzaboote":
		return " (hold Space if it does not show)"
	default:
		return ""
	}
}
