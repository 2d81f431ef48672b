package flake

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// An InputChange is an input whose lock differs between two states.
type InputChange struct {
	// Flake is the directory of the flake whose input it is, where a report is
	// about several.
	Flake string `json:"flake,omitempty"`
	// Name is the input's name, or the path to it ("home-manager/nixpkgs") for
	// an input of an input.
	Name string `json:"name"`
	// Kind is what became of it.
	Kind Kind `json:"kind,omitempty"`
	// Before is the zero Point for an input that is new, After for one that is
	// gone.
	Before Point `json:"before"`
	After  Point `json:"after"`
	// Compare is a page that shows what lies between the two revisions; empty
	// where the repository changed or its host has no such page.
	Compare string `json:"compare,omitempty"`
	// Log is a page that lists commits from the new revision back, for hosts
	// that compare none (sourcehut).
	Log string `json:"log,omitempty"`
	// Commits counts those that After has and Before has not, Behind the
	// reverse; 0 for none and where nobody could tell.
	Commits int `json:"commits,omitempty"`
	Behind  int `json:"behind,omitempty"`
}

// A Kind says what became of an input.
type Kind string

// The kinds of change, of which the first that fits is given.
const (
	Added     Kind = "new"       // it was not locked before
	Removed   Kind = "gone"      // it is not locked any more
	Follows   Kind = "follows"   // it stands for another input from now on
	Unfollows Kind = "own"       // it has a lock of its own, where it stood for another input
	Elsewhere Kind = "elsewhere" // it comes from another repository
	Same      Kind = "same"      // its revision stays, and its ref or its hash does not
	Back      Kind = "back"      // it goes to an older revision
	Moved     Kind = "moved"     // it goes to another revision
)

// A Point is where a lock holds an input.
type Point struct {
	// Ref is the branch, tag or version it follows; empty for a default branch.
	Ref string `json:"ref,omitempty"`
	// Rev is the locked revision; empty for what has none (a path, a tarball).
	Rev string `json:"rev,omitempty"`
	// Date is lastModified: when the revision was committed, in UTC.
	Date time.Time `json:"date,omitzero"`
	// Follows is the path of the input it stands for, where it has no lock of
	// its own.
	Follows string `json:"follows,omitempty"`
	// Repository is the http address git clones it from; empty for what has
	// none, and for an address that holds more than plain names.
	Repository string `json:"repository,omitempty"`
}

// state is an input in one lock.
type state struct {
	point  Point
	locked Locked
}

// DiffLocks lists what changed from one lock to another, by name: the flake's
// own inputs and, where they have a lock of their own, the inputs of inputs.
func DiffLocks(before, after Lock) []InputChange {
	old, young := before.states(), after.states()
	paths := slices.Collect(maps.Keys(young))
	for path := range old {
		if _, ok := young[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	var changes []InputChange
	for _, path := range paths {
		a, hadIt := old[path]
		b, hasIt := young[path]
		if hadIt == hasIt && a.point == b.point && a.locked.NarHash == b.locked.NarHash && a.locked.origin() == b.locked.origin() {
			continue
		}
		change := InputChange{Name: path, Before: a.point, After: b.point}
		switch {
		case hadIt && hasIt:
			change.Kind = kindOf(a, b)
			change.Compare, change.Log = pages(a, b)
		case a.point.Follows+b.point.Follows != "" && strings.Contains(path, "/"):
			continue // it came or went with the input whose input it is
		case hasIt:
			change.Kind = Added
		default:
			change.Kind = Removed
		}
		changes = append(changes, change)
	}
	return changes
}

// kindOf says what became of an input that is in both locks.
func kindOf(a, b state) Kind {
	switch {
	case b.point.Follows != "":
		return Follows
	case a.point.Follows != "":
		return Unfollows
	case a.locked.origin() != b.locked.origin():
		return Elsewhere
	case a.point.Rev != "" && a.point.Rev == b.point.Rev:
		return Same
	case !b.point.Date.IsZero() && b.point.Date.Before(a.point.Date):
		return Back
	}
	return Moved
}

// states are the inputs of a lock by their paths: those with a lock of their
// own, and those that follow others, of the flake itself and of the former.
func (l Lock) states() map[string]state {
	states := map[string]state{}
	for _, place := range append(l.walk(), place{label: l.Root}) {
		n := l.Nodes[place.label]
		if len(place.path) > 0 {
			states[strings.Join(place.path, "/")] = state{point: n.point(), locked: n.Locked}
		}
		for name, edge := range n.Inputs {
			if edge.Follows != nil {
				path := strings.Join(append(slices.Clone(place.path), name), "/")
				states[path] = state{point: Point{Follows: strings.Join(edge.Follows, "/")}}
			}
		}
	}
	return states
}

// Point is where the lock holds the input at the end of names, the zero Point
// when it holds none there.
func (l Lock) Point(names ...string) Point {
	label, ok := l.Find(names...)
	if !ok || label == l.Root {
		return Point{}
	}
	return l.Nodes[label].point()
}

func (n Node) point() Point {
	return Point{Ref: n.ref(), Rev: n.Locked.revision(), Date: n.Locked.LastModified, Repository: n.Locked.repository()}
}

// ref is the branch, tag or version that the node follows.
func (n Node) ref() string {
	original, err := parseRef(n.Original.String())
	if err != nil {
		return cmp.Or(n.Original.Ref, n.Locked.Ref)
	}
	return cmp.Or(original.Ref, n.Locked.Ref)
}
