package forecast

import (
	"maps"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// UnitLines is how the lines of one unit differ that open sockets or set times.
type UnitLines struct {
	Unit   string   `json:"unit"`
	Change Change   `json:"change"`
	Gone   []string `json:"gone"` // "OnCalendar=daily", "ListenStream=22"
	Came   []string `json:"came"`
}

// sockets compares what systemd listens on for services. A socket that runs and
// changed keeps listening as it did until it is restarted by hand or the machine
// reboots.
func sockets(before, after *toplevel.Toplevel) []UnitLines {
	return unitLines(before, after, ".socket", "Socket", "Listen")
}

// timers compares when timers elapse.
func timers(before, after *toplevel.Toplevel) []UnitLines {
	return unitLines(before, after, ".timer", "Timer", "On")
}

// unitLines compares the settings with a prefix in a section of all units of a
// kind that something wants.
func unitLines(before, after *toplevel.Toplevel, suffix, section, prefix string) []UnitLines {
	changes := []UnitLines{}
	was, is := pulledIn(before, suffix), pulledIn(after, suffix)
	for _, name := range names(was, is) {
		old, had := was[name]
		fresh, has := is[name]
		before, after := settings(old, section, prefix), settings(fresh, section, prefix)
		if had && has && slices.Equal(before, after) {
			continue
		}
		changes = append(changes, UnitLines{name, changeOf(had, has), without(before, after), without(after, before)})
	}
	return changes
}

// pulledIn are the units of a kind that something pulls in, so that they are there
// without anybody's doing.
func pulledIn(t *toplevel.Toplevel, suffix string) map[string]*toplevel.Unit {
	found := map[string]*toplevel.Unit{}
	for _, list := range t.Wants {
		for _, name := range list {
			if unit := t.Units[name]; strings.HasSuffix(name, suffix) && unit != nil && !unit.Masked {
				found[name] = unit
			}
		}
	}
	return found
}

// settings are the settings of a section that begin with prefix, "key=value",
// sorted by key.
func settings(unit *toplevel.Unit, section, prefix string) []string {
	lines := []string{}
	if unit == nil {
		return lines
	}
	for _, key := range slices.Sorted(maps.Keys(unit.Sections[section])) {
		if strings.HasPrefix(key, prefix) {
			for _, value := range unit.Sections[section][key] {
				lines = append(lines, key+"="+hashless(value))
			}
		}
	}
	return lines
}

// autoUpgrade is when a machine with the system after upgrades by itself; empty
// when it does not, or has nothing to switch to.
// https://nixos.org/manual/nixos/unstable/#sec-upgrading-automatic
func autoUpgrade(before, after *toplevel.Toplevel) []string {
	if before.Path == after.Path {
		return []string{}
	}
	return settings(pulledIn(after, ".timer")["nixos-upgrade.timer"], "Timer", "On")
}

// Named is something with a name that came, went or changed.
type Named struct {
	Name   string `json:"name"`
	Change Change `json:"change"`
}

// specialisations compares the systems that the boot menu offers beside the main
// one.
func specialisations(before, after *toplevel.Toplevel) []Named {
	changes := []Named{}
	for _, name := range names(before.Specialisations, after.Specialisations) {
		was, had := before.Specialisations[name]
		is, has := after.Specialisations[name]
		if !had || !has || was.Path != is.Path {
			changes = append(changes, Named{name, changeOf(had, has)})
		}
	}
	return changes
}

// BootGrowth is how much the kernel and initrd of one generation grew, where they
// are copied to a partition of their own.
type BootGrowth struct {
	Partition string `json:"partition"` // its mount point, "/boot"
	Before    int64  `json:"before"`    // bytes of kernel and initrd
	After     int64  `json:"after"`
	// Need is what three generations take, in bytes: the one that runs, one to go
	// back to, and the new one. Tight says that this is more than half of the
	// 512 MB that the manual gives the partition, which also holds the bootloader.
	// How large it is and what else is on it no closure tells.
	// https://nixos.org/manual/nixos/unstable/#sec-installation-manual-partitioning-UEFI
	Need  int64 `json:"need"`
	Tight bool  `json:"tight"`
}

const halfPartition = 256_000_000

// bootGrowth is nil where nothing grows, no partition is seen, or the files are
// not there to be measured.
func bootGrowth(before, after *toplevel.Toplevel) *BootGrowth {
	was := before.Boot.KernelSize + before.Boot.InitrdSize
	is := after.Boot.KernelSize + after.Boot.InitrdSize
	unknown := before.Boot.InitrdSize == 0 || after.Boot.InitrdSize == 0
	partition := bootPartition(after)
	if partition == "" || unknown || is <= was {
		return nil
	}
	need := 2*was + is
	return &BootGrowth{partition, was, is, need, need > halfPartition}
}

// bootPartition is where kernels are copied to, "" when they stay in the store:
// GRUB reads them there unless /boot is on its own.
func bootPartition(t *toplevel.Toplevel) string {
	for _, m := range t.Mounts {
		isESP := m.Type == "vfat" && slices.Contains([]string{"/efi", "/boot/efi", "/boot/firmware"}, m.Point)
		if m.Point == "/boot" || isESP && t.Bootloader != "grub" {
			return m.Point
		}
	}
	return ""
}

// Moved is a value that is another one after, by the owner's doing or because
// NixOS' default moved.
type Moved struct {
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
	Why    string `json:"why,omitempty"`
}

// moved lists what no other part of the forecast tells, where both systems show
// it: the bootloader, what systemd-boot calls its entries, refused connections.
// https://nixos.org/manual/nixos/unstable/release-notes
func moved(before, after *toplevel.Toplevel) []Moved {
	changes := []Moved{}
	was, is := before.Bootloader, after.Bootloader
	if was != "" && is != "" && was != is {
		changes = append(changes, Moved{What: "bootloader", Before: was, After: is})
	}
	const systemdBoot = "systemd-boot"
	from, to, renamed := parseVersion(before.NixosVersion), parseVersion(after.NixosVersion), version{26, 11}
	if was == systemdBoot && is == systemdBoot && len(from) > 0 && slices.Compare(from, renamed) < 0 && slices.Compare(to, renamed) >= 0 {
		changes = append(changes, Moved{
			"systemd-boot entries", "nixos-generation-<n>.conf", "nixos-<hash>.conf",
			"NixOS 26.11 renames them; what reads their names from the ESP breaks",
		})
	}
	const refused = "refused connection: "
	logged, logs := strings.Contains(before.Firewall.Text, refused), strings.Contains(after.Firewall.Text, refused)
	if before.Firewall.Text != "" && after.Firewall.Text != "" && logged != logs {
		changes = append(changes, Moved{
			"networking.firewall.logRefusedConnections", switched(logged), switched(logs),
			"off by default since NixOS 26.05",
		})
	}
	return changes
}

func switched(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
