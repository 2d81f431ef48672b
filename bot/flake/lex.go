package flake

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
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

var (
	nameToken = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_'-]*`)
	// The bound on the scheme keeps reading a.a.a.… from going back and forth.
	uriToken = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]{0,30}:[a-zA-Z0-9%/?:@&=+$,_.!~*'-]+`)
)

var errUnclosed = errors.New("a string or comment is not closed")

// nextToken reads the token at or after offset i, skipping white space.
// Comments come as tokens.
func nextToken(text []byte, i int) (token, error) {
	for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
		i++
	}
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
	if uri := uriToken.Find(rest); uri != nil {
		return token{kind: tokenURI, span: span{i, i + len(uri)}}, nil
	}
	if name := nameToken.Find(rest); name != nil {
		return token{kind: tokenName, span: span{i, i + len(name)}}, nil
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
		} else if len(rest) > 0 && strings.IndexByte(" \t\r\n", rest[0]) >= 0 {
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
// <|), or has them switched off: another operator of the same length stands in
// their place, so that inputs reads the same, at the same places. A text without
// them, or one that cannot be taken apart, comes back as it is.
// https://nix.dev/manual/nix/latest/development/experimental-features#xp-feature-pipe-operators
func WithoutPipes(text []byte) []byte {
	list, err := tokens(text)
	if err != nil {
		return text
	}
	out := bytes.Clone(text)
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		if a.end == b.start && (a.is(text, "|") && b.is(text, ">") || a.is(text, "<") && b.is(text, "|")) {
			copy(out[a.start:], "//")
		}
	}
	return out
}
