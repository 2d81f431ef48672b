package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// hold takes a lock as another process would, or says that it is taken.
func hold(t *testing.T, file string, kind int16, start, size int64) error {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return syscall.FcntlFlock(f.Fd(), ofdSetlk, &syscall.Flock_t{Type: kind, Start: start, Len: size})
}

func layAll(t *testing.T) string {
	return lay(t, map[string][]byte{"": captured(t, ""), "-wal": captured(t, "-wal"), "-shm": captured(t, "-shm")})
}

func TestLocksKeepOthersAway(t *testing.T) {
	file := layAll(t)
	one, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	held := func() []bool {
		return []bool{
			hold(t, file, syscall.F_WRLCK, sharedFirst, sharedSize) != nil,
			hold(t, file+"-shm", syscall.F_WRLCK, readLock0, 1) != nil,
		}
	}
	if got := held(); !got[0] || !got[1] {
		t.Errorf("while open, held are %v", got)
	}
	// All else is free: writers go on, and whoever comes makes the index anew.
	for _, free := range []int64{120, 121, 122, 124, 125, 126, 127, deadManSwitch} {
		if err := hold(t, file+"-shm", syscall.F_WRLCK, free, 1); err != nil {
			t.Errorf("lock %d: %v", free, err)
		}
	}
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	if got := held(); got[0] || got[1] {
		t.Errorf("once closed, held are %v", got)
	}
}

func TestBusy(t *testing.T) {
	for name, lock := range map[string]func(file string) error{
		"closing":    func(file string) error { return hold(t, file, syscall.F_WRLCK, sharedFirst, sharedSize) },
		"checkpoint": func(file string) error { return hold(t, file+"-shm", syscall.F_WRLCK, readLock0, 1) },
		"opening":    func(file string) error { return hold(t, file+"-shm", syscall.F_WRLCK, deadManSwitch, 1) },
	} {
		file := layAll(t)
		if err := lock(file); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(file); !errors.Is(err, ErrBusy) {
			t.Errorf("%s: %v, want ErrBusy", name, err)
		}
	}
}

func TestSomebodyComes(t *testing.T) {
	file := lay(t, map[string][]byte{"": captured(t, "")})
	s, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+"-shm", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); !errors.Is(err, ErrBusy) {
		t.Errorf("Close = %v, want ErrBusy", err)
	}
}

// An opener comes while somebody reads a log.
type opener struct {
	io.ReaderAt
	open func()
}

func (o opener) ReadAt(data []byte, at int64) (int, error) {
	o.open()
	return o.ReaderAt.ReadAt(data, at)
}

func TestSomebodyComesToTheLog(t *testing.T) {
	file := layAll(t)
	index, err := os.Open(file + "-shm")
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	l := locks{file: file, index: index}
	wal := opener{bytes.NewReader(captured(t, "-wal")), func() {
		if err := hold(t, file+"-shm", syscall.F_RDLCK, deadManSwitch, 1); err != nil {
			t.Error(err)
		}
	}}
	if _, err := l.readLog(wal); !errors.Is(err, ErrBusy) {
		t.Errorf("readLog: %v, want ErrBusy", err)
	}
}

// changedIndex is the captured index with another header that checks.
func changedIndex(t *testing.T, change func(header, backfilled []byte)) []byte {
	t.Helper()
	index := captured(t, "-shm")
	change(index[:indexHeaderSize], index[2*indexHeaderSize:])
	sum := checksum{order: binary.LittleEndian}
	sum.add(index[:40])
	binary.LittleEndian.PutUint32(index[40:], sum.s1)
	binary.LittleEndian.PutUint32(index[44:], sum.s2)
	copy(index[indexHeaderSize:], index[:indexHeaderSize])
	return index
}

// The index says how much of the log counts, as long as somebody has it open.
func TestIndex(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Fatal("testdata/db.sqlite-shm.gz is of a little-endian machine: capture one of this")
	}
	torn := captured(t, "-shm")
	torn[16]++
	damaged := bytes.Clone(torn)
	damaged[indexHeaderSize+16]++
	backfilled := changedIndex(t, func(_, backfilled []byte) { backfilled[0] = frames })
	first := changedIndex(t, func(header, _ []byte) { header[16] = 11 })
	for _, test := range []struct {
		name       string
		index, wal []byte
		live       bool
		want       string
	}{
		{"as captured", captured(t, "-shm"), captured(t, "-wal"), true, "30 old 5 new 5 newer"},
		{"all is in the database", backfilled, captured(t, "-wal"), true, "30 old 0 new 0 newer"},
		{"the last is not committed", first, captured(t, "-wal"), true, "frame 11 of the log is no commit"},
		{"nobody has it open", backfilled, captured(t, "-wal"), false, "30 old 5 new 5 newer"},
		{"nobody has it open, and it is damaged", damaged, captured(t, "-wal"), false, "30 old 5 new 5 newer"},
		{"damaged", damaged, captured(t, "-wal"), true, ErrBusy.Error()},
		{"torn", torn, captured(t, "-wal"), true, ErrBusy.Error()},
		{"short", damaged[:100], captured(t, "-wal"), true, ErrBusy.Error()},
		{"the log is short", captured(t, "-shm"), captured(t, "-wal")[:10000], true, "damaged"},
		{"the log is gone", captured(t, "-shm"), nil, true, "damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := lay(t, map[string][]byte{"": captured(t, ""), "-wal": test.wal, "-shm": test.index})
			if test.wal == nil {
				os.Remove(file + "-wal")
			}
			if test.live {
				if err := hold(t, file+"-shm", syscall.F_RDLCK, deadManSwitch, 1); err != nil {
					t.Fatal(err)
				}
			}
			var got string
			s, err := Open(file)
			if err == nil {
				got, err = summary(s)
				s.Close()
			}
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
