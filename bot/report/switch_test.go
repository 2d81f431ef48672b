package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/forecast"
)

// unitChange is a unit whose program moved.
func unitChange(unit, interrupts string) forecast.UnitChange {
	return forecast.UnitChange{Unit: unit, Why: []string{"ExecStart"}, Interrupts: interrupts}
}

// stagedSwitch is what every host of a fleet that crosses a release has.
func stagedSwitch() *forecast.Switch {
	return &forecast.Switch{
		Live: forecast.RebootAdvised,
		Reboot: []forecast.Reason{
			{What: "kernel", Before: "6.12.58", After: "6.18.3", Why: "the machine runs its kernel until it reboots"},
			{What: "initrd", Why: "stage 1 runs at boot only"},
			{What: "kernel-modules", Why: "modules are loaded from the booted system"},
			{What: "systemd", Before: "257.10", After: "258.2", Why: "systemd replaces itself at the switch, but logind and others keep the old code"},
		},
		StageOne: &forecast.StageOne{Before: "script", After: "systemd"},
		Units: forecast.Units{
			Restarted: []forecast.UnitChange{unitChange("nscd.service", ""), unitChange("sshd.service", "ssh")},
			Kept:      []forecast.UnitChange{unitChange("systemd-logind.service", "")},
			User:      forecast.UserUnits{Changed: []string{"dbus.service"}},
			Reexec:    true,
		},
		Back: []string{
			"On the machine: sudo nixos-rebuild boot --rollback && sudo reboot",
			"If it does not come up: choose the generation before in the boot menu (hold Space if it does not show).",
			"In the repository: git revert -m 1 <merge commit> (without -m 1 if the pull request was squashed), then push",
		},
	}
}

// deskSwitch is refused.
func deskSwitch() *forecast.Switch {
	s := stagedSwitch()
	s.Live = forecast.Refused
	s.Inhibitors = []forecast.Inhibitor{{Key: "dbus-implementation", Before: "dbus", After: "broker", Guarded: true}}
	s.Units.Kept = append(s.Units.Kept, unitChange("display-manager.service", "display-manager"))
	s.Units.Restarted = append(s.Units.Restarted, forecast.UnitChange{Unit: "postgresql.service", Conditional: true, Why: []string{forecast.Rebuilt}, Interrupts: "database"})
	s.Units.Renamed = []forecast.Rename{{Before: "dbus.service", After: "dbus-broker.service"}}
	s.Commands = forecast.Commands{Gained: []string{"busctl-broker"}, Lost: []string{"neofetch", "wg"}, WrappersLost: []string{"firejail"}, WrappersGained: []string{"sudo-rs"}}
	s.Modules = []forecast.Module{{
		Name: "nvidia", Before: "570.1", After: "580.95", KernelBefore: "6.12.58", KernelAfter: "6.18.3",
		UntilReboot: "Libraries are 580.95 and the loaded module is still 570.1: programs that start in between fail on OpenGL, Vulkan or CUDA.",
	}}
	s.Data = []forecast.Migration{{
		Severity: forecast.Note, Service: "PostgreSQL", Unit: "postgresql.service", Before: "16.4", After: "16.11",
		Rule:   "It stays 16: NixOS chooses it by system.stateVersion, unless the configuration names a package. Nothing to do.",
		Source: "https://nixos.org/manual/nixos/stable/#module-services-postgres-upgrading",
	}}
	s.Specialisations = []forecast.Named{{Name: "battery", Change: forecast.Went}}
	return s
}

