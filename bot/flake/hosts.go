package flake

// hostsOutput is the output that holds the hosts.
const hostsOutput = "nixosConfigurations"

// A making says how a text makes hosts.
type making struct {
	// direct is set when some are made by a call of nixosSystem right there,
	// other when some are made in any other way.
	direct, other bool
}

// hosts reads what a text defines nixosConfigurations to be. Handing on those of
// another place makes none.
func (r reader) hosts() (made making) {
	for i := 0; i < len(r.list); i++ {
		if r.word(i) != hostsOutput || r.list[i].kind != tokenName {
			continue
		}
		end := r.path(i)
		value := end + 1
		switch {
		case r.word(end) != "=":
			i = end - 1
		case r.word(value) == "=" || r.handsOn(value):
		case end == i+1 && r.word(value) == "{":
			i = r.eachHost(value+1, &made)
		default:
			r.host(value, &made)
		}
	}
	return made
}

// eachHost reads the hosts of a set, whose end it returns.
func (r reader) eachHost(i int, made *making) (end int) {
	for r.isName(i) && r.word(i+1) == "=" {
		r.host(i+2, made)
		i = r.statement(i+2) + 1
	}
	made.other = made.other || r.word(i) != "}" || r.word(i+1) != ";"
	return i
}

func (r reader) host(i int, made *making) {
	direct := len(r.direct(i)) > 0 || r.word(i) == "lib" && r.callsSystem(i) || r.word(i) == "nixosSystem"
	made.direct, made.other = made.direct || direct, made.other || !direct
}

// handsOn reports whether the value at word i is X.nixosConfigurations.
func (r reader) handsOn(i int) bool {
	end := r.path(i)
	return r.word(end) == ";" && r.word(end-1) == hostsOutput
}

// path is the word behind the attribute path at word i.
func (r reader) path(i int) int {
	for i++; r.word(i) == "."; {
		if _, end := r.index(i + 1); end > 0 {
			i = end
		} else if r.isName(i + 1) {
			i += 2
		} else {
			break
		}
	}
	return i
}

// statement is the word that ends the statement in which word i stands.
func (r reader) statement(i int) int {
	for depth := 0; i < len(r.list) && (depth > 0 || r.word(i) != ";"); i++ {
		switch r.word(i) {
		case "{", "(", "[":
			depth++
		case "}", ")", "]":
			depth--
		}
	}
	return i
}
