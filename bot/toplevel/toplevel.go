// Package toplevel reads one built NixOS system into facts: what its toplevel
// in the Nix store says about booting, units, mounts, accounts and files in
// /etc. It decides nothing. A part that is missing is a fact of its own (a
// container has no kernel), so it stays empty and is no error.
//
// What stands where:
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/system/activation/top-level.nix
package toplevel

import (
	"fmt"
	"io/fs"
	"strings"
)

// Facts is the version of what a Toplevel holds. It grows with every change of
// that: what an older version read is not mixed with what this one reads.
const Facts = 2

// Toplevel is what one built NixOS system is made of.
type Toplevel struct {
	Path         string // the store path it was read from
	NixosVersion string // its label, such as "25.11.20251120.abcdef1"
	System       string // its platform, such as "x86_64-linux"
	Boot         Boot
	// Bootloader is "grub", "systemd-boot", "limine", "lanzaboote", "extlinux", …
	// "none" says that there is none to install. The name of the program in the
	// store stands for a bootloader that is not known, "" for one that cannot be
	// told.
	Bootloader string
	Switchable bool // it has bin/switch-to-configuration

	// Inhibitors is what must not change under a running system, by name; nil
	// when there is no such file or it is no JSON, as switch-to-configuration
	// takes it.
	Inhibitors map[string]string

	Units     map[string]*Unit // etc/systemd/system, by name
	UserUnits map[string]*Unit // etc/systemd/user, by name
	// Wants has for each system unit the units it pulls in, sorted, from its
	// directories .wants, .requires and .upholds and its keys Wants=, Requires=,
	// BindsTo= and Upholds=. Second names are replaced by first ones.
	Wants   map[string][]string
	Default string // what default.target is, such as "multi-user.target"

	Mounts []Mount // etc/fstab without its swaps, in order
	Swaps  []Mount // the swaps of etc/fstab, in order

	Users        map[string]User  // declared users; nil when no list of them was found
	Groups       map[string]Group // declared groups; nil when no list of them was found
	MutableUsers bool             // whether what is changed on the machine stays; only with Users
	Userborn     bool             // userborn makes the accounts

	Texts map[string]string // files below etc that people care about, by path below it, as they are
	// Scripts are the texts of the small scripts in the store that system
	// services run, by the path the units name. Each is at most 64 KiB; of more
	// than 500 those of the last units are left out.
	Scripts  map[string]string
	Commands []string // names in sw/bin, sorted
	// Userland has for each command the package it is in, by the name of its
	// store path, such as "zfs-user-2.3.4"; a command that is no link is not in it.
	Userland map[string]string
	Wrappers []string // programs of security.wrappers (set-uid, set-gid, capabilities), sorted
	Firewall Firewall

	// Specialisations are the toplevels below specialisation, by name; nil for none.
	Specialisations map[string]*Toplevel

	// Modules are the store paths that kernel-modules is made of, by name and
	// sorted: "linux-6.12.58-modules", "zfs-kernel-2.3.4-6.12.58".
	Modules []string
}

// Boot is what a system boots with. Paths are what the links in the toplevel
// lead to, "" for what it has not.
type Boot struct {
	InitInterface  string // the text of init-interface-version
	Kernel         string
	Initrd         string
	KernelModules  string
	Firmware       string
	Dtbs           string
	Systemd        string
	Init           string
	KernelVersion  string   // as the modules' directory says: "6.12.58"
	SystemdVersion string   // as the store path says: "258.2"
	Params         []string // the kernel's command line
	SystemdInitrd  bool     // stage 1 is systemd's, no script
	KernelSize     int64    // bytes; 0 when there is none
	InitrdSize     int64    // bytes; 0 when there is none
	InitrdSecrets  bool     // secrets are added to the initrd when it is installed
}

// Sections is the content of a unit: section, key, values in order. A key whose
// last assignment was empty has no value left, but is there.
type Sections map[string]map[string][]string

// Unit is one unit, as switch-to-configuration reads it: the unit file with the
// drop-ins of its own directory, after those of its template where it is an
// instance.
type Unit struct {
	Name string
	// Path is the unit's file, links followed; "" where there are drop-ins only.
	// An instance without a file has its template's.
	Path string
	// Alias is the unit that this is another name of, by a link beside it; "" for
	// a unit of its own.
	Alias    string
	Masked   bool // its file is /dev/null, empty or not there
	Sections Sections
	Sources  []string // what Sections comes from, in order
}

// Mount is one line of fstab(5).
type Mount struct {
	Device, Point, Type string
	Options             []string
}

// User is one declared user.
type User struct {
	UID    *int // nil when the machine chooses it
	Group  string
	Groups []string // further groups, sorted
	Home   string
	Shell  string
	// HashedPassword is where the password comes from: "file", "hash", "plain",
	// or "" for nowhere; never itself.
	HashedPassword string
}

// Group is one declared group.
type Group struct {
	GID     *int     // nil when the machine chooses it
	Members []string // sorted
}

// Firewall is the packet filter that is set up at boot.
type Firewall struct {
	Kind string // "iptables", "nftables", or "" for none
	Text string // its rules as the machine runs them; "" when they could not be read
}

// Read reads the toplevel at root, a store path, out of fsys, which is rooted at
// "/" of the machine the store is on. Links are followed within fsys. The only
// error is that root is no NixOS system.
func Read(fsys fs.FS, root string) (*Toplevel, error) {
	r := &reader{fsys: fsys, resolved: map[string]string{}}
	if _, err := fs.Stat(fsys, r.resolve(root+"/nixos-version")); err != nil {
		return nil, fmt.Errorf("reading the system at %s: it has no nixos-version: build config.system.build.toplevel and give its path: %w", root, err)
	}
	t := r.toplevel(root)
	for _, entry := range r.list(root + "/specialisation") {
		if t.Specialisations == nil {
			t.Specialisations = map[string]*Toplevel{}
		}
		path := "/" + r.resolve(root+"/specialisation/"+entry.Name())
		t.Specialisations[entry.Name()] = r.toplevel(path)
	}
	return t, nil
}

// toplevel reads the system at a path without its specialisations, which have
// none of their own.
func (r *reader) toplevel(root string) *Toplevel {
	top := r.resolve(root)
	t := &Toplevel{
		Path:         root,
		NixosVersion: strings.TrimSpace(r.text(top + "/nixos-version")),
		System:       strings.TrimSpace(r.text(top + "/system")),
		Inhibitors:   parseInhibitors(r.text(top + "/switch-inhibitors")),
		Units:        r.units(top + "/etc/systemd/system"),
		UserUnits:    r.units(top + "/etc/systemd/user"),
		Texts:        r.texts(top + "/etc"),
	}
	t.Scripts = r.scripts(t.Units)
	r.boot(t, top)
	r.software(t, top+"/sw/bin")
	r.wants(t, top+"/etc/systemd/system")
	t.Mounts, t.Swaps = parseFstab(r.text(top + "/etc/fstab"))
	activate := r.text(top + "/activate")
	r.accounts(t, activate)
	t.Wrappers = r.wrappers(t.Units, activate)
	t.Firewall = r.firewall(t.Units)
	return t
}
