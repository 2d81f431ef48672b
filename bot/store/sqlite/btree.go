package sqlite

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sort"
)

// Kinds of b-tree pages: https://www.sqlite.org/fileformat2.html#b_tree_pages
const (
	indexInner, tableInner, indexLeaf, tableLeaf = 2, 5, 10, 13
)

const (
	// maxDepth is SQLite's own limit.
	maxDepth = 20
	// maxPayload is far above any row of Nix.
	maxPayload = 1 << 20
)

// A node is one page of a b-tree.
type node struct {
	page  []byte // its usable part
	inner bool
	cells int
	at    int // where the places of the cells stand
}

// node reads a page that has to be of one of two kinds.
func (p *pager) node(page uint32, inner, leaf byte) (node, error) {
	data, err := p.page(page)
	if err != nil {
		return node{}, err
	}
	at := 0
	if page == 1 {
		at = headerSize
	}
	kind := data[at]
	if kind != inner && kind != leaf {
		return node{}, corrupt("page %d is of kind %d", page, kind)
	}
	n := node{page: data[:p.usable], inner: kind == inner, cells: int(binary.BigEndian.Uint16(data[at+3:])), at: at + 8}
	if n.inner {
		n.at += 4
	}
	if n.at+2*n.cells > p.usable {
		return node{}, corrupt("page %d has %d cells", page, n.cells)
	}
	return n, nil
}

// cell returns the cell at a place, and what follows it; nothing where that
// lies outside.
func (n node) cell(i int) []byte {
	at := int(binary.BigEndian.Uint16(n.page[n.at+2*i:]))
	return n.page[min(at, len(n.page)):]
}

// child returns the page left of a cell, or right of them all.
func (n node) child(i int) uint32 {
	if i == n.cells {
		return binary.BigEndian.Uint32(n.page[n.at-4:])
	}
	return number(n.cell(i))
}

// A keyed is a node with the integers that its cells are in the order of.
type keyed struct {
	node
	keys []int64 // nil at first
}

// nodes are those seen so far. Most rows lie beside others that are asked for,
// and some do not: the keys are read when a page is seen for the second time.
type nodes map[uint32]*keyed

// of gives a page, and its first cell that is not less than key.
func (s nodes) of(page uint32, key int64, read func() (node, error), integer func(node, int) (int64, error)) (n node, first int, err error) {
	k := s[page]
	if k == nil {
		if n, err = read(); err != nil {
			return n, 0, err
		}
		s[page] = &keyed{node: n}
		first = sort.Search(n.cells, func(i int) bool {
			value, bad := integer(n, i)
			err = cmp.Or(err, bad)
			return value >= key
		})
		return n, first, err
	}
	if k.keys == nil {
		k.keys = make([]int64, k.cells)
		for i := range k.keys {
			if k.keys[i], err = integer(k.node, i); err != nil {
				return n, 0, err
			}
		}
	}
	first, _ = slices.BinarySearch(k.keys, key)
	return k.node, first, nil
}

// A Table is read row by row.
type Table struct {
	pager  *pager
	root   uint32
	record Record
	nodes  nodes
	// columns is how many of them lead to all that are asked for.
	columns int
}

// Row finds a row by its rowid, and returns nil where there is none.
func (t *Table) Row(id int64) (*Record, error) {
	page := t.root
	for range maxDepth {
		n, place, err := t.nodes.of(page, id,
			func() (node, error) { return t.pager.node(page, tableInner, tableLeaf) },
			func(n node, i int) (int64, error) { return n.rowid(i), nil })
		if err != nil {
			return nil, err
		}
		if n.inner {
			page = n.child(place)
			continue
		}
		if place == n.cells || n.rowid(place) != id {
			return nil, nil
		}
		return t.row(n, place)
	}
	return nil, corrupt("a table is more than %d pages deep", maxDepth)
}

// rowid returns that of a cell.
func (n node) rowid(i int) int64 {
	cell := n.cell(i)
	if n.inner {
		cell = cell[min(4, len(cell)):]
	} else {
		_, size := varint(cell)
		cell = cell[size:]
	}
	id, _ := varint(cell)
	return int64(id)
}

// row reads the cell of a leaf.
func (t *Table) row(n node, i int) (*Record, error) {
	cell := n.cell(i)
	size, length := varint(cell)
	_, id := varint(cell[length:])
	payload, err := t.pager.payload(cell[length+id:], size, t.pager.usable-35)
	if err != nil {
		return nil, err
	}
	return &t.record, t.record.parse(payload, t.columns)
}

// each calls yield with every row below a page.
func (t *Table) each(page uint32, budget *walk, yield func(*Record) error) error {
	if err := budget.step(); err != nil {
		return err
	}
	defer budget.back()
	n, err := t.pager.node(page, tableInner, tableLeaf)
	if err != nil {
		return err
	}
	for i := range n.cells {
		if n.inner {
			if err := t.each(n.child(i), budget, yield); err != nil {
				return err
			}
			continue
		}
		record, err := t.row(n, i)
		if err != nil {
			return err
		}
		if err := yield(record); err != nil {
			return err
		}
	}
	if n.inner {
		return t.each(n.child(n.cells), budget, yield)
	}
	return nil
}

