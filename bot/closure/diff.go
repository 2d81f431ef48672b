package closure

import (
	"fmt"
	"slices"
	"strings"
)

// A Delta is what separates two toplevels of one machine. The toplevels
// themselves, which always differ, have no row in it. Every list is sorted by
// name and none is nil.
type Delta struct {
	Size Size `json:"size"`
	// Paths is the number of store paths of a closure on either side.
	Paths   Size     `json:"paths"`
	Added   []Item   `json:"added"`
	Removed []Item   `json:"removed"`
	Changed []Change `json:"changed"`
	// Rebuilt counts the names whose versions stayed and whose paths did not.
	Rebuilt int `json:"rebuilt"`
}

// Size is how large a closure is on either side: the sum of all its NAR sizes
// in bytes, or the number of its paths.
type Size struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// An Item is a name that only one side has.
type Item struct {
	Name     string   `json:"name"`
	Versions Versions `json:"versions"`
	// Size is the NAR size of all its paths, in bytes. With adds what came or
	// went along: other names that only this side has and that it refers to,
	// directly or not. Names that several brought count with each of them.
	Size int64 `json:"size"`
	With int64 `json:"with"`
	// Direct says that a person asked for it; see [Diff].
	Direct bool `json:"direct"`
	// Services are the units that refer to it: "nginx.service".
	Services []string `json:"services,omitempty"`
	// Why is the shortest way to it: names from a reference of the toplevel
	// down to this one.
	Why []string `json:"why,omitempty"`
}

// A Change is a name that both sides have in different versions.
type Change struct {
	// Name is that of the side after.
	Name string `json:"name"`
	// Was is the name before, where the package moved with its interpreter:
	// python3.12-requests to python3.13-requests.
	Was    string   `json:"was,omitempty"`
	Before Versions `json:"before"`
	After  Versions `json:"after"`
	Kind   Kind     `json:"kind"`
	// SizeDelta is what the NAR sizes of all its paths grew by, in bytes.
	SizeDelta int64 `json:"sizeDelta"`
	// Direct says that a person asked for it; see [Diff].
	Direct bool `json:"direct"`
	// Services are the units that refer to it: "nginx.service".
	Services []string `json:"services,omitempty"`
}

// Counts are the numbers of packages in a delta.
type Counts struct{ Changed, Added, Removed int }

// Counts leaves out what is no package: unit files, configuration and other
// glue that has no version and that nobody asked for.
func (d *Delta) Counts() Counts {
	counts := Counts{Changed: len(d.Changed)}
	for _, item := range d.Added {
		if item.isPackage() {
			counts.Added++
		}
	}
	for _, item := range d.Removed {
		if item.isPackage() {
			counts.Removed++
		}
	}
	return counts
}

func (i Item) isPackage() bool { return len(i.Versions) > 0 || i.Direct }

// Diff compares the closures of two store paths of g. A package is direct when
// a path of it that came or went is referred to by the toplevel's system-path
// or by a user's environment (users.users.<name>.packages, home-manager), or by
// the root itself where the root is no NixOS system. The error says which root
// g does not hold.
func Diff(g *Graph, before, after string) (*Delta, error) {
	d := differ{graph: g, marks: make([]mark, len(g.nodes)), held: make([]mark, len(g.groups)), stamps: make([]int32, len(g.nodes))}
	delta := &Delta{Added: []Item{}, Removed: []Item{}, Changed: []Change{}}
	for _, side := range []struct {
		root string
		in   mark
		tree *tree

		size, paths *int64
	}{
		{before, inBefore, &d.before, &delta.Size.Before, &delta.Paths.Before},
		{after, inAfter, &d.after, &delta.Size.After, &delta.Paths.After},
	} {
		root, err := g.find(side.root)
		if err != nil {
			return nil, fmt.Errorf("comparing closures: %w", err)
		}
		*side.tree = g.walk(root)
		*side.size = d.enter(*side.tree, side.in)
		*side.paths = int64(len(side.tree.nodes))
	}
	d.serve(d.before)
	d.serve(d.after)
	for _, number := range d.touchedGroups() {
		d.compare(number, delta)
	}
	delta.pairInterpreters()
	delta.sort()
	return delta, nil
}

// A mark says in which closures a node is, and whether it is direct there.
type mark uint8

const (
	inBefore mark = 1 << iota
	inAfter
	directBefore
	directAfter
	isRoot
	// asDirect shifts inBefore to directBefore and inAfter to directAfter.
	asDirect = 2
	inBoth   = inBefore | inAfter
)

type differ struct {
	graph         *Graph
	before, after tree
	// marks are those of nodes; held says which closures have a path of a name.
	marks, held []mark
	// units are the places of the unit files that refer to a node that moved.
	units map[int32][]int32
	// left and came are the nodes of one name that moved, stamps and stamp what
	// with has seen in its turn: each is used again and again.
	left, came, stamps []int32
	stamp              int32
}

