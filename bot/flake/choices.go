package flake

import "slices"

// The bounds, in words, on how far the end of a choice and of a block is
// looked for; and on the inputs of a menu.
const (
	maxChoice = 60
	maxBlock  = 400
	maxMenu   = 20
)

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
		before := r.bound[name]
		found := slices.DeleteFunc(slices.Clone(r.choice(i+2)), func(input string) bool {
			return input == name || sign == "=" && slices.Contains(before, input)
		})
		if sign == "?" {
			r.defaults[name] = append(r.defaults[name], binding{from: i, inputs: found})
		} else if len(found) > 0 {
			r.bound[name] = slices.Concat(before, found)
		}
	}
}

// choice reads a value that is an input, or if … then one else another.
func (r reader) choice(i int) (names []string) {
	if r.word(i) != "if" {
		return r.whole(i)
	}
	for end := i + maxChoice; i < end && r.word(i) != ";"; i++ {
		if r.word(i) == "then" || r.word(i) == "else" {
			names = append(names, r.whole(i+1)...)
		}
	}
	return names
}

// whole reads a value that is an input and nothing more.
func (r reader) whole(i int) []string {
	for range 3 {
		if r.word(i) == "(" {
			i++
		}
	}
	names, next := r.input(i)
	switch r.word(next) {
	case ";", ",", "}", ")", "else":
		return names
	}
	return nil
}

// offer collects the menus: names bound to a set that begins with inputs, two at
// least, or to what a function makes of one.
func (r reader) offer() {
	for i := range r.list {
		if r.word(i) != "{" {
			continue
		}
		menu, j := map[string][]string{}, i+1
		for r.isName(j) && r.word(j+1) == "=" {
			found, next := r.input(j + 2)
			if len(found) == 0 || r.word(next) != ";" {
				break
			}
			menu[r.word(j)] = found
			j = next + 1
		}
		if name := r.boundTo(i); len(menu) > 1 && len(menu) <= maxMenu && name != "" {
			r.menus[name] = menu
		}
	}
}

// boundTo is the name that a set at word i is bound to: name = {, name = rec {
// and name = f (…) {.
func (r reader) boundTo(i int) string {
	for depth, j := 0, i-1; j > max(0, i-maxChoice); j-- {
		switch word := r.word(j); {
		case word == ")":
			depth++
		case word == "(":
			depth--
		case depth > 0:
		case word == "=" && r.isName(j-1):
			return r.word(j - 1)
		case r.list[j].kind != tokenName && word != ".":
			return ""
		}
		if depth < 0 {
			return ""
		}
	}
	return ""
}

// index reads the ${…} at word i by which something is chosen: option is the
// name whose value it is, "" for what is more than a name, and end the word
// behind it; 0 where no ${…} stands.
func (r reader) index(i int) (option string, end int) {
	if r.word(i) != "$" || r.word(i+1) != "{" {
		return "", 0
	}
	plain := true
	for j := i + 2; j < i+maxChoice; j++ {
		switch word := r.word(j); {
		case word == "}" && !plain:
			return "", j + 1
		case word == "}":
			return option, j + 1
		case word == "or":
			j++ // its default counts wherever it is given
		case j >= len(r.list) || word == "{":
			return "", 0
		case r.isName(j) && (r.word(j-1) == "." || j == i+2):
			option = word
		case word != ".":
			plain = false
		}
	}
	return "", 0
}

// maxVotes bounds how often one input comes in a choice.
const maxVotes = 10

// chosen are the inputs of a menu that an option chooses: those whose key it is
// given anywhere, more often the more often it is. When it is given none, a menu
// offers all. All inputs by their own names are a menu too, the nil one, which
// offers none.
func (r reader) chosen(menu map[string][]string, option string) (found []string) {
	given, most := r.given(option), maxVotes
	for _, count := range given {
		most = max(most, count)
	}
	for _, key := range sortedNames(given) {
		inputs := menu[key]
		if menu == nil && slices.Contains(r.inputs, key) && r.isInput(key) {
			inputs = []string{key}
		}
		for range max(1, given[key]*maxVotes/most) {
			found = append(found, inputs...)
		}
	}
	if found == nil {
		for _, key := range sortedNames(menu) {
			found = append(found, menu[key]...)
		}
	}
	return found
}
