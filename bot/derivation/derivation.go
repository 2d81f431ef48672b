// Package derivation reads .drv files, the recipes Nix evaluates a
// configuration to, and says which of them changed by themselves and how many
// rebuilds each of these explains. It knows that before anything is built.
package derivation

import (
	"encoding/json"
	"strings"
)

// A Derivation is one recipe.
type Derivation struct {
	// Path is the .drv file's, Name what follows the hash in it, without ".drv".
	Path, Name string
	Outputs    []Output
	Inputs     []Input
	// Sources are the store paths it uses that nothing builds.
	Sources         []string
	System, Builder string
	Args            []string

	pname, version, json string
	// env is the list of variables as the file has it.
	env string
}

// An Output is a store path that a derivation builds.
type Output struct {
	Name string
	// Path is empty where only the build tells it (content-addressed and impure
	// derivations, and whatever depends on these).
	Path string
	// Fixed says that its content is known beforehand: a source to download.
	Fixed bool
}

// An Input is a derivation that another one needs the outputs of.
type Input struct {
	Drv     string
	Outputs []string
}

// Fixed reports whether d only fetches what is known beforehand. Its outputs
// stay the same when its inputs change.
func (d *Derivation) Fixed() bool { return len(d.Outputs) == 1 && d.Outputs[0].Fixed }

// Env gives the value of a variable of the builder's environment. With
// structured attributes all but a few stand in the variable "__json".
func (d *Derivation) Env(name string) (value string, ok bool) {
	p := parser{text: d.env}
	p.list(func() {
		if key, raw := p.variable(); key == name {
			value, ok = unescape(raw), true
		}
	})
	return value, ok
}

// Truth gives the name and version of the package as its recipe states them,
// empty what it does not state; ok is false where it states neither.
func (d *Derivation) Truth() (pname, version string, ok bool) {
	pname, version = d.pname, d.version
	if d.json != "" {
		var attrs struct{ Pname, Version string }
		if json.Unmarshal([]byte(unescape(d.json)), &attrs) != nil {
			return "", "", false
		}
		pname, version = attrs.Pname, attrs.Version
	}
	return pname, version, pname != "" || version != ""
}

// patches are the names of the patches it applies, without their hashes.
func (d *Derivation) patches() []string {
	var paths []string
	if d.json != "" {
		var attrs struct{ Patches []string }
		if json.Unmarshal([]byte(unescape(d.json)), &attrs) == nil {
			paths = attrs.Patches
		}
	} else {
		value, _ := d.Env("patches")
		paths = strings.Fields(value)
	}
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = patchName(path)
	}
	return names
}

// hashDigits are those that Nix writes hashes in store paths with.
const hashDigits = "0123456789abcdfghijklmnpqrsvwxyz"

// patchName takes the store and the hash off a path: a file in the store, or one
// inside a directory of it.
func patchName(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	if len(name) > hashLength && name[hashLength] == '-' && strings.Trim(name[:hashLength], hashDigits) == "" {
		return name[hashLength+1:]
	}
	return name
}
