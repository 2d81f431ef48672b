package store

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
)

// most is what nearly all derivations are smaller than.
const most = 64 << 10

var buffers = sync.Pool{New: func() any { return new([most]byte) }}

// ReadDerivation returns the text of a derivation, by the full path of its
// .drv. Of these a system has ten thousand, so it takes the three calls of the
// kernel that a small file needs, where os.ReadFile takes seven.
func ReadDerivation(drv string) ([]byte, error) {
	if !strings.HasSuffix(drv, ".drv") {
		return nil, fmt.Errorf("reading %q: it is no derivation", drv)
	}
	fd, err := syscall.Open(drv, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: drv, Err: err}
	}
	defer func() { _ = syscall.Close(fd) }() // it was only read
	buffer := buffers.Get().(*[most]byte)
	defer buffers.Put(buffer)
	n, err := syscall.Read(fd, buffer[:])
	if err != nil || n == most {
		return os.ReadFile(drv)
	}
	return bytes.Clone(buffer[:n]), nil
}
