package report

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// This file is the one place where foreign text becomes harmless: everything
// that Nix, a package, a commit or a person wrote passes through plain (for a
// terminal) or inline, code, fence and link (for Markdown on GitHub).

// labelRunes is how long the name of a host, a branch or a file gets in running
// text.
const labelRunes = 80

// label returns s as one line of plain text that is not too long for a name.
func label(s string) string {
	text, _ := clip(oneLine(s), 1, labelRunes)
	return text
}

// zeroWidth stands inside whatever GitHub would turn into a mention or a link:
// it links on the rendered page, where an escaped @ is an @ again.
const zeroWidth = '\u200b'

// escapes are the control sequences of terminals (ECMA-48): CSI, the strings
// begun by OSC and its kin, and those of two characters.
var escapes = regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]" +
	"|(?:\x1b[\\]PX^_]|[\u009d\u0090])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)?" +
	"|\x1b[ -/]*[0-~]")

// plain returns s without terminal sequences, control and invisible
// characters, and invalid UTF-8. Its line breaks are \n, its tabs remain.
func plain(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = escapes.ReplaceAllString(s, "")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '\r', r == '\u2028', r == '\u2029', r == '\u0085', r == '\f', r == '\v':
			return '\n'
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, s)
}

// oneLine returns plain s with every run of white space as one space.
func oneLine(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// What GitHub links in text besides mentions and issue numbers
// (docs.github.com, "Autolinked references and URLs"), and emoji codes.
var (
	referenceSign = regexp.MustCompile(`[@#]`)
	scheme        = regexp.MustCompile(`(?i)(:)([a-z/+_-])`)
	bareLink      = regexp.MustCompile(`(?i)(www|\bgh)([.-])`)
	commitHash    = regexp.MustCompile(`(?i)\b[0-9a-f]{7,64}\b`)
	sixDigits     = regexp.MustCompile(`.{1,6}`)
)

// unlinked returns line with a zero-width space in everything GitHub would
// link.
func unlinked(line string) string {
	gap := string(zeroWidth)
	line = referenceSign.ReplaceAllString(line, "$0"+gap)
	line = scheme.ReplaceAllString(line, "$1"+gap+"$2")
	line = bareLink.ReplaceAllString(line, "$1"+gap+"$2")
	return commitHash.ReplaceAllStringFunc(line, func(hash string) string {
		return strings.Join(sixDigits.FindAllString(hash, -1), gap)
	})
}

// leader is what would open a list or underline a heading at the beginning of
// a line.
var leader = regexp.MustCompile(`^([-+=]|[0-9]{1,9}[.)])(?:[ =-]|$)`)

// inline returns s as one line of Markdown text: in a paragraph, a table's
// cell, a heading, or between HTML tags it shows as s and does nothing.
func inline(s string) string {
	line := unlinked(oneLine(s))
	var out strings.Builder
	if at := leader.FindStringSubmatchIndex(line); at != nil {
		last := at[3] - 1
		out.WriteString(line[:last] + entity(rune(line[last])))
		line = line[at[3]:]
	}
	for _, r := range line {
		if r == zeroWidth || strings.ContainsRune("&<>`*_~|[]\\$", r) {
			out.WriteString(entity(r))
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// entity returns r as a numeric character reference, which never has a
// meaning in Markdown or HTML but its own.
func entity(r rune) string { return "&#" + strconv.Itoa(int(r)) + ";" }

// code returns s as a code span of one line, good in a paragraph or a table's
// cell; it is empty for empty s.
func code(s string) string {
	line := oneLine(s)
	switch {
	case line == "":
		return ""
	case strings.ContainsAny(line, "`|\\&") || strings.Contains(line, "<!"):
		return "<code>" + inline(line) + "</code>"
	}
	return "`" + line + "`"
}

// backticks finds the runs a fence has to outlast.
var backticks = regexp.MustCompile("`{3,}")

// fence returns s as a fenced block that s cannot close, with a line break at
// its end. A comment's opening, which would forge the bot's marker for those
// who look for it in the raw text, is broken.
func fence(s string) string {
	text := strings.Trim(plain(s), "\n")
	text = strings.ReplaceAll(text, "<!--", "<"+string(zeroWidth)+"!--")
	mark := "```"
	for _, run := range backticks.FindAllString(text, -1) {
		mark = strings.Repeat("`", max(len(mark), len(run)+1))
	}
	return mark + "\n" + text + "\n" + mark + "\n"
}

// outsideAddress is what may not stand in a link's target as it is.
var outsideAddress = regexp.MustCompile(`[^A-Za-z0-9._~:/?#@!&'+,=%-]`)

// link returns Markdown label pointing at address, or label alone when
// address is no web address. Links to github.com go by its redirector, so
// that the page they lead to does not list the owner's pull request.
func link(label, address string) string {
	target, ok := webAddress(address)
	if !ok {
		return label
	}
	if target.Host == "github.com" {
		target.Host = "redirect.github.com"
	}
	return "[" + label + "](" + escapeAddress(target) + ")"
}

// homeLink is link for addresses in the owner's own repository.
func homeLink(label, address string) string {
	target, ok := webAddress(address)
	if !ok {
		return label
	}
	return "[" + label + "](" + escapeAddress(target) + ")"
}

// webAddress parses an http or https address and drops what signs one in.
func webAddress(address string) (*url.URL, bool) {
	target, err := url.Parse(address)
	if err != nil || target.Host == "" || target.Scheme != "https" && target.Scheme != "http" {
		return nil, false
	}
	target.User = nil
	return target, true
}

// escapeAddress returns target with everything but plain address characters
// as percent escapes.
func escapeAddress(target *url.URL) string {
	return outsideAddress.ReplaceAllStringFunc(target.String(), url.PathEscape)
}
