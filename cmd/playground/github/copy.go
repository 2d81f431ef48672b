package github

import (
	"fmt"
	"maps"
	"os"
	"slices"
)

// Copy starts another server that has all that s has and goes its own way from
// there. Its repositories are copied into the directory dir, which should not be
// there yet; nobody may push meanwhile, and a fork goes on to borrow objects of
// the old ones. The log, the faults and the violations begin anew. Errors are
// those of [New], and of copying.
func (s *Server) Copy(dir string) (*Server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil {
		return nil, fmt.Errorf("copying the local GitHub: %w", err)
	}
	other, err := New(Options{Dir: dir, Now: s.now})
	if err != nil {
		return nil, err
	}
	other.mu.Lock()
	defer other.mu.Unlock()
	other.keys, other.lastID = s.keys, s.lastID
	other.tokens, other.settings = maps.Clone(s.tokens), maps.Clone(s.settings)
	for name, st := range s.stores {
		other.stores[name] = st.clone()
	}
	return other, nil
}

// clone copies a store with all in it that changes.
func (st *store) clone() *store {
	other := &store{
		statuses: slices.Clone(st.statuses), dispatches: slices.Clone(st.dispatches), labels: slices.Clone(st.labels),
	}
	for _, rec := range st.records {
		next := *rec
		next.Pull = rec.clone()
		other.records = append(other.records, &next)
	}
	for _, k := range st.checks {
		next := *k
		other.checks = append(other.checks, &next)
	}
	return other
}
