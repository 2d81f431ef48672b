package sqlite

import (
	"encoding/binary"
)

// A Record is one row of a table or entry of an index. It is valid until the
// next is read. Columns count from 0, in the order they were asked for; what
// SQL knows as NULL is neither an integer nor a text.
type Record struct {
	payload []byte
	columns []column
	places  []int // nil: as they come
}

type column struct {
	kind     uint64 // the serial type
	from, to int
}

// Serial types: https://www.sqlite.org/fileformat2.html#record_format
const (
	kindNull, kindReal, kindZero, kindOne = 0, 7, 8, 9
	kindBlob, kindText                    = 12, 13 // the smallest
)

// sizes are those of the serial types below kindBlob; none has 10 or 11.
var sizes = [kindBlob]int{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, -1, -1}

// parse reads where the first columns of a payload lie.
func (r *Record) parse(payload []byte, most int) error {
	size, n := varint(payload)
	if n == 0 || size < uint64(n) || size > uint64(len(payload)) {
		return corrupt("a record of %d bytes has a header of %d", len(payload), size)
	}
	r.payload, r.columns = payload, r.columns[:0]
	from := int(size)
	for at := n; at < int(size) && len(r.columns) < most; {
		kind, n := varint(payload[at:size])
		if n == 0 {
			return corrupt("a record's header ends early")
		}
		at += n
		length := (kind - kindBlob) / 2
		if kind < kindBlob {
			length = uint64(sizes[kind]) // -1 is too long
		}
		if length > uint64(len(payload)-from) {
			return corrupt("a column of kind %d has %d bytes", kind, len(payload)-from)
		}
		r.columns = append(r.columns, column{kind, from, from + int(length)})
		from += int(length)
	}
	return nil
}

// column returns a column; one that the row is too short for is NULL.
func (r *Record) column(i int) column {
	if r.places != nil {
		i = r.places[i]
	}
	if i >= len(r.columns) {
		return column{}
	}
	return r.columns[i]
}

// Int returns a column that is an integer, and whether it is one.
func (r *Record) Int(i int) (int64, bool) {
	c := r.column(i)
	switch {
	case c.kind == kindZero || c.kind == kindOne:
		return int64(c.kind - kindZero), true
	case c.kind == kindNull || c.kind >= kindReal:
		return 0, false
	}
	return integer(r.payload[c.from:c.to]), true
}

// integer reads a big-endian number of at least one byte.
func integer(data []byte) int64 {
	value := int64(int8(data[0]))
	for _, b := range data[1:] {
		value = value<<8 | int64(b)
	}
	return value
}

// Text returns a column that is a text, and whether it is one. It is not to be
// changed.
func (r *Record) Text(i int) ([]byte, bool) {
	c := r.column(i)
	return r.payload[c.from:c.to], c.kind >= kindText && c.kind%2 == 1
}

// varint reads a number of one to nine bytes; n is 0 where data end early:
// https://www.sqlite.org/fileformat2.html#varint
func varint(data []byte) (value uint64, n int) {
	if len(data) > 0 && data[0] < 0x80 {
		return uint64(data[0]), 1
	}
	const most = 9
	for i, b := range data[:min(len(data), most)] {
		if i == most-1 {
			return value<<8 | uint64(b), most
		}
		value = value<<7 | uint64(b&0x7f)
		if b < 0x80 {
			return value, i + 1
		}
	}
	return 0, 0
}

// number reads a page's number, 0 where data end early.
func number(data []byte) uint32 {
	if len(data) < 4 {
		return 0
	}
	return binary.BigEndian.Uint32(data)
}
