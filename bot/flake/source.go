package flake

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

//go:embed source.nix
var sourceNix string

// SourceExpr is the Nix expression whose value, as JSON, [ParseSource] reads:
// the inputs of the flake.nix at file, an absolute path. It wants to be run as
//
//	nix eval --json --impure --restrict-eval -I <file> --expr <SourceExpr(file)>
//
// where restrict-eval keeps it from fetching and from reading any other file:
// flakes allow only literals in inputs, so nothing a real one needs is missed.
func SourceExpr(file string) string { return sourceNix + " " + quote(file) }

// ErrRejected means that flake.nix is no flake.
var ErrRejected = errors.New("Nix takes nothing else") //nolint:staticcheck // a name is capitalized

// A Source is what Nix reads from a flake.nix: its inputs, with places.
type Source struct {
	Inputs map[string]Input
}

// An Input is one attribute of inputs, or of the inputs of an input.
type Input struct {
	At Position
	// Type is Nix' name of the value's type; only a "set" is an input.
	Type string
	// Attrs holds everything but inputs: url, follows, flake, type, owner, …
	Attrs map[string]Attr
	// Inputs are the overrides of the input's own inputs.
	Inputs map[string]Input
}

// An Attr is one attribute of an input.
type Attr struct {
	At Position
	// Type is Nix' name of the value's type.
	Type string
	// Text is the value of a string, "true" or "false", or a number.
	Text string
}

// A Position is where Nix says an attribute begins: for inputs.a.url = "…" it
// is the place of the whole path. Line and Column count from 1, Column in
// bytes; "\n", "\r\n" and "\r" each end a line (the same in Nix 2.8, 2.26 and
// 2.34). The zero Position means that Nix does not know.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// node is the JSON form of the flake and of an input.
type node struct {
	Type  string    `json:"type"`
	At    *Position `json:"at"`
	Attrs map[string]struct {
		Type string    `json:"type"`
		At   *Position `json:"at"`
		Text string    `json:"text"`
	} `json:"attrs"`
	Inputs     map[string]node `json:"inputs"`
	InputsType string          `json:"inputsType"`
}

// ParseSource reads the JSON value of [SourceExpr]. A flake.nix that is not an
// attribute set, or whose inputs are none, is an error; an input that is none
// stays in the Source with its Type.
func ParseSource(data []byte) (Source, error) {
	var flake node
	if err := json.Unmarshal(data, &flake); err != nil {
		return Source{}, fmt.Errorf("reading what Nix says about the inputs of flake.nix: %w", err)
	}
	if flake.Type != "set" {
		return Source{}, fmt.Errorf("flake.nix is a %s; write an attribute set { inputs = …; outputs = …; }: %w", flake.Type, ErrRejected)
	}
	if flake.InputsType != "" {
		return Source{}, fmt.Errorf("inputs of flake.nix is a %s; write an attribute set: %w", flake.InputsType, ErrRejected)
	}
	return Source{Inputs: inputsOf(flake)}, nil
}

func inputsOf(n node) map[string]Input {
	inputs := make(map[string]Input, len(n.Inputs))
	for name, child := range n.Inputs {
		attrs := make(map[string]Attr, len(child.Attrs))
		for key, attr := range child.Attrs {
			attrs[key] = Attr{At: known(attr.At), Type: attr.Type, Text: attr.Text}
		}
		inputs[name] = Input{At: known(child.At), Type: child.Type, Attrs: attrs, Inputs: inputsOf(child)}
	}
	return inputs
}

func known(at *Position) Position {
	if at == nil {
		return Position{}
	}
	return *at
}

// names lists the inputs, sorted; self is none.
func (s Source) names() []string {
	names := slices.Sorted(maps.Keys(s.Inputs))
	return slices.DeleteFunc(names, func(name string) bool { return name == "self" })
}

// input is a root input, or for a/b the input b of it as flake.nix overrides it.
func (s Source) input(name string) Input {
	root, rest, nested := strings.Cut(name, "/")
	in := s.Inputs[root]
	for nested {
		root, rest, nested = strings.Cut(rest, "/")
		in = in.Inputs[root]
	}
	return in
}

// follows is the path the input follows, nil when it has a reference of its
// own. As in Nix, follows wins over url.
func (in Input) follows() []string {
	attr, ok := in.Attrs["follows"]
	if !ok || attr.Type != "string" {
		return nil
	}
	return strings.FieldsFunc(attr.Text, func(r rune) bool { return r == '/' })
}

// resolve goes from a root input through its follows to the one that has a
// reference of its own. Where that is an input of another flake, path holds
// more than one name; where the chain is broken or a circle, it is nil.
func (s Source) resolve(name string) (path []string) {
	path = []string{name}
	for range len(s.Inputs) + 1 {
		in, ok := s.Inputs[path[0]]
		if !ok {
			return nil
		}
		next := in.follows()
		if next == nil {
			return path
		}
		if len(next) == 0 {
			return nil
		}
		path = append(slices.Clone(next), path[1:]...)
	}
	return nil
}

// sameFile reports whether two paths of flake.nix name the same file, as far
// as names tell: Nix answers with an absolute path.
func sameFile(absolute, file string) bool {
	return absolute == "" || path.Base(absolute) == path.Base(file)
}
