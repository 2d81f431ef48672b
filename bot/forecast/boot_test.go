package forecast

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// system is a small machine with a path of its own and what edits make of it.
func system(path string, edits ...func(*toplevel.Toplevel)) *toplevel.Toplevel {
	t := &toplevel.Toplevel{
		Path:         "/nix/store/" + path,
		NixosVersion: "25.11.20251120.abcdef1",
		Boot: toplevel.Boot{
			InitInterface: "systemd 2", Kernel: "/k1/bzImage", Initrd: "/i1/initrd", KernelModules: "/m1", Firmware: "/f1",
			Systemd: "/s1", KernelVersion: "6.12.58", SystemdVersion: "258.1", Params: []string{"loglevel=4", "quiet"},
		},
		Units: map[string]*toplevel.Unit{}, Wants: map[string][]string{},
		Texts: map[string]string{}, Users: map[string]toplevel.User{}, Groups: map[string]toplevel.Group{},
	}
	for _, edit := range edits {
		edit(t)
	}
	return t
}

// dbus gives a machine the D-Bus that a command line starts.
func dbus(command string) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) {
		t.Units["dbus.service"] = &toplevel.Unit{Name: "dbus.service", Sections: map[string]map[string][]string{"Service": {"ExecStart": {command}}}}
	}
}

func inhibiting(what map[string]string) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) { t.Inhibitors = what }
}

const (
	daemon = "/nix/store/00000000000000000000000000000000-dbus-1.14.10/bin/dbus-daemon --system"
	broker = "@-/nix/store/00000000000000000000000000000000-dbus-broker-36/bin/dbus-broker-launch --scope system"
)

func TestLive(t *testing.T) {
	switchable := func(t *toplevel.Toplevel) { t.Switchable = true }
	initInterface3 := func(t *toplevel.Toplevel) { t.Boot.InitInterface = "systemd 3" }
	systemd := func(version string) func(*toplevel.Toplevel) {
		return func(t *toplevel.Toplevel) { t.Boot.SystemdVersion = version }
	}
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          Live
		inhibitors    []Inhibitor
	}{
		{"the same system", system("a"), system("a"), Unchanged, nil},
		{"only the path differs", system("a"), system("b"), Allowed, nil},
		{
			"another interface of init", system("a"), system("b", initInterface3), Refused,
			[]Inhibitor{{"init-interface-version", "systemd 2", "systemd 3", true}},
		},
		{
			"no switch-to-configuration any more", system("a", switchable), system("b"), Refused,
			[]Inhibitor{{"system.switch.enable", "true", "false", true}},
		},
		{"a switch-to-configuration now", system("a"), system("b", switchable), Allowed, nil},
		{
			"an inhibitor of both", system("a", inhibiting(map[string]string{"x": "1", "y": "1"})),
			system("b", inhibiting(map[string]string{"x": "2", "y": "1", "z": "3"})), Refused,
			[]Inhibitor{{"x", "1", "2", true}},
		},
		{
			"an inhibitor only one has", system("a", inhibiting(map[string]string{"x": "1"})),
			system("b", inhibiting(map[string]string{"y": "1"})), Allowed, nil,
		},
		{
			"D-Bus before there were inhibitors", system("a", dbus(daemon)), system("b", dbus(broker), inhibiting(map[string]string{"dbus-implementation": "broker"})),
			RebootAdvised,
			[]Inhibitor{{"dbus-implementation", "dbus", "broker", false}},
		},
		{
			"D-Bus that the guard sees", system("a", dbus(daemon), inhibiting(map[string]string{"dbus-implementation": "dbus"})),
			system("b", dbus(broker), inhibiting(map[string]string{"dbus-implementation": "broker"})),
			Refused,
			[]Inhibitor{{"dbus-implementation", "dbus", "broker", true}},
		},
		{"D-Bus rebuilt", system("a", dbus(daemon)), system("b", dbus("/bin/dbus-daemon")), Allowed, nil},
		{"a D-Bus nobody knows", system("a", dbus("/bin/mydbus")), system("b", dbus(broker)), Allowed, nil},
		{"a new major version of systemd", system("a"), system("b", systemd("259")), RebootAdvised, nil},
		{"a systemd without a version", system("a"), system("b", systemd("")), Allowed, nil},
		{"a new minor version of systemd", system("a"), system("b", systemd("258.2")), Allowed, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := inhibitors(test.before, test.after)
			if diff := cmp.Diff(append([]Inhibitor{}, test.inhibitors...), found); diff != "" {
				t.Errorf("inhibitors mismatch (-want +got):\n%s", diff)
			}
			if got := live(test.before, test.after, found); got != test.want {
				t.Errorf("live is %s, want %s", got, test.want)
			}
		})
	}
}

func TestReboot(t *testing.T) {
	boot := func(edit func(*toplevel.Boot)) func(*toplevel.Toplevel) {
		return func(t *toplevel.Toplevel) { edit(&t.Boot) }
	}
	container := boot(func(b *toplevel.Boot) {
		*b = toplevel.Boot{InitInterface: b.InitInterface, Systemd: b.Systemd, SystemdVersion: b.SystemdVersion}
	})
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          []Reason
	}{
		{"nothing", system("a"), system("b"), nil},
		{
			"kernel", system("a"), system("b", boot(func(b *toplevel.Boot) { b.Kernel, b.KernelVersion = "/k2", "6.18.3" })),
			[]Reason{{What: "kernel", Before: "6.12.58", After: "6.18.3"}},
		},
		{"all else", system("a"), system("b", boot(func(b *toplevel.Boot) {
			b.Initrd, b.KernelModules, b.Firmware, b.Dtbs = "/i2", "/m2", "/f2", "/d2"
		})), []Reason{{What: "initrd"}, {What: "kernel-modules"}, {What: "firmware"}, {What: "dtbs"}}},
		{
			"parameters", system("a"), system("b", boot(func(b *toplevel.Boot) { b.Params = []string{"loglevel=4", "lsm=landlock"} })),
			[]Reason{{What: "kernel-params", Before: "quiet", After: "lsm=landlock"}},
		},
		{
			"the order of parameters", system("a"), system("b", boot(func(b *toplevel.Boot) { b.Params = []string{"quiet", "loglevel=4"} })),
			[]Reason{{What: "kernel-params", Before: "loglevel=4 quiet", After: "quiet loglevel=4"}},
		},
		{"systemd rebuilt", system("a"), system("b", boot(func(b *toplevel.Boot) { b.Systemd = "/s2" })), nil},
		{
			"systemd", system("a"), system("b", boot(func(b *toplevel.Boot) { b.SystemdVersion = "258.2" })),
			[]Reason{{What: "systemd", Before: "258.1", After: "258.2"}},
		},
		{"systemd without a version", system("a"), system("b", boot(func(b *toplevel.Boot) { b.SystemdVersion = "" })), nil},
		{"a container", system("a", container), system("b", container), nil},
		{
			"a container's systemd", system("a", container), system("b", container, boot(func(b *toplevel.Boot) { b.SystemdVersion = "259" })),
			[]Reason{{What: "systemd", Before: "258.1", After: "259"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := reboot(test.before, test.after)
			for i := range got {
				if got[i].Why == "" {
					t.Errorf("%s has no reason", got[i].What)
				}
				got[i].Why = ""
			}
			if diff := cmp.Diff(append([]Reason{}, test.want...), got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