// nasSwitch converts data, and has ZFS below it.
func nasSwitch() *forecast.Switch {
	s := stagedSwitch()
	s.Data = []forecast.Migration{
		{
			Severity: forecast.OneWay, Service: "Jellyfin", Unit: "jellyfin.service", Before: "10.10.7", After: "10.11.3",
			Rule:    "Jellyfin converts its library at the first start, which may take long.",
			Backup:  []forecast.Backup{{Path: "/var/lib/jellyfin"}, {Path: "/srv/media", Usual: true}},
			WayBack: "The old generation cannot read the converted library: restore the directory from before.",
			Source:  "https://jellyfin.org/posts/efcore-refactoring-incoming",
		},
	}
	s.StageOne.Checks = []forecast.BootCheck{{
		Topic: "lvm", Seen: "/ is /dev/vg/root, and cryptsetup is installed", Why: "a logical volume inside LUKS needs a mount option", Possible: true,
	}}
	s.Modules = []forecast.Module{{
		Name: "zfs", Before: "2.3.4", After: "2.4.0", KernelBefore: "6.12.58", KernelAfter: "6.18.3", Tool: "2.4.0",
		UntilReboot: "The tools are 2.4.0 and the loaded module is still 2.3.4: reboot before you change pools.",
		Afterwards:  "Do not run zpool upgrade while you may want to go back.",
	}, {Name: "v4l2loopback", Before: "0.15", After: "0.15", KernelBefore: "6.12.58", KernelAfter: "6.18.3"}}
	s.Mounts = []forecast.MountChange{
		{Point: "/srv/media", Action: forecast.Replaced, Before: "/dev/sda1 ext4 defaults", After: "/dev/sdb1 ext4 defaults"},
		{Point: "/", Action: forecast.Remounted, Before: "/dev/vg/root ext4 defaults", After: "/dev/vg/new ext4 noatime", DeviceAtBoot: true},
		{Point: "swap", Action: forecast.Stopped, Before: "/dev/sdc1 swap defaults"},
	}
	s.BootGrowth = &forecast.BootGrowth{Partition: "/boot", Before: 70 << 20, After: 120 << 20, Need: 260 << 20, Tight: true}
	s.AutoUpgrade = []string{"OnCalendar=04:40"}
	s.Timers = []forecast.UnitLines{{Unit: "zfs-scrub.timer", Change: forecast.Changed, Gone: []string{"OnCalendar=Sun"}, Came: []string{"OnCalendar=monthly"}}}
	s.Back = append(s.Back, "Not undone by that: Jellyfin 10.10.7 → 10.11.3. The old generation cannot read the converted library: restore the directory from before.")
	return s
}

// dbSwitch has every other thing that can happen to data, and no guard.
func dbSwitch() *forecast.Switch {
	s := stagedSwitch()
	s.Inhibitors = []forecast.Inhibitor{{Key: "dbus-implementation", Before: "dbus", After: "broker"}}
	s.Data = []forecast.Migration{
		{Severity: forecast.Blocked, Service: "Nextcloud", Before: "30.0", After: "32.0", Rule: "This step leaves a major out.", WayBack: "Restore from before.", Source: "none"},
		{Severity: forecast.Note, Down: true, Service: "Redis", Before: "8.2", After: "8.0", Rule: "The version goes down."},
		{Severity: forecast.Staged, Service: "etcd", Before: "3.5", After: "3.6", Rule: "Step by step."},
	}
	return s
}

// routerSwitch takes the network down for a moment.
func routerSwitch() *forecast.Switch {
	s := stagedSwitch()
	s.Units.Restarted = append(s.Units.Restarted, unitChange("systemd-networkd.service", "network"),
		forecast.UnitChange{Unit: "dnsmasq.service", Conditional: true, Why: []string{forecast.Updated}, Interrupts: "network"})
	s.Units.Reloaded = []forecast.UnitChange{unitChange("firewall.service", "firewall")}
	s.Units.Started = []forecast.UnitChange{{Unit: "nftables.service", Interrupts: "firewall"}}
	s.Texts = []forecast.Text{{
		Paths: []string{"ssh/sshd_config"}, Change: forecast.Changed, Cut: 2,
		Diff: "@@ -1,2 +1,2 @@\n-KbdInteractiveAuthentication yes\n+KbdInteractiveAuthentication no\n UsePAM yes\n",
	}}
	s.Firewall = &forecast.FirewallChange{
		Before: "iptables", After: "nftables",
		Opened: []forecast.Port{{Protocol: "tcp", Ports: "22"}, {Protocol: "udp", Interface: "lan", Ports: "53-54"}},
		Closed: []forecast.Port{{Protocol: "tcp", Ports: "80"}}, Diff: "@@ -1 +1 @@\n-a\n+b\n", Cut: 1,
	}
	s.Sockets = []forecast.UnitLines{{Unit: "cups.socket", Change: forecast.Went, Gone: []string{"ListenStream=631"}}}
	s.Moved = []forecast.Moved{{What: "bootloader", Before: "grub", After: "limine", Why: "the configuration says so"}}
	return s
}

