package triage

import (
	"strings"

	"github.com/nixferry/nixferry/bot/pattern"
)

// optionName is the option a message of the module system is about: the first
// one it names after the word option. Names with odd parts hold them in double
// quotes (showOption).
// https://github.com/NixOS/nixpkgs/blob/master/lib/options.nix
var optionName = pattern.New("\\b[Oo]ption (?:definition |value )?`([^`']+)'")

// option reads the name of the option out of a message, "" when it names none.
func option(message string) string {
	if m := optionName().FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return ""
}

// Locate finds the line of the owner's file that sets the finding's option,
// for messages that name a file and no line. text is the file's content. The
// line that spells most of the option's path wins, the first of equals; with
// none the finding stays as it is.
func (f Finding) Locate(text string) Finding {
	if f.Line > 0 || f.Option == "" {
		return f
	}
	best := 0
	number := 0
	for line := range strings.Lines(text) {
		number++
		if n := spelled(line, f.Option); n > best {
			best, f.Line = n, number
		}
	}
	return f
}

// spelled counts how many of the option's last parts a line assigns: for
// services.nginx.enable, `nginx.enable = true;` has two. A line that ends
// behind the name counts as well: its = may stand on the next.
func spelled(line, option string) int {
	code, _, _ := strings.Cut(line, "#")
	parts := strings.Split(option, ".")
	for from := range parts {
		path := strings.Join(parts[from:], ".")
		at := strings.Index(code, path)
		if at < 0 || at > 0 && isNamePart(code[at-1]) {
			continue
		}
		rest := strings.TrimLeft(code[at+len(path):], " \t\r\n")
		if rest == "" || rest[0] == '=' && !strings.HasPrefix(rest, "==") || rest[0] == '.' {
			return len(parts) - from
		}
	}
	return 0
}

// isNamePart reports whether c goes on with an attribute path to its left.
func isNamePart(c byte) bool {
	return c == '.' || c == '_' || c == '-' || c == '\'' ||
		c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
