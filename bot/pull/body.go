package pull

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// How the characters of a body are shared out. GitHub takes 65,536 of them.
const (
	maxBody    = 65_536
	maxSection = 60_000
	noticeRoom = 2_000 // for a notice that comes later
)

// The bot's section of a pull request's body stands between these two lines.
// They are found at the start of a line only, in exactly this form, and the
// section itself never holds the text both begin with.
var (
	beginLine = regexp.MustCompile(`(?m)^<!-- nixferry:begin(?: v1 ([A-Za-z0-9+/=]*))? -->[ \t\r]*$`)
	endLine   = regexp.MustCompile(`(?m)^(<!-- nixferry:end -->)[ \t\r]*$`)
)

// A notice stands at the section's beginning, between two lines of its own.
var noticed = regexp.MustCompile(`(?s)\A<!-- nixferry:notice -->\r?\n(.*?)\r?\n<!-- nixferry:/notice -->\r?\n`)

// Splice returns the body with the bot's section replaced, or added at the end
// where there is none, and state hidden in it. Everything outside the section
// is people's and stays, byte for byte. Section is asked for a text of at most
// room characters: 60,000, or what people's text leaves of the 65,536 that
// GitHub takes. A longer one is left out, then the earlier attempts, and where
// not even the markers have room the body stays as it is. So it does when its section says the same
// already, also where a browser turned the line ends into CRLF. Text in
// section that looks like a marker is defused.
func Splice(body string, section func(room int) string, state State) string {
	before, after, old := body, "", ""
	switch at, ok := find(body); {
	case ok:
		before, after, old = body[:at.from], body[at.to:], body[at.from:at.to]
	case strings.TrimSpace(body) == "":
		before = ""
	default:
		before += "\n\n"
	}
	begin, end := "<!-- nixferry:begin v1 "+state.write()+" -->\n", "\n<!-- nixferry:end -->"
	left := maxBody - characters(before+begin+end+after)
	room := max(0, min(maxSection, left-noticeRoom))
	text := defuse(section(room))
	if characters(text) > room {
		text = ""
	}
	block := begin + text + end
	switch {
	case left < 0 && len(state.Attempts) > 0:
		state.Attempts = nil
		return Splice(body, section, state)
	case left < 0, unixLines(old) == block:
		return body
	}
	return before + block + after
}

// Noticed reports whether the body's section begins with a notice.
func Noticed(body string) bool {
	at, ok := find(body)
	return ok && noticed.MatchString(body[at.text:at.end])
}

// announce returns the body with the notice of the bot's section replaced, or
// taken away where text is empty, and everything else as it was. Where body
// has no room for it, it takes that of the report.
func announce(body, text string) string {
	at, ok := find(body)
	if !ok {
		return body
	}
	text = defuse(text)
	rest, had := body[at.text:], ""
	if old := noticed.FindStringSubmatchIndex(body[at.text:at.end]); old != nil {
		rest, had = rest[old[1]:], unixLines(rest[old[2]:old[3]])
	}
	if had == text {
		return body
	}
	notice := ""
	if text != "" {
		notice = "<!-- nixferry:notice -->\n" + text + "\n<!-- nixferry:/notice -->\n"
	}
	for _, rest := range []string{rest, body[at.end:]} {
		if whole := body[:at.text] + notice + rest; characters(whole) <= maxBody {
			return whole
		}
	}
	return body
}

// ReadState returns the state hidden in the body. It is false when there is no
// section, or none with a state that looks like one.
func ReadState(body string) (State, bool) {
	at, _ := find(body)
	return readState(at.state)
}

// restate returns the body with its state changed and all else as it was. A
// body without a state, or without room for more, stays.
func restate(body string, change func(*State)) string {
	at, _ := find(body)
	state, ok := readState(at.state)
	if !ok {
		return body
	}
	change(&state)
	line := strings.Replace(body[at.from:at.text], at.state, state.write(), 1)
	if whole := body[:at.from] + line + body[at.text:]; characters(whole) <= maxBody {
		return whole
	}
	return body
}

// A place is where the section stands in a body: from its begin marker to its
// end marker's end, which starts at end; text is the line after the first.
type place struct {
	from, text, end, to int
	state               string
}

// find returns the place of the section. It is the first end marker that has a
// begin marker before it, with the nearest one: a marker somebody left over,
// or lost the partner of, takes none of people's text with it.
func find(body string) (at place, ok bool) {
	begins := beginLine.FindAllStringSubmatchIndex(body, -1)
	if len(begins) == 0 {
		return at, false
	}
	first := begins[0]
	end := endLine.FindStringSubmatchIndex(body[first[1]:])
	if end == nil {
		return at, false
	}
	at.end, at.to = end[2]+first[1], end[3]+first[1]
	for _, begin := range begins {
		if begin[1] > at.end {
			break
		}
		first = begin
	}
	at.from, at.text = first[0], first[1]+1 // past the line's end
	if first[2] >= 0 {
		at.state = body[first[2]:first[3]]
	}
	return at, true
}

// defuse makes text fit to stand between markers, and no longer: none of its
// own, and no line ends that a browser would change.
func defuse(text string) string {
	text = strings.NewReplacer("<!-- nixferry:", "<!- nixferry:", "\r\n", "\n", "\r", "\n").Replace(text)
	return strings.TrimRight(text, " \t\n")
}

// unixLines undoes what browsers do to line ends.
func unixLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// characters counts as GitHub does.
func characters(text string) int { return utf8.RuneCountInString(text) }