// containerSwitch loses lxd, and could be made live.
func containerSwitch() *forecast.Switch {
	return &forecast.Switch{
		Live:       forecast.Allowed,
		Inhibitors: []forecast.Inhibitor{},
		Units: forecast.Units{
			Stopped: []forecast.UnitChange{{Unit: "lxd.service", Interrupts: "containers"}},
			Masked:  []forecast.UnitChange{{Unit: "getty@tty9.service", Conditional: true}},
			Restarted: []forecast.UnitChange{
				{Unit: "docker.service", Why: []string{"ExecStart", "Environment"}, OnDemand: true, Interrupts: "containers"},
			},
			Kept:    []forecast.UnitChange{{Unit: "old.service", Why: []string{forecast.Unwanted}}},
			Renamed: []forecast.Rename{{Before: "virtqemud.service", After: "libvirtd.service", Conditional: true, Interrupts: "virtual-machines"}},
		},
		Accounts: []forecast.Account{
			{Kind: "user", Name: "lxd", Change: forecast.Went, Details: []forecast.AccountDetail{{What: "uid", Before: "400"}}},
			{Kind: "group", Name: "media", Change: forecast.Changed, Details: []forecast.AccountDetail{{What: "gid", Before: "400", After: "401", Ignored: true}}},
		},
		Data: []forecast.Migration{{
			Severity: forecast.Note, Service: "LXD", Unit: "lxd.service", Before: "6.5",
			Rule: "NixOS dropped LXD: move to Incus before the switch.", WayBack: "Going back brings the service back.",
			Source: "https://nixos.org/manual/nixos/unstable/release-notes#sec-release-25.11",
		}},
		Back: []string{"On the machine: sudo nixos-rebuild switch --rollback", stagedSwitch().Back[2]},
	}
}

// switchDay is the fleet of PR-EXAMPLE.md with what its machines will do.
func switchDay() Report {
	r := mixed()
	for name, s := range map[string]*forecast.Switch{"desk": deskSwitch(), "nas": nasSwitch(), "router": routerSwitch()} {
		at := slices.IndexFunc(r.Hosts, func(h Host) bool { return h.Name == name })
		work := r.Hosts[at].Work
		r.Hosts[at] = upgraded(name)
		r.Hosts[at].Switch, r.Hosts[at].Work = s, work
	}
	vm, db := upgraded("vm"), upgraded("db")
	vm.Switch, db.Switch = containerSwitch(), dbSwitch()
	r.Hosts = append(r.Hosts, vm, db)
	r.Causes = reasons("db", "desk", "nas", "router", "vm")
	return r
}

