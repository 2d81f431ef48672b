package triage

import (
	"strings"

	"github.com/nixferry/nixferry/bot/pattern"
)

// An atlas tells whose files they are that a log names: it knows every tree
// the log mentions.
type atlas struct {
	from Source
	// owners are by tree as Nix writes it: /nix/store/…-source or «…». A tree
	// that is not among them is nobody's.
	owners map[string]string
	// roots are the working trees the log names, which may be the owner's.
	roots []string
	// failing are the assertions that failed, where they are known as data.
	failing []string
}

var (
	// treePath is a file in a tree that Nix copied or read from git.
	treePath = pattern.New(`(/nix/store/[0-9a-df-np-sv-z]{32}-source|«[^«»\n]{1,500}»)/+([^\s'"` + "`" + `:;,()<>«»\\\x1b]*)`)
	// gitRoot is a working tree as messages and positions name it.
	gitRoot = pattern.New(`(?:git\+file://|[Rr]epository \\?["'])(/[^\s'"?»\\]+)|(/[^\s'"«»:;,()\\\x1b` + "`" + `]+)/flake\.nix`)
	storeID = pattern.New(`^/nix/store/([0-9a-df-np-sv-z]{32})-source`)
	// remote is how a tree names a repository on a forge.
	remote = pattern.New(`^«(?:github|gitlab|sourcehut):[^/»]+/([^/?»]+)`)
)

// The shapes of trees everybody has among their inputs, for logs that come
// without the lock.
var shapes = []struct {
	owner string
	sign  pattern.Pattern
}{
	{"nixpkgs", pattern.New(`^(?:nixos/(?:modules/(?:services|system|config|installer|programs|security|misc|tasks|virtualisation|hardware|image|rename\.nix|module-list\.nix)\b|lib/eval-config\.nix)|lib/(?:modules|types|options|attrsets|lists|trivial|customisation|fixed-points|default|strings|asserts)\.nix|pkgs/(?:top-level|stdenv|build-support|by-name|applications|development|servers|tools|os-specific)/)`)},
	{"home-manager", pattern.New(`^(?:modules/(?:home-environment|files|manual|xresources|lib/stdlib-extended|lib/bash)|nixos/common\.nix)`)},
}

// maxPaths bounds how many paths of a log are looked at.
const maxPaths = 20000

// survey looks through a log for the trees in it.
func (s Source) survey(log []byte) atlas {
	a := atlas{from: s, owners: map[string]string{}}
	rests := map[string]map[string]bool{}
	for _, m := range treePath().FindAllSubmatch(log, maxPaths) {
		tree := string(m[1])
		if rests[tree] == nil {
			rests[tree] = map[string]bool{}
		}
		rests[tree][string(m[2])] = true
	}
	a.assign(rests)
	for _, m := range gitRoot().FindAllSubmatch(log, maxPaths) {
		a.addRoot(string(m[1]) + string(m[2]))
	}
	return a
}

// assign gives every tree its owner. Where nobody knows which is the owner's,
// those nobody else owns are; where some look more like it than others, those
// that do.
func (a *atlas) assign(rests map[string]map[string]bool) {
	best, scores := 0, map[string]int{}
	for tree, paths := range rests {
		owner, known := a.foreign(tree, paths)
		if known {
			a.owners[tree] = owner
			continue
		}
		if a.from.Store != "" {
			continue
		}
		scores[tree] = a.likeness(paths)
		best = max(best, scores[tree])
	}
	for tree, score := range scores {
		if score == best {
			a.owners[tree] = You
		}
	}
}

// foreign says who else owns a tree, or for certain that the owner does.
func (a *atlas) foreign(tree string, paths map[string]bool) (owner string, known bool) {
	id := storeID().FindStringSubmatch(tree)
	switch {
	case tree == a.from.Store, a.from.Rev != "" && strings.Contains(tree, a.from.Rev):
		return You, true
	case id == nil && !strings.Contains(tree, ":"): // «nix-internal» and the like
		return "", true
	}
	for _, in := range a.from.Inputs {
		if id != nil && in.Hash == id[1] || id == nil && in.Rev != "" && strings.Contains(tree, in.Rev) {
			return in.Name, true
		}
	}
	if owner := shape(paths); owner != "" {
		return owner, true
	}
	if m := remote().FindStringSubmatch(tree); m != nil && a.present(paths) == 0 {
		return m[1], true
	}
	return "", false
}

// shape recognises a tree by the files in it.
func shape(paths map[string]bool) string {
	for path := range paths {
		for _, s := range shapes {
			if s.sign().MatchString(path) {
				return s.owner
			}
		}
	}
	return ""
}

// hostly are paths of which a fleet has some and hardly anything else has.
var hostly = pattern.New(`^(?:.*/)?(?:hosts?|machines?|systems|configuration\.nix|hardware-configuration\.nix)\b`)

// likeness says how much a tree looks like the owner's.
func (a *atlas) likeness(paths map[string]bool) int {
	if a.from.Read != nil {
		return a.present(paths)
	}
	n := 0
	for path := range paths {
		if hostly().MatchString(path) {
			n = 1
		}
	}
	return n
}

// present counts the paths that are files of the owner's.
func (a *atlas) present(paths map[string]bool) int {
	n := 0
	for path := range paths {
		if a.exists(path) {
			n++
		}
	}
	return n
}

func (a *atlas) exists(path string) bool {
	if a.from.Read == nil || path == "" {
		return false
	}
	_, ok := a.from.Read(path)
	return ok
}

// addRoot notes a working tree, unless it is an input's.
func (a *atlas) addRoot(dir string) {
	if strings.HasPrefix(dir, "/nix/store/") {
		return
	}
	for _, in := range a.from.Inputs {
		if in.Dir == dir {
			return
		}
	}
	for tree, owner := range a.owners {
		if owner != You && strings.HasPrefix(tree, "«git+file://"+dir+"?") {
			return
		}
	}
	for _, known := range a.roots {
		if known == dir {
			return
		}
	}
	if len(a.roots) < 20 {
		a.roots = append(a.roots, dir)
	}
}
