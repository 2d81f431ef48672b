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
	byDeriver := derived(name, deriver)
	if byDeriver {
		base, output = deriver, strings.TrimPrefix(name[len(deriver):], "-")
	}
	pname, version := splitVersion(base)
	version, output = cutSuffix(version, output, variants)
	if !byDeriver {
		version, output = cutSuffix(version, output, outputs)
	}
	return parsedName{Pname: pname, Version: version, Output: output}
}

// derived says that a path is named after its derivation, as all are whose
// content is not known beforehand.
func derived(name, deriver string) bool {
	rest, ok := strings.CutPrefix(name, deriver)
	return ok && deriver != "" && (rest == "" || rest[0] == '-')
}

// variants are derivations named after the one they repack.
var variants = []string{"modules-shrunk", "modules", "wrapped", "env"}

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
	word := pname[at+1:]
	if word == "scm" || isBranch(word) && (startsDate(version) || isGitHash(version)) {
		return pname[:at], word + "-" + version
	}
	return pname, version
}

func isBranch(word string) bool {
	switch word {
	case "HEAD", "alpha", "beta", "git", "hg", "master", "nightly", "release", "stable", "unstable":
		return true
	}
	return false
}

// startsDate recognises 2024-01-01, 2024.01.01 and 20240101.
func startsDate(version string) bool {
	if !strings.HasPrefix(version, "19") && !strings.HasPrefix(version, "20") {
		return false
	}
	digits := 0
	for _, c := range []byte(version) {
		switch {
		case isDigit(c):
			digits++
		case c != '-' && c != '.':
			return digits >= len("20240101")
		}
	}
	return digits >= len("20240101")
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

// tellName reads the name of a derivation that states its pname and version. A
// name that holds the version is right about what comes before it, such as an
// interpreter. What comes after it is a patch level, which belongs to the
// version, or tells variants apart.
func tellName(name, pname, version string) (told parsedName, ok bool) {
	if version == "" {
		return parsedName{Pname: name}, name != "" && pname == name
	}
	before, ok := cutLast(name, version)
	after := ""
	if !ok {
		before, after, ok = strings.Cut(name, "-"+version+"-")
	}
	if !ok || before == "" {
		before, after = pname, ""
	}
	if after != "" && strings.Trim(after[1:], "0123456789.") == "" {
		version, after = version+"-"+after, ""
	}
	before, version = moveBranch(before, version)
	return parsedName{before, version, after}, before != ""
}

// doubtful says that the version could as well start elsewhere.
func (n parsedName) doubtful() bool {
	dash := strings.LastIndexByte(n.Pname, '-')
	word := dash > 0 && isBranch(n.Pname[dash+1:])
	switch {
	case strings.HasPrefix(n.Pname, "nixos-system-"):
		return false
	case n.Version == "":
		return dash > 0 && !isFile(n.Pname) && (word || strings.ContainsAny(n.Pname[dash:], "0123456789"))
	}
	for at := 1; at < len(n.Pname)-1; at++ {
		if n.Pname[at] == '-' && isDigit(n.Pname[at+1]) {
			return true
		}
	}
	return word || strings.Contains(withoutDate(n.Version), "-")
}

// withoutDate cuts the date off 2024-01-01, unstable-2024-01-01 and
// 1.2-unstable-2024-01-01.
func withoutDate(version string) string {
	at := len(version) - len("2024-01-01")
	if at < 0 || !startsDate(version[at:]) {
		return version
	}
	if release, ok := strings.CutSuffix(version[:at], "unstable-"); at == 0 || ok {
		return strings.TrimSuffix(release, "-")
	}
	return version
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
	"html", "ini", "jpg", "js", "json", "link", "lock", "lua", "md", "mount", "netdev", "network", "nix", "patch", "path", "pem", "pl", "png", "pub",
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
	rest, ok := strings.CutPrefix(pname, "linux-")
	flavour, _, _ := strings.Cut(rest, "-")
	return pname == "linux" || ok && slices.Contains(flavours, flavour)
}

var flavours = []string{"asahi", "cachyos", "hardened", "latest", "libre", "lqx", "rpi", "rt", "tkg", "xanmod", "zen"}

// trimKernel takes the version of a kernel off a name that has one of its own.
func (n *parsedName) trimKernel(kernel string) {
	if isKernel(n.Pname) {
		return
	}
	if version, ok := cutLast(n.Version, kernel); ok {
		n.Version = version
	} else if rest, ok := strings.CutPrefix(n.Version, kernel); ok && strings.HasPrefix(rest, "-") {
		n.Version = rest[1:]
	} else if pname, ok := cutLast(n.Pname, kernel); ok {
		n.Pname = pname
	} else if n.Version == kernel {
		// The 43 of tp_smapi-43-6.12.10 looked like a part of the name.
		if pname, version := splitVersion(n.Pname); version != "" {
			n.Pname, n.Version = pname, version
		}
	}
}

// cutLast cuts a piece off the end of a name, and the dash before it.
func cutLast(name, piece string) (rest string, ok bool) {
	rest, ok = strings.CutSuffix(name, piece)
	if ok {
		rest, ok = strings.CutSuffix(rest, "-")
	}
	return rest, ok && rest != ""
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
