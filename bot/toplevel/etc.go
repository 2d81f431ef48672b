package toplevel

import (
	"slices"
	"strings"
)

// watched are the files below etc whose change people want to see, and the
// directories of which they want to see every file.
var watched = []string{
	"NetworkManager/NetworkManager.conf", "crypttab", "dhcpcd.conf", "doas.conf", "exports", "hosts",
	"locale.conf", "login.defs", "modules-load.d/", "modprobe.d/", "nix/nix.conf", "nscd.conf",
	"nsswitch.conf", "pam.d/", "polkit-1/rules.d/", "resolv.conf", "resolvconf.conf", "samba/smb.conf",
	"security/", "ssh/authorized_keys.d/", "ssh/ssh_config", "ssh/sshd_config", "sudoers", "sysctl.d/",
	"systemd/coredump.conf", "systemd/journald.conf", "systemd/logind.conf", "systemd/network/",
	"systemd/networkd.conf", "systemd/oomd.conf", "systemd/resolved.conf", "systemd/sleep.conf",
	"systemd/system.conf", "systemd/timesyncd.conf", "systemd/user.conf", "tmpfiles.d/00-nixos.conf",
	"vconsole.conf",
}

// maxText is the size in bytes from which on a file is none to show.
const maxText = 256 << 10

// texts reads the watched files below etc.
func (r *reader) texts(etc string) map[string]string {
	texts := map[string]string{}
	for _, name := range watched {
		dir, isDir := strings.CutSuffix(name, "/")
		if !isDir {
			r.addText(texts, etc, name)
			continue
		}
		for _, entry := range r.list(etc + "/" + dir) {
			r.addText(texts, etc, dir+"/"+entry.Name())
		}
	}
	return texts
}

// addText reads one file, unless it is none, is large or is no text. What NixOS
// notes of a file that is copied (name.mode, .uid and .gid) is no file of etc.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/system/etc/etc.nix
func (r *reader) addText(texts map[string]string, etc, name string) {
	for _, note := range []string{".mode", ".uid", ".gid"} {
		if strings.HasSuffix(name, note) {
			return
		}
	}
	if text := r.smallText(etc+"/"+name, maxText); text != "" {
		texts[name] = text
	}
}

// software fills in the commands of a directory and the packages they are in.
func (r *reader) software(t *Toplevel, bin string) {
	dir := r.resolve(bin)
	t.Userland = map[string]string{}
	for _, entry := range r.list(dir) {
		t.Commands = append(t.Commands, entry.Name())
		if target, ok := r.link(dir + "/" + entry.Name()); ok && storeName(target) != "" {
			t.Userland[entry.Name()] = storeName(target)
		}
	}
}

// wrappers gives the programs that security.wrappers installs: a service makes
// them, in older releases the activation script did.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/security/wrappers/default.nix
func (r *reader) wrappers(units map[string]*Unit, activate string) []string {
	script := activate
	if u := units["suid-sgid-wrappers.service"]; u != nil {
		script = r.program(u)
	}
	var names []string
	for line := range strings.Lines(script) {
		_, target, ok := strings.Cut(line, "/bin/security-wrapper ")
		_, name, isWrapper := strings.Cut(target, "$wrapperDir/")
		if name = strings.Trim(name, "\" \n"); ok && isWrapper && name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// firewall gives the rules: of nftables by the file that is loaded, of iptables
// by the script that sets them up.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/services/networking/nftables.nix
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/services/networking/firewall-iptables.nix
func (r *reader) firewall(units map[string]*Unit) Firewall {
	if u := units["nftables.service"]; u != nil && !u.Masked {
		rules := storePath(strings.Join(u.Sections["Service"]["ExecStart"], "\n"), "-nftables-rules")
		return Firewall{"nftables", r.text(rules)}
	}
	if u := units["firewall.service"]; u != nil && !u.Masked {
		return Firewall{"iptables", r.program(u)}
	}
	return Firewall{}
}

// program gives the text of the script that a service starts.
func (r *reader) program(u *Unit) string {
	for _, command := range u.Sections["Service"]["ExecStart"] {
		return r.text(executable(command))
	}
	return ""
}
