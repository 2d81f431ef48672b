package nix

import (
	"regexp"
	"strings"
)

// A wanted derivation, and where in nixpkgs its name leads; see plain.nix.
type wanted struct {
	Drv    string  `json:"drv"`
	Name   string  `json:"name"`
	Key    string  `json:"key"`
	Places []place `json:"places"`
}

// A place is a package set and how to look a key up in it.
type place struct {
	Path []string `json:"path"`
	How  string   `json:"how"`
}

// How a key is looked up: as the beginning of an attribute's name, as all of
// it, or not at all, because the set is small and its names follow no rule.
const (
	howBegins = "begins"
	howExact  = "exact"
	howAll    = "all"
)

// A family is a package set that marks the names of its packages.
type family struct {
	// mark is what their names begin with; what follows it is the name inside
	// the set. A ${1} in a set stands for what its first group matched.
	mark *regexp.Regexp
	sets []string
}

// families are the sets of nixpkgs that mark names, as of 2019 to 2026:
// https://github.com/NixOS/nixpkgs/blob/master/pkgs/top-level/all-packages.nix
var families = []family{
	{regexp.MustCompile(`^python([23])\.(\d+)(?:\.\d+)?-`), []string{"python${1}${2}Packages", "python${1}Packages"}},
	{regexp.MustCompile(`^pypy(\d)\.(\d+)-`), []string{"pypy${1}${2}Packages"}},
	{regexp.MustCompile(`^perl(5)\.(\d+)(?:\.\d+)?-`), []string{"perl${1}${2}Packages", "perlPackages"}},
	{regexp.MustCompile(`^ruby(\d)\.(\d+)(?:\.\d+)?-`), []string{"rubyPackages_${1}_${2}", "rubyPackages"}},
	{regexp.MustCompile(`^lua(\d)\.(\d+)-`), []string{"lua${1}${2}Packages", "luaPackages"}},
	{regexp.MustCompile(`^luajit-?\d\.\d-`), []string{"luajitPackages"}},
	{regexp.MustCompile(`^ocaml(\d)\.(\d+)(?:\.\d+)?-`), []string{"ocaml-ng.ocamlPackages_${1}_${2}", "ocamlPackages"}},
	{regexp.MustCompile(`^php-`), []string{"phpExtensions", "phpPackages"}},
	{regexp.MustCompile(`^vimplugin-`), []string{"vimPlugins"}},
	{regexp.MustCompile(`^tmuxplugin-`), []string{"tmuxPlugins"}},
	{regexp.MustCompile(`^emacs-`), []string{"emacsPackages"}},
	{regexp.MustCompile(`^gnome-shell-extension-`), []string{"gnomeExtensions"}},
	{regexp.MustCompile(`^r-`), []string{"rPackages"}},
	{regexp.MustCompile(`^coq\d[^-]*-`), []string{"coqPackages"}},
}

// unmarked are package sets that leave the names of their packages alone;
// costly those of them that take long to look into, or do not evaluate
// everywhere.
var (
	unmarked = []string{
		"xorg", "gst_all_1", "kdePackages", "qt6Packages", "libsForQt5", "plasma5Packages", "kdeFrameworks",
		"xfce", "gnome", "gnome3", "mate", "lxqt", "pantheon", "cinnamon", "enlightenment", "unixtools",
	}
	costly = []string{"perlPackages", "python3Packages", "nodePackages", "beamPackages", "haskellPackages"}
)

// kernelSuffix is the version of the kernel behind that of a module:
// zfs-kernel-2.3.4-6.12.58.
var kernelSuffix = regexp.MustCompile(`-[^-]*\d[^-]*-(\d+)\.(\d+)(?:\.\d+|-rc\d+)*$`)

// want says where a derivation may be in nixpkgs, by its name.
func want(drv string) wanted {
	name := storeName(drv)
	w := wanted{Drv: drv, Name: name, Key: fold(pname(name)), Places: []place{}}
	for _, f := range families {
		m := f.mark.FindStringSubmatchIndex(name)
		if m == nil {
			continue
		}
		w.Key = fold(pname(name[m[1]:]))
		for _, set := range f.sets {
			w.Places = append(w.Places, places(howBegins, string(f.mark.ExpandString(nil, set, name, m)))...)
		}
		break
	}
	if m := kernelSuffix.FindStringSubmatch(name); m != nil {
		version := m[1] + "_" + m[2]
		w.Places = append(w.Places, places(howAll, "linuxKernel.packages.linux_"+version, "linuxPackages_"+version, "linuxPackages")...)
	}
	return w
}

// near and far are where a derivation may be whose name leads nowhere, first
// where it costs little to look.
func near() []place {
	return append([]place{{Path: []string{}, How: howExact}}, places(howExact, unmarked...)...)
}

func far() []place {
	return append([]place{{Path: []string{}, How: howBegins}}, places(howExact, costly...)...)
}

func places(how string, sets ...string) (all []place) {
	for _, set := range sets {
		all = append(all, place{Path: strings.Split(set, "."), How: how})
	}
	return all
}

// storeName is a store path's name without the hash and ".drv".
func storeName(path string) string {
	base := path[strings.LastIndexByte(path, '/')+1:]
	if _, name, ok := strings.Cut(base, "-"); ok {
		base = name
	}
	return strings.TrimSuffix(base, ".drv")
}

// versionPart is where in a name the version begins: behind the first dash that no
// letter follows.
// https://nix.dev/manual/nix/2.28/language/builtins#builtins-parseDrvName
var versionPart = regexp.MustCompile(`-[^a-zA-Z]`)

// pname is a name without its version.
func pname(name string) string {
	if at := versionPart.FindStringIndex(name); at != nil {
		return name[:at[0]]
	}
	return name
}

// fold writes a name as plain.nix compares them.
var folded = strings.NewReplacer("-", "", "_", "", ".", "", "+", "")

func fold(name string) string { return folded.Replace(strings.ToLower(name)) }

// fetched are the names of sources, which are no attributes; the packages that
// are made of them are.
var fetched = regexp.MustCompile(`^source$|[.-](?:tar(?:\.\w+)?|tgz|tbz2|txz|zip|gz|xz|bz2|patch|diff|gem|crate|jar|whl|deb|rpm|xml|html|go-modules|vendor|cargo-deps|npm-deps|yarn-deps|pnpm-deps)$`)

// nixosMade are the names of what NixOS makes of a configuration; no package
// is called like that.
var nixosMade = regexp.MustCompile(`^(?:nixos-system-.*|(?:unit|system|user|initrd)-(?:units?|unit-.*|path|units-.*|generators|environment.*|shutdown.*)|` +
	`unit-.*|unit-script-.*|units|etc|etc-.*|home-manager-(?:generation|files|path)|hm_.*|activation-script|activate|` +
	`X-Restart-Triggers.*|users-groups\.json|stage-[12]-init\.sh|initrd.*|dry-activate|toplevel-.*|` +
	`.*\.(?:conf|service|socket|timer|mount|target|slice|rules|json|ya?ml|toml|cfg|ini)|options\.json|nixos-manual.*|local-cmds|` +
	`set-environment|hwdb\.bin|firmware|kernel-modules|linux-.*-modules(?:-shrunk)?|dbus-1|udev-rules|tmpfiles\.d|fontconfig-.*|system-path|user-environment)$`)

// NixosMade reports whether a derivation of this name is made by NixOS or
// home-manager out of the configuration, and no package of anybody's.
func NixosMade(name string) bool { return nixosMade.MatchString(name) }
