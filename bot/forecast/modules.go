package forecast

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// Module is a kernel module that is built outside the kernel, and what becomes
// of it. The loaded module is the old one until the reboot; everything else
// moves with the switch.
// https://nixos.org/manual/nixos/unstable/options#opt-boot.extraModulePackages
type Module struct {
	Name   string `json:"name"`             // "zfs", "nvidia", or the package: "v4l2loopback"
	Before string `json:"before,omitempty"` // version; empty for a module that comes
	After  string `json:"after,omitempty"`  // version; empty for a module that goes
	// KernelBefore and KernelAfter are the kernels the two are built for.
	KernelBefore string `json:"kernelBefore"`
	KernelAfter  string `json:"kernelAfter"`
	// Tool is the version of its program in sw/bin after the switch; "" when
	// there is none to tell.
	Tool string `json:"tool,omitempty"`
	// UntilReboot says what does not fit from the switch to the reboot, Afterwards
	// what does not fit then, or is not to be done. Both are often empty.
	UntilReboot string `json:"untilReboot,omitempty"`
	Afterwards  string `json:"afterwards,omitempty"`
}

// modules lists the out-of-tree modules that change, or are built for another
// kernel, by name. A system without a kernel, a container, has none.
func modules(before, after *toplevel.Toplevel) []Module {
	was, is := outOfTree(before), outOfTree(after)
	names := slices.Concat(slices.Collect(maps.Keys(was)), slices.Collect(maps.Keys(is)))
	slices.Sort(names)
	list := []Module{}
	for _, name := range slices.Compact(names) {
		m := Module{
			Name: name, Before: was[name], After: is[name],
			KernelBefore: before.Boot.KernelVersion, KernelAfter: after.Boot.KernelVersion,
		}
		if m.Before == m.After && m.KernelBefore == m.KernelAfter {
			continue
		}
		switch name {
		case "zfs":
			m.zfs(after)
		case "nvidia":
			m.nvidia()
		default:
			m.other()
		}
		list = append(list, m)
	}
	return list
}

// outOfTree has the version of each module that the kernel does not bring.
func outOfTree(t *toplevel.Toplevel) map[string]string {
	found := map[string]string{}
	for _, name := range t.Modules {
		if strings.HasPrefix(name, "linux-") {
			continue
		}
		pname, version := splitModule(name, t.Boot.KernelVersion)
		found[pname] = version
	}
	return found
}

// splitModule parts the store name of a module from its version, without the
// kernel's, which stands in front or behind: zfs-kernel-2.3.4-6.12.58,
// nvidia-open-6.12.58-580.95.05, nvidia-x11-580.95.05-6.12.58-bin.
func splitModule(name, kernel string) (pname, version string) {
	name = withoutKernel(strings.TrimSuffix(name, "-bin"), kernel)
	if at := moduleVersion.FindStringIndex(name); at != nil {
		name, version = name[:at[0]], name[at[0]+1:]
	}
	switch name {
	case "zfs-kernel":
		return "zfs", version
	case "nvidia-x11", "nvidia-open":
		return "nvidia", version
	default:
		return name, version
	}
}

// moduleVersion is where the version begins: -0.15.1, -unstable-2025-01-02.
var moduleVersion = regexp.MustCompile(`-(unstable-)?[0-9]`)

// withoutKernel takes the version of the kernel out of a name. It is there as
// the kernel's package has it: 6.12.58 of 6.12.58-zen1, 6.18 of 6.18.0.
func withoutKernel(name, kernel string) string {
	kernel, _, _ = strings.Cut(kernel, "-")
	for _, written := range []string{kernel, strings.TrimSuffix(kernel, ".0")} {
		before, after, ok := strings.Cut(name+"-", "-"+written+"-")
		if ok && written != "" {
			return strings.TrimSuffix(before+"-"+after, "-")
		}
	}
	return name
}

// zfs compares the tools with the module: they are released together.
// https://openzfs.github.io/openzfs-docs/man/master/8/zpool-upgrade.8.html
func (m *Module) zfs(after *toplevel.Toplevel) {
	_, m.Tool = splitModule(after.Userland["zfs"], "")
	if m.After == "" {
		m.Afterwards = "The new system has no ZFS module: after the reboot no pool can be imported."
		return
	}
	if m.Tool != "" && m.Before != "" && m.Tool != m.Before {
		m.UntilReboot = "The tools are " + m.Tool + " and the loaded module is still " + m.Before + ": reboot before you change pools."
	}
	if m.Before == "" {
		return
	}
	series, old := second(parseVersion(m.After)), second(parseVersion(m.Before))
	switch slices.Compare(series, old) {
	case 1:
		m.Afterwards = "Do not run zpool upgrade while you may want to go back: ZFS " + old.String() + " may then be unable to open the pool, and that cannot be undone."
	case -1:
		m.Afterwards = "ZFS goes down to " + series.String() + ": a pool on which zpool upgrade was run under " + old.String() + " may not open."
	}
	if m.Tool != "" && !slices.Equal(second(parseVersion(m.Tool)), series) {
		m.Afterwards = strings.TrimSpace("Tools " + m.Tool + " and module " + m.After + " differ after the reboot too: set boot.zfs.package for both. " + m.Afterwards)
	}
}

// nvidia: the module and the libraries for OpenGL, Vulkan and CUDA must be of
// one version; the libraries change with the switch.
// https://download.nvidia.com/XFree86/Linux-x86_64/580.95.05/README/installdriver.html
func (m *Module) nvidia() {
	switch {
	case m.After == "":
		m.Afterwards = "The new system has no NVIDIA module: after the reboot another driver, or none, runs the screen."
	case m.Before == "":
		m.UntilReboot = "The module is probably loaded at the next boot only (a guess), so the driver does not work before."
	case m.Before != m.After:
		m.UntilReboot = "Libraries are " + m.After + " and the loaded module is still " + m.Before + ": programs that start in between fail on OpenGL, Vulkan or CUDA. Use nixos-rebuild boot, or reboot at once."
	}
}

func (m *Module) other() {
	switch {
	case m.After == "":
		m.Afterwards = "It is gone after the reboot."
	case m.Before == "":
		m.UntilReboot = "It is built for " + m.KernelAfter + ", and does not load into a running " + m.KernelBefore + "."
		if m.KernelBefore == m.KernelAfter {
			m.UntilReboot = ""
		}
	case m.Before != m.After:
		m.UntilReboot = "Its programs, if it has any, are new while the loaded module is still " + m.Before + "."
	}
}
