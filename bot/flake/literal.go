package flake

import (
	"errors"
	"fmt"
	"strings"
)

// A literal is a string literal in Nix text.
type literal struct {
	token
	// value is what it stands for; of an indented string without its margins,
	// which no flake reference has use for.
	value string
	// inner is the part of the text that holds the value.
	inner span
}

// offset turns a position of Nix into a byte offset.
func offset(text []byte, at Position) (int, error) {
	line, start := 1, 0
	for i := 0; line < at.Line; i++ {
		if i >= len(text) {
			return 0, fmt.Errorf("line %d is behind the end of the file", at.Line)
		}
		if text[i] == '\n' || text[i] == '\r' && !hasPrefix(text[i+1:], "\n") {
			line, start = line+1, i+1
		}
	}
	if at.Column < 1 || start+at.Column > len(text) {
		return 0, fmt.Errorf("column %d is behind the end of line %d", at.Column, at.Line)
	}
	return start + at.Column - 1, nil
}

// lineOf is the number of the line that holds offset i, as Nix counts.
func lineOf(text []byte, i int) int {
	line := 1
	for j := range i {
		if text[j] == '\n' || text[j] == '\r' && !hasPrefix(text[j+1:], "\n") {
			line++
		}
	}
	return line
}

// significant is nextToken without comments.
func significant(text []byte, i int) (token, error) {
	for {
		t, err := nextToken(text, i)
		if err != nil || t.kind != tokenComment {
			return t, err
		}
		i = t.end
	}
}

// value finds what stands behind the "=" of the attribute that begins at i:
// its first token. The attribute path has to end in name.
func value(text []byte, i int, name string) (token, error) {
	last := ""
	for {
		t, err := significant(text, i)
		if err != nil {
			return token{}, err
		}
		switch part := text[t.start:t.end]; {
		case t.kind == tokenName:
			last = string(part)
		case t.kind == tokenString && !t.dynamic:
			last = decode(text, t).value
		default:
			return token{}, errors.New("no plain attribute name stands there")
		}
		sign, err := significant(text, t.end)
		switch {
		case err != nil:
			return token{}, err
		case sign.is(text, "=") && last == name:
			return significant(text, sign.end)
		case sign.is(text, "="):
			return token{}, fmt.Errorf("the attribute there is %q, not %q", last, name)
		case !sign.is(text, "."):
			return token{}, errors.New("no attribute is given a value there")
		}
		i = sign.end
	}
}

// locate finds the string literal that is the whole value of the attribute at
// a position.
func locate(text []byte, at Position, name string) (literal, error) {
	i, err := offset(text, at)
	if err != nil {
		return literal{}, err
	}
	t, err := value(text, i, name)
	if err != nil {
		return literal{}, err
	}
	return wholeLiteral(text, t)
}

// wholeLiteral decodes t, provided that it is a literal and the statement ends
// behind it.
func wholeLiteral(text []byte, t token) (literal, error) {
	switch {
	case t.dynamic:
		return literal{}, errors.New("the string holds an interpolation")
	case t.kind != tokenString && t.kind != tokenIndented && t.kind != tokenURI:
		return literal{}, errors.New("its value is not a string literal")
	}
	end, err := significant(text, t.end)
	if err != nil {
		return literal{}, err
	}
	if !end.is(text, ";") {
		return literal{}, errors.New("its value is more than a string literal")
	}
	return decode(text, t), nil
}

// decode reads the value of a string without interpolation.
func decode(text []byte, t token) literal {
	switch t.kind {
	case tokenURI:
		return literal{token: t, value: string(text[t.start:t.end]), inner: t.span}
	case tokenIndented:
		return decodeIndented(text, t)
	}
	inner := span{t.start + 1, t.end - 1}
	var out strings.Builder
	for i := inner.start; i < inner.end; {
		length, what := plainStep(text[i:inner.end])
		if what == stepEscape {
			out.WriteByte(unescaped(text[i+1]))
		} else {
			out.Write(text[i : i+length])
		}
		i += length
	}
	return literal{token: t, value: out.String(), inner: inner}
}

func unescaped(b byte) byte {
	switch b {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return b
}

// decodeIndented reads an indented string by its content without the white
// space around it. One with escapes is left as written: it equals no flake
// reference and so is never edited.
func decodeIndented(text []byte, t token) literal {
	inner := span{t.start + 2, t.end - 2}
	for inner.start < inner.end && strings.IndexByte(" \t\r\n", text[inner.start]) >= 0 {
		inner.start++
	}
	for inner.start < inner.end && strings.IndexByte(" \t\r\n", text[inner.end-1]) >= 0 {
		inner.end--
	}
	return literal{token: t, value: string(text[inner.start:inner.end]), inner: inner}
}

// encode writes a new value in the literal's own form.
func (l literal) encode(value string) (string, error) {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", fmt.Errorf("%q holds control characters", value)
	}
	switch l.kind {
	case tokenURI:
		if value == "" || uriLength([]byte(value)) != len(value) {
			return "", fmt.Errorf("%q wants quotes around it", value)
		}
		return value, nil
	case tokenIndented:
		if strings.ContainsAny(value, "'$ ") || value == "" {
			return "", fmt.Errorf("%q wants escapes in an indented string", value)
		}
		return value, nil
	}
	quoted := quote(value)
	return quoted[1 : len(quoted)-1], nil
}

// quote writes text as a "…" string of Nix.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text) + `"`
}
