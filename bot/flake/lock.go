package flake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Lock is the content of a flake.lock. The zero Lock stands for a flake that
// has none.
type Lock struct {
	Version int
	// Root is the label of the node that stands for the flake itself.
	Root  string
	Nodes map[string]Node
}

// A Node is one locked input, or the flake itself.
type Node struct {
	Inputs map[string]Edge
	// Original is the reference as flake.nix gives it, Locked what it was
	// resolved to.
	Original, Locked Locked
}

// An Edge leads from a node to one of its inputs: to a node by its label, or,
// with Follows, to what stands at that path from the root.
type Edge struct {
	Node    string
	Follows []string
}

// Locked is a flake reference in the form of attributes, as in a flake.lock.
type Locked struct {
	Type, ID, Host, Owner, Repo, Ref, Rev, URL, Path, Dir string
	// NarHash is the hash of the content as SRI ("sha256-…").
	NarHash string
	// LastModified is when the revision was committed; zero when not locked.
	LastModified time.Time
}

// ErrConflict means that a flake.lock holds the markers of a merge conflict.
var ErrConflict = errors.New("flake.lock holds an unresolved merge conflict; settle it with `git checkout --theirs flake.lock` (or --ours) and `nix flake lock`")

// A VersionError says that a flake.lock is of a version nixferry does not know.
type VersionError struct{ Version int }

// Error names the version and what to do.
func (e *VersionError) Error() string {
	return fmt.Sprintf("flake.lock is of version %d; nixferry reads 5 to 7, so look for a newer nixferry", e.Version)
}

type lockFile struct {
	Version int    `json:"version"`
	Root    string `json:"root"`
	Nodes   map[string]struct {
		Inputs   map[string]Edge `json:"inputs"`
		Original lockedRef       `json:"original"`
		Locked   lockedRef       `json:"locked"`
		// Info is where version 5 could keep narHash and lastModified.
		Info lockedRef `json:"info"`
	} `json:"nodes"`
}

type lockedRef struct {
	Type         string `json:"type"`
	ID           string `json:"id"`
	Host         string `json:"host"`
	Owner        string `json:"owner"`
	Repo         string `json:"repo"`
	Ref          string `json:"ref"`
	Rev          string `json:"rev"`
	URL          string `json:"url"`
	Path         string `json:"path"`
	Dir          string `json:"dir"`
	NarHash      string `json:"narHash"`
	LastModified int64  `json:"lastModified"`
}

// ParseLock reads a flake.lock of version 5, 6 or 7. Errors: [ErrConflict],
// [*VersionError], and others for what is no lock.
func ParseLock(data []byte) (Lock, error) {
	var file lockFile
	if err := json.Unmarshal(data, &file); err != nil {
		if hasConflict(data) {
			return Lock{}, fmt.Errorf("reading the lock: %w", ErrConflict)
		}
		return Lock{}, fmt.Errorf("reading flake.lock: it is not the JSON that `nix flake lock` writes: %w", err)
	}
	if file.Version < 5 || file.Version > 7 {
		return Lock{}, &VersionError{Version: file.Version}
	}
	lock := Lock{Version: file.Version, Root: file.Root, Nodes: make(map[string]Node, len(file.Nodes))}
	for label, n := range file.Nodes {
		locked := n.Locked
		if locked.NarHash == "" {
			locked.NarHash = n.Info.NarHash
		}
		if locked.LastModified == 0 {
			locked.LastModified = n.Info.LastModified
		}
		lock.Nodes[label] = Node{Inputs: n.Inputs, Original: n.Original.value(), Locked: locked.value()}
	}
	return lock, lock.check()
}

// hasConflict looks for the lines git leaves in a file it could not merge.
func hasConflict(data []byte) bool {
	for line := range bytes.Lines(data) {
		if bytes.HasPrefix(line, []byte("<<<<<<< ")) || bytes.HasPrefix(line, []byte(">>>>>>> ")) {
			return true
		}
	}
	return false
}

// check makes sure that there is a root and that every label leads somewhere. An
// input that leads to no node is taken for one that is not locked.
func (l Lock) check() error {
	if _, ok := l.Nodes[l.Root]; !ok {
		return fmt.Errorf("reading flake.lock: its root %q is not among its nodes; write it anew with `nix flake lock`", l.Root)
	}
	for _, n := range l.Nodes {
		maps.DeleteFunc(n.Inputs, func(_ string, edge Edge) bool {
			_, ok := l.Nodes[edge.Node]
			return !ok && edge.Follows == nil
		})
	}
	return nil
}

// UnmarshalJSON reads a label or a list of names.
func (e *Edge) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("[")) {
		e.Follows = []string{}
		return json.Unmarshal(data, &e.Follows)
	}
	return json.Unmarshal(data, &e.Node)
}

func (r lockedRef) value() Locked {
	locked := Locked{
		Type: r.Type, ID: r.ID, Host: r.Host, Owner: r.Owner, Repo: r.Repo, Ref: r.Ref, Rev: r.Rev,
		URL: r.URL, Path: r.Path, Dir: r.Dir, NarHash: r.NarHash,
	}
	if r.LastModified > 0 {
		locked.LastModified = time.Unix(r.LastModified, 0).UTC()
	}
	return locked
}

// Find walks from the root along names, through follows, and returns the label
// of the node it ends at. It reports false where the path leads nowhere.
func (l Lock) Find(names ...string) (label string, ok bool) {
	budget := 100 // steps: a lock may hold follows that follow each other
	return l.find(names, &budget)
}

func (l Lock) find(names []string, budget *int) (string, bool) {
	label := l.Root
	if _, ok := l.Nodes[label]; !ok {
		return "", false
	}
	for _, name := range names {
		if *budget--; *budget < 0 {
			return "", false
		}
		edge, ok := l.Nodes[label].Inputs[name]
		if !ok {
			return "", false
		}
		label = edge.Node
		if edge.Follows != nil {
			if label, ok = l.find(edge.Follows, budget); !ok {
				return "", false
			}
		}
	}
	return label, true
}

// Inputs are the names of the flake's own inputs, sorted.
func (l Lock) Inputs() []string {
	return slices.Sorted(maps.Keys(l.Nodes[l.Root].Inputs))
}

// String is the reference as one would write it, without hashes.
func (r Locked) String() string {
	switch r.Type {
	case "indirect":
		return strings.TrimSuffix(r.ID+"/"+r.Ref, "/")
	case "path":
		return "path:" + r.Path
	case "github", "gitlab", "sourcehut":
		return strings.TrimSuffix(r.Type+":"+r.Owner+"/"+r.Repo+"/"+r.Ref, "/")
	case "git":
		if r.Ref != "" {
			return "git+" + r.URL + "?ref=" + r.Ref
		}
		return "git+" + r.URL
	}
	return r.URL
}
