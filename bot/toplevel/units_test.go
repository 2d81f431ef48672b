package toplevel

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const service = "[Service]\nExecStart=/bin/a\n"

// exec are the sections of a service that runs something.
func exec(values ...string) Sections { return Sections{"Service": {"ExecStart": values}} }

var unitCases = []struct {
	name  string
	files map[string]string
	unit  string
	want  *Unit
}{
	{
		"link to a store path",
		map[string]string{"a.service": "-> /nix/store/~unit-a.service/a.service", "/nix/store/~unit-a.service/a.service": service},
		"a.service",
		&Unit{Name: "a.service", Path: "/nix/store/~unit-a.service/a.service", Sections: exec("/bin/a"), Sources: []string{"/nix/store/~unit-a.service/a.service"}},
	},
	{
		"link to a file of another name is a unit of its own",
		map[string]string{"a.service": "-> /nix/store/~pkg/lib/b.service", "/nix/store/~pkg/lib/b.service": service},
		"a.service",
		&Unit{Name: "a.service", Path: "/nix/store/~pkg/lib/b.service", Sections: exec("/bin/a"), Sources: []string{"/nix/store/~pkg/lib/b.service"}},
	},
	{
		"second name",
		map[string]string{"dbus-broker.service": service, "dbus.service": "-> dbus-broker.service"},
		"dbus.service",
		&Unit{Name: "dbus.service", Alias: "dbus-broker.service", Path: "/nix/store/~system-units/dbus-broker.service", Sections: exec("/bin/a"), Sources: []string{"/nix/store/~system-units/dbus-broker.service"}},
	},
	{
		"second name of a second name, with a path",
		map[string]string{"a.service": service, "b.service": "-> ../~system-units/a.service", "c.service": "-> b.service"},
		"c.service",
		&Unit{Name: "c.service", Alias: "a.service", Path: "/nix/store/~system-units/a.service", Sections: exec("/bin/a"), Sources: []string{"/nix/store/~system-units/a.service"}},
	},
	{
		"second name of what is not there",
		map[string]string{"kbrequest.target": "-> rescue.target"},
		"kbrequest.target",
		&Unit{Name: "kbrequest.target", Alias: "rescue.target", Masked: true, Sections: Sections{}},
	},
	{
		"names in a circle",
		map[string]string{"a.service": "-> b.service", "b.service": "-> a.service"},
		"a.service",
		&Unit{Name: "a.service", Alias: "a.service", Masked: true, Sections: Sections{}},
	},
	{
		"second name of an instance",
		map[string]string{"getty@.service": service, "console.service": "-> getty@tty1.service"},
		"console.service",
		&Unit{Name: "console.service", Alias: "getty@tty1.service", Path: "/nix/store/~system-units/getty@.service", Sections: exec("/bin/a"), Sources: []string{"/nix/store/~system-units/getty@.service"}},
	},
	{
		"instance linked to another's template",
		map[string]string{"getty@.service": service, "tty@tty1.service": "-> getty@.service"},
		"tty@tty1.service",
		&Unit{Name: "tty@tty1.service", Alias: "getty@tty1.service", Path: "/nix/store/~system-units/getty@.service", Sections: exec("/bin/a"), Sources: []string{"/nix/store/~system-units/getty@.service"}},
	},
	{
		"instance linked to its template",
		map[string]string{"getty@.service": service, "getty@tty1.service": "-> getty@.service"},
		"getty@tty1.service",
		&Unit{Name: "getty@tty1.service", Path: "/nix/store/~system-units/getty@.service", Sections: exec("/bin/a"), Sources: []string{"/nix/store/~system-units/getty@.service"}},
	},
	{
		"masked through the derivation of a disabled unit",
		map[string]string{"a.service": "-> /nix/store/~unit-a.service-disabled/a.service", "/nix/store/~unit-a.service-disabled/a.service": "-> /dev/null", "/dev/null": ""},
		"a.service",
		&Unit{Name: "a.service", Path: "/dev/null", Masked: true, Sections: Sections{}, Sources: []string{"/dev/null"}},
	},
	{
		"masked where there is no /dev",
		map[string]string{"a.service": "-> /dev/null"},
		"a.service",
		&Unit{Name: "a.service", Path: "/dev/null", Masked: true, Sections: Sections{}, Sources: []string{"/dev/null"}},
	},
	{
		"drop-ins in the order of their names",
		map[string]string{
			"a.service":          service,
			"a.service.d/b.conf": "[Service]\nExecStart=/bin/b\n", "a.service.d/overrides.conf": "-> /nix/store/~unit-a.service/a.service",
			"/nix/store/~unit-a.service/a.service": "[Service]\nExecStart=/bin/c\n", "a.service.d/note.txt": "[Service]\nExecStart=/bin/d\n",
			"a.service.d/c.conf": "-> /dev/null",
		},
		"a.service",
		&Unit{
			Name: "a.service", Path: "/nix/store/~system-units/a.service", Sections: exec("/bin/a", "/bin/b", "/bin/c"),
			Sources: []string{"/nix/store/~system-units/a.service", "/nix/store/~system-units/a.service.d/b.conf", "/nix/store/~unit-a.service/a.service"},
		},
	},
	{
		"drop-ins only",
		map[string]string{"tmp.mount.d/a.conf": "[Mount]\nOptions=size=1G\n"},
		"tmp.mount",
		&Unit{Name: "tmp.mount", Sections: Sections{"Mount": {"Options": {"size=1G"}}}, Sources: []string{"/nix/store/~system-units/tmp.mount.d/a.conf"}},
	},
	{
		"instance with drop-ins of its own",
		map[string]string{"user@.service": service, "user@.service.d/z.conf": "[Service]\nExecStart=/bin/z\n", "user@0.service.d/a.conf": "[Service]\nExecStart=/bin/0\n"},
		"user@0.service",
		&Unit{
			Name: "user@0.service", Path: "/nix/store/~system-units/user@.service", Sections: exec("/bin/a", "/bin/z", "/bin/0"),
			Sources: []string{"/nix/store/~system-units/user@.service", "/nix/store/~system-units/user@.service.d/z.conf", "/nix/store/~system-units/user@0.service.d/a.conf"},
		},
	},
	{
		"instance with a file of its own",
		map[string]string{"a@.service": "[Service]\nExecStart=/bin/t\n", "a@b.service": service},
		"a@b.service",
		&Unit{Name: "a@b.service", Path: "/nix/store/~system-units/a@b.service", Sections: exec("/bin/a"), Sources: []string{"/nix/store/~system-units/a@b.service"}},
	},
	{
		"drop-ins for a prefix and for a type are none of its own",
		map[string]string{
			"a-b-c.service": service, "service.d/a.conf": service, "service.d/b.conf": service,
			"a-.service.d/b.conf": service, "a-b-.service.d/c.conf": service, "b-.service.d/d.conf": service,
		},
		"a-b-c.service",
		&Unit{
			Name: "a-b-c.service", Path: "/nix/store/~system-units/a-b-c.service", Sections: exec("/bin/a"),
			Sources: []string{"/nix/store/~system-units/a-b-c.service"},
		},
	},
	{"drop-ins for a prefix make no unit", map[string]string{"user-.slice.d/a.conf": service}, "user-.slice", nil},
	{"drop-ins for a type make no unit", map[string]string{"service.d/a.conf": service}, "service", nil},
	{
		"but the root slice is one",
		map[string]string{"-.slice.d/a.conf": "[Slice]\nA=1\n"},
		"-.slice",
		&Unit{Name: "-.slice", Sections: Sections{"Slice": {"A": {"1"}}}, Sources: []string{"/nix/store/~system-units/-.slice.d/a.conf"}},
	},
	{"other files make no unit", map[string]string{"a.txt": service}, "a.txt", nil},
	{"directories of links make no unit", map[string]string{"a.target.wants/b.service": "-> ../b.service"}, "a.target.wants", nil},
}

