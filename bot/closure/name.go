package closure

import (
	"cmp"
	"slices"
	"strings"
)

// A parsedName is what the name of a store path says: openssl-3.4.0-man is the
// output man of openssl 3.4.0.
type parsedName struct {
	// Pname is the package: "openssl", "python3.12-requests".
	Pname string
	// Version is empty where there is none, as in "system-path".
	Version string
	// Output is empty for "out". A package that only repacks another, the
	// shrunk modules of a kernel for one, counts as an output of it.
	Output string
}

// parseName reads a store path's name, the part after the hash. deriver is the
// name of the derivation it was built from, without hash and ".drv", or empty:
// with it the output is certain, without it only well-known ones are seen. Where
// the version starts is a matter of rules, since only the derivation itself
// knows.
func parseName(name, deriver string) parsedName {
	base, output := name, ""
	derived := deriver != "" && (name == deriver || strings.HasPrefix(name, deriver+"-"))
	if derived {
		base, output = deriver, strings.TrimPrefix(name[len(deriver):], "-")
	}
	pname, version := splitVersion(base)
	version, output = cutSuffix(version, output, variants)
	if !derived {
		version, output = cutSuffix(version, output, outputs)
	}
	return parsedName{Pname: pname, Version: version, Output: output}
}

// variants are derivations named after the one they repack.
var variants = []string{"modules-shrunk", "wrapped", "env"}

// outputs are those nixpkgs' stdenv and larger packages have.
var outputs = []string{
	"bin", "data", "debug", "dev", "devdoc", "dist", "doc", "getent", "info",
	"lib", "libgcc", "man", "modules", "static", "terminfo",
}

func cutSuffix(version, output string, suffixes []string) (string, string) {
	for _, suffix := range suffixes {
		if rest, ok := strings.CutSuffix(version, "-"+suffix); ok {
			return rest, strings.TrimSuffix(suffix+"-"+output, "-")
		}
	}
	return version, output
}

// splitVersion parts a derivation's name where its version starts: at the
// first piece that begins with a digit and cannot belong to the name.
func splitVersion(name string) (pname, version string) {
	if isFile(name) {
		return name, ""
	}
	if strings.HasPrefix(name, "nixos-system-") {
		return splitSystem(name)
	}
	for at := 1; at < len(name)-1; at++ {
		if name[at] == '-' && startsVersion(name[at+1:]) {
			return moveBranch(name[:at], name[at+1:])
		}
	}
	if at := strings.LastIndexByte(name, '-'); at > 0 && isGitHash(name[at+1:]) {
		return name[:at], name[at+1:]
	}
	return name, ""
}

// splitSystem parts nixos-system-HOST-LABEL, where hosts are often called
// web-01: NixOS' label ends in the release, as in 25.05.20250101.abcdef0.
func splitSystem(name string) (pname, version string) {
	for at := len(name) - len("-25.05"); at > 0; at-- {
		label := name[at:]
		if label[0] == '-' && isDigit(label[1]) && isDigit(label[2]) && label[3] == '.' && isDigit(label[4]) && isDigit(label[5]) {
			return name[:at], label[1:]
		}
	}
	return name, ""
}

// moveBranch moves the word of foo-unstable-2024-01-01 to the version, where
// nixpkgs writes it today: foo-0-unstable-2024-01-01.
func moveBranch(pname, version string) (string, string) {
	at := strings.LastIndexByte(pname, '-')
	if at <= 0 {
		return pname, version
	}
	switch word := pname[at+1:]; word {
	case "scm":
		return pname[:at], word + "-" + version
	case "git", "hg", "master", "nightly", "release", "unstable":
		if startsDate(version) || isGitHash(version) {
			return pname[:at], word + "-" + version
		}
	}
	return pname, version
}

// startsDate recognises 2024-01-01, 2024.01.01 and 20240101.
func startsDate(version string) bool {
	digits := strings.NewReplacer("-", "", ".", "").Replace(version)
	century := strings.HasPrefix(version, "19") || strings.HasPrefix(version, "20")
	return century && len(digits) >= len("20240101") && len(strings.TrimLeft(digits[:len("20240101")], "0123456789")) == 0
}

