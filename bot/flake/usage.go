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

// A reader looks at the words of a Nix text: names, signs, strings.
type reader struct {
	text []byte
	list []token
	// isInput tells which words name an input, under its own name or another.
	isInput func(string) bool
	// inputs are the names of all inputs, for those that are computed.
	inputs []string
	// bound maps a name to the inputs it is bound to: nixpkgs = inputs.stable.
	bound map[string][]string
}

// newReader takes a text apart, without its comments. It is of no use, and
// ok false, where the text is none that Nix can read.
func newReader(text []byte, inputs []string, isInput func(string) bool, bound map[string][]string) (r reader, ok bool) {
	list, err := tokens(text)
	if err != nil {
		return reader{}, false
	}
	r = reader{text: text, list: list, isInput: isInput, inputs: inputs, bound: maps.Clone(bound)}
	if r.bound == nil {
		r.bound = map[string][]string{}
	}
	r.bind()
	return r, true
}

// word is the i-th word, "" outside of the text.
func (r reader) word(i int) string {
	if i < 0 || i >= len(r.list) {
		return ""
	}
	return strings.Trim(string(r.text[r.list[i].start:r.list[i].end]), `"`)
}

// input reads an input at word i: X, inputs.X or inputs."X${…}", which may be
// several. next is the word behind it.
func (r reader) input(i int) (names []string, next int) {
	if r.word(i) == "inputs" && r.word(i+1) == "." {
		i += 2
		if i < len(r.list) && r.list[i].kind == tokenString && r.list[i].dynamic {
			return r.computed(r.word(i)), i + 1
		}
	}
	if i >= len(r.list) || r.list[i].kind != tokenName && r.list[i].kind != tokenString {
		return nil, i
	}
	return r.named(r.word(i)), i + 1
}

// named are the inputs that a name stands for.
func (r reader) named(name string) []string {
	names := slices.Clone(r.bound[name])
	if r.isInput(name) && !slices.Contains(names, name) {
		names = append(names, name)
	}
	return names
}

// interpolation is a simple ${…}.
var interpolation = regexp.MustCompile(`\$\{[^{}]*\}`)

// computed are the inputs that a name with interpolations may stand for. One
// without a fixed part may stand for anything, and says nothing.
func (r reader) computed(name string) []string {
	parts := interpolation.Split(name, -1)
	if strings.Join(parts, "") == "" {
		return nil
	}
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	pattern := regexp.MustCompile("^" + strings.Join(parts, ".*") + "$")
	return slices.DeleteFunc(slices.Clone(r.inputs), func(input string) bool {
		return !pattern.MatchString(input) || !r.isInput(input)
	})
}

// bind collects the names that stand for inputs: nixpkgs = inputs.stable; and
// nixpkgs ? inputs.stable, with a choice between inputs as well, and
// channels.x.input = inputs.stable of flake-utils-plus.
func (r reader) bind() {
	for i := range r.list {
		name, sign := r.word(i), r.word(i+1)
		if r.list[i].kind != tokenName || sign != "=" && sign != "?" {
			continue
		}
		if name == "input" && r.word(i-1) == "." {
			name = r.word(i - 2)
		}
		for _, input := range r.choice(i + 2) {
			if input != name && !slices.Contains(r.bound[name], input) {
				r.bound[name] = append(r.bound[name], input)
			}
		}
	}
}

// maxChoice bounds, in words, how far the end of a choice is looked for.
const maxChoice = 60

// choice reads a value that is an input, or if … then one else another.
func (r reader) choice(i int) []string {
	for r.word(i) == "(" {
		i++
	}
	if r.word(i) == "if" {
		var names []string
		for end := i + maxChoice; i < end; i++ {
			switch r.word(i) {
			case "then", "else":
				names = append(names, r.choice(i+1)...)
			case ";", "":
				return names
			}
		}
		return nil
	}
	names, next := r.input(i)
	switch r.word(next) {
	case ";", ",", "}", ")", "else":
		return names
	}
	return nil
}

