package flake

import (
	"bytes"
	"errors"
	"fmt"
)

// kind is what a token of Nix is, as far as finding literals needs to know.
type kind int

const (
	tokenEnd kind = iota
	tokenComment
	tokenName   // an identifier or keyword
	tokenString // "…"
	tokenIndented
	tokenURI
	tokenOther // one byte of anything else: punctuation, digits, paths
)

// A token is a piece of Nix text.
type token struct {
	kind
	span
	// dynamic is set for strings that hold an interpolation.
	dynamic bool
}

func (t token) is(text []byte, what string) bool {
	return (t.kind == tokenOther || t.kind == tokenName) && string(text[t.start:t.end]) == what
}

// The classes of bytes, as bits: what may begin a name, what may go on in it, in
// the scheme of a URI and in the rest of one, and white space.
const (
	nameStart = 1 << iota
	nameByte
	schemeByte
	uriByte
	space
)

var classes = func() (table [256]byte) {
	class := func(bits byte, bytes string) {
		for _, b := range []byte(bytes) {
			table[b] |= bits
		}
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	class(nameStart|nameByte|schemeByte|uriByte, letters)
	class(nameByte|schemeByte|uriByte, "0123456789-")
	class(nameStart|nameByte|uriByte, "_")
	class(nameByte|uriByte, "'")
	class(schemeByte|uriByte, "+.")
	class(uriByte, "%/?:@&=$,!~*")
	class(space, " \t\r\n")
	return table
}()

// reach is how many bytes of a class stand at the beginning of text.
func reach(text []byte, class byte) int {
	for i, b := range text {
		if classes[b]&class == 0 {
			return i
		}
	}
	return len(text)
}

// nameLength is the length of the name at the beginning of text, 0 for none.
func nameLength(text []byte) int {
	if len(text) == 0 || classes[text[0]]&nameStart == 0 {
		return 0
	}
	return reach(text, nameByte)
}

// maxScheme bounds the scheme of a URI: reading a.a.a.… shall not look ahead to
// the end each time.
const maxScheme = 31

// uriLength is the length of the URI at the beginning of text, 0 for none.
func uriLength(text []byte) int {
	if nameLength(text) == 0 || text[0] == '_' {
		return 0
	}
	scheme := reach(text[:min(len(text), maxScheme)], schemeByte)
	if scheme == len(text) || text[scheme] != ':' {
		return 0
	}
	rest := reach(text[scheme+1:], uriByte)
	if rest == 0 {
		return 0
	}
	return scheme + 1 + rest
}

var errUnclosed = errors.New("a string or comment is not closed")

// nextToken reads the token at or after offset i, skipping white space.
// Comments come as tokens.
func nextToken(text []byte, i int) (token, error) {
	i += reach(text[i:], space)
	rest := text[i:]
	switch {
	case len(rest) == 0:
		return token{kind: tokenEnd, span: span{i, i}}, nil
	case rest[0] == '#':
		return token{kind: tokenComment, span: span{i, i + lineLength(rest)}}, nil
	case hasPrefix(rest, "/*"):
		end := bytes.Index(rest[2:], []byte("*/"))
		if end < 0 {
			return token{}, errUnclosed
		}
		return token{kind: tokenComment, span: span{i, i + end + 4}}, nil
	case rest[0] == '"', hasPrefix(rest, "''"):
		return stringToken(text, i, 0)
	}
	if length := uriLength(rest); length > 0 {
		return token{kind: tokenURI, span: span{i, i + length}}, nil
	}
	if length := nameLength(rest); length > 0 {
		return token{kind: tokenName, span: span{i, i + length}}, nil
	}
	return token{kind: tokenOther, span: span{i, i + 1}}, nil
}

func hasPrefix(text []byte, prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }

// lineLength is how far it is to the end of the line; Nix ends one at "\r" too.
func lineLength(text []byte) int {
	for i, b := range text {
		if b == '\n' || b == '\r' {
			return i
		}
	}
	return len(text)
}

// maxDepth bounds strings in interpolations in strings.
const maxDepth = 50

// stringToken reads the string that begins at i. The rules:
// https://nix.dev/manual/nix/latest/language/string-literals.
func stringToken(text []byte, i, depth int) (token, error) {
	if depth > maxDepth {
		return token{}, fmt.Errorf("strings are nested more than %d deep", maxDepth)
	}
	t := token{kind: tokenString, span: span{i, 0}}
	next := plainStep
	i++
	if text[t.start] == '\'' {
		t.kind, next = tokenIndented, indentedStep
		i++
	}
	for i < len(text) {
		length, what := next(text[i:])
		i += length
		switch what {
		case stepClose:
			t.end = i
			return t, nil
		case stepOpen:
			end, err := interpolationEnd(text, i, depth+1)
			if err != nil {
				return token{}, err
			}
			i, t.dynamic = end, true
		}
	}
	return token{}, errUnclosed
}

// What one step inside a string met.
type step int

const (
	stepText   step = iota // bytes that stand for themselves
	stepEscape             // an escape
	stepOpen               // ${
	stepClose              // the closing quote
)

// plainStep takes one step in a "…" string.
func plainStep(rest []byte) (int, step) {
	switch {
	case rest[0] == '"':
		return 1, stepClose
	case rest[0] == '\\':
		return min(2, len(rest)), stepEscape
	case hasPrefix(rest, "${"):
		return 2, stepOpen
	case hasPrefix(rest, "$$"):
		return 2, stepText // the second one opens nothing
	}
	return 1, stepText
}

// indentedStep takes one step in an indented string, one between two pairs of single quotes.
func indentedStep(rest []byte) (int, step) {
	switch {
	case hasPrefix(rest, "'''"), hasPrefix(rest, "''$"):
		return 3, stepEscape
	case hasPrefix(rest, `''\`):
		return min(4, len(rest)), stepEscape
	case hasPrefix(rest, "''"):
		return 2, stepClose
	case hasPrefix(rest, "${"):
		return 2, stepOpen
	case hasPrefix(rest, "$$"):
		return 2, stepText
	}
	return 1, stepText
}

// interpolationEnd finds the end of the ${…} whose content begins at i.
func interpolationEnd(text []byte, i, depth int) (int, error) {
	for braces := 1; ; {
		var t token
		var err error
		if rest := text[min(i, len(text)):]; hasPrefix(rest, `"`) || hasPrefix(rest, "''") {
			t, err = stringToken(text, i, depth)
		} else if len(rest) > 0 && classes[rest[0]]&space != 0 {
			i++
			continue
		} else {
			t, err = nextToken(text, i)
		}
		switch {
		case err != nil:
			return 0, err
		case t.kind == tokenEnd:
			return 0, errUnclosed
		case t.is(text, "{"):
			braces++
		case t.is(text, "}"):
			braces--
		}
		i = t.end
		if braces == 0 {
			return i, nil
		}
	}
}

// tokens reads a whole text, without its comments.
func tokens(text []byte) ([]token, error) {
	var list []token
	for i := 0; ; {
		t, err := nextToken(text, i)
		if err != nil {
			return nil, err
		}
		if t.kind == tokenEnd {
			return list, nil
		}
		if t.kind != tokenComment {
			list = append(list, t)
		}
		i = t.end
	}
}

// WithoutPipes is a Nix text for a Nix that knows no pipe operators (|> and
// <|), or has them switched off: another operator of the same length, which
// binds no tighter than what may stand beside a pipe, is in their place, so that
// inputs reads the same, at the same places. A text without them, or one that
// cannot be taken apart, comes back as it is.
// https://nix.dev/manual/nix/latest/development/experimental-features#xp-feature-pipe-operators
func WithoutPipes(text []byte) []byte {
	out := bytes.Clone(text)
	if !bytes.Contains(text, []byte("|>")) && !bytes.Contains(text, []byte("<|")) || replacePipes(out, text, 0) != nil {
		return text
	}
	return out
}

// replacePipes replaces the pipe operators of text from offset i on in out, those
// in interpolations as well.
func replacePipes(out, text []byte, i int) error {
	for {
		t, err := nextToken(text, i)
		if err != nil || t.kind == tokenEnd {
			return err
		}
		i = t.end
		rest := text[t.start:]
		switch {
		case t.dynamic:
			err = eachInterpolation(text, t, func(code span) error { return replacePipes(out, text[:code.end], code.start) })
		case t.kind != tokenOther:
		case hasPrefix(rest, "||"):
			i++
		case hasPrefix(rest, "|>"), hasPrefix(rest, "<|"):
			copy(out[t.start:], "||")
			i++
		}
		if err != nil {
			return err
		}
	}
}

// eachInterpolation hands on what stands in every ${…} of a string.
func eachInterpolation(text []byte, t token, do func(span) error) error {
	next, i := plainStep, t.start+1
	if t.kind == tokenIndented {
		next, i = indentedStep, t.start+2
	}
	for i < t.end {
		length, what := next(text[i:t.end])
		i += length
		if what != stepOpen {
			continue
		}
		end, err := interpolationEnd(text, i, 0)
		if err != nil {
			return err
		}
		if err := do(span{i, end - 1}); err != nil {
			return err
		}
		i = end
	}
	return nil
}

// isSet reports whether a text is an attribute set as it stands, in parentheses
// at most: Nix takes nothing else for a flake.nix. It is true, too, for what Nix
// cannot read at all.
func isSet(text []byte) bool {
	list, err := tokens(text)
	if err != nil {
		return true
	}
	first, last := 0, len(list)
	for first+1 < last && list[first].is(text, "(") && list[last-1].is(text, ")") {
		first, last = first+1, last-1
	}
	if first < last && list[first].is(text, "rec") {
		first++
	}
	for depth, i := 0, first; i < last; i++ {
		switch {
		case list[i].is(text, "{"):
			depth++
		case list[i].is(text, "}"):
			depth--
		}
		if depth == 0 {
			return i > first && i == last-1
		}
	}
	return false
}
