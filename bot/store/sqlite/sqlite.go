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
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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
	return s.start(s.main, info.Size(), log)
}

// start reads the header and the schema. It needs no locks, so that it can be
// tried with anything.
func (s *Snapshot) start(db io.ReaderAt, size int64, log log) error {
	if err := s.pager.start(db, size, log); err != nil {
		return err
	}
	return s.readSchema()
}

// Close lets go of the database. What was read counts only when it returns no
// error: else, it wraps [ErrBusy].
func (s *Snapshot) Close() error {
	if err := s.release(); err != nil {
		return fmt.Errorf("reading %s: %w", s.file, err)
	}
	return nil
}

// A pager gives the pages of a snapshot, each read once.
type pager struct {
	db     io.ReaderAt
	log    log
	size   int // of a page, in bytes
	usable int // of them
	count  uint32
	pages  [][]byte
}

// errCorrupt is what all malformed data come down to.
var errCorrupt = errors.New("the database is damaged: run `nix-store --verify` and look at the disk")

func corrupt(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, errCorrupt)...)
}

// start checks the header, as far as it decides how to read the rest:
// https://www.sqlite.org/fileformat2.html#the_database_header
func (p *pager) start(db io.ReaderAt, size int64, log log) error {
	var raw [headerSize]byte
	if _, err := db.ReadAt(raw[:], 0); err != nil {
		return fmt.Errorf("its header: %w", err)
	}
	p.db, p.log = db, log
	p.size = pageSize(uint32(binary.BigEndian.Uint16(raw[16:])))
	if p.size == 0 || len(log.frames) > 0 && log.size != p.size {
		return corrupt("pages of %d bytes, and of %d in the log", p.size, log.size)
	}
	filed := size / int64(p.size)
	if p.count = log.pages; p.count == 0 {
		p.count = uint32(min(filed, maxPages))
	}
	if int64(p.count) > min(filed+int64(len(log.frames)), maxPages) {
		return corrupt("it has %d pages of %d", filed, p.count)
	}
	p.pages = make([][]byte, p.count)
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
	if page := p.pages[number-1]; page != nil {
		return page, nil
	}
	file, at := p.db, int64(number-1)*int64(p.size)
	if logged, ok := p.log.frames[number]; ok {
		file, at = p.log.file, logged
	}
	page := make([]byte, p.size)
	if _, err := file.ReadAt(page, at); err != nil {
		return nil, fmt.Errorf("page %d of %d: %w", number, p.count, err)
	}
	p.pages[number-1] = page
	return page, nil
}