// payload returns what a cell holds, on pages of its own where it is long:
// https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages
func (p *pager) payload(cell []byte, size uint64, most int) ([]byte, error) {
	if size <= uint64(min(most, len(cell))) {
		return cell[:size], nil
	}
	if size <= uint64(most) || size > maxPayload {
		return nil, corrupt("a cell says that it has %d bytes", size)
	}
	least := (p.usable-12)*32/255 - 23
	local := least + (int(size)-least)%(p.usable-4)
	if local > most {
		local = least
	}
	if local+4 > len(cell) {
		return nil, corrupt("a cell has %d bytes of %d", len(cell), local)
	}
	payload := bytes.Clone(cell[:local])
	for next := number(cell[local:]); len(payload) < int(size); {
		page, err := p.page(next)
		if err != nil {
			return nil, err
		}
		payload = append(payload, page[4:4+min(p.usable-4, int(size)-len(payload))]...)
		next = number(page)
	}
	return payload, nil
}

// An Index is searched by its first column.
type Index struct {
	pager  *pager
	root   uint32
	record Record
	// columns is how many it has, the rowid included.
	columns int
	nodes   nodes // seen by Int
}

// Int calls yield with every entry whose first column is an integer, in the
// order of the index.
func (x *Index) Int(key int64, yield func(*Record) error) error {
	return x.find(yield, func() int { return cmp.Compare(x.integer(), key) }, func(page uint32) (node, int, error) {
		return x.nodes.of(page, key,
			func() (node, error) { return x.pager.node(page, indexInner, indexLeaf) },
			func(n node, i int) (int64, error) {
				err := x.entry(n, i, 1)
				return x.integer(), err
			})
	})
}

// integer is the first column of the entry just read, or what sorts like it
// among integers.
func (x *Index) integer() int64 {
	value, ok := x.record.Int(0)
	switch {
	case ok:
		return value
	case x.record.column(0).kind == kindNull:
		return math.MinInt64
	}
	return math.MaxInt64
}

// Text calls yield with every entry whose first column is a text.
func (x *Index) Text(key string, yield func(*Record) error) error {
	want := []byte(key)
	compare := func() int {
		text, ok := x.record.Text(0)
		switch {
		case ok:
			return bytes.Compare(text, want)
		case x.record.column(0).kind >= kindBlob:
			return 1
		}
		return -1
	}
	return x.find(yield, compare, func(page uint32) (node, int, error) {
		n, err := x.pager.node(page, indexInner, indexLeaf)
		if err != nil {
			return node{}, 0, err
		}
		first := sort.Search(n.cells, func(i int) bool {
			err = cmp.Or(err, x.entry(n, i, 1))
			return err != nil || compare() >= 0
		})
		return n, first, err
	})
}

// find calls yield with the entries that compare to nothing. first gives a page
// and its first cell that is not less than what is searched for.
func (x *Index) find(yield func(*Record) error, compare func() int, first func(page uint32) (node, int, error)) error {
	s := search{Index: x, walk: walk{pages: x.pager.count}, compare: compare, first: first, yield: yield}
	return s.below(x.root)
}

// A search goes through the pages on which what is searched for may lie.
type search struct {
	*Index
	walk
	compare func() int // of record
	first   func(page uint32) (node, int, error)
	yield   func(*Record) error
	over    bool
}

// below goes through the pages below one.
func (s *search) below(page uint32) error {
	if err := s.step(); err != nil {
		return err
	}
	defer s.back()
	n, first, err := s.first(page)
	for i := first; i <= n.cells && err == nil && !s.over; i++ {
		if n.inner {
			err = s.below(n.child(i))
		}
		if i < n.cells && err == nil && !s.over {
			err = s.at(n, i)
		}
	}
	return err
}

// at yields a cell, or ends the search there.
func (s *search) at(n node, i int) error {
	if err := s.entry(n, i, s.columns); err != nil {
		return err
	}
	if s.compare() != 0 {
		s.over = true
		return nil
	}
	return s.yield(&s.record)
}

// entry reads the first columns of a cell into record.
func (x *Index) entry(n node, i, columns int) error {
	cell := n.cell(i)
	if n.inner {
		cell = cell[min(4, len(cell)):]
	}
	size, length := varint(cell)
	payload, err := x.pager.payload(cell[length:], size, (x.pager.usable-12)*64/255-23)
	if err != nil {
		return err
	}
	return x.record.parse(payload, columns)
}

// A walk through a b-tree sees each page once, so that it ends.
type walk struct {
	pages uint32
	depth int
}

func (w *walk) step() error {
	if w.pages == 0 || w.depth == maxDepth {
		return corrupt("a table's pages go round in circles")
	}
	w.pages--
	w.depth++
	return nil
}

func (w *walk) back() { w.depth-- }
