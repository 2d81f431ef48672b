package flake

import (
	"cmp"
	"maps"
	"regexp"
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
	// Before is the zero Point for an input that is new, After for one that is
	// gone.
	Before Point `json:"before"`
	After  Point `json:"after"`
	// Compare is a page that shows what lies between the two revisions; empty
	// where the repository changed or its host has no such page.
	Compare string `json:"compare,omitempty"`
}

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
		if hadIt == hasIt && a.point == b.point && a.locked.NarHash == b.locked.NarHash && a.locked.repository() == b.locked.repository() {
			continue
		}
		changes = append(changes, InputChange{Name: path, Before: a.point, After: b.point, Compare: compareLink(a, b)})
	}
	return changes
}

func (l Lock) states() map[string]state {
	states := map[string]state{}
	for name, edge := range l.Nodes[l.Root].Inputs {
		if edge.Follows != nil {
			states[name] = state{point: Point{Follows: strings.Join(edge.Follows, "/")}}
		}
	}
	for _, place := range l.walk() {
		n := l.Nodes[place.label]
		states[strings.Join(place.path, "/")] = state{locked: n.Locked, point: Point{
			Ref: n.ref(), Rev: n.Locked.revision(), Date: n.Locked.LastModified,
		}}
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
	n := l.Nodes[label]
	return Point{Ref: n.ref(), Rev: n.Locked.revision(), Date: n.Locked.LastModified}
}

// ref is the branch, tag or version that the node follows.
func (n Node) ref() string {
	original, err := parseRef(n.Original.String())
	if err != nil {
		return cmp.Or(n.Original.Ref, n.Locked.Ref)
	}
	return cmp.Or(original.Ref, n.Locked.Ref)
}

// releaseRev is the revision in the address of a channel's tarball.
var releaseRev = regexp.MustCompile(`^https://releases\.nixos\.org/.*\.([0-9a-f]{10,40})/nixexprs\.tar`)

// revision is the locked revision; the tarball of a channel has a shortened
// one in its address.
func (r Locked) revision() string {
	if m := releaseRev.FindStringSubmatch(r.URL); r.Rev == "" && m != nil {
		return m[1]
	}
	return r.Rev
}

var (
	hexRev     = regexp.MustCompile(`^[0-9a-f]{10,64}$`)
	plainRepo  = regexp.MustCompile(`^https://[a-z0-9.-]+(?::[0-9]+)?(?:/\.?[A-Za-z0-9_~-][A-Za-z0-9._~-]*){2,}$`)
	gitlabHost = regexp.MustCompile(`^https://gitlab\.`)
	otherHost  = regexp.MustCompile(`^https://(?:github\.com|codeberg\.org|gitea\.[^/]+|git(?:hub)?\.[^/]+)/`)
)

// repository is the web address of the repository, "" where there is none.
func (r Locked) repository() string {
	if releaseRev.MatchString(r.URL) {
		return "https://github.com/NixOS/nixpkgs"
	}
	switch r.Type {
	case "github":
		return "https://" + cmp.Or(r.Host, "github.com") + "/" + r.Owner + "/" + r.Repo
	case "gitlab":
		return "https://" + cmp.Or(r.Host, "gitlab.com") + "/" + strings.ReplaceAll(r.Owner, "%2F", "/") + "/" + r.Repo
	case "git":
		return strings.TrimSuffix(strings.TrimSuffix(r.URL, "/"), ".git")
	}
	return ""
}

// compareLink is the page that shows the commits from a to b. Everything in it
// comes from a lock that anyone may have written: what is not plain gives none.
func compareLink(a, b state) string {
	home := a.locked.repository()
	from, to := a.point.Rev, b.point.Rev
	if home != b.locked.repository() || from == to || !plainRepo.MatchString(home) || !hexRev.MatchString(from) || !hexRev.MatchString(to) {
		return ""
	}
	switch {
	case gitlabHost.MatchString(home), b.locked.Type == "gitlab":
		return home + "/-/compare/" + from + "..." + to
	case b.locked.Type == "github", otherHost.MatchString(home):
		return home + "/compare/" + from + "..." + to
	}
	return ""
}
