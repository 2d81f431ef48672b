package forecast

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// fstab reads lines of device, mount point, type and options.
func fstab(lines ...string) *toplevel.Toplevel {
	t := system(strings.Join(lines, ""))
	for _, line := range lines {
		f := strings.Fields(line)
		m := toplevel.Mount{Device: f[0], Point: f[1], Type: f[2], Options: strings.Split(f[3], ",")}
		if m.Type == "swap" {
			t.Swaps = append(t.Swaps, m)
		} else {
			t.Mounts = append(t.Mounts, m)
		}
	}
	return t
}

func TestMounts(t *testing.T) {
	for _, test := range []struct {
		name, before, after string
		want                []MountChange
	}{
		{"nothing", "a / ext4 rw", "a / ext4 rw", nil},
		{"new", "", "a /home ext4 rw", []MountChange{{Point: "/home", Action: Mounted, After: "a ext4 rw"}}},
		{"new at first use", "", "a /home ext4 x-systemd.automount", []MountChange{{Point: "/home", Action: Declared, After: "a ext4 x-systemd.automount"}}},
		{"new by hand", "", "a /home ext4 noauto", []MountChange{{Point: "/home", Action: Declared, After: "a ext4 noauto"}}},
		{"gone", "a /home ext4 rw", "", []MountChange{{Point: "/home", Action: Stopped, Before: "a ext4 rw"}}},
		{"device", "a /home ext4 rw", "b /home ext4 ro", []MountChange{{Point: "/home", Action: Replaced, Before: "a ext4 rw", After: "b ext4 ro"}}},
		{"type", "a /home ext4 rw", "a /home btrfs rw", []MountChange{{Point: "/home", Action: Replaced, Before: "a ext4 rw", After: "a btrfs rw"}}},
		{"options", "a /home ext4 rw", "a /home ext4 rw,noatime", []MountChange{{Point: "/home", Action: Remounted, Before: "a ext4 rw", After: "a ext4 rw,noatime"}}},
		{"device of /", "a / ext4 rw", "b / ext4 rw", []MountChange{{Point: "/", Action: NextBoot, Before: "a ext4 rw", After: "b ext4 rw"}}},
		{"type of /nix", "a /nix ext4 rw", "a /nix xfs rw", []MountChange{{Point: "/nix", Action: NextBoot, Before: "a ext4 rw", After: "a xfs rw"}}},
		{"device and options of /", "a / ext4 rw", "b / ext4 ro", []MountChange{{Point: "/", Action: Remounted, Before: "a ext4 rw", After: "b ext4 ro", DeviceAtBoot: true}}},
		{"options of /", "a / ext4 rw", "a / ext4 ro", []MountChange{{Point: "/", Action: Remounted, Before: "a ext4 rw", After: "a ext4 ro"}}},
		{"the last line counts", "a /home ext4 rw;b /home ext4 rw", "b /home ext4 rw", nil},
		{"new swap", "", "a none swap rw", []MountChange{{Point: "swap", Action: Mounted, After: "a swap rw"}}},
		{"new swap by hand", "", "a none swap noauto", []MountChange{{Point: "swap", Action: Declared, After: "a swap noauto"}}},
		{"swap gone", "a none swap rw", "", []MountChange{{Point: "swap", Action: Stopped, Before: "a swap rw"}}},
		{"priority of a swap", "a none swap pri=1", "a none swap pri=2", []MountChange{{Point: "swap", Action: NextBoot, Before: "a swap pri=1", After: "a swap pri=2"}}},
		{"another swap, and sorted", "b none swap rw;z /z ext4 rw;y /y ext4 rw", "a none swap rw", []MountChange{
			{Point: "/y", Action: Stopped, Before: "y ext4 rw"},
			{Point: "/z", Action: Stopped, Before: "z ext4 rw"},
			{Point: "swap", Action: Mounted, After: "a swap rw"},
			{Point: "swap", Action: Stopped, Before: "b swap rw"},
		}},
		{
			"secrets and hashes", "", "https://me:pw@dav /dav davfs password=geheim,secret=x,uid=1;/nix/store/00000000000000000000000000000000-img /img squashfs loop",
			[]MountChange{{Point: "/dav", Action: Mounted, After: "https://…@dav davfs password=…,secret=…,uid=1"}, {Point: "/img", Action: Mounted, After: "/nix/store/img squashfs loop"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines := func(text string) []string { return strings.FieldsFunc(text, func(r rune) bool { return r == ';' }) }
			got := mounts(fstab(lines(test.before)...), fstab(lines(test.after)...))
			if diff := cmp.Diff(append([]MountChange{}, test.want...), got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
