package derivation

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

// A Set is everything some derivations are built from, each once.
type Set struct {
	// drvs have their inputs before them.
	drvs []*Derivation
	// inputs are those of each of drvs, by their places in it.
	inputs [][]int32
	files  map[string]*file
}

// A file is one .drv on its way into a set.
type file struct {
	Derivation
	inputs []*file
	// place is where it stands in the set, or one of the following.
	place int32
}

const (
	// unnumbered files have no place yet, unfinished ones wait for their inputs.
	unnumbered = -1
	unfinished = -2
)

// Load reads the .drv files at roots and all those below them. read gives the
// content of one, which nobody may change afterwards; it is called by several
// goroutines at once. The error names the file that is missing or damaged.
func Load(read func(path string) ([]byte, error), roots []string) (*Set, error) {
	l := loader{read: read, files: map[string]*file{}}
	l.idle = sync.NewCond(&l.mu)
	for _, root := range roots {
		l.file(root)
	}
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(l.work)
	}
	workers.Wait()
	if l.err != nil {
		return nil, l.err
	}
	s := &Set{files: l.files}
	for _, root := range roots {
		if err := s.number(l.files[root]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Get returns the derivation whose .drv file is at path.
func (s *Set) Get(path string) (*Derivation, bool) {
	f, ok := s.files[path]
	if !ok {
		return nil, false
	}
	return &f.Derivation, true
}

// place finds a derivation among drvs.
func (s *Set) place(path string) (int32, bool) {
	f, ok := s.files[path]
	if !ok {
		return 0, false
	}
	return f.place, true
}

type loader struct {
	read  func(path string) ([]byte, error)
	mu    sync.Mutex
	idle  *sync.Cond
	files map[string]*file
	// queue are files nobody has begun to read, busy counts those being read.
	queue []*file
	busy  int
	err   error
}

// file gives the file at path, and queues it where it is not known yet.
func (l *loader) file(path string) *file {
	f, known := l.files[path]
	if !known {
		f = &file{Derivation: Derivation{Path: path}, place: unnumbered}
		l.files[path] = f
		l.queue = append(l.queue, f)
		l.idle.Signal()
	}
	return f
}

// work reads files until there are none left, or one went wrong.
func (l *loader) work() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		for len(l.queue) == 0 && l.busy > 0 {
			l.idle.Wait()
		}
		if len(l.queue) == 0 || l.err != nil {
			l.idle.Broadcast()
			return
		}
		f := l.queue[len(l.queue)-1]
		l.queue = l.queue[:len(l.queue)-1]
		l.busy++
		l.mu.Unlock()
		err := l.parse(f)
		l.mu.Lock()
		l.busy--
		if err != nil {
			l.err = err
		}
		for i, in := range f.Inputs {
			f.inputs[i] = l.file(in.Drv)
		}
	}
}

func (l *loader) parse(f *file) error {
	text, err := l.read(f.Path)
	if err != nil {
		return fmt.Errorf("reading derivation %s: evaluate its host again, the store may have dropped it since: %w", f.Path, err)
	}
	// Most of what a store has is text: it is not copied.
	f.Derivation, err = Parse(f.Path, unsafe.String(unsafe.SliceData(text), len(text)))
	f.inputs = make([]*file, len(f.Inputs))
	return err
}

// number gives a file its place, after all it is built from.
func (s *Set) number(f *file) error {
	switch f.place {
	case unnumbered:
	case unfinished:
		return fmt.Errorf("reading derivation %s: it is built from itself: the store is damaged, nix-store --verify --check-contents repairs it", f.Path)
	default:
		return nil
	}
	f.place = unfinished
	inputs := make([]int32, len(f.inputs))
	for i, in := range f.inputs {
		if err := s.number(in); err != nil {
			return err
		}
		inputs[i] = in.place
	}
	f.place = int32(len(s.drvs))
	s.drvs, s.inputs = append(s.drvs, &f.Derivation), append(s.inputs, inputs)
	return nil
}
