package closure

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// snapshotSchema is the version of a snapshot's form.
const snapshotSchema = 1

// maxSnapshot bounds what a snapshot unpacks to, in bytes: some 300 times what
// a machine's closure takes.
const maxSnapshot = 256 << 20

// A snapshot is the closure of one toplevel as it lies on disk, column by
// column: like stands beside like, which packs well.
type snapshot struct {
	Schema int `json:"schema"`
	// Store is the store directory, Root the toplevel's name in it.
	Store string `json:"store"`
	Root  string `json:"root"`
	// Paths are names in the store directory, Derivers as well.
	Paths    []string `json:"paths"`
	Derivers []string `json:"derivers"`
	Sizes    []int64  `json:"sizes"`
	// Deriver is a place among Derivers, -1 for none.
	Deriver    []int32   `json:"deriver"`
	References [][]int32 `json:"references"`
}

// WriteSnapshot writes the closure of root, so that it can be compared when
// the store has it no longer. The error is w's, or says that g does not hold
// root.
func (g *Graph) WriteSnapshot(w io.Writer, root string) error {
	at, err := g.find(root)
	if err != nil {
		return fmt.Errorf("saving a closure: %w", err)
	}
	packer := gzip.NewWriter(w)
	if err := json.NewEncoder(packer).Encode(g.snapshot(at)); err != nil {
		return fmt.Errorf("saving the closure of %s: %w", root, err)
	}
	if err := packer.Close(); err != nil {
		return fmt.Errorf("saving the closure of %s: %w", root, err)
	}
	return nil
}

func (g *Graph) snapshot(root int32) snapshot {
	members := g.walk(root).nodes
	slices.Sort(members)
	place := make(map[int32]int32, len(members))
	for at, i := range members {
		place[i] = int32(at)
	}
	store := g.nodes[root].path[:strings.LastIndexByte(g.nodes[root].path, '/')]
	s := snapshot{Schema: snapshotSchema, Store: store, Root: g.nodes[root].path[len(store)+1:]}
	derivers := map[string]int32{"": -1}
	for _, i := range members {
		n := &g.nodes[i]
		deriver, ok := derivers[n.deriver]
		if !ok {
			deriver = int32(len(s.Derivers))
			derivers[n.deriver] = deriver
			s.Derivers = append(s.Derivers, strings.TrimPrefix(n.deriver, store+"/"))
		}
		refs := make([]int32, len(n.refs))
		for j, to := range n.refs {
			refs[j] = place[to]
		}
		s.Paths = append(s.Paths, strings.TrimPrefix(n.path, store+"/"))
		s.Sizes = append(s.Sizes, n.size)
		s.Deriver = append(s.Deriver, deriver)
		s.References = append(s.References, refs)
	}
	return s
}

// ReadSnapshot reads what WriteSnapshot wrote: a toplevel and its closure. The
// error says what is wrong with a file that is no snapshot or a broken one.
func ReadSnapshot(r io.Reader) (root string, listing Listing, err error) {
	unpacker, err := gzip.NewReader(r)
	if err != nil {
		return "", nil, fmt.Errorf("reading a saved closure: %w", err)
	}
	var s snapshot
	if err := json.NewDecoder(io.LimitReader(unpacker, maxSnapshot)).Decode(&s); err != nil {
		return "", nil, fmt.Errorf("reading a saved closure: %w", err)
	}
	if root, listing, err = s.listing(); err != nil {
		return "", nil, fmt.Errorf("reading a saved closure: %w", err)
	}
	return root, listing, nil
}

func (s *snapshot) listing() (string, Listing, error) {
	n := len(s.Paths)
	switch {
	case s.Schema != snapshotSchema:
		return "", nil, fmt.Errorf("it has schema %d, not %d", s.Schema, snapshotSchema)
	case len(s.Sizes) != n || len(s.Deriver) != n || len(s.References) != n:
		return "", nil, errors.New("its columns are not of one length")
	case !slices.Contains(s.Paths, s.Root):
		return "", nil, errors.New("its toplevel is not in it")
	}
	listing := make(Listing, n)
	for i := range listing {
		path := Path{Path: s.Store + "/" + s.Paths[i], NarSize: s.Sizes[i], References: s.References[i]}
		if at := s.Deriver[i]; at >= 0 && int(at) < len(s.Derivers) {
			path.Deriver = s.Store + "/" + s.Derivers[at]
		}
		if err := path.check(); err != nil {
			return "", nil, err
		}
		for _, to := range path.References {
			if to < 0 || int(to) >= n {
				return "", nil, fmt.Errorf("%s refers to place %d of %d", path.Path, to, n)
			}
		}
		listing[i] = path
	}
	return s.Store + "/" + s.Root, listing, nil
}
