package forecast

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

func TestWayBack(t *testing.T) {
	const revert = "In the repository: git revert -m 1 <merge commit> (without -m 1 if the pull request was squashed), then push"
	machine := &toplevel.Toplevel{Boot: toplevel.Boot{Kernel: "/nix/store/linux"}, Bootloader: "grub"}
	boot := "If it does not come up: choose the generation before in the boot menu (NixOS - All configurations)."
	for _, test := range []struct {
		name   string
		after  *toplevel.Toplevel
		change Switch
		want   []string
	}{
		{"nothing changes", machine, Switch{Live: Unchanged}, []string{}},
		{"live", machine, Switch{Live: Allowed}, []string{"On the machine: sudo nixos-rebuild switch --rollback", boot, revert}},
		{"a container", &toplevel.Toplevel{}, Switch{Live: Allowed}, []string{"On the machine: sudo nixos-rebuild switch --rollback", revert}},
		{"a reboot to come", machine, Switch{Live: Allowed, Reboot: []Reason{{What: "kernel"}}}, []string{
			"On the machine, before it rebooted: sudo nixos-rebuild switch --rollback",
			"On the machine, after it rebooted: sudo nixos-rebuild boot --rollback && sudo reboot", boot, revert,
		}},
		{"refused", machine, Switch{Live: Refused}, []string{"On the machine: sudo nixos-rebuild boot --rollback && sudo reboot", boot, revert}},
		{"data", machine, Switch{
			Live: Allowed,
			Data: []Migration{
				{Severity: OneWay, Service: "Jellyfin", Before: "10.10.7", After: "10.11.3", WayBack: "Restore it."},
				{Severity: Note, Service: "Redis", Before: "7", After: "8", WayBack: "Keep a copy."},
			},
			Modules: []Module{{Name: "zfs", Before: "2.3.4", After: "2.4.0", Afterwards: "Do not run zpool upgrade."}},
		}, []string{
			"On the machine: sudo nixos-rebuild switch --rollback", boot, revert,
			"Not undone by that: Jellyfin 10.10.7 → 10.11.3. Restore it.",
			"Not undone by that: zpool upgrade, if you ran it.",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.change.wayBack(test.after)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMenu(t *testing.T) {
	for bootloader, want := range map[string]string{
		"systemd-boot": " (hold Space if it does not show)",
		"limine":       "",
	} {
		if got := menu(bootloader); got != want {
			t.Errorf("%s: got %q, want %q", bootloader, got, want)
		}
	}
}
