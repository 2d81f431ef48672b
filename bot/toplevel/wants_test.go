package toplevel

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var wantsCases = []struct {
	name  string
	files map[string]string
	want  map[string][]string
}{
	{"nobody", map[string]string{"a.service": service}, map[string][]string{}},
	{
		"directories",
		map[string]string{
			"a.target.wants/c.service": "-> ../c.service", "a.target.requires/b.service": "-> ../b.service",
			"a.target.upholds/d.service": "-> ../d.service", "a.target.d/e.service": "",
		},
		map[string][]string{"a.target": {"b.service", "c.service", "d.service"}},
	},
	{
		"keys, drop-ins among them",
		map[string]string{
			"a.service":          "[Unit]\nWants=b.service c.service\nRequires=c.service\nBindsTo=d.device\nUpholds=e.service\nAfter=f.service\n",
			"a.service.d/a.conf": "[Unit]\nWants=g.service\n",
		},
		map[string][]string{"a.service": {"b.service", "c.service", "d.device", "e.service", "g.service"}},
	},
	{
		"second names on both sides",
		map[string]string{
			"default.target": "-> multi-user.target", "multi-user.target": "", "dbus.service": "-> dbus-broker.service", "dbus-broker.service": service,
			"default.target.wants/dbus.service": "-> ../dbus.service",
		},
		map[string][]string{"multi-user.target": {"dbus-broker.service"}},
	},
	{
		"second name of a template",
		map[string]string{
			"getty@.service": "[Unit]\nWants=plymouth.service\n", "autovt@.service": "-> getty@.service",
			"getty.target.wants/autovt@tty1.service": "-> ../autovt@tty1.service",
		},
		map[string][]string{
			"getty.target": {"getty@tty1.service"}, "getty@tty1.service": {"plymouth.service"}, "getty@.service": {"plymouth.service"},
		},
	},
	{
		"specifiers, for an instance of an instance",
		map[string]string{
			"a@.service": "[Unit]\nRequires=%p-%i.mount b@%N.service %n.d 100%%.service\n", "b@.service": "[Unit]\nWants=%i.path\n",
			"x.target.wants/a@1.service": "-> ../a@.service", "a@.service.wants/c.service": "",
		},
		map[string][]string{
			"x.target":      {"a@1.service"},
			"a@.service":    {"%n.d", "%p-%i.mount", "100%%.service", "b@%N.service", "c.service"},
			"a@1.service":   {"100%.service", "a-1.mount", "a@1.service.d", "b@a@1.service", "c.service"},
			"b@.service":    {"%i.path"},
			"b@a@1.service": {"a@1.path"},
		},
	},
}

func TestWants(t *testing.T) {
	for _, test := range wantsCases {
		got := unitsAt(test.files).read(t)
		if diff := cmp.Diff(test.want, got.Wants); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestDefault(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"a link", map[string]string{"default.target": "-> graphical.target", "graphical.target": ""}, "graphical.target"},
		{"two links", map[string]string{"default.target": "-> runlevel5.target", "runlevel5.target": "-> graphical.target"}, "graphical.target"},
		{"none", map[string]string{"graphical.target": ""}, ""},
	} {
		if got := unitsAt(test.files).read(t).Default; got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
