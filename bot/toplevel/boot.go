package toplevel

import (
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// boot fills in what the system boots with.
func (r *reader) boot(t *Toplevel, top string) {
	t.Boot = Boot{
		InitInterface: strings.TrimSpace(r.text(top + "/init-interface-version")),
		Kernel:        r.leads(top + "/kernel"),
		Initrd:        r.leads(top + "/initrd"),
		KernelModules: r.leads(top + "/kernel-modules"),
		Firmware:      r.leads(top + "/firmware"),
		Dtbs:          r.leads(top + "/dtbs"),
		Systemd:       r.leads(top + "/systemd"),
		Init:          r.leads(top + "/init"),
		Params:        strings.Fields(r.text(top + "/kernel-params")),
		KernelSize:    r.size(top + "/kernel"),
		InitrdSize:    r.size(top + "/initrd"),
		InitrdSecrets: addsSecrets(r.text(top + "/append-initrd-secrets")),
	}
	t.Boot.SystemdVersion = version(storeName(t.Boot.Systemd))
	t.Boot.SystemdInitrd = r.systemdInitrd(top)
	modules := top + "/kernel-modules/lib/modules"
	for _, entry := range r.list(modules) {
		t.Boot.KernelVersion = entry.Name()
	}
	t.Modules = r.modules(top + "/kernel-modules")
	switcher := r.text(top + "/bin/switch-to-configuration")
	t.Switchable = switcher != ""
	t.Bootloader = bootloader(switcher)
}

// systemdInitrd says whether stage 1 is systemd: then init is systemd itself,
// with prepare-root beside it where a script does what stage 2 did.
func (r *reader) systemdInitrd(top string) bool {
	return r.exists(top+"/prepare-root") || strings.HasPrefix(r.text(top+"/init"), "\x7fELF")
}

// size gives a file's size in bytes, 0 for what is not there.
func (r *reader) size(name string) int64 {
	info, err := fs.Stat(r.fsys, r.resolve(name))
	if err != nil {
		return 0
	}
	return info.Size()
}

// addsSecrets says whether the script that is run on the initrd copies a file.
// It is there without secrets too, and ends early then.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/system/boot/stage-1.nix
func addsSecrets(script string) bool {
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "cp ") && strings.Contains(line, `"$tmp`) {
			return true
		}
	}
	return false
}

// modules gives the names of the store paths that a tree of kernel modules is
// made of. The tree has directories where several paths have something, and
// links where one has it all.
// https://github.com/NixOS/nixpkgs/blob/master/pkgs/os-specific/linux/kmod/aggregator.nix
func (r *reader) modules(dir string) []string {
	found := map[string]bool{}
	todo := []string{r.resolve(dir)}
	for len(todo) > 0 {
		dir := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, entry := range r.list(dir) {
			if entry.IsDir() {
				todo = append(todo, dir+"/"+entry.Name())
			} else if target, ok := r.link(dir + "/" + entry.Name()); ok {
				found[storeName(target)] = true
			}
		}
	}
	delete(found, "")
	return slices.Sorted(maps.Keys(found))
}

// bootloaders are known by what the command that installs them has in it.
var bootloaders = []struct{ mark, name string }{
	{"lzbt", "lanzaboote"},
	{"bootinstall", "lanzaboote"},
	{"limine", "limine"},
	{"systemd-boot", "systemd-boot"},
	{"install-grub", "grub"},
	{"extlinux-conf-builder", "extlinux"},
	{"refind", "refind"},
	{"raspberrypi-builder", "raspberrypi"},
	{"uboot-builder", "raspberrypi"},
	{"init-script-builder", "init-script"},
	{"/bin/true", "none"}, // of a container
	{"no-boot", "none"},
	{"do not know how to make this configuration bootable", "none"},
}

// bootloader tells which bootloader switch-to-configuration installs.
func bootloader(switcher string) string {
	command := installer(switcher)
	for _, loader := range bootloaders {
		if strings.Contains(command, loader.mark) {
			return loader.name
		}
	}
	program, _, _ := strings.Cut(command, " ")
	return storeName(program)
}

// installer gives the command by which a switch-to-configuration installs the
// bootloader: a wrapper hands it to the program in Rust, the ones in Perl have
// it in their text.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/system/activation/switchable-system.nix
func installer(switcher string) string {
	for _, form := range []struct{ before, after string }{
		{"INSTALL_BOOTLOADER='", "'\n"},
		{"<<'EOFBOOTLOADER');\n", "\n"},
		{`system("`, ` $out"`},
	} {
		if _, rest, ok := strings.Cut(switcher, form.before); ok {
			command, _, _ := strings.Cut(rest, form.after)
			return command
		}
	}
	return ""
}

// parseInhibitors reads switch-inhibitors; nil for what is no object of strings.
// https://github.com/NixOS/nixpkgs/blob/master/pkgs/by-name/sw/switch-to-configuration-ng/src/main.rs
func parseInhibitors(text string) map[string]string {
	var inhibitors map[string]string
	if json.Unmarshal([]byte(text), &inhibitors) != nil {
		return nil
	}
	return inhibitors
}

// version gives the version in a package's name: what follows the first dash
// before a digit, "" for none.
func version(name string) string {
	for i := 0; i+1 < len(name); i++ {
		if name[i] == '-' && name[i+1] >= '0' && name[i+1] <= '9' {
			return name[i+1:]
		}
	}
	return ""
}