// enter marks the nodes of a closure and returns the sum of their sizes.
func (d *differ) enter(t tree, in mark) (size int64) {
	nodes := d.graph.nodes
	d.marks[t.nodes[0]] |= isRoot
	environments := t.nodes[:1:1]
	for _, to := range nodes[t.nodes[0]].refs {
		if nodes[to].name.Pname == "system-path" {
			environments = []int32{to}
		}
	}
	for _, i := range t.nodes {
		d.marks[i] |= in
		size += nodes[i].size
		if pname := nodes[i].name.Pname; pname == "user-environment" || pname == "home-manager-path" {
			environments = append(environments, i)
		}
	}
	for _, i := range t.nodes[1:] {
		d.held[nodes[i].group] |= in
	}
	for _, environment := range environments {
		for _, to := range nodes[environment].refs {
			d.marks[to] |= in << asDirect
		}
	}
	return size
}

// moved says that a node is in one closure only, and no toplevel.
func (d *differ) moved(i int32) bool {
	in := d.marks[i] & (inBoth | isRoot)
	return in == inBefore || in == inAfter
}

// touchedGroups are the names of which a path moved, in order.
func (d *differ) touchedGroups() []int32 {
	touched := make([]bool, len(d.graph.groups))
	for _, t := range []tree{d.before, d.after} {
		for _, i := range t.nodes {
			if d.moved(i) {
				touched[d.graph.nodes[i].group] = true
			}
		}
	}
	var numbers []int32
	for number, is := range touched {
		if is {
			numbers = append(numbers, int32(number))
		}
	}
	return numbers
}

// compare adds to delta what became of one name.
func (d *differ) compare(number int32, delta *Delta) {
	before, after := d.side(number, inBefore, d.left[:0]), d.side(number, inAfter, d.came[:0])
	d.left, d.came = before.moved, after.moved
	name := d.graph.groups[number].pname
	switch {
	case before.paths == 0:
		delta.Added = append(delta.Added, d.item(number, after, d.after))
	case after.paths == 0:
		delta.Removed = append(delta.Removed, d.item(number, before, d.before))
	case slices.Equal(before.versions, after.versions):
		delta.Rebuilt++
	default:
		delta.Changed = append(delta.Changed, Change{
			Name: name, Before: before.versions, After: after.versions,
			Kind:      kindOf(before.versions, after.versions),
			SizeDelta: after.size - before.size,
			Direct:    before.direct || after.direct,
			Services:  d.services(before.moved, after.moved),
		})
	}
}

// item is a name that only the closure of t has.
func (d *differ) item(number int32, s side, t tree) Item {
	return Item{
		Name: d.graph.groups[number].pname, Versions: s.versions, Size: s.size, Direct: s.direct,
		With: d.with(s.moved), Services: d.services(s.moved), Why: d.graph.why(t, s.moved),
	}
}

type side struct {
	paths    int
	versions Versions
	size     int64
	direct   bool
	// moved are its nodes that the other closure does not have.
	moved []int32
}

// side sums up the paths of a name in one closure. They come sorted by version
// and output, so that copies are neighbours.
func (d *differ) side(number int32, in mark, moved []int32) side {
	s := side{versions: Versions{}, moved: moved}
	var last parsedName
	// copies are those of the last version, outputs the paths of its last output.
	copies, outputs := 0, 0
	for _, i := range d.graph.groups[number].members {
		n := &d.graph.nodes[i]
		if d.marks[i]&in == 0 || d.marks[i]&isRoot != 0 {
			continue
		}
		s.paths++
		s.size += n.size
		if d.moved(i) {
			s.moved = append(s.moved, i)
			s.direct = s.direct || d.marks[i]&(in<<asDirect) != 0
		}
		if n.name.Version != last.Version {
			copies = 0
		}
		if n.name != last {
			outputs = 0
		}
		last = n.name
		outputs++
		if outputs > copies && n.name.Version != "" {
			copies++
			if len(s.versions) == 0 {
				s.versions = n.versions
				continue
			}
			s.versions = append(s.versions, n.name.Version)
		}
	}
	return s
}

// with sums up the sizes of nodes and of all below them whose names are only in
// one closure, too.
func (d *differ) with(from []int32) (size int64) {
	d.stamp++
	var queue []int32
	see := func(nodes []int32) {
		for _, i := range nodes {
			if d.stamps[i] != d.stamp && d.held[d.graph.nodes[i].group] != inBoth {
				d.stamps[i] = d.stamp
				size += d.graph.nodes[i].size
				queue = append(queue, i)
			}
		}
	}
	see(from)
	for next := 0; next < len(queue); next++ {
		see(d.graph.nodes[queue[next]].refs)
	}
	return size
}

func (d *Delta) sort() {
	byName := func(a, b Item) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(d.Added, byName)
	slices.SortFunc(d.Removed, byName)
	slices.SortFunc(d.Changed, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
}
