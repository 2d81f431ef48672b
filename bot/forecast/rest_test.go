package forecast

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// unit gives a machine a unit that a target wants, with values of one setting.
func unit(name, section, key string, values ...string) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) {
		t.Units[name] = &toplevel.Unit{Name: name, Path: "/" + name, Sections: map[string]map[string][]string{section: {key: values}}}
		t.Wants["multi-user.target"] = append(t.Wants["multi-user.target"], name)
	}
}

func TestSocketsAndTimers(t *testing.T) {
	unwanted := func(t *toplevel.Toplevel) { t.Wants = nil }
	masked := func(t *toplevel.Toplevel) { t.Units["a.timer"].Masked = true }
	daily, weekly := unit("a.timer", "Timer", "OnCalendar", "daily"), unit("a.timer", "Timer", "OnCalendar", "weekly", "daily")
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          []UnitLines
	}{
		{"nothing", system("a", daily), system("b", daily), nil},
		{"another calendar", system("a", daily), system("b", weekly), []UnitLines{{"a.timer", Changed, []string{}, []string{"OnCalendar=weekly"}}}},
		{"added", system("a"), system("b", daily), []UnitLines{{"a.timer", Came, []string{}, []string{"OnCalendar=daily"}}}},
		{"removed", system("a", daily), system("b"), []UnitLines{{"a.timer", Went, []string{"OnCalendar=daily"}, []string{}}}},
		{"added, and nothing wants it", system("a"), system("b", daily, unwanted), nil},
		{"masked", system("a", daily), system("b", daily, masked), []UnitLines{{"a.timer", Went, []string{"OnCalendar=daily"}, []string{}}}},
		{"what is no time", system("a", unit("a.timer", "Timer", "AccuracySec", "1s")), system("b", unit("a.timer", "Timer", "AccuracySec", "2s")), nil},
		{"a service", system("a"), system("b", unit("a.service", "Timer", "OnCalendar", "daily")), nil},
		{
			"sockets, sorted", system("a", unit("s.socket", "Socket", "ListenStream", "22", "/run/s")),
			system("b", unit("s.socket", "Socket", "ListenStream", "[::1]:22", "/run/s"), unit("r.socket", "Socket", "ListenDatagram", "53")),
			[]UnitLines{
				{"r.socket", Came, []string{}, []string{"ListenDatagram=53"}},
				{"s.socket", Changed, []string{"ListenStream=22"}, []string{"ListenStream=[::1]:22"}},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := append(sockets(test.before, test.after), timers(test.before, test.after)...)
			if diff := cmp.Diff(append([]UnitLines{}, test.want...), got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAutoUpgrade(t *testing.T) {
	upgrades := unit("nixos-upgrade.timer", "Timer", "OnCalendar", "04:40")
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          []string
	}{
		{"none", system("a", upgrades), system("b"), []string{}},
		{"enabled", system("a"), system("b", upgrades), []string{"OnCalendar=04:40"}},
		{"nothing to switch to", system("a", upgrades), system("a", upgrades), []string{}},
	} {
		if diff := cmp.Diff(test.want, autoUpgrade(test.before, test.after)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func special(names ...string) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) {
		t.Specialisations = map[string]*toplevel.Toplevel{}
		for _, name := range names {
			t.Specialisations[name[:1]] = system(name)
		}
	}
}

func TestSpecialisations(t *testing.T) {
	got := specialisations(system("x", special("a", "b", "c")), system("y", special("b", "c2", "d")))
	if diff := cmp.Diff([]Named{{"a", Went}, {"c", Changed}, {"d", Came}}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// weighing gives a machine a kernel and an initrd of a size in MB.
func weighing(kernel, initrd int64) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) { t.Boot.KernelSize, t.Boot.InitrdSize = kernel*1e6, initrd*1e6 }
}

func TestBootGrowth(t *testing.T) {
	with := func(bootloader, point, fs string, kernel, initrd int64) *toplevel.Toplevel {
		t := system("x", weighing(kernel, initrd))
		t.Bootloader = bootloader
		t.Mounts = []toplevel.Mount{{Device: "/dev/sda1", Point: point, Type: fs}}
		return t
	}
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          *BootGrowth
	}{
		{"smaller", with("systemd-boot", "/boot", "vfat", 10, 40), with("systemd-boot", "/boot", "vfat", 10, 39), nil},
		{
			"a little", with("systemd-boot", "/boot", "vfat", 10, 40), with("systemd-boot", "/boot", "vfat", 12, 40),
			&BootGrowth{"/boot", 50e6, 52e6, 152e6, false},
		},
		{
			"too much", with("limine", "/efi", "vfat", 10, 70), with("limine", "/efi", "vfat", 12, 90),
			&BootGrowth{"/efi", 80e6, 102e6, 262e6, true},
		},
		{"not measured", with("systemd-boot", "/boot", "vfat", 10, 0), with("systemd-boot", "/boot", "vfat", 10, 40), nil},
		{"GRUB reads the store", with("grub", "/boot/efi", "vfat", 10, 40), with("grub", "/boot/efi", "vfat", 10, 41), nil},
		{
			"GRUB with its own /boot", with("grub", "/boot", "ext4", 10, 40), with("grub", "/boot", "ext4", 10, 41),
			&BootGrowth{"/boot", 50e6, 51e6, 151e6, false},
		},
		{
			"a Pi", with("raspberrypi", "/boot/firmware", "vfat", 10, 40), with("raspberrypi", "/boot/firmware", "vfat", 10, 41),
			&BootGrowth{"/boot/firmware", 50e6, 51e6, 151e6, false},
		},
		{"no partition", with("systemd-boot", "/", "ext4", 10, 40), with("systemd-boot", "/", "ext4", 10, 41), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, bootGrowth(test.before, test.after)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMoved(t *testing.T) {
	with := func(label, bootloader, firewall string) *toplevel.Toplevel {
		t := system("x")
		t.NixosVersion, t.Bootloader, t.Firewall = label, bootloader, toplevel.Firewall{Kind: "iptables", Text: firewall}
		return t
	}
	const logs, silent = `-j LOG --log-prefix "refused connection: "`, "-j DROP"
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          []string
	}{
		{"nothing", with("25.11.1", "grub", logs), with("26.11.1", "grub", logs), nil},
		{"another bootloader", with("26.05.1", "grub", ""), with("26.11.1", "limine", ""), []string{"bootloader"}},
		{"a bootloader nobody knows", with("26.05.1", "", ""), with("26.11.1", "limine", ""), nil},
		{"entries", with("26.05.1", "systemd-boot", ""), with("26.11pre1", "systemd-boot", ""), []string{"systemd-boot entries"}},
		{"entries under a label of one's own", with("mine", "systemd-boot", ""), with("26.11pre1", "systemd-boot", ""), nil},
		{"entries renamed already", with("26.11.1", "systemd-boot", ""), with("27.05.1", "systemd-boot", ""), nil},
		{"back to older entries", with("26.11.1", "systemd-boot", ""), with("26.05.1", "systemd-boot", ""), nil},
		{"refused connections", with("", "", logs), with("", "", silent), []string{"networking.firewall.logRefusedConnections"}},
		{"no firewall any more", with("", "", logs), with("", "", ""), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, m := range moved(test.before, test.after) {
				got = append(got, m.What)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// rich is a pair of systems that differ in everything this package tells apart.
func rich() (before, after *toplevel.Toplevel) {
	uid := 1000
	before = system("before", dbus(daemon), on("/", "/dev/disk/by-uuid/1"), on("/srv", "/dev/sdb1"), typed("cryptsetup", "iw"),
		unit("sshd.socket", "Socket", "ListenStream", "22"), unit("backup.timer", "Timer", "OnCalendar", "daily"),
		withUser("ann", toplevel.User{UID: &uid, Shell: "/bin/bash"}), special("a"), weighing(10, 70), func(t *toplevel.Toplevel) {
			t.Texts["ssh/sshd_config"] = "Port 22\nUsePAM yes\n"
			t.Wrappers, t.Bootloader = []string{"pkexec", "sudo"}, "grub"
			t.Firewall = toplevel.Firewall{Kind: "iptables", Text: "ip46tables -A nixos-fw -p tcp --dport 22 -j nixos-fw-accept \n"}
		})
	after = system("after", dbus(broker), on("/", "/dev/disk/by-uuid/1"), on("/srv", "/dev/sdc1"), on("/boot", "/dev/sda1"), typed("cryptsetup", "dig"),
		unit("sshd.socket", "Socket", "ListenStream", "2222"), unit("nixos-upgrade.timer", "Timer", "OnCalendar", "04:40"),
		withUser("ann", toplevel.User{UID: &uid, Shell: "/bin/zsh"}), special("b"), weighing(12, 100), func(t *toplevel.Toplevel) {
			t.Texts["ssh/sshd_config"] = "Port 2222\nUsePAM yes\n"
			t.Wrappers, t.Bootloader, t.Mounts[2].Type = []string{"sudo"}, "limine", "vfat"
			t.Firewall = toplevel.Firewall{Kind: "iptables", Text: "ip46tables -A nixos-fw -p tcp --dport 2222 -j nixos-fw-accept \n"}
			t.Boot.Kernel, t.Boot.KernelVersion, t.Boot.Initrd, t.Boot.SystemdInitrd = "/k2", "6.18.3", "/i2", true
			t.Boot.SystemdVersion, t.Boot.Params = "259", []string{"loglevel=4"}
		})
	return before, after
}

func TestRich(t *testing.T) {
	all, err := json.Marshal(Compare(rich()))
	if err != nil {
		t.Fatal(err)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(all, &parts); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"units", "data", "modules", "back"} {
		delete(parts, part) // has tests of its own
	}
	got, err := json.MarshalIndent(parts, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/rich.json"
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(bytes.TrimSpace(want)), string(got)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestNothingNew compares a system with itself: no list is nil, none has an item.
func TestNothingNew(t *testing.T) {
	_, same := rich()
	got, err := json.Marshal(Compare(same, same))
	if err != nil {
		t.Fatal(err)
	}
	var told map[string]any
	if err := json.Unmarshal(got, &told); err != nil {
		t.Fatal(err)
	}
	if told["live"] != string(Unchanged) {
		t.Errorf("live is %v, want %s", told["live"], Unchanged)
	}
	delete(told, "live")
	empty(t, "", told)
}

// empty wants lists without items, nested as they may be, and nothing else but
// what is false.
func empty(t *testing.T, name string, value any) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		for key, part := range v {
			empty(t, name+"."+key, part)
		}
	case []any:
		if len(v) > 0 {
			t.Errorf("%s is %v, want nothing in it", name, v)
		}
	case bool:
		if v {
			t.Errorf("%s is true", name)
		}
	default:
		t.Errorf("%s is %v, want a list", name, v)
	}
}
