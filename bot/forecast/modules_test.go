package forecast

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

func TestSplitModule(t *testing.T) {
	for _, test := range []struct{ store, kernel, name, version string }{
		{"zfs-kernel-2.3.4-6.12.58", "6.12.58", "zfs", "2.3.4"},
		{"zfs-kernel-2.4.0-6.18.3", "6.18.3-zen1", "zfs", "2.4.0"},
		{"zfs-kernel-2.4.0-6.18", "6.18.0", "zfs", "2.4.0"},
		{"xone-0-unstable-2025-01-02-6.12.58", "6.12.58", "xone", "0-unstable-2025-01-02"},
		{"nvidia-x11-580.95.05-6.12.58", "6.12.58", "nvidia", "580.95.05"},
		{"nvidia-x11-580.95.05-6.12.58-bin", "6.12.58", "nvidia", "580.95.05"},
		{"nvidia-open-6.12.58-580.95.05", "6.12.58", "nvidia", "580.95.05"},
		{"v4l2loopback-0.15.1-6.12.58", "6.12.58", "v4l2loopback", "0.15.1"},
		{"rtl8821au-6.12.58-unstable-2025-01-02", "6.12.58", "rtl8821au", "unstable-2025-01-02"},
		{"acpi-call-6.12.58", "6.12.58", "acpi-call", ""},
		{"zfs-user-2.3.4", "", "zfs-user", "2.3.4"},
		{"", "", "", ""},
	} {
		t.Run(test.store, func(t *testing.T) {
			name, version := splitModule(test.store, test.kernel)
			if name != test.name || version != test.version {
				t.Errorf("got %q and %q, want %q and %q", name, version, test.name, test.version)
			}
		})
	}
}

// FuzzSplitModule wants the parts to make the whole, where there is no kernel to
// take out.
func FuzzSplitModule(f *testing.F) {
	f.Add("zfs-user-2.3.4", "6.12.58")
	f.Add("nvidia-open-6.12.58-580.95.05", "6.12.58")
	f.Add("--1", "-")
	f.Fuzz(func(t *testing.T, store, kernel string) {
		splitModule(store, kernel)
		name, version := splitModule(store, "")
		whole := strings.TrimRight(name+"-"+version, "-")
		if name != "zfs" && name != "nvidia" && whole != strings.TrimRight(strings.TrimSuffix(store, "-bin"), "-") {
			t.Errorf("%q is %q and %q", store, name, version)
		}
	})
}

// kernel is a system with a kernel, modules and the tools of ZFS.
func kernel(version, zfsTools string, modules ...string) *toplevel.Toplevel {
	t := &toplevel.Toplevel{
		Boot:     toplevel.Boot{Kernel: store + "linux-" + version + "/bzImage", KernelVersion: version},
		Modules:  append(modules, "linux-"+version, "linux-"+version+"-modules"),
		Userland: map[string]string{},
	}
	if zfsTools != "" {
		t.Userland["zfs"] = "zfs-user-" + zfsTools
	}
	return t
}

