package forecast

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// StageOne is a change of what runs in the initrd: NixOS' own script, or systemd,
// which is the default since 26.05.
// https://nixos.org/manual/nixos/unstable/release-notes#sec-release-26.05
type StageOne struct {
	Before string `json:"before"` // "script" or "systemd"
	After  string `json:"after"`
	// Checks are for the way from script to systemd, and for this machine only.
	Checks []BootCheck `json:"checks"`
}

// BootCheck is something to look at before the machine reboots unattended.
type BootCheck struct {
	Topic string `json:"topic"` // "luks", "lvm", "initrd-ssh", "cryptsetup-askpass", "dev-root", "kernel-params"
	// Seen is what in the new system the check comes from.
	Seen string `json:"seen"`
	Why  string `json:"why"`
	// Possible says that what was seen is a sign only: the closure does not tell
	// whether the machine is concerned.
	Possible bool `json:"possible,omitempty"`
}

// stageOne is nil where stage 1 stays what it is, or one side has none.
func stageOne(before, after *toplevel.Toplevel) *StageOne {
	if before.Boot.SystemdInitrd == after.Boot.SystemdInitrd || before.Boot.Initrd == "" || after.Boot.Initrd == "" {
		return nil
	}
	flip := &StageOne{Before: "systemd", After: "script", Checks: []BootCheck{}}
	if after.Boot.SystemdInitrd {
		flip.Before, flip.After = "script", "systemd"
		flip.Checks = append(flip.Checks, slices.Concat(checkDevices(after), checkUnlocking(after), checkParams(after))...)
	}
	return flip
}

// checkDevices looks at the file systems that stage 1 mounts: systemd waits 90
// seconds for a device, however long the passphrase takes, unless it knows that
// LUKS makes it.
func checkDevices(t *toplevel.Toplevel) (checks []BootCheck) {
	sign := luksSign(t)
	for _, m := range t.Mounts {
		if !early(m) {
			continue
		}
		seen := m.Point + " is " + m.Device
		switch {
		case m.Device == "/dev/root":
			checks = append(checks, BootCheck{"dev-root", seen, "systemd's stage 1 makes no /dev/root", false})
		case sign == "" || !isDevice(m.Device) || hasOption(m, "x-systemd.device-timeout="):
		case isVolume(m.Device):
			checks = append(checks, BootCheck{
				"lvm", seen + ", and " + sign,
				"a logical volume inside LUKS needs the mount option x-systemd.device-timeout=infinity, or stage 1 gives up before the passphrase is typed", true,
			})
		case !strings.HasPrefix(m.Device, "/dev/mapper/"):
			checks = append(checks, BootCheck{
				"luks", seen + ", and " + sign,
				"a file system inside LUKS has to be called /dev/mapper/<name>, or to have the mount option x-systemd.device-timeout=infinity, or stage 1 gives up before the passphrase is typed", true,
			})
		}
	}
	return checks
}

// pathsNeededForBoot are mounted in stage 1 whatever their options say.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/lib/utils.nix
var pathsNeededForBoot = []string{"/", "/nix", "/nix/store", "/var", "/var/log", "/var/lib", "/var/lib/nixos", "/etc", "/usr"}

func early(m toplevel.Mount) bool {
	return slices.Contains(pathsNeededForBoot, m.Point) || hasOption(m, "x-initrd.mount")
}

func hasOption(m toplevel.Mount, prefix string) bool {
	return slices.ContainsFunc(m.Options, func(option string) bool { return strings.HasPrefix(option, prefix) })
}

// isDevice tells what systemd waits for from tmpfs, ZFS datasets and the network.
func isDevice(device string) bool {
	return slices.ContainsFunc([]string{"/dev/", "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="}, func(prefix string) bool {
		return strings.HasPrefix(device, prefix)
	})
}

// isVolume recognises /dev/<group>/<volume> and /dev/mapper/<group>-<volume>, in
// which dashes of the names themselves are doubled: lvm(8).
func isVolume(device string) bool {
	if name, ok := strings.CutPrefix(device, "/dev/mapper/"); ok {
		return strings.Count(strings.ReplaceAll(name, "--", ""), "-") == 1
	}
	group, volume, ok := strings.Cut(strings.TrimPrefix(device, "/dev/"), "/")
	return ok && volume != "" && strings.HasPrefix(device, "/dev/") &&
		!slices.Contains([]string{"disk", "mapper", "md", "zvol", "block"}, group)
}

// luksSign is the first sign of LUKS in a system, "" when there is none: NixOS
// installs cryptsetup where stage 1 opens LUKS, but people do so too.
func luksSign(t *toplevel.Toplevel) string {
	switch {
	case strings.TrimSpace(t.Texts["crypttab"]) != "":
		return "etc/crypttab is not empty"
	case slices.ContainsFunc(t.Boot.Params, func(p string) bool { return strings.HasPrefix(p, "rd.luks.") }):
		return "the kernel's parameters have rd.luks"
	case slices.Contains(t.Commands, "cryptsetup"):
		return "cryptsetup is installed"
	}
	return ""
}

// checkUnlocking looks for what unlocks the machine from afar.
func checkUnlocking(t *toplevel.Toplevel) (checks []BootCheck) {
	const askpass = "cryptsetup-askpass"
	for _, name := range slices.Sorted(maps.Keys(t.Units)) {
		if strings.Contains(fmt.Sprint(t.Units[name].Sections), askpass) {
			checks = append(checks, BootCheck{askpass, name + " runs it", "it is not in systemd's stage 1; systemctl default asks for passphrases", false})
		}
	}
	network := slices.IndexFunc(t.Boot.Params, func(p string) bool { return strings.HasPrefix(p, "ip=") })
	seen := ""
	switch {
	case network >= 0:
		seen = "the kernel's parameters have " + t.Boot.Params[network]
	case t.Boot.InitrdSecrets:
		seen = "secrets are put into the initrd"
	}
	if seen != "" && (luksSign(t) != "" || network >= 0) {
		checks = append(checks, BootCheck{
			"initrd-ssh", seen,
			"who unlocks the machine over SSH in the initrd finds no cryptsetup-askpass there; systemctl default asks for passphrases", true,
		})
	}
	return checks
}

// scripted are the parameters that only NixOS' own stage 1 reads, up to an "=".
// https://github.com/NixOS/nixpkgs/blob/release-25.11/nixos/modules/system/boot/stage-1-init.sh
var scripted = []string{
	"boot.trace", "debugtrace", "boot.shell_on_fail", "boot.debug1", "debug1", "boot.debug1devices",
	"boot.debug1mounts", "boot.panic_on_fail", "stage1panic", "boot.persistence", "copytoram", "findiso",
}

// checkParams looks for what systemd's stage 1 does not understand.
func checkParams(t *toplevel.Toplevel) (checks []BootCheck) {
	for _, param := range t.Boot.Params {
		name, value, _ := strings.Cut(param, "=")
		switch {
		case name == "root" && value == "/dev/root":
			checks = append(checks, BootCheck{"dev-root", "the kernel's parameters have " + param, "systemd's stage 1 makes no /dev/root", false})
		case slices.Contains(scripted, name):
			checks = append(checks, BootCheck{"kernel-params", "the kernel's parameters have " + param, "only the script reads it; systemd's stage 1 has other names", false})
		}
	}
	return checks
}
