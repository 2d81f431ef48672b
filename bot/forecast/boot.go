package forecast

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// Live says whether nixos-rebuild switch brings a machine that runs the one
// system to the other.
type Live string

// What Live can be.
const (
	// Unchanged: both are the same system.
	Unchanged Live = "unchanged"
	// Allowed: a switch goes through. What Reboot lists waits for the reboot.
	Allowed Live = "allowed"
	// RebootAdvised: a switch goes through, and should not be made live.
	RebootAdvised Live = "reboot-advised"
	// Refused: switch-to-configuration stops; it takes nixos-rebuild boot and a
	// reboot.
	Refused Live = "refused"
)

// Inhibitor is something that must not change under a running system.
// https://nixos.org/manual/nixos/unstable/options#opt-system.switch.inhibitors
type Inhibitor struct {
	Key    string `json:"key"` // "dbus-implementation"
	Before string `json:"before"`
	After  string `json:"after"`
	// Guarded says that switch-to-configuration sees it and refuses. Otherwise
	// the system before knows no inhibitors, and nothing stops the switch.
	Guarded bool `json:"guarded"`
}

// Reason is a change that takes effect at the next boot only.
type Reason struct {
	What string `json:"what"` // "kernel", "kernel-params", "systemd", …
	// Before and After are versions, or the parameters that go and that come; ""
	// where there is none to tell.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	Why    string `json:"why"`
}

// live weighs what [inhibitors] found. A new major version of systemd replaces
// itself in a running machine, but logind and others keep the old code, so a
// reboot is advised.
// https://github.com/NixOS/nixpkgs/blob/master/pkgs/by-name/sw/switch-to-configuration-ng/src/main.rs
func live(before, after *toplevel.Toplevel, found []Inhibitor) Live {
	switch {
	case before.Path == after.Path:
		return Unchanged
	case slices.ContainsFunc(found, func(i Inhibitor) bool { return i.Guarded }):
		return Refused
	}
	was, is := parseVersion(before.Boot.SystemdVersion), parseVersion(after.Boot.SystemdVersion)
	if len(found) > 0 || len(was) > 0 && len(is) > 0 && was[0] != is[0] {
		return RebootAdvised
	}
	return Allowed
}

const (
	initInterface = "init-interface-version"
	dbusInhibitor = "dbus-implementation"
	// switchEnable off leaves bin/switch-to-configuration out.
	switchEnable = "system.switch.enable"
)

// inhibitors lists what stands against a live switch, by key. The machine's own
// guard compares what both systems have in their switch-inhibitors; up to NixOS
// 25.11 there are none, so the D-Bus implementation is compared here too.
func inhibitors(before, after *toplevel.Toplevel) []Inhibitor {
	found := []Inhibitor{}
	for key, was := range before.Inhibitors {
		if is, ok := after.Inhibitors[key]; ok && was != is {
			found = append(found, Inhibitor{key, was, is, true})
		}
	}
	_, guards := before.Inhibitors[dbusInhibitor]
	_, guarded := after.Inhibitors[dbusInhibitor]
	was, is := dbusImplementation(before), dbusImplementation(after)
	if (!guards || !guarded) && was != "" && is != "" && was != is {
		found = append(found, Inhibitor{dbusInhibitor, was, is, false})
	}
	if was, is := before.Boot.InitInterface, after.Boot.InitInterface; was != is {
		found = append(found, Inhibitor{initInterface, was, is, true})
	}
	if before.Switchable && !after.Switchable {
		found = append(found, Inhibitor{switchEnable, "true", "false", true})
	}
	slices.SortFunc(found, func(a, b Inhibitor) int { return strings.Compare(a.Key, b.Key) })
	return found
}

// dbusImplementation is the name services.dbus.implementation has for what
// dbus.service starts; "" when it is neither.
func dbusImplementation(t *toplevel.Toplevel) string {
	unit := t.Units["dbus.service"]
	if unit == nil {
		return ""
	}
	for _, command := range unit.Sections["Service"]["ExecStart"] {
		program, _, _ := strings.Cut(command, " ")
		switch name := path.Base(program); {
		case strings.HasPrefix(name, "dbus-broker"):
			return "broker"
		case name == "dbus-daemon":
			return "dbus"
		}
	}
	return ""
}

// reboot lists what a switch leaves for the next boot. The first three are the
// rule of system.autoUpgrade.allowReboot; containers have none of them.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/tasks/auto-upgrade.nix
func reboot(before, after *toplevel.Toplevel) []Reason {
	was, is := before.Boot, after.Boot
	reasons := []Reason{}
	for _, part := range []struct{ before, after, what, why string }{
		{was.Kernel, is.Kernel, "kernel", "the machine runs its kernel until it reboots"},
		{was.Initrd, is.Initrd, "initrd", "stage 1 runs at boot only"},
		{was.KernelModules, is.KernelModules, "kernel-modules", "modules are loaded from the booted system"},
		{was.Firmware, is.Firmware, "firmware", "devices keep the firmware they have loaded"},
		{was.Dtbs, is.Dtbs, "dtbs", "the device tree is read at boot"},
	} {
		if part.before == part.after {
			continue
		}
		reason := Reason{What: part.what, Why: part.why}
		if part.what == "kernel" {
			reason.Before, reason.After = was.KernelVersion, is.KernelVersion
		}
		reasons = append(reasons, reason)
	}
	reasons = append(reasons, params(was.Params, is.Params)...)
	return append(reasons, systemd(before, after)...)
}

// params compares the kernels' command lines. Their order counts: the last
// console= is the one that init writes to.
func params(before, after []string) []Reason {
	before, after = strings.Fields(hashless(strings.Join(before, " "))), strings.Fields(hashless(strings.Join(after, " ")))
	if slices.Equal(before, after) {
		return nil
	}
	gone, came := without(before, after), without(after, before)
	if len(gone)+len(came) == 0 {
		gone, came = before, after
	}
	return []Reason{{"kernel-params", strings.Join(gone, " "), strings.Join(came, " "), "the kernel reads its command line at boot"}}
}

// systemd says what another version of it leaves for the reboot. Rebuilt at the
// same version it replaces itself at the switch, and nothing is left.
func systemd(before, after *toplevel.Toplevel) []Reason {
	was, is := before.Boot.SystemdVersion, after.Boot.SystemdVersion
	if was == is || was == "" || is == "" {
		return nil
	}
	why := "systemd replaces itself at the switch, but logind and others keep the old code"
	if after.Boot.Kernel == "" {
		why += "; restarting the container is its reboot"
	}
	return []Reason{{"systemd", was, is, why}}
}

// without lists, in order, what list has and other has not.
func without(list, other []string) []string {
	has := make(map[string]bool, len(other))
	for _, item := range other {
		has[item] = true
	}
	left := []string{}
	for _, item := range list {
		if !has[item] {
			left = append(left, item)
		}
	}
	return left
}

// names are the keys of both maps, sorted.
func names[V any](a, b map[string]V) []string { return slices.Sorted(maps.Keys(union(a, b))) }