func TestModules(t *testing.T) {
	const was, is = "6.12.58", "6.18.3"
	for _, test := range []struct {
		name              string
		before, after     *toplevel.Toplevel
		want              []string // name, version before and after
		until, afterwards string   // words in what the one module says; "" for silence
	}{
		{"zfs rises", kernel(was, "2.3.4", "zfs-kernel-2.3.4-"+was), kernel(is, "2.4.0", "zfs-kernel-2.4.0-"+is), []string{"zfs 2.3.4 2.4.0"}, "The tools are 2.4.0 and the loaded module is still 2.3.4", "Do not run zpool upgrade"},
		{"zfs moves within a series", kernel(was, "2.3.4", "zfs-kernel-2.3.4-"+was), kernel(was, "2.3.5", "zfs-kernel-2.3.5-"+was), []string{"zfs 2.3.4 2.3.5"}, "still 2.3.4", ""},
		{"zfs goes down", kernel(was, "2.4.0", "zfs-kernel-2.4.0-"+was), kernel(was, "2.3.5", "zfs-kernel-2.3.5-"+was), []string{"zfs 2.4.0 2.3.5"}, "still 2.4.0", "may not open"},
		{"zfs for another kernel", kernel(was, "2.3.4", "zfs-kernel-2.3.4-"+was), kernel(is, "2.3.4", "zfs-kernel-2.3.4-"+is), []string{"zfs 2.3.4 2.3.4"}, "", ""},
		{"zfs disappears", kernel(was, "2.3.4", "zfs-kernel-2.3.4-"+was), kernel(is, ""), []string{"zfs 2.3.4 "}, "", "no pool can be imported"},
		{"zfs comes", kernel(was, ""), kernel(is, "2.4.0", "zfs-kernel-2.4.0-"+is), []string{"zfs  2.4.0"}, "", ""},
		{"zfs' parts stay apart", kernel(was, "2.3.4", "zfs-kernel-2.3.4-"+was), kernel(is, "2.4.0", "zfs-kernel-2.3.5-"+is), []string{"zfs 2.3.4 2.3.5"}, "still 2.3.4", "differ after the reboot too"},
		{"nvidia rises", kernel(was, "", "nvidia-x11-570.195.03-"+was+"-bin"), kernel(is, "", "nvidia-open-"+is+"-580.95.05"), []string{"nvidia 570.195.03 580.95.05"}, "fail on OpenGL, Vulkan or CUDA", ""},
		{"nvidia stays", kernel(was, "", "nvidia-x11-580.95.05-"+was), kernel(is, "", "nvidia-x11-580.95.05-"+is), []string{"nvidia 580.95.05 580.95.05"}, "", ""},
		{"nvidia disappears", kernel(was, "", "nvidia-x11-580.95.05-"+was), kernel(is, ""), []string{"nvidia 580.95.05 "}, "", "another driver"},
		{"nvidia comes", kernel(was, ""), kernel(is, "", "nvidia-x11-580.95.05-"+is), []string{"nvidia  580.95.05"}, "(a guess)", ""},
		{"another rises", kernel(was, "", "v4l2loopback-0.13.2-"+was), kernel(is, "", "v4l2loopback-0.15.1-"+is), []string{"v4l2loopback 0.13.2 0.15.1"}, "still 0.13.2", ""},
		{"another comes with a kernel", kernel(was, ""), kernel(is, "", "v4l2loopback-0.15.1-"+is), []string{"v4l2loopback  0.15.1"}, "does not load into a running 6.12.58", ""},
		{"another comes", kernel(was, ""), kernel(was, "", "v4l2loopback-0.15.1-"+was), []string{"v4l2loopback  0.15.1"}, "", ""},
		{"another disappears", kernel(was, "", "v4l2loopback-0.13.2-"+was), kernel(is, ""), []string{"v4l2loopback 0.13.2 "}, "", "gone after the reboot"},
		{"nothing changes", kernel(was, "2.3.4", "zfs-kernel-2.3.4-"+was), kernel(was, "2.3.4", "zfs-kernel-2.3.4-"+was), nil, "", ""},
		{"a container", &toplevel.Toplevel{}, &toplevel.Toplevel{}, nil, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, m := range modules(test.before, test.after) {
				got = append(got, m.Name+" "+m.Before+" "+m.After)
				if !strings.Contains(m.UntilReboot, test.until) || (m.UntilReboot == "") != (test.until == "") {
					t.Errorf("until the reboot: got %q, want %q", m.UntilReboot, test.until)
				}
				if !strings.Contains(m.Afterwards, test.afterwards) || (m.Afterwards == "") != (test.afterwards == "") {
					t.Errorf("afterwards: got %q, want %q", m.Afterwards, test.afterwards)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