// startsVersion tells the 1.0.4 of font-adobe-75dpi-1.0.4 from its 75dpi, and
// the 0.200.0 of polkit-qt-1-0.200.0 from its 1, and the 0.10.0 of
// range-v3-0.10.0 from its v3.
func startsVersion(rest string) bool {
	piece, tail, _ := strings.Cut(rest, "-")
	if number, ok := strings.CutPrefix(piece, "v"); ok {
		release := strings.Contains(number, ".") || tail == "" || !isDigit(tail[0])
		return release && number != "" && strings.Trim(number, "0123456789.") == ""
	}
	if piece == "" || !isDigit(piece[0]) {
		return false
	}
	if tail == "" || !isDigit(tail[0]) {
		return true
	}
	word := strings.TrimLeft(piece, "0123456789")
	if word == "" {
		next, _, _ := strings.Cut(tail, "-")
		return len(piece) > 3 || !strings.Contains(next, ".") && !startsDate(tail)
	}
	if strings.ContainsAny(word, ".+_=") || isGitHash(piece) {
		return true
	}
	letters := 0
	for letters < len(word) && isLetter(word[letters]) {
		letters++
	}
	return letters < 2 || slices.Contains([]string{"alpha", "beta", "dev", "pre", "rc"}, word[:letters])
}

// isFile recognises the names of single files and units, whose numbers are no
// versions.
func isFile(name string) bool {
	if name == "dbus-1" || strings.HasPrefix(name, "X-") {
		return true
	}
	// nginx has an application server called unit.
	if unit, ok := strings.CutPrefix(name, "unit-"); ok && !startsVersion(unit) {
		return true
	}
	_, ok := slices.BinarySearch(extensions, name[strings.LastIndexByte(name, '.')+1:])
	return ok
}

var extensions = []string{
	"automount", "bz2", "cfg", "conf", "crate", "crt", "css", "desktop", "device", "diff", "el", "fish", "gem", "gz",
	"html", "ini", "jpg", "js", "json", "lock", "lua", "md", "mount", "nix", "patch", "path", "pem", "pl", "png", "pub",
	"py", "rb", "rules", "scope", "service", "sh", "slice", "socket", "svg", "swap", "target", "tgz", "timer", "toml",
	"txt", "vim", "whl", "xml", "xz", "yaml", "yml", "zip", "zst",
}

// interpreters are the languages whose packages nixpkgs names after the
// interpreter they are built for: python3.12-requests.
var interpreters = []string{
	"coq", "ghc", "guile", "lua", "luajit", "ocaml", "perl", "php", "pypy", "python", "ruby",
}

// splitInterpreter parts python3.12-requests into python3.12 and requests; the
// prefix is empty where there is none.
func splitInterpreter(name string) (prefix, rest string) {
	prefix, rest, _ = strings.Cut(name, "-")
	if rest == "" || language(prefix) == prefix || !slices.Contains(interpreters, language(prefix)) {
		return "", name
	}
	return prefix, rest
}

// language cuts the version off python3.12.
func language(prefix string) string { return strings.TrimRight(prefix, "0123456789.") }

// isKernel tells Linux itself from linux-firmware, linux-headers, linux-pam.
func isKernel(pname string) bool {
	flavour, ok := strings.CutPrefix(pname, "linux-")
	return pname == "linux" || ok && slices.Contains(flavours, flavour)
}

var flavours = []string{"asahi", "cachyos", "hardened", "latest-libre", "libre", "lqx", "rpi", "rt", "xanmod", "zen"}

// trimKernel takes the version of a kernel off a name that has one of its own.
func (n *parsedName) trimKernel(kernel string) {
	if isKernel(n.Pname) {
		return
	}
	if version, ok := strings.CutSuffix(n.Version, "-"+kernel); ok {
		n.Version = version
	} else if version, ok := strings.CutPrefix(n.Version, kernel+"-"); ok {
		n.Version = version
	} else if pname, version := splitVersion(n.Pname); n.Version == kernel && version != "" {
		// The 43 of tp_smapi-43-6.12.10 looked like a part of the name.
		n.Pname, n.Version = pname, version
	}
}

// compareNames orders the paths of one package by version, then output.
func compareNames(a, b parsedName) int {
	return cmp.Or(
		compareVersions(a.Version, b.Version),
		strings.Compare(a.Version, b.Version),
		strings.Compare(a.Output, b.Output),
	)
}

// ordinary is the importance of what only its users care about.
const ordinary = 0

// importance ranks what a machine stands on above everything else: the higher,
// the sooner a reader should see it.
func importance(pname string) int {
	switch {
	case isKernel(pname):
		return 8
	case strings.HasSuffix(pname, "-firmware"), pname == "amd-ucode", strings.HasPrefix(pname, "microcode-"):
		return 7
	case slices.Contains(bootloaders, pname), strings.HasPrefix(pname, "uboot-"):
		return 6
	case pname == "systemd":
		return 5
	case pname == "glibc", pname == "musl":
		return 4
	case pname == "openssl":
		return 3
	case pname == "openssh":
		return 2
	case pname == "sudo", pname == "sudo-rs":
		return 1
	}
	return ordinary
}

var bootloaders = []string{"grub", "lanzaboote", "limine", "refind", "syslinux", "systemd-boot"}
