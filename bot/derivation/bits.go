package derivation

import (
	"iter"
	"math/bits"
)

// A row is a set of small numbers: of hosts, by their place among the pairs, or
// of causes.
type row []uint64

// newRow has room for the numbers below n.
func newRow(n int) row { return make(row, (n+63)/64) }

func (r row) put(i int) { r[i/64] |= 1 << (i % 64) }

func (r row) union(other row) {
	for i, word := range other {
		r[i] |= word
	}
}

func (r row) remove(other row) {
	for i, word := range other {
		r[i] &^= word
	}
}

func (r row) intersects(other row) bool {
	for i, word := range other {
		if r[i]&word != 0 {
			return true
		}
	}
	return false
}

func (r row) empty() bool { return !r.intersects(r) }

// all yields the numbers in ascending order.
func (r row) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, word := range r {
			for ; word != 0; word &= word - 1 {
				if !yield(i*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}

// newRows makes a row for the numbers below columns for each of n things.
func newRows(n, columns int) []row {
	width := (columns + 63) / 64
	words := make(row, n*width)
	rows := make([]row, n)
	for i := range rows {
		rows[i] = words[i*width : (i+1)*width : (i+1)*width]
	}
	return rows
}

// A table has a row for whatever it is asked for.
type table[K comparable] struct {
	columns int
	rows    map[K]row
}

func newTable[K comparable](columns int) table[K] { return table[K]{columns, map[K]row{}} }

func (t table[K]) row(key K) row {
	r, ok := t.rows[key]
	if !ok {
		r = newRow(t.columns)
		t.rows[key] = r
	}
	return r
}
