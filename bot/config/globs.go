package config

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Globs pick names: a name is picked when one of the patterns matches it and
// no pattern behind a `!` does. Only exclusions pick everything else.
type Globs struct{ include, exclude []string }

// ParseGlobs reads patterns as path.Match has them, `!` in front to exclude.
func ParseGlobs(patterns []string) (Globs, error) {
	var g Globs
	for _, p := range patterns {
		target := &g.include
		if rest, not := strings.CutPrefix(p, "!"); not {
			target, p = &g.exclude, rest
		}
		if _, err := path.Match(p, ""); err != nil || p == "" {
			return Globs{}, fmt.Errorf("%q is no glob; write `web-*`, `!lab` or a name", p)
		}
		*target = append(*target, p)
	}
	if len(g.include) == 0 {
		g.include = []string{"*"}
	}
	return g, nil
}

// Match reports whether what goes by these names is picked: by one of them, and
// not excluded by another.
func (g Globs) Match(names ...string) bool {
	matches := func(patterns []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return matchAny(patterns, name) })
	}
	return matches(g.include) && !matches(g.exclude)
}

// Missed are the patterns, exclusions apart, that match none of these names.
func (g Globs) Missed(names ...string) (missed []string) {
	for _, p := range g.include {
		if !slices.ContainsFunc(names, func(name string) bool { return matchAny([]string{p}, name) }) {
			missed = append(missed, p)
		}
	}
	return missed
}

// matchAny spares host names with a slash the special meaning path.Match
// gives it: no attribute name is a path.
func matchAny(patterns []string, name string) bool {
	name = strings.ReplaceAll(name, "/", "\x00")
	for _, p := range patterns {
		if ok, _ := path.Match(strings.ReplaceAll(p, "/", "\x00"), name); ok {
			return true
		}
	}
	return false
}
