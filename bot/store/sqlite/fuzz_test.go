package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func leOrBe(wal []byte) binary.ByteOrder {
	if wal[3]&1 == 1 {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// FuzzSnapshot reads all of a database and its log with some bytes changed:
// of each four, three say where in the two, and one what it is to be. Whole
// files would be too much for the fuzzer.
func FuzzSnapshot(f *testing.F) {
	whole, logged := captured(f, ""), captured(f, "-wal")
	f.Add([]byte{}, uint32(wholeLog))
	f.Add([]byte{}, uint32(frames))
	f.Add([]byte{0, 0, 103, 9}, uint32(0))
	f.Add([]byte{0, 32, 3, 255, 0, 16, 5, 1, 1, 0, 0, 13}, uint32(0))
	f.Fuzz(func(_ *testing.T, changes []byte, limit uint32) {
		both := slices.Concat(whole, logged)
		for ; len(changes) >= 4; changes = changes[4:] {
			both[int(binary.BigEndian.Uint32(changes)>>8)%len(both)] = changes[3]
		}
		log, err := readLog(bytes.NewReader(both[len(whole):]), limit)
		if err != nil {
			return
		}
		var s Snapshot
		if s.start(both[:len(whole)], log) == nil {
			summary(&s)
		}
	})
}

// FuzzRecord reads every column of a record in every way.
func FuzzRecord(f *testing.F) {
	f.Add([]byte("\x04\x01\x13\x09\x05texts"))
	f.Add([]byte("\x0b\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09........................................"))
	f.Fuzz(func(_ *testing.T, payload []byte) {
		var r Record
		if r.parse(payload, 100) != nil {
			return
		}
		for i := range len(r.columns) + 1 {
			r.Int(i)
			r.Text(i)
		}
	})
}

func TestRecord(t *testing.T) {
	var r Record
	payload := []byte("\x0b\x00\x01\x02\x03\x04\x05\x06\x08\x09\x11\xff\x7f\xff\x80\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x61\x62")
	if err := r.parse(payload, 100); err != nil {
		t.Fatal(err)
	}
	var got []any
	for i := range 11 {
		if n, ok := r.Int(i); ok {
			got = append(got, n)
		} else if text, ok := r.Text(i); ok {
			got = append(got, string(text))
		} else {
			got = append(got, nil)
		}
	}
	want := []any{nil, int64(-1), int64(0x7fff), int64(-0x800000), int64(0x7fffffff), int64(-2), int64(-1 << 63), int64(0), int64(1), "ab", nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestVarint(t *testing.T) {
	for _, test := range []struct {
		data string
		want uint64
		n    int
	}{
		{"", 0, 0},
		{"\x7f\xff", 0x7f, 1},
		{"\x81\x00", 0x80, 2},
		{"\x81", 0, 0},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1<<64 - 1, 9},
		{"\x80\x80\x80\x80\x80\x80\x80\x80", 0, 0},
	} {
		if got, n := varint([]byte(test.data)); got != test.want || n != test.n {
			t.Errorf("varint(%x) = %d, %d", test.data, got, n)
		}
	}
}

func TestParseTable(t *testing.T) {
	for _, test := range []struct {
		sql  string
		want definition
	}{
		{
			"create table Refs (\n  referrer  integer not null, -- \"a\", (b\n reference integer not null,\n primary key (referrer, reference),\n foreign key (referrer) references ValidPaths(id) on delete cascade\n)",
			definition{columns: []string{"referrer", "reference"}, unique: []string{"referrer,reference"}},
		},
		{
			"CREATE TABLE ValidPaths (id integer primary key autoincrement not null, path text unique not null, /* x, y */ narSize integer, ca text)",
			definition{columns: []string{"id", "path", "narsize", "ca"}, unique: []string{"path"}},
		},
		{
			"create table t (a text primary key, b decimal(1, 2) unique, constraint c unique (b, a), check (a > b))",
			definition{columns: []string{"a", "b"}, unique: []string{"a", "b", "b,a"}},
		},
		{"create table t (a text collate nocase unique)", definition{}},
		{"create table t (a integer primary key desc)", definition{}},
		{"create table t (a, b, primary key (a, b)) without rowid", definition{}},
		{"create table t (a, b generated always as (a))", definition{}},
		{"create table \"t\" (\"a b\" text)", definition{}},
		{"create table t (a text default '--')", definition{}},
		{"create table t as select 1", definition{}},
		{"create virtual table t using fts5(a)", definition{}},
		{"", definition{}},
	} {
		got, err := parseTable(test.sql)
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(definition{})); diff != "" || (err == nil) != (len(test.want.columns) > 0) {
			t.Errorf("%s: %v, mismatch (-want +got):\n%s", test.sql, err, diff)
		}
	}
}

func TestPayloadThatIsNotThere(t *testing.T) {
	p := pager{size: 4096, usable: 4096}
	for _, size := range []uint64{5, 5000, maxPayload + 1, 1 << 63} {
		if got, err := p.payload([]byte("four"), size, p.usable-35); !errors.Is(err, errCorrupt) {
			t.Errorf("%d bytes: %q, %v", size, got, err)
		}
	}
}

// FuzzPair wants the quick look at a cell to see what the record says.
func FuzzPair(f *testing.F) {
	f.Add([]byte("\x06\x04\x01\x01\x01\x05\x06\x07"), false)
	f.Add([]byte("....\x08\x04\x02\x03\x01\xff\xfe\x00\x01\x02\x07"), true)
	f.Add([]byte("\x05\x04\x08\x09\x01\x01"), false)
	f.Add([]byte("\x05\x04\x00\x06\x01\x01"), false)
	f.Fuzz(func(t *testing.T, cell []byte, inner bool) {
		page := make([]byte, 4096)
		binary.BigEndian.PutUint16(page, uint16(len(page)-min(len(cell), 2048)))
		copy(page[len(page)-min(len(cell), 2048):], cell)
		n := node{page: page, inner: inner, cells: 1}
		x := newIndex(&pager{usable: len(page), size: len(page)}, 0, 3)
		first, second, err := x.pair(n, 0)
		if bad := x.entry(n, 0, 2); bad != nil || err != nil {
			return // the quick look need not see what is wrong further on
		}
		one, _ := x.record.Int(0)
		two, _ := x.record.Int(1)
		if one != first || two != second {
			t.Errorf("got %d, %d, want %d, %d", first, second, one, two)
		}
	})
}
