// Package sqlite reads SQLite 3 databases in WAL mode without SQLite, without
// ever writing, and while others write: https://www.sqlite.org/fileformat2.html.
// It knows tables with a rowid and the indexes of their UNIQUE and PRIMARY KEY
// constraints, and refuses whatever else it meets.
//
// A [Snapshot] is one committed state, what lies in the write-ahead log
// included. While it is open it holds the locks by which SQLite itself keeps
// checkpoints away from a reader (see lock.go); [Snapshot.Close] says whether
// that was enough. Whatever a file holds, the worst it gets is an error.
package sqlite

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"syscall"
)

// ErrBusy says that another process was just changing the database in a way
// that leaves nothing to rely on. Trying again in a moment helps.
var ErrBusy = errors.New("another process is at work on the database")

// A Snapshot is one state of a database. It serves one goroutine.
type Snapshot struct {
	pager
	locks
	schema []entry
}

// Open takes the state of the database in a file as of now. The error wraps
// [ErrBusy] where trying again helps.
func Open(file string) (*Snapshot, error) {
	s := &Snapshot{locks: locks{file: file}}
	if err := s.open(); err != nil {
		if closed := s.Close(); closed != nil {
			err = closed
		}
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return s, nil
}

func (s *Snapshot) open() error {
	log, err := s.acquire()
	if err != nil {
		return err
	}
	info, err := s.main.Stat()
	if err != nil {
		return err
	}
	if info.Size() < headerSize {
		return errors.New("it is no SQLite database")
	}
	if s.db, err = syscall.Mmap(int(s.main.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED); err != nil {
		return fmt.Errorf("mapping it into memory: %w", err)
	}
	return s.start(s.db, log)
}

// start reads the header and the schema. It needs no locks, so that it can be
// tried with anything.
func (s *Snapshot) start(db []byte, log log) error {
	if err := s.pager.start(db, log); err != nil {
		return err
	}
	return s.readSchema()
}

// Close lets go of the database, and of all rows read from it. What was read
// counts only when it returns no error: else, it wraps [ErrBusy].
func (s *Snapshot) Close() error {
	if s.db != nil {
		_ = syscall.Munmap(s.db) // it is a mapping
		s.db = nil
	}
	if err := s.release(); err != nil {
		return fmt.Errorf("reading %s: %w", s.file, err)
	}
	return nil
}

// Read takes the state of the database in a file as of now, hands it to read,
// and lets go of it. Against all rules that SQLite keeps, somebody may make the
// file shorter meanwhile: that is an error, too. The error wraps [ErrBusy] where
// trying again helps.
func Read(file string, read func(*Snapshot) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var s *Snapshot
	defer func() {
		trouble := recover()
		if s != nil {
			err = cmp.Or(s.Close(), err)
		}
		if _, fault := trouble.(interface{ Addr() uintptr }); fault {
			err = fmt.Errorf("reading %s: it was cut off: %w", file, ErrBusy)
		} else if trouble != nil {
			panic(trouble)
		}
	}()
	if s, err = Open(file); err != nil {
		return err
	}
	return read(s)
}

// A pager gives the pages of a snapshot.
type pager struct {
	db     []byte // the file
	log    log
	size   int // of a page, in bytes
	usable int // of them
	count  uint32
	logged map[uint32][]byte // pages read from the log
}

// errCorrupt is what all malformed data come down to.
var errCorrupt = errors.New("the database is damaged: run `nix-store --verify` and look at the disk")

func corrupt(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, errCorrupt)...)
}

// start checks the header, as far as it decides how to read the rest:
// https://www.sqlite.org/fileformat2.html#the_database_header
func (p *pager) start(db []byte, log log) error {
	if len(db) < headerSize {
		return corrupt("it has %d bytes", len(db))
	}
	p.db, p.log, p.logged = db, log, map[uint32][]byte{}
	p.size = pageSize(uint32(binary.BigEndian.Uint16(db[16:])))
	if p.size == 0 || len(log.frames) > 0 && log.size != p.size {
		return corrupt("pages of %d bytes, and of %d in the log", p.size, log.size)
	}
	filed := int64(len(db)) / int64(p.size)
	if p.count = log.pages; p.count == 0 {
		p.count = uint32(min(filed, maxPages))
	}
	if int64(p.count) > min(filed+int64(len(log.frames)), maxPages) {
		return corrupt("it has %d pages of %d", filed, p.count)
	}
	header, err := p.page(1)
	if err != nil {
		return err
	}
	p.usable = p.size - int(header[20])
	return checkHeader(header, p.usable)
}

const (
	magic      = "SQLite format 3\x00"
	headerSize = 100
	maxPages   = 1 << 24
	// walMode stands for the versions of a database with a write-ahead log.
	walMode   = 2
	utf8      = 1
	minUsable = 480
	maxSchema = 4
)

func checkHeader(h []byte, usable int) error {
	switch encoding := binary.BigEndian.Uint32(h[56:]); {
	case !bytes.HasPrefix(h, []byte(magic)):
		return errors.New("it is no SQLite database")
	case h[18] != walMode || h[19] != walMode:
		return errors.New("it has no write-ahead log (use-sqlite-wal is off)")
	case usable < minUsable || h[21] != 64 || h[22] != 32 || h[23] != 32:
		return corrupt("the header's sizes")
	case binary.BigEndian.Uint32(h[44:]) > maxSchema || encoding != utf8:
		return fmt.Errorf("schema format %d in encoding %d is unknown", binary.BigEndian.Uint32(h[44:]), encoding)
	}
	return nil
}

// pageSize is what a header's number stands for; 0 where it is not one.
func pageSize(n uint32) int {
	if n == 1 {
		n = 1 << 16
	}
	if n < 512 || n > 1<<16 || n&(n-1) != 0 {
		return 0
	}
	return int(n)
}

// page returns a page by its number, 1 being the first. It is not to be
// changed.
func (p *pager) page(number uint32) ([]byte, error) {
	if number == 0 || number > p.count {
		return nil, corrupt("page %d of %d", number, p.count)
	}
	at, logged := p.log.frames[number]
	if !logged {
		at := int64(number-1) * int64(p.size)
		if at+int64(p.size) > int64(len(p.db)) {
			return nil, corrupt("page %d of %d is neither in the file nor in the log", number, p.count)
		}
		return p.db[at : at+int64(p.size) : at+int64(p.size)], nil
	}
	if page := p.logged[number]; page != nil {
		return page, nil
	}
	page := make([]byte, p.size)
	if _, err := p.log.file.ReadAt(page, at); err != nil {
		return nil, fmt.Errorf("page %d of %d in the log: %w", number, p.count, err)
	}
	p.logged[number] = page
	return page, nil
}
