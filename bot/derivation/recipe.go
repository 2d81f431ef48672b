package derivation

import (
	"hash/maphash"
	"strings"
)

// splitName parts the name of d where its version starts: where the recipe says
// so, or else at the first piece that begins with a digit. The version has all
// that follows: 0.8.2-4.19.78 for a module of a kernel. The major version of an
// interpreter is enough: python3-requests stays one package when Python moves.
func splitName(d *Derivation) (name, version string) {
	at := -1
	if _, stated, _ := d.Truth(); stated != "" {
		at = strings.Index(d.Name, "-"+stated)
	}
	for i := 1; i < len(d.Name)-1 && at < 0; i++ {
		if d.Name[i] == '-' && isDigit(d.Name[i+1]) {
			at = i
		}
	}
	if name = d.Name; at > 0 {
		name, version = d.Name[:at], d.Name[at+1:]
	}
	if full, major := interpreter(name); full != "" {
		name = major + name[len(full):]
	}
	return name, version
}

// interpreter finds the python3.12 and its python3 that names like
// python3.12-requests start with; both are empty where there is none.
func interpreter(name string) (full, major string) {
	full, _, more := strings.Cut(name, "-")
	major, minor, versioned := strings.Cut(full, ".")
	if !more || !versioned || major == "" || !isDigit(major[len(major)-1]) || strings.Trim(minor, "0123456789.") != "" {
		return "", ""
	}
	return full, major
}

var seed = maphash.MakeSeed()

// hashText sums up how d is built, whatever the store paths in it are. Variables
// that are empty or only repeat the name come and go with nixpkgs' own code.
func hashText(d *Derivation) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	store := storeOf(d.Path)
	for _, arg := range d.Args {
		writeWithoutPaths(&h, arg, store)
	}
	env := d.env
	if full, major := interpreter(d.Name); full != "" {
		env = strings.ReplaceAll(env, full, major)
	}
	p := parser{text: env}
	p.list(func() {
		if name, value := p.variable(); value != "" && name != "pname" && name != "version" {
			writeWithoutPaths(&h, name, store)
			writeWithoutPaths(&h, value, store)
		}
	})
	return h.Sum64()
}

// inName has the bytes that names in the store may have.
var inName = func() (set [256]bool) {
	for _, c := range []byte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-._?=") {
		set[c] = true
	}
	return set
}()

func writeWithoutPaths(h *maphash.Hash, text, store string) {
	for {
		at := strings.Index(text, store)
		if at < 0 {
			break
		}
		at += len(store)
		h.WriteString(text[:at])
		for at < len(text) && inName[text[at]] {
			at++
		}
		text = text[at:]
	}
	h.WriteString(text)
	h.WriteByte(0)
}