// arguments are the names that the function bound to name takes as a set.
func (r reader) arguments(name string) (names []string) {
	for i := range r.list {
		if r.word(i) != name || r.word(i+1) != "=" {
			continue
		}
		for depth, j := 0, i+2; j < len(r.list) && (depth > 0 || r.word(j) != ":"); j++ {
			switch word := r.word(j); {
			case word == "{":
				depth++
			case word == "}":
				depth--
			case depth == 1 && r.list[j].kind == tokenName && (r.word(j-1) == "{" || r.word(j-1) == ","):
				names = append(names, word)
			}
		}
		return names
	}
	return nil
}

// isFlake reports whether the text is a flake.nix.
func (r reader) isFlake() bool {
	depth := 0
	for i := range r.list {
		switch r.word(i) {
		case "{":
			depth++
		case "}":
			depth--
		case "outputs":
			if depth == 1 && r.word(i+1) == "=" {
				return true
			}
		}
	}
	return false
}

// mentions are words without which no text decides what builds a host.
var mentions = [][]byte{[]byte("nixosSystem"), []byte("eval-config"), []byte("nodeNixpkgs"), []byte("colmena"), []byte("channelName")}

func mentionsHosts(text []byte) bool {
	return slices.ContainsFunc(mentions, func(word []byte) bool { return bytes.Contains(text, word) })
}

// evalConfig finds what nixosSystem itself calls, as "${X}/nixos/lib/…".
var evalConfig = regexp.MustCompile(`\$\{(?:inputs\.)?([a-zA-Z_][a-zA-Z0-9_'-]*)\}/nixos/lib/eval-config\.nix`)

// systemCalls finds the inputs whose nixosSystem a text calls: X.lib.nixosSystem,
// lib.nixosSystem where lib is X.lib, nixosSystem with X.lib; those that it
// hands to colmena and flake-utils-plus.
func (r reader) systemCalls() []string {
	var called, libs, opened []string
	for _, m := range evalConfig.FindAllSubmatch(r.text, -1) {
		called = append(called, r.named(string(m[1]))...)
	}
	viaLib, bare := false, false
	for i := range r.list {
		switch r.word(i) {
		case "inherit":
			fromLib, direct := r.inherits(i + 1)
			libs, called = append(libs, fromLib...), append(called, direct...)
		case "with":
			if names, next := r.input(i + 1); r.word(next) == "." && r.word(next+1) == "lib" {
				opened = append(opened, names...)
			}
		case "lib":
			viaLib = viaLib || r.word(i-1) != "." && r.callsSystem(i)
			if names, next := r.input(i + 2); r.word(i+1) == "=" && r.word(next) == "." && r.word(next+1) == "lib" {
				libs = append(libs, names...)
			}
		case "nixosSystem":
			bare = bare || r.word(i-1) != "." && r.word(i+1) != "="
		}
		called = append(called, r.direct(i)...)
		called = append(called, r.handed(i)...)
	}
	if viaLib {
		called = append(called, libs...)
	}
	if bare {
		called = append(called, opened...)
	}
	slices.Sort(called)
	return slices.Compact(called)
}

// callsSystem reports whether .nixosSystem stands behind word i.
func (r reader) callsSystem(i int) bool {
	return r.word(i+1) == "." && r.word(i+2) == "nixosSystem"
}

// direct reads X.lib.nixosSystem at word i, and X + "/nixos/lib/eval-config.nix".
func (r reader) direct(i int) []string {
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
		return append(r.named(r.word(i+2)), r.defaultChannel(i)...)
	case r.word(i) == "nixpkgs" && r.word(i+1) == "=" && r.word(i+2) == "import" && bytes.Contains(r.text, []byte("colmena")):
		names, _ = r.input(i + 3)
		return names
	case r.word(i) != "nodeNixpkgs":
		return nil
	}
	for depth, j := 0, i+1; j < len(r.list) && (depth > 0 || r.word(j) != ";"); j++ {
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
	for depth, j := 0, i-1; j > 0; j-- {
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
	return r.named("nixpkgs")
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
	if r.word(next) != ")" {
		return nil, nil
	}
	for next++; next < len(r.list) && r.word(next) != ";"; next++ {
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
