package closure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Delta is what separates two toplevels of one machine. The toplevels
// themselves, which always differ, have no row in it. Every list is sorted by
// name and none is nil.
type Delta struct {
	Size    Size     `json:"size"`
	Added   []Item   `json:"added"`
	Removed []Item   `json:"removed"`
	Changed []Change `json:"changed"`
	// Rebuilt counts the names whose versions stayed and whose paths did not.
	Rebuilt int `json:"rebuilt"`
}

// Size is the sum of all NAR sizes of a closure on either side, in bytes.
type Size struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// An Item is a name that only one side has.
type Item struct {
	Name     string   `json:"name"`
	Versions Versions `json:"versions"`
	// Size is the NAR size of all its paths, in bytes.
	Size int64 `json:"size"`
	// Direct says that a person asked for it; see [Diff].
	Direct bool `json:"direct"`
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
	d := differ{graph: g, marks: make([]mark, len(g.nodes))}
	delta := &Delta{Added: []Item{}, Removed: []Item{}, Changed: []Change{}}
	for _, side := range []struct {
		root string
		in   mark
		size *int64
	}{{before, inBefore, &delta.Size.Before}, {after, inAfter, &delta.Size.After}} {
		root, ok := g.index[side.root]
		if !ok {
			return nil, fmt.Errorf("comparing closures: %s is not among the %d paths Nix listed: list the closures of both toplevels", side.root, len(g.nodes))
		}
		closure := d.walk(root, side.in)
		d.markDirect(closure, side.in)
		for _, i := range closure {
			*side.size += g.nodes[i].size
		}
	}
	for _, number := range d.touchedGroups() {
		d.compare(g.groups[number], delta)
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
)

type differ struct {
	graph *Graph
	marks []mark
	// seen are the nodes of the closure before, then those of the one after.
	seen []int32
}

// walk marks the closure of root and returns it, root first.
func (d *differ) walk(root int32, in mark) []int32 {
	first := len(d.seen)
	d.marks[root] |= in | isRoot
	d.seen = append(d.seen, root)
	for next := first; next < len(d.seen); next++ {
		for _, to := range d.graph.nodes[d.seen[next]].refs {
			if d.marks[to]&in == 0 {
				d.marks[to] |= in
				d.seen = append(d.seen, to)
			}
		}
	}
	return d.seen[first:]
}

func (d *differ) markDirect(closure []int32, in mark) {
	nodes := d.graph.nodes
	environments := closure[:1:1]
	for _, to := range nodes[closure[0]].refs {
		if nodes[to].name.Pname == "system-path" {
			environments = []int32{to}
		}
	}
	for _, i := range closure {
		if pname := nodes[i].name.Pname; pname == "user-environment" || pname == "home-manager-path" {
			environments = append(environments, i)
		}
	}
	for _, environment := range environments {
		for _, to := range nodes[environment].refs {
			d.marks[to] |= in << asDirect
		}
	}
}

// moved says that a node is in one closure only, and no toplevel.
func (d *differ) moved(i int32) bool {
	in := d.marks[i] & (inBefore | inAfter | isRoot)
	return in == inBefore || in == inAfter
}

func (d *differ) touchedGroups() []int32 {
	touched := make([]bool, len(d.graph.groups))
	var numbers []int32
	for _, i := range d.seen {
		if number := d.graph.nodes[i].group; d.moved(i) && !touched[number] {
			touched[number] = true
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// compare adds to delta what became of one name.
func (d *differ) compare(g group, delta *Delta) {
	before, after := d.side(g, inBefore), d.side(g, inAfter)
	switch {
	case before.paths == 0:
		delta.Added = append(delta.Added, Item{Name: g.pname, Versions: after.versions, Size: after.size, Direct: after.direct})
	case after.paths == 0:
		delta.Removed = append(delta.Removed, Item{Name: g.pname, Versions: before.versions, Size: before.size, Direct: before.direct})
	case slices.Equal(before.versions, after.versions):
		delta.Rebuilt++
	default:
		delta.Changed = append(delta.Changed, Change{
			Name: g.pname, Before: before.versions, After: after.versions,
			Kind:      kindOf(before.versions, after.versions),
			SizeDelta: after.size - before.size,
			Direct:    before.direct || after.direct,
		})
	}
}

type side struct {
	paths    int
	versions Versions
	size     int64
	direct   bool
}

// side sums up the paths of a group in one closure. They come sorted by version
// and output, so that copies are neighbours.
func (d *differ) side(g group, in mark) side {
	s := side{versions: Versions{}}
	var last parsedName
	// copies are those of the last version, outputs the paths of its last output.
	copies, outputs := 0, 0
	for _, i := range g.members {
		n := &d.graph.nodes[i]
		if d.marks[i]&in == 0 || d.marks[i]&isRoot != 0 {
			continue
		}
		s.paths++
		s.size += n.size
		s.direct = s.direct || d.marks[i]&(in<<asDirect) != 0 && d.moved(i)
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

func (d *Delta) sort() {
	byName := func(a, b Item) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(d.Added, byName)
	slices.SortFunc(d.Removed, byName)
	slices.SortFunc(d.Changed, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
}

// pairInterpreters makes one change of python3.12-requests that went and
// python3.13-requests that came. Where several came or went, the highest are a
// pair; what is left over stays added or removed.
func (d *Delta) pairInterpreters() {
	removed, added := byLanguage(d.Removed), byLanguage(d.Added)
	paired := map[string]bool{}
	for key, went := range removed {
		came := added[key]
		for i := 1; i <= min(len(went), len(came)); i++ {
			before, after := went[len(went)-i], came[len(came)-i]
			paired[before.Name], paired[after.Name] = true, true
			d.Changed = append(d.Changed, pair(before, after))
		}
	}
	isPaired := func(item Item) bool { return paired[item.Name] }
	d.Added = slices.DeleteFunc(d.Added, isPaired)
	d.Removed = slices.DeleteFunc(d.Removed, isPaired)
}

func pair(before, after Item) Change {
	change := Change{
		Name: after.Name, Was: before.Name, Before: before.Versions, After: after.Versions,
		Kind:      kindOf(before.Versions, after.Versions),
		SizeDelta: after.Size - before.Size,
		Direct:    before.Direct || after.Direct,
	}
	if slices.Equal(before.Versions, after.Versions) {
		from, _ := splitInterpreter(before.Name)
		to, _ := splitInterpreter(after.Name)
		change.Kind = kindOf(Versions{from}, Versions{to})
	}
	return change
}

// byLanguage files the packages of interpreters under their name without the
// interpreter's version, lowest interpreter first.
func byLanguage(items []Item) map[string][]Item {
	filed := map[string][]Item{}
	for _, item := range items {
		if prefix, rest := splitInterpreter(item.Name); prefix != "" {
			key := language(prefix) + "-" + rest
			filed[key] = append(filed[key], item)
		}
	}
	for _, items := range filed {
		slices.SortFunc(items, func(a, b Item) int {
			return cmp.Or(compareVersions(a.Name, b.Name), strings.Compare(a.Name, b.Name))
		})
	}
	return filed
}
