// Package closure compares what machines are made of: it reads the store paths
// of many toplevels into one graph, names the packages in it, and says per host
// and over the whole fleet what a change adds, removes and moves to another
// version.
//
// It is pure. [ParsePathInfo] reads what `nix path-info -r --json` printed,
// [Diff] compares two toplevels of one [Graph], and [Fold] lays the differences
// of many hosts on top of each other.
package closure

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// A pathInfo is one valid store path as Nix describes it.
type pathInfo struct {
	// Path is the full store path.
	Path string `json:"path"`
	// NarSize is the size of its archive in bytes.
	NarSize int64 `json:"narSize"`
	// References are full store paths, possibly Path itself.
	References []string `json:"references"`
	// Deriver is the full path of the .drv it was built from, empty when
	// there is none or nobody knows.
	Deriver string `json:"deriver"`
}

// A Graph holds the closures of any number of toplevels, each path once. It
// never changes once made: any number of goroutines may read it.
type Graph struct {
	// nodes are sorted by path, so that equal closures are equal graphs.
	nodes []node
	index map[string]int32
	// groups hold the nodes of one package name each, sorted by version and
	// then output.
	groups []group
}

type node struct {
	path, deriver string
	size          int64
	name          parsedName
	// versions is the name's version alone; none where it has none.
	versions Versions
	group    int32
	refs     []int32
}

type group struct {
	pname   string
	members []int32
}

// newGraph makes a graph of infos, which must hold every path that one of them
// refers to, and each path once. Their order does not matter.
func newGraph(infos []pathInfo) (*Graph, error) {
	infos = slices.Clone(infos)
	slices.SortFunc(infos, func(a, b pathInfo) int { return strings.Compare(a.Path, b.Path) })
	g := &Graph{nodes: make([]node, len(infos)), index: make(map[string]int32, len(infos))}
	var total int64
	for i, info := range infos {
		n, err := newNode(info)
		if err != nil {
			return nil, err
		}
		if _, ok := g.index[info.Path]; ok {
			return nil, fmt.Errorf("%s is listed twice", info.Path)
		}
		if total > math.MaxInt64-info.NarSize {
			return nil, fmt.Errorf("the sizes up to %s add up to more than 8 EiB", info.Path)
		}
		total += info.NarSize
		g.nodes[i], g.index[info.Path] = n, int32(i)
	}
	if err := g.connect(infos); err != nil {
		return nil, err
	}
	g.trimKernelVersions()
	g.shareVersions()
	g.groupByName()
	return g, nil
}

func newNode(info pathInfo) (node, error) {
	name, ok := storeName(info.Path)
	if !ok {
		return node{}, fmt.Errorf("%q is not a store path", info.Path)
	}
	if info.NarSize < 0 {
		return node{}, fmt.Errorf("%s has the size %d", info.Path, info.NarSize)
	}
	deriver := ""
	if info.Deriver != "" {
		drv, ok := storeName(info.Deriver)
		if !ok || !strings.HasSuffix(drv, ".drv") {
			return node{}, fmt.Errorf("%s has the deriver %q, which is not the path of a derivation", info.Path, info.Deriver)
		}
		deriver = strings.TrimSuffix(drv, ".drv")
	}
	return node{path: info.Path, deriver: info.Deriver, size: info.NarSize, name: parseName(name, deriver)}, nil
}

// connect turns references into node numbers; a path's reference to itself
// says nothing about a closure and is left out.
func (g *Graph) connect(infos []pathInfo) error {
	count := 0
	for _, info := range infos {
		count += len(info.References)
	}
	edges := make([]int32, 0, count)
	for i, info := range infos {
		first := len(edges)
		for _, reference := range info.References {
			to, ok := g.index[reference]
			if !ok {
				return fmt.Errorf("%s refers to %q, which is not listed: the listing is no whole closure", info.Path, reference)
			}
			if to != int32(i) {
				edges = append(edges, to)
			}
		}
		refs := edges[first:len(edges):len(edges)]
		slices.Sort(refs)
		g.nodes[i].refs = refs
	}
	return nil
}

// trimKernelVersions takes the kernel's version off the versions of kernel
// modules: nvidia-x11-570.86.16-6.12.10 is 570.86.16, and does not change
// because the kernel does.
func (g *Graph) trimKernelVersions() {
	kernels := map[string]bool{}
	for _, n := range g.nodes {
		if n.name.Version != "" && isKernel(n.name.Pname) {
			kernels[n.name.Version] = true
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

func (g *Graph) groupByName() {
	numbers := map[string]int32{}
	for i := range g.nodes {
		pname := g.nodes[i].name.Pname
		number, ok := numbers[pname]
		if !ok {
			number = int32(len(g.groups))
			numbers[pname] = number
			g.groups = append(g.groups, group{pname: pname})
		}
		g.nodes[i].group = number
		g.groups[number].members = append(g.groups[number].members, int32(i))
	}
	for _, group := range g.groups {
		slices.SortFunc(group.members, func(a, b int32) int {
			return compareNames(g.nodes[a].name, g.nodes[b].name)
		})
	}
}

// storeName gives what follows the hash of a store path, and whether path is
// one: https://nix.dev/manual/nix/2.34/store/store-path. Any store directory
// will do.
func storeName(path string) (string, bool) {
	const hash = 32
	base := path[strings.LastIndexByte(path, '/')+1:]
	if path == base || path[0] != '/' || len(base) < hash+2 || len(base) > hash+1+211 || base[hash] != '-' {
		return "", false
	}
	for _, c := range []byte(base[:hash]) {
		if !isDigit(c) && (c < 'a' || c > 'z') {
			return "", false
		}
	}
	for _, c := range []byte(base[hash+1:]) {
		if !isDigit(c) && !isLetter(c) && !strings.ContainsRune("+-._?=", rune(c)) {
			return "", false
		}
	}
	return base[hash+1:], true
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
