package sqlite

import (
	"bytes"
	"cmp"
	"sort"
)

// An Index is searched by its first column.
type Index struct {
	pager  *pager
	root   uint32
	record Record
	shelf  shelf
	// columns is how many it has, the rowid included.
	columns int
}

func newIndex(p *pager, root uint32, columns int) *Index {
	x := &Index{pager: p, root: root, columns: columns}
	x.shelf = shelf{nodes: map[uint32]*sorted{}, fresh: func(page uint32) (sorted, error) {
		n, err := p.node(page, indexInner, indexLeaf)
		return sorted{node: n, read: x.pair}, err
	}}
	return x
}

// Pairs calls yield with the second column of every entry whose first is key.
// Both have to be integers everywhere.
func (x *Index) Pairs(key int64, yield func(second int64) error) error {
	_, err := x.pairs(x.root, key, &walk{pages: x.pager.count}, yield)
	return err
}

// pairs goes through the pages below one; over says that what follows them is
// beyond key.
func (x *Index) pairs(page uint32, key int64, w *walk, yield func(int64) error) (over bool, err error) {
	if err := w.step(); err != nil {
		return false, err
	}
	defer w.back()
	n, err := x.shelf.node(page)
	if err != nil {
		return false, err
	}
	first, err := n.first(key)
	for i := first; i <= n.cells && err == nil && !over; i++ {
		if n.inner {
			over, err = x.pairs(n.child(i), key, w, yield)
		}
		if i == n.cells || err != nil || over {
			continue
		}
		var at, second int64
		if at, second, err = n.pair(i); err == nil && at == key {
			err = yield(second)
		}
		over = at != key
	}
	return over, err
}

// Text calls yield with every entry whose first column is a text.
func (x *Index) Text(key string, yield func(*Record) error) error {
	s := search{Index: x, walk: walk{pages: x.pager.count}, want: []byte(key), yield: yield}
	return s.below(x.root)
}

// pair reads the first two columns of a cell. There are as many of these as
// machines have references, so the usual form is read at a glance: a payload
// and its header of one byte's length each, and types of one byte.
func (x *Index) pair(n node, i int) (first, second int64, err error) {
	cell := n.cell(i)
	if n.inner {
		cell = cell[min(4, len(cell)):]
	}
	if len(cell) > 4 && cell[0] < 0x80 && cell[1] >= 3 && int(cell[0]) < len(cell) {
		one, two, values := cell[2], cell[3], cell[1+min(cell[1], cell[0]):1+cell[0]]
		if width := sizes[min(one, kindBlob-1)]; one > 0 && one < kindReal && two > 0 && two < kindReal && width+sizes[two] <= len(values) {
			return integer(values[:width]), integer(values[width : width+sizes[two]]), nil
		}
	}
	if err := x.entry(n, i, 2); err != nil {
		return 0, 0, err
	}
	first, one := x.record.Int(0)
	second, two := x.record.Int(1)
	if !one || !two {
		return 0, 0, corrupt("an index of integers has something else")
	}
	return first, second, nil
}

// A search goes through the pages on which a text may lie.
type search struct {
	*Index
	walk
	want  []byte
	yield func(*Record) error
	over  bool
}

// compare says how a cell compares with what is wanted.
func (s *search) compare(n node, i int) (int, error) {
	err := s.entry(n, i, s.columns)
	text, ok := s.record.Text(0)
	switch {
	case ok:
		return bytes.Compare(text, s.want), err
	case s.record.column(0).kind >= kindBlob:
		return 1, err
	}
	return -1, err
}

// below goes through the pages below one.
func (s *search) below(page uint32) error {
	if err := s.step(); err != nil {
		return err
	}
	defer s.back()
	n, err := s.pager.node(page, indexInner, indexLeaf)
	if err != nil {
		return err
	}
	first := sort.Search(n.cells, func(i int) bool {
		order, bad := s.compare(n, i)
		err = cmp.Or(err, bad)
		return err != nil || order >= 0
	})
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
	order, err := s.compare(n, i)
	if err != nil {
		return err
	}
	if order != 0 {
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
