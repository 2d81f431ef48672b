package flake

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A reader looks at the words of a Nix text: names, signs, strings.
type reader struct {
	names
	text string
	list []token
	// colmena is set when the text speaks of it.
	colmena bool
}

// names are what a reader knows about the names in a text.
type names struct {
	// isInput tells which words name an input, under its own name or another.
	isInput func(string) bool
	// inputs are the names of all inputs, for those that are computed.
	inputs []string
	// given counts the strings that an option is given anywhere.
	given func(option string) map[string]int
	// bound maps a name to the inputs it is bound to: nixpkgs = inputs.stable.
	bound map[string][]string
	// menus maps a name to a set of inputs it is bound to, by their keys:
	// channels = { old = inputs.stable; new = inputs.unstable; }.
	menus map[string]map[string][]string
	// defaults are the arguments with a default value, by name and in the
	// order of the text: { nixpkgs ? inputs.stable }.
	defaults map[string][]binding
}

// A binding is what a name is bound to from a word on.
type binding struct {
	from   int
	inputs []string
}

// newReader takes a text apart, without its comments. It is of no use, and
// ok false, where the text is none that Nix can read.
func newReader(text []byte, known names) (r reader, ok bool) {
	list, err := tokens(text)
	if err != nil {
		return reader{}, false
	}
	known.bound, known.menus, known.defaults = maps.Clone(known.bound), maps.Clone(known.menus), map[string][]binding{}
	if known.bound == nil {
		known.bound, known.menus = map[string][]string{}, map[string]map[string][]string{}
	}
	r = reader{text: string(text), list: list, names: known, colmena: bytes.Contains(text, []byte("colmena"))}
	r.offer()
	r.bind()
	return r, true
}

// word is the i-th word, "" outside of the text.
func (r reader) word(i int) string {
	if i < 0 || i >= len(r.list) {
		return ""
	}
	return strings.Trim(r.text[r.list[i].start:r.list[i].end], `"`)
}

// isName reports whether word i is a name or a string, which may stand for one.
func (r reader) isName(i int) bool {
	return i >= 0 && i < len(r.list) && (r.list[i].kind == tokenName || r.list[i].kind == tokenString)
}

// input reads an input at word i: X, inputs.X, inputs."X${…}" or menu.${…}. It
// may be one of several, and one that builds several hosts comes as often. next
// is the word behind it.
func (r reader) input(i int) (found []string, next int) {
	if !r.isName(i) {
		return nil, i
	}
	from := r.word(i)
	if menu := r.menus[from]; r.holdsInputs(i) && r.word(i+1) == "." {
		if option, end := r.index(i + 2); end > 0 {
			return r.chosen(menu, option), end
		}
		if found, ok := menu[r.word(i+2)]; ok {
			return found, i + 3
		}
	}
	if from == "inputs" && r.word(i+1) == "." && r.isName(i+2) {
		if i += 2; r.list[i].dynamic {
			return r.computed(r.word(i)), i + 1
		}
	}
	return r.named(r.word(i), i), i + 1
}

// holdsInputs reports whether word i is inputs, or a menu.
func (r reader) holdsInputs(i int) bool {
	_, isMenu := r.menus[r.word(i)]
	return isMenu || r.word(i) == "inputs"
}

// named are the inputs that a name stands for at word i. Of several functions
// with an argument of that name, it is the last one's.
func (r reader) named(name string, i int) []string {
	found := slices.Clone(r.bound[name])
	arguments := r.defaults[name]
	next, _ := slices.BinarySearchFunc(arguments, i, func(b binding, i int) int { return cmp.Compare(b.from, i) })
	if next > 0 {
		found = append(found, arguments[next-1].inputs...)
	}
	if r.isInput(name) && !slices.Contains(found, name) {
		found = append(found, name)
	}
	return found
}

// outward is what holds in the files that a text hands its names to.
func (r reader) outward() names {
	known := r.names
	known.bound = maps.Clone(r.bound)
	for name, arguments := range r.defaults {
		found := slices.Clone(r.bound[name])
		for _, argument := range arguments {
			found = append(found, argument.inputs...)
		}
		slices.Sort(found)
		known.bound[name] = slices.Compact(found)
	}
	return known
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
