package closure

import (
	"fmt"
	"slices"
)

// find is the place of a path.
func (g *Graph) find(path string) (int32, error) {
	i, ok := slices.BinarySearchFunc(g.nodes, path, func(n node, path string) int { return comparePaths(n.path, path) })
	if !ok {
		return 0, fmt.Errorf("%s is not among the %d paths Nix listed: list the closures of both toplevels", path, len(g.nodes))
	}
	return int32(i), nil
}

// Deriver is the .drv that a path of g was built from, empty where g does not
// hold the path or nobody knows.
func (g *Graph) Deriver(path string) string {
	if i, err := g.find(path); err == nil {
		return g.nodes[i].deriver
	}
	return ""
}

// A tree is a closure: its nodes in the order of a walk in breadth, the root
// first, and by node the one the walk came from.
type tree struct {
	nodes, parent []int32
}

const unseen, top = -1, -2

func (g *Graph) walk(root int32) tree {
	t := tree{nodes: make([]int32, 1, len(g.nodes)), parent: make([]int32, len(g.nodes))}
	for i := range t.parent {
		t.parent[i] = unseen
	}
	t.nodes[0], t.parent[root] = root, top
	for next := 0; next < len(t.nodes); next++ {
		from := t.nodes[next]
		for _, to := range g.nodes[from].refs {
			if t.parent[to] == unseen {
				t.parent[to] = from
				t.nodes = append(t.nodes, to)
			}
		}
	}
	return t
}

// path is the shortest way from the root of t to a node, without the root.
func (t tree) path(to int32) []int32 {
	var way []int32
	for ; t.parent[to] >= 0; to = t.parent[to] {
		way = append(way, to)
	}
	slices.Reverse(way)
	return way
}

// why names the steps of the shortest way to one of nodes.
func (g *Graph) why(t tree, nodes []int32) []string {
	var shortest []int32
	for _, i := range nodes {
		if way := t.path(i); shortest == nil || len(way) < len(shortest) {
			shortest = way
		}
	}
	names := make([]string, len(shortest))
	for i, at := range shortest {
		names[i] = g.nodes[at].name.Pname
	}
	return names
}

// A Step is one path on the way from a root to a package.
type Step struct {
	// Path is the store path, Name and Version what is in it.
	Path    string `json:"path"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	// Size is its NAR size in bytes.
	Size int64 `json:"size"`
}

// Why finds what keeps a package in the closure of root: for every path of it
// the shortest chain of references, root first, the shortest chain first. wanted
// is a package's name, a store path, or the name of one without its hash. There
// is no chain where the closure has no such package.
func (g *Graph) Why(root, wanted string) ([][]Step, error) {
	at, err := g.find(root)
	if err != nil {
		return nil, fmt.Errorf("looking for %s: %w", wanted, err)
	}
	t := g.walk(at)
	var chains [][]Step
	for _, i := range t.nodes {
		n := &g.nodes[i]
		if name, _ := storeName(n.path); wanted != n.path && wanted != name && wanted != n.name.Pname {
			continue
		}
		chain := []Step{g.step(at)}
		for _, i := range t.path(i) {
			chain = append(chain, g.step(i))
		}
		chains = append(chains, chain)
	}
	return chains, nil
}

func (g *Graph) step(i int32) Step {
	n := &g.nodes[i]
	return Step{Path: n.path, Name: n.name.Pname, Version: n.name.Version, Size: n.size}
}
