package pull

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
)

// The bot's section of a pull request's body stands between these two lines.
// They are found at the start of a line only, in exactly this form, and the
// section itself never holds the text both begin with.
var (
	beginLine = regexp.MustCompile(`(?m)^<!-- nixferry:begin(?: v1 ([A-Za-z0-9+/=]*))? -->[ \t\r]*$`)
	endLine   = regexp.MustCompile(`(?m)^(<!-- nixferry:end -->)[ \t\r]*$`)
)

// maxState bounds what is read back: a State is far smaller.
const maxState = 4096

// A State is what the bot leaves for its next run in the body of the pull
// request. Whoever may edit the body may change it: it is a hint to be
// checked, never proof.
type State struct {
	// Head is the commit the bot pushed last.
	Head string `json:"head,omitempty"`
	// Revision is the channel revision that was judged.
	Revision string `json:"revision,omitempty"`
	// Scope is a digest of the inputs that decide what is judged.
	Scope string `json:"scope,omitempty"`
	// Verdict is the run's verdict, in lower case letters and dashes.
	Verdict string `json:"verdict,omitempty"`
	// Complete says that the run got to its end: false means that some hosts
	// are still to be judged.
	Complete bool `json:"complete,omitempty"`
}

var (
	hexOnly  = regexp.MustCompile(`^[0-9a-f]{0,64}$`)
	wordOnly = regexp.MustCompile(`^[a-z-]{0,40}$`)
)

// valid reports whether the fields look like what they should hold.
func (s State) valid() bool {
	return hexOnly.MatchString(s.Head) && hexOnly.MatchString(s.Revision) && hexOnly.MatchString(s.Scope) && wordOnly.MatchString(s.Verdict)
}

// Splice returns the body with the bot's section replaced, or added at the end
// where there is none, and state hidden in it. Everything outside the section
// is people's and stays, byte for byte. A body whose section says the same
// already is returned as it is, also where a browser turned the line ends into
// CRLF. Text in section that looks like a marker is defused.
func Splice(body, section string, state State) string {
	block := write(section, state)
	from, to, _, ok := find(body)
	switch {
	case !ok && strings.TrimSpace(body) == "":
		return block
	case !ok:
		return body + "\n\n" + block
	case unixLines(body[from:to]) == block:
		return body
	}
	return body[:from] + block + body[to:]
}

// ReadState returns the state hidden in the body. It is false when there is no
// section, or none with a state that looks like one.
func ReadState(body string) (State, bool) {
	_, _, hidden, ok := find(body)
	if !ok || hidden == "" || len(hidden) > maxState {
		return State{}, false
	}
	raw, err := base64.StdEncoding.DecodeString(hidden)
	if err != nil {
		return State{}, false
	}
	var state State
	if json.Unmarshal(raw, &state) != nil || !state.valid() {
		return State{}, false
	}
	return state, true
}

// write makes the section with its markers. Base64 holds no dash, so nothing
// in the state can end the comment.
func write(section string, state State) string {
	raw, _ := json.Marshal(state) // strings and a bool: cannot go wrong
	section = strings.ReplaceAll(section, "<!-- nixferry:", "&lt;!-- nixferry:")
	section = strings.TrimRight(unixLines(section), " \t\n")
	return "<!-- nixferry:begin v1 " + base64.StdEncoding.EncodeToString(raw) + " -->\n" + section + "\n<!-- nixferry:end -->"
}

// find returns where the section stands, markers included, and the state's
// text. It is the first end marker that has a begin marker before it, with the
// nearest one: a marker somebody left over, or lost the partner of, takes none
// of people's text with it.
func find(body string) (from, to int, hidden string, ok bool) {
	begins := beginLine.FindAllStringSubmatchIndex(body, -1)
	if len(begins) == 0 {
		return 0, 0, "", false
	}
	first := begins[0]
	end := endLine.FindStringSubmatchIndex(body[first[1]:])
	if end == nil {
		return 0, 0, "", false
	}
	last, to := end[2]+first[1], end[3]+first[1]
	for _, begin := range begins {
		if begin[1] > last {
			break
		}
		first = begin
	}
	if first[2] >= 0 {
		hidden = body[first[2]:first[3]]
	}
	return first[0], to, hidden, true
}

// unixLines undoes what browsers do to line ends.
func unixLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
