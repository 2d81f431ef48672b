package flake

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
)

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// isExpression reports whether the value of the attribute at a position is
// certainly more than a literal or a name: an interpolation, an operator, a
// call. Nix takes neither in inputs.
func isExpression(text []byte, at Position, name string) bool {
	i, err := offset(text, at)
	if err != nil {
		return false
	}
	t, err := value(text, i, name)
	if err != nil || t.kind == tokenOther || t.kind == tokenEnd {
		return false
	}
	end, err := significant(text, t.end)
	return err == nil && (t.dynamic || !end.is(text, ";"))
}

// mentions are words without which no text decides what builds a host.
var mentions = [][]byte{[]byte("nixosSystem"), []byte("eval-config"), []byte("nodeNixpkgs"), []byte("colmena"), []byte("channelName")}

func mentionsHosts(text []byte) bool {
	return slices.ContainsFunc(mentions, func(word []byte) bool { return bytes.Contains(text, word) })
}

// evalConfig finds what nixosSystem itself calls, as "${X}/nixos/lib/…".
var evalConfig = regexp.MustCompile(`\$\{(?:inputs\.)?([a-zA-Z_][a-zA-Z0-9_'-]*)\}/nixos/lib/eval-config\.nix`)

// systemCalls finds the inputs whose nixosSystem a text calls: X.lib.nixosSystem,
// lib.nixosSystem where lib is X.lib, nixosSystem from X.lib; those that it
// hands to colmena and flake-utils-plus. It counts the calls.
func (r reader) systemCalls() map[string]int {
	calls := map[string]int{}
	var libs, opened []string
	viaLib, bare := 0, 0
	for i := range r.list {
		switch r.word(i) {
		case "inherit":
			fromLib, direct := r.inherits(i + 1)
			libs, opened = append(libs, fromLib...), append(opened, direct...)
		case "with":
			opened = append(opened, r.lib(i+1)...)
		case "lib":
			if r.word(i+1) == "=" {
				libs = append(libs, r.lib(i+2)...)
			}
			if r.word(i-1) != "." && r.callsSystem(i) {
				viaLib++
			}
		case "nixosSystem":
			if r.word(i-1) != "." && r.word(i+1) != "=" {
				bare++
			}
		}
		count(calls, r.direct(i), 1)
		count(calls, r.handed(i), 1)
	}
	slices.Sort(libs)
	slices.Sort(opened)
	count(calls, slices.Compact(libs), viaLib)
	count(calls, slices.Compact(opened), bare)
	return calls
}

// count adds times to every name.
func count(calls map[string]int, names []string, times int) {
	for _, name := range names {
		if times > 0 {
			calls[name] += times
		}
	}
}

// lib reads X.lib at word i.
func (r reader) lib(i int) []string {
	if names, next := r.input(i); r.word(next) == "." && r.word(next+1) == "lib" {
		return names
	}
	return nil
}

// callsSystem reports whether .nixosSystem stands behind word i.
func (r reader) callsSystem(i int) bool {
	return r.word(i+1) == "." && r.word(i+2) == "nixosSystem"
}

// direct reads X.lib.nixosSystem at word i, "${X}/nixos/lib/eval-config.nix",
// and X + "/nixos/lib/eval-config.nix".
func (r reader) direct(i int) []string {
	if t := r.list[i]; t.dynamic {
		if m := evalConfig.FindStringSubmatch(r.text[t.start:t.end]); m != nil {
			return r.named(m[1], i)
		}
	}
	if sign := r.word(i + 1); sign != "." && sign != "+" || r.word(i-1) == "." && r.holdsInputs(i-2) {
		return nil // or read with inputs, before
	}
	names, next := r.input(i)
	if r.word(next) == "." && r.word(next+1) == "lib" && r.callsSystem(next+1) ||
		r.word(next) == "+" && strings.HasSuffix(r.word(next+1), "/nixos/lib/eval-config.nix") {
		return names
	}
	return nil
}

// handed reads at word i what the tools beside nixosSystem are told: colmena's
// meta.nixpkgs and meta.nodeNixpkgs, and the channelName of flake-utils-plus.
func (r reader) handed(i int) (names []string) {
	switch {
	case r.word(i) == "channelName" && r.word(i+1) == "=":
		return append(r.named(r.word(i+2), i), r.defaultChannel(i)...)
	case r.word(i) == "nixpkgs" && r.word(i+1) == "=" && r.word(i+2) == "import" && r.colmena:
		names, _ = r.input(i + 3)
		return names
	case r.word(i) != "nodeNixpkgs":
		return nil
	}
	for depth, j := 0, i+1; j < min(len(r.list), i+maxBlock) && (depth > 0 || r.word(j) != ";"); j++ {
		switch r.word(j) {
		case "{", "(":
			depth++
		case "}", ")":
			depth--
		case "import":
			found, _ := r.input(j + 1)
			names = append(names, found...)
		}
	}
	return names
}

// defaultChannel is nixpkgs, which flake-utils-plus gives to hosts without a
// channelName, unless word i sets that of hostDefaults.
func (r reader) defaultChannel(i int) []string {
	if r.word(i-1) == "." && r.word(i-2) == "hostDefaults" {
		return nil
	}
	for depth, j := 0, i-1; j > max(0, i-maxBlock); j-- {
		switch r.word(j) {
		case "}":
			depth++
		case "{":
			depth--
		}
		if depth < 0 {
			if r.word(j-1) == "=" && r.word(j-2) == "hostDefaults" {
				return nil
			}
			break
		}
	}
	return r.named("nixpkgs", i)
}

// inherits reads what stands behind "inherit" at i: lib from the inputs for
// (X) and (inputs.X), nixosSystem from those for (X.lib) and (inputs.X.lib).
func (r reader) inherits(i int) (lib, direct []string) {
	if r.word(i) != "(" {
		return nil, nil
	}
	names, next := r.input(i + 1)
	what := "lib"
	if r.word(next) == "." && r.word(next+1) == "lib" {
		next, what = next+2, "nixosSystem"
	}
	if next++; r.word(next-1) != ")" {
		return nil, nil
	}
	for end := next + maxBlock; next < end && r.word(next) != ";"; next++ {
		switch {
		case r.word(next) != what:
		case what == "lib":
			return names, nil
		default:
			return nil, names
		}
	}
	return nil, nil
}
