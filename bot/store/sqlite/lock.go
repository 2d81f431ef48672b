package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
)

// locks keep a snapshot as it is, by the rules that SQLite's own processes keep
// (https://www.sqlite.org/walformat.html, section 2.3, and wal.c):
//
//   - A shared lock on the database: without it, nobody may delete its log or
//     the index of that, or stop using them.
//   - A shared lock WAL_READ_LOCK(0) in the index: while it is held, no
//     checkpoint writes to the database. And as long as a part of the log is
//     not in the database yet, the log is only ever added to. So where that is
//     the case once the lock is held, or the log is not needed at all, both
//     stay what they are. The other read locks would need marks to be written.
//   - Where there is no index, nobody has the database open. Whoever opens it
//     makes one, which stays while the first lock is held: release looks.
//
// The locks belong to the open files (F_OFD_SETLK), not to the process: two
// snapshots of one process do not take them from each other.
type locks struct {
	file             string
	main, index, wal *os.File
	// alone is whether there was no index.
	alone bool
}

// Where SQLite's locks lie: os_unix.c and wal.c.
const (
	sharedFirst, sharedSize = 0x40000002, 510
	readLock0               = 123
	// deadManSwitch is locked by all who have the index open; it means
	// something only as long as one of them is there.
	deadManSwitch = 128
)

// acquire takes the locks, and reads the log.
func (l *locks) acquire() (log, error) {
	var err error
	if l.main, err = os.Open(l.file); err != nil {
		return log{}, err
	}
	if err := lock(l.main, sharedFirst, sharedSize); err != nil {
		return log{}, err
	}
	if info, err := os.Stat(l.file + "-journal"); err == nil && info.Size() > 0 {
		return log{}, errors.New("it has a rollback journal: let nix open it once")
	}
	l.index, err = os.Open(l.file + "-shm")
	l.alone = errors.Is(err, os.ErrNotExist)
	if err == nil {
		err = lock(l.index, readLock0, 1)
	}
	if err != nil && !l.alone {
		return log{}, err
	}
	l.wal, err = os.Open(l.file + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return l.readLog(strings.NewReader(""))
	}
	if err != nil {
		return log{}, err
	}
	return l.readLog(l.wal)
}

func (l *locks) readLog(wal io.ReaderAt) (log, error) {
	live, err := l.live()
	if err != nil {
		return log{}, err
	}
	if live {
		frames, backfilled, err := readIndex(l.index)
		if err != nil || frames == backfilled {
			return log{}, err
		}
		return readLog(wal, frames)
	}
	found, err := readLog(wal, wholeLog)
	if live, stillErr := l.live(); live || stillErr != nil {
		return log{}, errors.Join(ErrBusy, stillErr)
	}
	return found, err
}

// release gives the locks back, and says whether they were enough.
func (l *locks) release() error {
	_, err := os.Stat(l.file + "-shm")
	for _, file := range []*os.File{l.wal, l.index, l.main} {
		file.Close() // a nil file only says that it is one
	}
	if l.alone && !errors.Is(err, os.ErrNotExist) {
		return ErrBusy
	}
	return nil
}

// live reports whether somebody has the index open, so that it can be relied
// on. One that is left from earlier cannot.
func (l *locks) live() (bool, error) {
	if l.index == nil {
		return false, nil
	}
	asked := syscall.Flock_t{Type: syscall.F_WRLCK, Start: deadManSwitch, Len: 1}
	if err := syscall.FcntlFlock(l.index.Fd(), ofdGetlk, &asked); err != nil {
		return false, fmt.Errorf("asking for the locks of %s: %w", l.index.Name(), err)
	}
	if asked.Type == syscall.F_WRLCK {
		return false, ErrBusy // just being made
	}
	return asked.Type == syscall.F_RDLCK, nil
}

// https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html
const ofdGetlk, ofdSetlk = 36, 37

// lock takes a shared lock, or none at all.
func lock(file *os.File, start, size int64) error {
	wanted := syscall.Flock_t{Type: syscall.F_RDLCK, Start: start, Len: size}
	err := syscall.FcntlFlock(file.Fd(), ofdSetlk, &wanted)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return ErrBusy
	}
	if err != nil {
		return fmt.Errorf("locking %s: %w", file.Name(), err)
	}
	return nil
}

const (
	indexHeaderSize = 48
	indexTries      = 20
)

// readIndex tells of a log how many of its frames are committed, and how many
// of them are in the database. Its header is there twice; a writer changes
// the second first, and a checkpoint's count after both. So a count between two
// readings of one header belongs to it.
func readIndex(index io.ReaderAt) (frames, backfilled uint32, err error) {
	var first, second [2*indexHeaderSize + 4]byte
	for range indexTries {
		_, err1 := index.ReadAt(first[:], 0)
		_, err2 := index.ReadAt(second[:], 0)
		header := [indexHeaderSize]byte(first[:])
		same := err1 == nil && err2 == nil && header == [indexHeaderSize]byte(first[indexHeaderSize:]) &&
			[2 * indexHeaderSize]byte(first[:]) == [2 * indexHeaderSize]byte(second[:])
		if same && validIndex(header[:]) {
			return binary.NativeEndian.Uint32(header[16:]), binary.NativeEndian.Uint32(first[2*indexHeaderSize:]), nil
		}
		time.Sleep(time.Millisecond)
	}
	return 0, 0, ErrBusy
}

// validIndex checks the header of an index: https://www.sqlite.org/walformat.html#the_wal_index_header
func validIndex(header []byte) bool {
	order := binary.NativeEndian
	sum := checksum{order: binary.LittleEndian}
	if order.Uint16([]byte{0, 1}) == 1 {
		sum.order = binary.BigEndian
	}
	sum.add(header[:40])
	return order.Uint32(header) == logVersion && header[12] == 1 &&
		order.Uint32(header[40:]) == sum.s1 && order.Uint32(header[44:]) == sum.s2
}
