package sqlite

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// A log is what the write-ahead log adds to the database's file:
// https://www.sqlite.org/fileformat2.html#the_write_ahead_log
type log struct {
	file io.ReaderAt
	size int // of a page
	// pages is how many the database has as of the last commit, 0 without one.
	pages uint32
	// frames lead from the number of a page to its last committed content.
	frames map[uint32]int64
}

const (
	logHeaderSize   = 32
	frameHeaderSize = 24
	logMagic        = 0x377f0682 // or one more, where sums are of big-endian words
	logVersion      = 3007000
)

// wholeLog is the limit of a log that nobody has an index of.
const wholeLog = math.MaxUint32

// readLog reads a log up to its last commit, or the first frame that does not
// fit, which is left from an earlier use of the file. A limit below wholeLog is
// the number of frames that are known to be committed.
func readLog(file io.ReaderAt, limit uint32) (log, error) {
	l := log{file: file, frames: map[uint32]int64{}}
	r := bufio.NewReaderSize(io.NewSectionReader(file, 0, math.MaxInt64), 1<<18)
	header := make([]byte, logHeaderSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return l, l.ended(err, 0, limit)
	}
	kind := binary.BigEndian.Uint32(header)
	l.size = pageSize(binary.BigEndian.Uint32(header[8:]))
	sum := checksum{order: binary.LittleEndian}
	if kind == logMagic+1 {
		sum.order = binary.BigEndian
	}
	sum.add(header[:24])
	if kind&^1 != logMagic || l.size == 0 || !sum.is(header[24:]) {
		return l, l.ended(io.EOF, 0, limit)
	}
	if version := binary.BigEndian.Uint32(header[4:]); version != logVersion {
		return l, fmt.Errorf("its log has the unknown version %d", version)
	}
	return l, l.readFrames(r, header[16:24], sum, limit)
}

// ended says whether a log may end after n frames.
func (l *log) ended(err error, n, limit uint32) error {
	switch {
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("its log: %w", err)
	case limit != wholeLog && n < limit:
		return corrupt("the log ends after %d of %d frames", n, limit)
	}
	return nil
}

func (l *log) readFrames(r io.Reader, salt []byte, sum checksum, limit uint32) error {
	frame := make([]byte, frameHeaderSize+l.size)
	pending := map[uint32]int64{}
	for n := uint32(0); n < limit; n++ {
		if _, err := io.ReadFull(r, frame); err != nil {
			return l.ended(err, n, limit)
		}
		sum.add(frame[:8])
		sum.add(frame[frameHeaderSize:])
		number := binary.BigEndian.Uint32(frame)
		if number == 0 || !bytes.Equal(frame[8:16], salt) || !sum.is(frame[16:frameHeaderSize]) {
			return l.ended(io.EOF, n, limit)
		}
		pending[number] = logHeaderSize + int64(n)*int64(len(frame)) + frameHeaderSize
		if pages := binary.BigEndian.Uint32(frame[4:]); pages > 0 {
			l.pages = pages
			for number, at := range pending {
				l.frames[number] = at
			}
			clear(pending)
		}
	}
	if len(pending) > 0 {
		return corrupt("frame %d of the log is no commit", limit)
	}
	return nil
}

// A checksum is that of logs and their indexes:
// https://www.sqlite.org/fileformat2.html#checksum_algorithm
type checksum struct {
	order  binary.ByteOrder
	s1, s2 uint32
}

// add takes a multiple of eight bytes.
func (c *checksum) add(data []byte) {
	s1, s2 := c.s1, c.s2
	if c.order == binary.BigEndian {
		for ; len(data) >= 8; data = data[8:] {
			s1 += binary.BigEndian.Uint32(data) + s2
			s2 += binary.BigEndian.Uint32(data[4:]) + s1
		}
	} else {
		for ; len(data) >= 8; data = data[8:] {
			s1 += binary.LittleEndian.Uint32(data) + s2
			s2 += binary.LittleEndian.Uint32(data[4:]) + s1
		}
	}
	c.s1, c.s2 = s1, s2
}

// is compares with the sum that a log says.
func (c *checksum) is(sum []byte) bool {
	return binary.BigEndian.Uint32(sum) == c.s1 && binary.BigEndian.Uint32(sum[4:]) == c.s2
}
