// Package stores makes up Nix stores to measure on: a fleet's closures before
// and after a staging bump, registered by real Nix, and the derivations of two
// systems of which a few recipes changed themselves. The same call makes the
// same bytes, on every machine.
package stores

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"
)

// dir is where the made-up paths are. Nothing of them is there: Nix answers
// from its database alone.
const dir = "/nix/store/"

// A Fleet is the closures of some hosts on both sides of a bump.
type Fleet struct {
	// Paths are all of them, each after those it refers to.
	Paths []Path
	// Hosts are in the order of their numbers.
	Hosts []Host
}

// A Path is what Nix' database knows about one store path.
type Path struct {
	Path string
	// Deriver is empty for what nobody built, as a flake's source.
	Deriver    string
	NarSize    int64 // in bytes
	References []string
}

// A Host is a name, web-01 say, and its toplevels before and after the bump.
type Host struct {
	Name          string
	Before, After string
}

// New makes up a fleet: about 2,500 paths with 16,000 references a host, of
// which some 2,300 change because glibc, gcc, Python, the kernel and every
// sixth other package move.
func New(hosts int) Fleet {
	var fleet Fleet
	w := newWorld()
	toplevels := make([]int, hosts)
	for number := range hosts {
		toplevels[number] = w.host(number)
		fleet.Hosts = append(fleet.Hosts, Host{Name: hostName(number)})
	}
	seen := map[string]bool{}
	for side := range 2 {
		paths, outputs := w.realise(side)
		for _, path := range paths {
			if !seen[path.Path] {
				seen[path.Path] = true
				fleet.Paths = append(fleet.Paths, path)
			}
		}
		for number, toplevel := range toplevels {
			host := &fleet.Hosts[number]
			*[2]*string{&host.Before, &host.After}[side] = outputs[toplevel][0]
		}
	}
	return fleet
}

// realise gives the paths of all recipes on one side, and per recipe the
// outputs that others refer to.
func (w *world) realise(side int) ([]Path, [][]string) {
	var paths []Path
	outputs := make([][]string, len(w.recipes))
	hashes := make([]string, len(w.recipes))
	for number, r := range w.recipes {
		name := r.names[side]
		if name == "" {
			continue
		}
		recipe := []string{name, strconv.FormatInt(r.size, 10)}
		var inputs []string
		for _, input := range r.inputs {
			recipe = append(recipe, hashes[input])
			inputs = append(inputs, outputs[input]...)
		}
		slices.Sort(inputs)
		inputs = slices.Compact(inputs)
		hashes[number] = hash(strings.Join(recipe, " "))
		made := r.paths(side, hashes[number], inputs)
		paths = append(paths, made...)
		for _, path := range made {
			outputs[number] = append(outputs[number], path.Path)
		}
		slices.Reverse(outputs[number]) // "out" is first
	}
	return paths, outputs
}

// paths are a recipe's outputs, "out" last as it refers to the others.
func (r recipe) paths(side int, hashed string, inputs []string) []Path {
	name, size, deriver := r.names[side], r.size, ""
	if name != r.names[0] {
		size += size / 40
	}
	if name != "source" {
		deriver = dir + hash("drv"+hashed) + "-" + name + ".drv"
	}
	var made []Path
	out := slices.Clone(inputs)
	for _, output := range r.outputs {
		path := Path{
			Path:    dir + hash(output+hashed) + "-" + name + "-" + output,
			Deriver: deriver, NarSize: size / 10,
		}
		if output != "man" {
			path.References = append(path.References, inputs[:(len(inputs)+1)/2]...)
		}
		out = append(out, path.Path)
		made = append(made, path)
	}
	self := dir + hash("out"+hashed) + "-" + name
	if !r.source {
		out = append(out, self)
	}
	return append(made, Path{Path: self, Deriver: deriver, NarSize: size, References: out})
}

// hash gives the 32 letters a store path begins with.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return letters.EncodeToString(sum[:20])
}

// letters are Nix' base 32: none of e, o, t, u.
var letters = base32.NewEncoding("0123456789abcdfghijklmnpqrsvwxyz")
