package triage

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nixferry/nixferry/bot/pattern"
)

// Shapes of the lines inside an error as Nix prints it for people: before 2.13
// the message comes first and its trace after it, since then the other way
// round. All of it is indented by seven columns.
var (
	pointer  = pattern.New(`^at (.+):(\d+):(\d+):?(?: \(source not available\))?$`)
	nowhere  = pattern.New(`^at «none»`)
	excerpt  = pattern.New(`^\s*\d*\|`)
	logLines = pattern.New(`^[Ll]ast \d+ log lines:`)
)

// frameMark begins a step of a trace.
const frameMark = "… "

// dedent removes the indentation of all lines but the first.
func dedent(block []string) []string {
	lines := slices.Clone(block)
	for i := range lines {
		if i > 0 {
			indent := len(lines[i]) - len(strings.TrimLeft(lines[i], " "))
			lines[i] = lines[i][min(indent, 7):]
		}
	}
	return lines
}

// parseBlock takes an error apart: its first line begins with "error".
func parseBlock(block []string) message {
	lines := dedent(block)
	lines[0] = withoutPrefix(lines[0])
	m := message{Action: "msg", Msg: strings.Join(block, "\n")}
	if at := afterTrace(lines); at > 0 {
		m.Trace = parseTrace(lines[:at])
		slices.Reverse(m.Trace)
		if lines = lines[at:]; len(lines) > 0 {
			lines[0] = withoutPrefix(lines[0])
		}
	}
	m.read(lines)
	return m
}

// withoutPrefix removes "error:" and its kin, which may stand twice.
func withoutPrefix(line string) string {
	for {
		rest, ok := strings.CutPrefix(line, "error:")
		if !ok {
			rest, ok = strings.CutPrefix(line, "error (ignored):")
		}
		if !ok {
			return line
		}
		line = strings.TrimPrefix(rest, " ")
	}
}

// afterTrace returns the line the message begins at when a trace stands before
// it, else 0. A trace whose error was cut off ends at the end.
func afterTrace(lines []string) int {
	first := slices.IndexFunc(lines, func(line string) bool { return strings.TrimSpace(line) != "" })
	if first < 0 || !isFrame(lines[first]) {
		return 0
	}
	last := first
	for i, line := range lines {
		if isFrame(line) {
			last = i
		}
	}
	for i, line := range lines[last:] {
		if strings.HasPrefix(line, "error:") {
			return last + i
		}
	}
	return len(lines)
}

func isFrame(line string) bool { return strings.HasPrefix(line, frameMark) }

// parseTrace reads the frames of a trace in the order they stand in.
func parseTrace(lines []string) []step {
	var all []step
	for _, line := range lines {
		text := strings.TrimSpace(line)
		frame, begins := strings.CutPrefix(text, frameMark)
		switch {
		case begins:
			all = append(all, step{Raw: frame})
		case len(all) == 0, text == "", excerpt().MatchString(line), strings.HasPrefix(text, "(stack trace truncated"):
		case all[len(all)-1].File == "":
			s := &all[len(all)-1]
			if s.position = parsePointer(text); s.File == "" && !nowhere().MatchString(text) && len(s.Raw) < maxBytes {
				s.Raw += "\n" + text
			}
		}
	}
	return all
}

// parsePointer reads "at F:L:C:", the zero position from anything else.
func parsePointer(line string) position {
	m := pointer().FindStringSubmatch(line)
	if m == nil {
		return position{}
	}
	return position{File: m[1], Line: number(m[2]), Column: number(m[3])}
}

// read sorts the lines of the message itself: what it says, where it points
// to, the end of the build's log and, before 2.13, the trace.
func (m *message) read(lines []string) {
	var text []string
	ended, logging := false, false
	for i, line := range lines {
		if isFrame(line) {
			m.Trace = parseTrace(lines[i:])
			break
		}
		switch p := parsePointer(line); {
		case p.File != "" || nowhere().MatchString(line):
			m.position, ended = p, true
		case logLines().MatchString(line):
			ended, logging = true, true
		case logging && strings.HasPrefix(line, ">"):
			m.tail = append(m.tail, strings.TrimPrefix(line[1:], " "))
		case strings.HasPrefix(line, "For full logs, run"):
			ended, logging = true, false
		case !ended, strings.HasPrefix(line, "note: "):
			text = append(text, line)
		}
	}
	raw := strings.TrimRight(strings.Join(text, "\n"), "\n ;")
	m.Raw = &raw
}

// number reads digits, 0 for none or too many.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
