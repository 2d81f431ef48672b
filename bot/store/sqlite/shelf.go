package sqlite

import (
	"cmp"
	"slices"
	"sort"
)

// A sorted is a node with the integers that its cells are in the order of.
type sorted struct {
	node
	// keys and values are nil at first. Most rows lie beside others that are
	// asked for, and some do not: they are read when the page is seen again.
	keys, values []int64
	// read reads one of each.
	read func(n node, cell int) (key, value int64, err error)
}

// pair is the key of a cell, and the value that comes with it.
func (s *sorted) pair(cell int) (key, value int64, err error) {
	if s.keys != nil {
		return s.keys[cell], s.values[cell], nil
	}
	return s.read(s.node, cell)
}

// first is the first cell whose key is not less.
func (s *sorted) first(key int64) (cell int, err error) {
	if s.keys != nil {
		cell, _ = slices.BinarySearch(s.keys, key)
		return cell, nil
	}
	cell = sort.Search(s.cells, func(i int) bool {
		at, _, bad := s.read(s.node, i)
		err = cmp.Or(err, bad)
		return at >= key
	})
	return cell, err
}

// fill reads the keys and values.
func (s *sorted) fill() error {
	both := make([]int64, 2*s.cells)
	keys, values := both[:s.cells], both[s.cells:]
	for i := range keys {
		var err error
		if keys[i], values[i], err = s.read(s.node, i); err != nil {
			return err
		}
	}
	s.keys, s.values = keys, values
	return nil
}

// A shelf has the nodes of one b-tree that were seen so far.
type shelf struct {
	nodes map[uint32]*sorted
	fresh func(page uint32) (sorted, error)
}

func (s *shelf) node(page uint32) (*sorted, error) {
	if n := s.nodes[page]; n != nil {
		if n.keys == nil {
			return n, n.fill()
		}
		return n, nil
	}
	n, err := s.fresh(page)
	if err != nil {
		return nil, err
	}
	s.nodes[page] = &n
	return &n, nil
}
