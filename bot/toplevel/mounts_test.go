package toplevel

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFstab(t *testing.T) {
	files := world{"etc/fstab": `# This is a generated file.  Do not edit!
/dev/disk/by-label/nixos / ext4 x-initrd.mount,defaults 0 1
	/dev/disk/by-uuid/1234	/boot	vfat	defaults	0	2
//nas/My\040Films /srv/My\040Films cifs credentials=/etc/a\134b,x-systemd.automount 0 0
tmpfs /tmp tmpfs
# /dev/sdz /old ext4 defaults
broken line

/dev/disk/by-label/swap none swap defaults
/dev/sdb none btrfs noauto
/swapfile none swap nofail,pri=1
`}
	got := files.read(t)
	mounts := []Mount{
		{"/dev/disk/by-label/nixos", "/", "ext4", []string{"x-initrd.mount", "defaults"}},
		{"/dev/disk/by-uuid/1234", "/boot", "vfat", []string{"defaults"}},
		{"//nas/My Films", "/srv/My Films", "cifs", []string{`credentials=/etc/a\b`, "x-systemd.automount"}},
		{"tmpfs", "/tmp", "tmpfs", nil},
		{"/dev/sdb", "none", "btrfs", []string{"noauto"}},
	}
	swaps := []Mount{
		{"/dev/disk/by-label/swap", "none", "swap", []string{"defaults"}},
		{"/swapfile", "none", "swap", []string{"nofail", "pri=1"}},
	}
	if diff := cmp.Diff([][]Mount{mounts, swaps}, [][]Mount{got.Mounts, got.Swaps}); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// FuzzFstab holds that nothing is made up: each mount has its fields, and there
// is none for an empty line.
func FuzzFstab(f *testing.F) {
	f.Add("/dev/a / ext4 defaults 0 1\n# c\n/swap none swap pri=1,x 0 0")
	f.Add("a\\040 b\\134040 swap ,,")
	f.Fuzz(func(t *testing.T, text string) {
		mounts, swaps := parseFstab(text)
		if lines := strings.Count(text, "\n") + 1; len(mounts)+len(swaps) > lines {
			t.Errorf("%d mounts and %d swaps of %d lines", len(mounts), len(swaps), lines)
		}
		for _, m := range append(mounts, swaps...) {
			if m.Device == "" || m.Point == "" || m.Type == "" || strings.ContainsAny(m.Type, " \t\n") {
				t.Errorf("%+v came out of %q", m, text)
			}
		}
	})
}
