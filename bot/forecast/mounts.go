package forecast

import (
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// MountAction is what a switch does about a line of fstab.
type MountAction string

// What a MountAction can be.
const (
	// Mounted: new, and mounted by local-fs.target or remote-fs.target; a swap is
	// turned on.
	Mounted MountAction = "mounted"
	// Declared: new, and mounted by nobody or at its first use.
	Declared MountAction = "declared"
	// Replaced: unmounted and mounted anew, as device or type changed.
	Replaced MountAction = "replaced"
	// Remounted: told its new options while it stays mounted.
	Remounted MountAction = "remounted"
	// Stopped: unmounted for good; a swap is turned off.
	Stopped MountAction = "stopped"
	// NextBoot: nothing is done before the reboot.
	NextBoot MountAction = "next-boot"
)

// MountChange is what happens to one file system or swap. That it is mounted at
// all cannot be told: what is not, is left alone.
type MountChange struct {
	Point  string      `json:"point"` // "swap" for a swap
	Action MountAction `json:"action"`
	// Before and After are the device, the type and the options in the words of
	// fstab, "" where there is none.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// DeviceAtBoot says that the options change now and the device or the type at
	// the next boot.
	DeviceAtBoot bool `json:"deviceAtBoot,omitempty"`
}

// mounts follows what switch-to-configuration does about fstab: by mount point,
// the last line of which counts, and swaps by device.
// https://github.com/NixOS/nixpkgs/blob/master/pkgs/by-name/sw/switch-to-configuration-ng/src/main.rs
func mounts(before, after *toplevel.Toplevel) []MountChange {
	changes := []MountChange{}
	point := func(m toplevel.Mount) string { return m.Point }
	changes = append(changes, each(before.Mounts, after.Mounts, point, mount)...)
	device := func(m toplevel.Mount) string { return m.Device }
	return append(changes, each(before.Swaps, after.Swaps, device, swap)...)
}

// each asks rule about every line of either fstab that is not the same in both,
// by key; one of its arguments may be nil.
func each(before, after []toplevel.Mount, key func(toplevel.Mount) string, rule func(was, is *toplevel.Mount) MountChange) (changes []MountChange) {
	index := func(list []toplevel.Mount) map[string]*toplevel.Mount {
		by := map[string]*toplevel.Mount{}
		for i := range list {
			by[key(list[i])] = &list[i]
		}
		return by
	}
	old, fresh := index(before), index(after)
	for _, name := range names(old, fresh) {
		was, is := old[name], fresh[name]
		if was != nil && is != nil && was.Device == is.Device && was.Type == is.Type && slices.Equal(was.Options, is.Options) {
			continue
		}
		change := rule(was, is)
		change.Before, change.After = fstabLine(was), fstabLine(is)
		changes = append(changes, change)
	}
	return changes
}

// mount decides about a file system that changed. / and /nix cannot be unmounted.
func mount(was, is *toplevel.Mount) MountChange {
	switch {
	case was == nil && slices.Contains(is.Options, "noauto"), was == nil && automount(is):
		return MountChange{Point: is.Point, Action: Declared}
	case was == nil:
		return MountChange{Point: is.Point, Action: Mounted}
	case is == nil:
		return MountChange{Point: was.Point, Action: Stopped}
	}
	moved := was.Device != is.Device || was.Type != is.Type
	pinned := is.Point == "/" || is.Point == "/nix"
	switch {
	case !moved:
		return MountChange{Point: is.Point, Action: Remounted}
	case !pinned:
		return MountChange{Point: is.Point, Action: Replaced}
	case slices.Equal(was.Options, is.Options):
		return MountChange{Point: is.Point, Action: NextBoot}
	}
	return MountChange{Point: is.Point, Action: Remounted, DeviceAtBoot: true}
}

// swap decides about a swap that changed. New priorities wait for the reboot.
func swap(was, is *toplevel.Mount) MountChange {
	switch {
	case is == nil:
		return MountChange{Point: "swap", Action: Stopped}
	case was != nil:
		return MountChange{Point: "swap", Action: NextBoot}
	case slices.Contains(is.Options, "noauto"):
		return MountChange{Point: "swap", Action: Declared}
	}
	return MountChange{Point: "swap", Action: Mounted}
}

func automount(m *toplevel.Mount) bool {
	return slices.Contains(m.Options, "x-systemd.automount")
}

// fstabLine writes a mount as fstab does, without its mount point and without secrets.
func fstabLine(m *toplevel.Mount) string {
	if m == nil {
		return ""
	}
	return secretless(hashless(strings.Join([]string{m.Device, m.Type, strings.Join(m.Options, ",")}, " ")))
}
