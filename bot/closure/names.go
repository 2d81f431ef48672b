package closure

import (
	"maps"
	"slices"
	"strings"
)

// Names is what is known of names beside the store paths themselves. The zero
// value knows nothing: rules have to do.
type Names struct {
	// Derivation tells what a derivation, by the full path of its .drv, says
	// of itself: the pname and version of its environment, empty where it has
	// none. It is asked only where a name leaves doubt, and may be nil.
	Derivation func(drv string) (pname, version string, ok bool)
	// Inputs are the flake inputs by the store path of their source: a path
	// called "source" says nothing to a reader.
	Inputs map[string]Input
}

// An Input is a flake input whose source is part of a closure.
type Input struct {
	// Name is that of the input: "nixpkgs".
	Name string
	// Version says where it stands: a date and a revision.
	Version string
}

// nameNodes parses the names of all nodes: by rules where these are sure, by
// the word of the derivation where there is doubt.
func (g *Graph) nameNodes(names Names) {
	told := told{ask: names.Derivation, names: map[string]parsedName{}, shapes: map[string]string{}}
	var silent []int
	for i := range g.nodes {
		n := &g.nodes[i]
		name, drv := afterHash(n.path), strings.TrimSuffix(afterHash(n.deriver), ".drv")
		n.name = parseName(name, drv)
		if input, ok := names.Inputs[n.path]; ok {
			n.name = parsedName{Pname: input.Name + " (source)", Version: input.Version}
		} else if told.ask != nil && n.name.doubtful() && !told.rename(n, name, drv) {
			silent = append(silent, i)
		}
	}
	for _, i := range silent {
		told.guess(&g.nodes[i])
	}
	g.trimKernelVersions()
	g.shareVersions()
}

// afterHash is what storeName gives for a path that is known to be one; nothing
// for none.
func afterHash(path string) string {
	const hash = "/00000000000000000000000000000000-"
	return path[min(strings.LastIndexByte(path, '/')+len(hash), len(path)):]
}

// told is what derivations said of themselves.
type told struct {
	ask func(drv string) (pname, version string, ok bool)
	// names are the answers by the name of the derivation: the other side of a
	// diff has most of them, too, and not always on this machine.
	names map[string]parsedName
	// shapes are the letters that versions begin with, mostly none, by package.
	shapes map[string]string
}

// rename asks the derivation of n for its name, and reports whether it is known.
func (t told) rename(n *node, name, drv string) bool {
	if !derived(name, drv) {
		return false
	}
	said, ok := t.names[drv]
	if !ok {
		pname, version, known := t.ask(n.deriver)
		if said, ok = tellName(drv, pname, version); !known || !ok {
			return false
		}
		t.names[drv] = said
		t.shapes[said.Pname] = said.Version[:max(strings.IndexAny(said.Version, "0123456789"), 0)]
	}
	n.name = said
	n.name.Output = joinPieces(said.Output, strings.TrimPrefix(name[len(drv):], "-"))
	return true
}

// guess parts the name of n behind the longest package that a derivation named,
// if a version of the same shape follows.
func (t told) guess(n *node) {
	whole := joinPieces(n.name.Pname, n.name.Version)
	for at := len(whole) - 2; at > 0; at-- {
		if whole[at] != '-' {
			continue
		}
		shape, ok := t.shapes[whole[:at]]
		rest, same := strings.CutPrefix(whole[at+1:], shape)
		if ok && same && (rest == "" || isDigit(rest[0])) {
			n.name.Pname, n.name.Version = whole[:at], whole[at+1:]
			return
		}
	}
}

func joinPieces(a, b string) string { return strings.Trim(a+"-"+b, "-") }

// trimKernelVersions takes the kernel's version off the versions of kernel
// modules: nvidia-x11-570.86.16-6.12.10 is 570.86.16, and does not change
// because the kernel does.
func (g *Graph) trimKernelVersions() {
	kernels := map[string]bool{}
	for i := range g.nodes {
		if name := &g.nodes[i].name; name.Version != "" && isKernel(name.Pname) {
			kernels[name.Version] = true
		}
	}
	// 6.13-rc1 comes before 6.13, which begins it.
	for _, kernel := range slices.Backward(slices.Sorted(maps.Keys(kernels))) {
		for i := range g.nodes {
			g.nodes[i].name.trimKernel(kernel)
		}
	}
}

// shareVersions gives nodes of one version one string, for it is compared
// often, and a list of it for the deltas.
func (g *Graph) shareVersions() {
	shared := map[string]Versions{"": nil}
	for i := range g.nodes {
		n := &g.nodes[i]
		versions, ok := shared[n.name.Version]
		if !ok {
			versions = Versions{n.name.Version}
			shared[n.name.Version] = versions
		}
		if len(versions) > 0 {
			n.name.Version, n.versions = versions[0], versions
		}
	}
}