// Every way in which NixOS puts a unit into the directory.
func TestUnits(t *testing.T) {
	for _, test := range unitCases {
		got := unitsAt(test.files).read(t).Units[test.unit]
		if want := spelled(test.want); cmp.Diff(want, got) != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, cmp.Diff(want, got))
		}
	}
}

// spelled puts the hashes into the paths of a unit.
func spelled(u *Unit) *Unit {
	if u == nil {
		return nil
	}
	u.Path = hashed(u.Path)
	for i := range u.Sources {
		u.Sources[i] = hashed(u.Sources[i])
	}
	return u
}

func TestSplit(t *testing.T) {
	for _, test := range []struct{ unit, prefix, instance, kind, template string }{
		{"sshd.service", "sshd", "", "service", ""},
		{"getty@.service", "getty", "@", "service", ""},
		{"getty@tty1.service", "getty", "@tty1", "service", "getty@.service"},
		{"a@b.c@d.service", "a", "@b.c@d", "service", "a@.service"},
		{"dev-disk-by\\x2dlabel.swap", "dev-disk-by\\x2dlabel", "", "swap", ""},
		{"service", "", "", "service", ""},
		{"", "", "", "", ""},
	} {
		prefix, instance, kind := split(test.unit)
		got := [...]string{prefix, instance, kind, template(test.unit)}
		if want := [...]string{test.prefix, test.instance, test.kind, test.template}; got != want {
			t.Errorf("%s: got %q, want %q", test.unit, got, want)
		}
	}
}
