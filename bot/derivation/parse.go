package derivation

import (
	"fmt"
	"strings"
)

// Parse reads the text of the .drv file at path, written as
// https://nix.dev/manual/nix/2.34/protocols/derivation-aterm describes it. The
// derivation shares the text's memory. The error says what the text has wrong
// and where.
func Parse(path, text string) (Derivation, error) {
	p := parser{text: text, store: storeOf(path)}
	d := Derivation{Path: path, Name: strings.TrimSuffix(p.storeName(path), ".drv")}
	p.derivation(&d)
	if p.err == nil && p.at != len(text) {
		p.fail("the end")
	}
	if p.err != nil {
		return Derivation{}, fmt.Errorf("reading %s: %w: nix-store --verify --check-contents tells whether the store is damaged", path, p.err)
	}
	return d, nil
}

// storeOf is the directory of a store path, with the slash.
func storeOf(path string) string { return path[:strings.LastIndexByte(path, '/')+1] }

// A parser stands at one byte of a text. Once something is wrong it stands at
// the end, and whatever is read from there is empty.
type parser struct {
	text  string
	at    int
	err   error
	store string
	// dynamic allows inputs that are outputs of derivations of derivations.
	dynamic bool
	// pool holds the lists of all inputs' outputs, one after another.
	pool []string
}

func (p *parser) derivation(d *Derivation) {
	if p.skip(`DrvWithVersion("xp-dyn-drv",`) {
		p.dynamic = true
	} else {
		p.want("Derive(")
	}
	p.list(func() { d.Outputs = append(d.Outputs, p.output()) })
	p.want(",")
	p.list(func() { d.Inputs = append(d.Inputs, p.input()) })
	p.want(",")
	p.list(func() { d.Sources = append(d.Sources, p.path()) })
	p.want(",")
	d.System = p.string()
	p.want(",")
	d.Builder = p.string()
	p.want(",")
	d.Args = p.strings()
	p.want(",")
	start := p.at
	p.list(func() {
		switch key, value := p.variable(); key {
		case "pname":
			d.pname = unescape(value)
		case "version":
			d.version = unescape(value)
		case "__json":
			d.json = value
		}
	})
	d.env = p.text[start:p.at]
	p.want(")")
}

func (p *parser) output() Output {
	p.want("(")
	o := Output{Name: p.string()}
	p.want(",")
	if !p.skip(`""`) {
		o.Path = p.path()
	}
	p.want(",")
	p.string()
	p.want(",")
	hash := p.string()
	p.want(")")
	o.Fixed = hash != "" && hash != "impure"
	return o
}

func (p *parser) input() Input {
	p.want("(")
	in := Input{Drv: p.path()}
	p.want(",")
	in.Outputs = p.outputs()
	p.want(")")
	return in
}

// outputs reads the outputs wanted of an input, and skips those that are wanted
// of derivations which it builds.
func (p *parser) outputs() []string {
	if !p.dynamic || !p.skip("(") {
		return p.strings()
	}
	names := p.strings()
	p.want(",")
	p.list(func() {
		p.want("(")
		p.string()
		p.want(",")
		p.outputs()
		p.want(")")
	})
	p.want(")")
	return names
}

// variable reads a name and its value, the latter as it is written.
func (p *parser) variable() (name, raw string) {
	p.want("(")
	name = p.string()
	p.want(",")
	raw = p.raw()
	p.want(")")
	return name, raw
}

// path reads a path directly in the store that the derivation itself is in.
func (p *parser) path() string {
	path := p.string()
	if p.err == nil {
		p.storeName(path)
	}
	return path
}

const hashLength = 32

// storeName gives what follows the hash in a store path.
func (p *parser) storeName(path string) string {
	base, ok := strings.CutPrefix(path, p.store)
	if !ok || p.store == "" || len(base) <= hashLength+1 || base[hashLength] != '-' || strings.IndexByte(base, '/') >= 0 {
		p.fail(fmt.Sprintf("%q to be a path in %q", path, p.store))
		return ""
	}
	return base[hashLength+1:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (p *parser) list(element func()) {
	p.want("[")
	for first := true; p.err == nil && !p.skip("]"); first = false {
		if !first {
			p.want(",")
		}
		element()
	}
}

func (p *parser) strings() []string {
	start := len(p.pool)
	p.list(func() { p.pool = append(p.pool, p.string()) })
	return p.pool[start:len(p.pool):len(p.pool)]
}

func (p *parser) string() string { return unescape(p.raw()) }

// raw reads a string as it is written.
func (p *parser) raw() string {
	p.want(`"`)
	for start := p.at; p.err == nil; {
		quote := strings.IndexByte(p.text[p.at:], '"')
		if quote < 0 {
			p.fail(`a closing "`)
			break
		}
		end := p.at + quote
		p.at = end + 1
		written := p.text[start:end]
		if backslashes := len(written) - len(strings.TrimRight(written, `\`)); backslashes%2 == 0 {
			return written
		}
	}
	return ""
}

func unescape(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	text := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '\\' {
			i++
			switch c = raw[i]; c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			}
		}
		text = append(text, c)
	}
	return string(text)
}

func (p *parser) skip(word string) bool {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return false
	}
	p.at += len(word)
	return true
}

func (p *parser) want(word string) {
	if !p.skip(word) {
		p.fail(word)
	}
}

func (p *parser) fail(wanted string) {
	if p.err == nil {
		p.err = fmt.Errorf("byte %d: expected %s", p.at, wanted)
		p.at = len(p.text)
	}
}
