package triage

import (
	"path"
	"strings"

	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/pattern"
)

// file returns where a file stands whose name Nix wrote: its path in the tree
// it belongs to and the tree's owner, "" for nobody's.
func (a *atlas) file(name string) (rel, owner string) {
	if m := treePath().FindStringSubmatchIndex(name); m != nil && m[0] == 0 {
		rel := name[m[4]:m[5]]
		if rest := name[m[4]:]; strings.HasSuffix(rest, ".nix") && !strings.ContainsAny(rest, "\n:,`'\"«»") {
			rel = rest
		}
		return clean(rel), a.owners[name[m[2]:m[3]]]
	}
	if strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "/nix/store/") {
		return a.realFile(path.Clean(name))
	}
	return "", ""
}

// clean is a path inside a tree, "" for one that leads out of it.
func clean(rel string) string {
	rel = path.Clean(rel)
	if rel == "." || rel == ".." || strings.HasPrefix(rel, "../") || strings.HasPrefix(rel, "/") {
		return ""
	}
	return rel
}

// realFile is file for a path on this machine, or on the one the log is from.
func (a *atlas) realFile(name string) (rel, owner string) {
	if rel, ok := strings.CutPrefix(name, a.from.Dir+"/"); ok && a.from.Dir != "" {
		return rel, You
	}
	for _, in := range a.from.Inputs {
		if rel, ok := strings.CutPrefix(name, in.Dir+"/"); ok && in.Dir != "" {
			return rel, in.Name
		}
	}
	there := a.suffix(name)
	if rel, owner := shaped(name); owner != "" && strings.Count(there, "/") < 2 {
		return rel, owner
	}
	if there != "" {
		return there, You
	}
	longest := ""
	for _, root := range a.roots {
		if strings.HasPrefix(name, root+"/") && len(root) > len(longest) {
			longest = root
		}
	}
	if longest != "" {
		return name[len(longest)+1:], You
	}
	if m := usual().FindStringSubmatch(name); m != nil {
		return m[1], You
	}
	return "", ""
}

// usual finds the part of a path that is likely to be the one in a fleet's
// repository, where nothing tells its root.
var usual = pattern.New(`^/.*?/((?:(?:hosts?|machines?|modules|systems|profiles|roles|overlays|packages)/.*|(?:flake|configuration|hardware-configuration)\.nix)$)`)

// suffix is the longest end of a path that is a file of the owner's.
func (a *atlas) suffix(name string) string {
	for depth := 0; depth < 20; depth++ {
		_, rest, ok := strings.Cut(strings.TrimPrefix(name, "/"), "/")
		if !ok {
			return ""
		}
		if a.exists(rest) {
			return rest
		}
		name = rest
	}
	return ""
}

// shaped recognises a file of a well-known tree by the end of its path.
func shaped(name string) (rel, owner string) {
	rest := name
	for {
		_, after, ok := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
		if !ok {
			return "", ""
		}
		if owner := shape(map[string]bool{after: true}); owner != "" {
			return after, owner
		}
		rest = after
	}
}

// quoted finds the files a text of the module system names, with the line
// where one follows.
var quoted = pattern.New("[`'\"‘ (]((?:/|«)[^\\s`'\"’:]+(?:[^\\s`'\"’]*»/[^\\s`'\"’:]+)?)(?::(\\d+))?(?::(\\d+))?")

// mention finds the first of the owner's files in a text.
func (a *atlas) mention(text string) (found nixlog.Place, ok bool) {
	for _, m := range quoted().FindAllStringSubmatch(" "+text, 200) {
		name := strings.TrimRight(m[1], ".;,)")
		if treePath().FindString(name) == "" && !a.under(name) {
			continue
		}
		if rel, owner := a.file(name); owner == You && rel != "" {
			return nixlog.Place{File: rel, Line: number(m[2]), Column: number(m[3])}, true
		}
	}
	return nixlog.Place{}, false
}

// under reports whether a path on this machine is surely inside the owner's
// working tree: what a message speaks of can be any path.
func (a *atlas) under(name string) bool {
	for _, root := range append(a.roots, a.from.Dir) {
		if root != "" && strings.HasPrefix(name, root+"/") {
			return true
		}
	}
	return false
}

// realPath is a Nix file somewhere on a machine.
var realPath = pattern.New(`/(?:[\w.+@-]+/)+[\w.+@-]+\.nix\b`)

// plain makes a message readable: files of the owner by their path, those of
// inputs behind the input's name, other store paths without their hash, and no
// credentials.
func (a *atlas) plain(text string) string {
	text = treePath().ReplaceAllStringFunc(text, func(match string) string {
		m := treePath().FindStringSubmatch(match)
		rel := clean(m[2])
		switch owner := a.owners[m[1]]; {
		case owner == You && rel != "":
			return rel
		case owner != "" && owner != You:
			return "<" + path.Join(owner, rel) + ">"
		}
		return match
	})
	text = realPath().ReplaceAllStringFunc(text, func(name string) string {
		if rel, owner := a.file(name); owner == You && rel != "" {
			return rel
		}
		return name
	})
	return withoutSecrets(hash().ReplaceAllString(text, "/nix/store/…-"))
}
