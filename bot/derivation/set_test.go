package derivation

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadReadsEachOnce(t *testing.T) {
	s := newStore()
	libc := s.add("glibc-2.40")
	left, right := s.add("left-1", libc), s.add("right-1", libc)
	a, b := s.add("a-1", left, right), s.add("b-1", right, libc)
	var mu sync.Mutex
	read := map[string]int{}
	set, err := Load(func(path string) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		read[path]++
		return s.read(path)
	}, []string{a, b, a})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{libc: 1, left: 1, right: 1, a: 1, b: 1}, read); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
	seen := map[string]bool{}
	for _, d := range set.drvs {
		for _, in := range d.Inputs {
			if !seen[in.Drv] {
				t.Errorf("%s stands before its input %s", d.Name, in.Drv)
			}
		}
		seen[d.Path] = true
		if found, ok := set.Get(d.Path); found != d || !ok {
			t.Errorf("%s is not where it is", d.Path)
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d derivations, want 5", len(seen))
	}
	if d, ok := set.Get("/nix/store/nothing"); ok {
		t.Errorf("found %v", d)
	}
}

func TestLoadNamesWhatIsMissing(t *testing.T) {
	s := newStore()
	gone := s.add("gone-1")
	root := s.add("root-1", s.add("middle-1", gone))
	delete(s.files, gone)
	_, err := Load(s.read, []string{root})
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "reading derivation "+gone+": evaluate ") {
		t.Errorf("got %v, want one that names %s", err, gone)
	}
}

func TestLoadRefusesCircles(t *testing.T) {
	s := newStore()
	a, b := s.path("a-1.drv"), s.path("b-1.drv")
	s.files[a] = []byte(atermOf(nil, []string{b}, nil, nil))
	s.files[b] = []byte(atermOf(nil, []string{a}, nil, nil))
	_, err := Load(s.read, []string{a})
	if err == nil || !strings.Contains(err.Error(), a+": it is built from itself") {
		t.Errorf("got %v", err)
	}
}
