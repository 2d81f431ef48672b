// Package closure compares what machines are made of: it reads the store paths
// of many toplevels into one graph, names the packages in it, and says per host
// and over the whole fleet what a change adds, removes and moves to another
// version.
//
// It is pure. A [Listing] is what one source tells of closures: the JSON of
// `nix path-info -r --json` by [ParsePathInfo], a saved snapshot by
// [ReadSnapshot], or Nix' database by way of package store. [NewGraph] makes one
// graph of them, [Diff] compares two toplevels in it, and [Fold] lays the
// differences of many hosts on top of each other.
package closure

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// A Path is one valid store path, as every source of closures describes it.
type Path struct {
	// Path is the full store path.
	Path string
	// NarSize is the size of its archive in bytes.
	NarSize int64
	// Deriver is the full path of the .drv it was built from, empty when
	// there is none or nobody knows.
	Deriver string
	// References are the places of the paths it refers to in its listing,
	// possibly its own.
	References []int32
}

// A Listing is what one source tells: whole closures, each path once, in any
// order. Every reference is a place in the same listing.
type Listing []Path

// A Graph holds the closures of any number of toplevels, each path once. It
// never changes once made: any number of goroutines may read it.
type Graph struct {
	// nodes are sorted by hash and path, so that equal closures are equal graphs.
	nodes []node
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

// NewGraph lays listings on top of each other: what the database, a snapshot
// and the command line tell of different toplevels becomes one graph. Of a path
// that several list, the first counts. names says what is known of names beside
// the paths. The error says what in a listing is not as it should be.
func NewGraph(names Names, listings ...Listing) (*Graph, error) {
	paths, places, err := merge(listings)
	if err != nil {
		return nil, err
	}
	g := &Graph{nodes: make([]node, len(paths))}
	var total int64
	for i, path := range paths {
		if total > math.MaxInt64-path.NarSize {
			return nil, fmt.Errorf("the sizes up to %s add up to more than 8 EiB", path.Path)
		}
		total += path.NarSize
		g.nodes[i] = node{path: path.Path, deriver: path.Deriver, size: path.NarSize}
	}
	if err := g.connect(listings, places); err != nil {
		return nil, err
	}
	g.nameNodes(names)
	g.groupByName()
	return g, nil
}

// merge sorts the paths of all listings. places leads from a place in a listing
// to the one among all paths.
func merge(listings []Listing) (paths []*Path, places [][]int32, err error) {
	type entry struct {
		*Path
		// hash begins the path's hash: it tells nearly all of them apart.
		hash           uint64
		listing, place int
	}
	count := 0
	for _, listing := range listings {
		count += len(listing)
	}
	all := make([]entry, 0, count)
	for number, listing := range listings {
		for i := range listing {
			if err := listing[i].check(); err != nil {
				return nil, nil, err
			}
			all = append(all, entry{&listing[i], hashOf(listing[i].Path), number, i})
		}
		places = append(places, make([]int32, len(listing)))
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), strings.Compare(a.Path.Path, b.Path.Path), cmp.Compare(a.listing, b.listing))
	})
	for _, e := range all {
		if last := len(paths) - 1; last < 0 || paths[last].Path != e.Path.Path {
			paths = append(paths, e.Path)
		}
		places[e.listing][e.place] = int32(len(paths) - 1)
	}
	return paths, places, nil
}

func (p *Path) check() error {
	if _, ok := storeName(p.Path); !ok {
		return fmt.Errorf("%q is not a store path", p.Path)
	}
	if p.NarSize < 0 {
		return fmt.Errorf("%s has the size %d", p.Path, p.NarSize)
	}
	if drv, ok := storeName(p.Deriver); p.Deriver != "" && (!ok || !strings.HasSuffix(drv, ".drv")) {
		return fmt.Errorf("%s has the deriver %q, which is not the path of a derivation", p.Path, p.Deriver)
	}
	return nil
}

// hashOf is the beginning of a store path's hash, as a number.
func hashOf(path string) (hash uint64) {
	base := path[strings.LastIndexByte(path, '/')+1:]
	for _, c := range []byte(base[:min(len(base), 8)]) {
		hash = hash<<8 | uint64(c)
	}
	return hash
}

// comparePaths is the order of nodes.
func comparePaths(a, b string) int {
	return cmp.Or(cmp.Compare(hashOf(a), hashOf(b)), strings.Compare(a, b))
}

// connect sets the references of every node; a path's reference to itself says
// nothing about a closure and is left out.
func (g *Graph) connect(listings []Listing, places [][]int32) error {
	done := make([]bool, len(g.nodes))
	for number, listing := range listings {
		for i, path := range listing {
			at := places[number][i]
			if done[at] {
				continue
			}
			done[at] = true
			refs := make([]int32, 0, len(path.References))
			for _, to := range path.References {
				if to < 0 || int(to) >= len(listing) {
					return fmt.Errorf("%s refers to place %d of %d: the listing is no whole closure", path.Path, to, len(listing))
				}
				if to := places[number][to]; to != at {
					refs = append(refs, to)
				}
			}
			slices.Sort(refs)
			g.nodes[at].refs = slices.Compact(refs)
		}
	}
	return nil
}

// groupByName makes the groups, sorted by name.
func (g *Graph) groupByName() {
	numbers := make(map[string]int32, len(g.nodes))
	var sizes []int32
	for i := range g.nodes {
		n := &g.nodes[i]
		number, ok := numbers[n.name.Pname]
		if !ok {
			number = int32(len(numbers))
			numbers[n.name.Pname] = number
			sizes = append(sizes, 0)
		}
		n.group = number
		sizes[number]++
	}
	names := slices.Sorted(maps.Keys(numbers))
	rank := make([]int32, len(names))
	g.groups = make([]group, len(names))
	members := make([]int32, len(g.nodes))
	for i, name := range names {
		number := numbers[name]
		rank[number] = int32(i)
		g.groups[i] = group{pname: name, members: members[:0:sizes[number]]}
		members = members[sizes[number]:]
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		n.group = rank[n.group]
		g.groups[n.group].members = append(g.groups[n.group].members, int32(i))
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
		if !inName[c] {
			return "", false
		}
	}
	return base[hash+1:], true
}

// inName are the characters of a store path's name.
var inName = func() (ok [256]bool) {
	for c := range ok {
		ok[c] = isDigit(byte(c)) || isLetter(byte(c)) || strings.IndexByte("+-._?=", byte(c)) >= 0
	}
	return ok
}()

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
