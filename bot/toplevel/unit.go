package toplevel

import "strings"

// parse adds what a unit file or a drop-in says. An empty assignment drops the
// values before it. Lines that systemd warns about are left out, as it does.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html
func (s Sections) parse(text string) {
	var keys map[string][]string
	var pending string // the lines before, each of which ended in a backslash
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimLeft(line, " \t\r")
		if line != "" && (line[0] == '#' || line[0] == ';') {
			continue // also between continued lines
		}
		line = pending + line
		if pending = ""; continues(line) {
			pending = line[:len(line)-1] + " "
			continue
		}
		keys = s.line(keys, strings.TrimSpace(line))
	}
	s.line(keys, strings.TrimSpace(pending))
}

// line reads one logical line into the section that the lines before are in, and
// gives the one that the next is in.
func (s Sections) line(keys map[string][]string, line string) map[string][]string {
	if strings.HasPrefix(line, "[") {
		name, ok := strings.CutSuffix(line[1:], "]")
		if !ok {
			return nil
		}
		if s[name] == nil {
			s[name] = map[string][]string{}
		}
		return s[name]
	}
	key, value, ok := strings.Cut(line, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	switch {
	case !ok || key == "" || keys == nil:
	case value == "":
		keys[key] = []string{}
	default:
		keys[key] = append(keys[key], value)
	}
	return keys
}

// continues says whether a line ends in a backslash that is not escaped.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// words gives the words of all values of a key.
func (s Sections) words(section, key string) []string {
	var words []string
	for _, value := range s[section][key] {
		words = append(words, strings.Fields(value)...)
	}
	return words
}
