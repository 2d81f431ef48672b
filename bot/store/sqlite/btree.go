package sqlite

import (
	"bytes"
	"encoding/binary"
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

// A Table is read row by row.
type Table struct {
	pager  *pager
	root   uint32
	record Record
	shelf  shelf
	// columns is how many of them lead to all that are asked for.
	columns int
}

func newTable(p *pager, root uint32) *Table {
	return &Table{pager: p, root: root, shelf: shelf{
		nodes: map[uint32]*sorted{},
		fresh: func(page uint32) (sorted, error) {
			n, err := p.node(page, tableInner, tableLeaf)
			return sorted{node: n, read: func(n node, cell int) (int64, int64, error) { return n.rowid(cell), 0, nil }}, err
		},
	}}
}

// Row finds a row by its rowid, and returns nil where there is none.
func (t *Table) Row(id int64) (*Record, error) {
	page := t.root
	for range maxDepth {
		n, err := t.shelf.node(page)
		if err != nil {
			return nil, err
		}
		place, err := n.first(id)
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
		return t.row(n.node, place)
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