// TestSwitching says in two clauses what a switch means.
func TestSwitching(t *testing.T) {
	data := func(severity forecast.Severity, down bool) *forecast.Switch {
		s := stagedSwitch()
		s.Data = []forecast.Migration{{Severity: severity, Down: down}}
		return s
	}
	unguarded := deskSwitch()
	unguarded.Live, unguarded.Inhibitors[0].Guarded = forecast.RebootAdvised, false
	perhaps := &forecast.Switch{Live: forecast.Allowed, Units: forecast.Units{Restarted: []forecast.UnitChange{{Conditional: true, Interrupts: "database"}}}}
	for _, test := range []struct {
		given *forecast.Switch
		want  string
	}{
		{nil, ""},
		{&forecast.Switch{Live: forecast.Unchanged}, ""},
		{&forecast.Switch{Live: forecast.Allowed}, "live"},
		{perhaps, "live"},
		{containerSwitch(), "live · containers restart"},
		{stagedSwitch(), "reboot · SSH restarts"},
		{routerSwitch(), "reboot · network restarts"},
		{deskSwitch(), "reboot · `switch` is refused"},
		{unguarded, "reboot · **not live**"},
		{dbSwitch(), "reboot · **data is blocked**"},
		{nasSwitch(), "reboot · **data moves one way**"},
		{data(forecast.Blocked, true), "reboot · **data goes to an older version**"},
		{data(forecast.Staged, false), "reboot · data in steps"},
		{data(forecast.Note, false), "reboot · SSH restarts"},
	} {
		if diff := cmp.Diff(test.want, switching(test.given, onGitHub)); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

// TestSwitchHosts says the same fact once, with the hosts it is true of.
func TestSwitchHosts(t *testing.T) {
	by := map[string]*forecast.Switch{}
	var fleet []string
	for i := range 20 {
		name := fmt.Sprintf("h%02d", i)
		s := &forecast.Switch{Live: forecast.Allowed, Units: forecast.Units{Stopped: []forecast.UnitChange{{Unit: "own-" + name + ".service"}}}}
		if i != 7 {
			s.Units.Kept = []forecast.UnitChange{{Unit: "logind.service"}}
		}
		fleet, by[name] = append(fleet, name), s
	}
	points := func(fleet []string) (lines []string) {
		for _, p := range newSwitches(fleet, by).points(onTerminal) {
			lines = append(lines, p.text)
		}
		return lines
	}
	want := []string{
		"Kept running old code until the reboot: logind (every host but h07).",
		"Stopped for good: own-h00 (h00); own-h01 (h01); own-h02 (h02); own-h03 (h03); own-h04 (h04); own-h05 (h05); 14 more (h06, h07, h08, h09, h10, h11 and 8 more).",
	}
	if diff := cmp.Diff(want, points(fleet)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got := points(append(fleet, "off")); !strings.Contains(got[0], "(every compared host but h07)") {
		t.Errorf("a host that was not compared: %s", got[0])
	}
}

// TestStagingSwitch keeps what must be known before the switch where there is
// no room for packages, and all of it readable.
func TestStagingSwitch(t *testing.T) {
	c := staged(20)
	for i := range c.Hosts {
		s := []func() *forecast.Switch{dbSwitch, routerSwitch, nasSwitch, deskSwitch}[i%4]()
		for n := range 200 {
			s.Units.Restarted = append(s.Units.Restarted, unitChange(fmt.Sprintf("unit-%d-of-%d.service", n, n%(i+1)), ""))
		}
		c.Hosts[i].Switch = s
	}
	r := stagedReport(c)
	for i := range r.Hosts {
		r.Hosts[i].Switch = c.Hosts[i].Switch
	}
	for _, budget := range []int{60_000, 10_000} {
		for name, text := range map[string]string{"report": Markdown(r, budget), "comparison": ComparisonMarkdown(c, budget)} {
			if n := utf8.RuneCountInString(text); n > budget {
				t.Errorf("%s: %d characters", name, n)
			}
			for _, want := range []string{"### Before you switch", "### Going back", "will be refused", "One way", "The network restarts", "Blocked", "linux"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s of %d: no %q", name, budget, want)
				}
			}
			_, section, _ := strings.Cut(text, "### Before you switch\n\n")
			section, _, _ = strings.Cut(section, "\n\n")
			if n := utf8.RuneCountInString(section); n > 6_000 || strings.Contains(section, "host-000, host-001, host-002, host-003, host-004, host-005, host-006, host-007") {
				t.Errorf("%s: %d characters before the switch:\n%s", name, n, section)
			}
		}
	}
}

// TestSwitchSettled leaves no list of a forecast null, and the caller's alone.
func TestSwitchSettled(t *testing.T) {
	r := fleet(1, upgraded)
	r.Hosts[0].Switch = &forecast.Switch{StageOne: &forecast.StageOne{}, Data: []forecast.Migration{{}}}
	if text := written(t, r); strings.Contains(text, "null") || !strings.Contains(text, `"backup": []`) {
		t.Errorf("a null, or no backup, in %s", text)
	}
	if s := r.Hosts[0].Switch; s.Back != nil || s.StageOne.Checks != nil || s.Data[0].Backup != nil {
		t.Error("writing changed the caller's forecast")
	}
}
