package triage

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/pattern"
)

// A reading is a log as findings are made of it.
type reading struct {
	nixlog.Log
	// Ignored are the errors Nix went on after: `nix flake check` prints them
	// so, and then fails for their sake.
	Ignored []nixlog.Message
}

// read reads what a nix command printed: internal-json, text for people, or
// one after the other. Text becomes the records Nix would have written, so
// that what follows knows one form only.
func read(log []byte) reading {
	w := rewriter{ids: map[string]int{}, logs: map[string][]string{}}
	for line := range bytes.Lines(log) {
		w.line(string(bytes.TrimRight(line, "\r\n")))
	}
	w.flush()
	// Reading from memory does not fail.
	all, _ := nixlog.Parse(&w.out)
	ignored, _ := nixlog.Parse(&w.ignored)
	return bounded(reading{Log: all, Ignored: ignored.Errors})
}

// Bounds of what is looked at, far above what Nix has reasons to print.
const (
	maxText     = 32 << 10
	maxFrames   = 2000
	maxMessages = 5000
)

// bounded is a reading cut to a size that rules can be tried on.
func bounded(r reading) reading {
	r.Warnings = slices.Clone(r.Warnings[:min(len(r.Warnings), maxMessages)])
	for i, text := range r.Warnings {
		r.Warnings[i] = shorten(text, maxText)
	}
	r.Failures = slices.Clone(r.Failures)
	for i, f := range r.Failures {
		r.Failures[i].Text = shorten(f.Text, maxText)
	}
	r.Errors, r.Ignored = boundedMessages(r.Errors), boundedMessages(r.Ignored)
	return r
}

func boundedMessages(list []nixlog.Message) []nixlog.Message {
	list = slices.Clone(list)
	for i := range list {
		m := &list[i]
		if len(m.Full) > 2*maxText {
			// Suggestions stand behind the message, before or after the trace.
			m.Full = strings.ToValidUTF8(m.Full[:maxText]+m.Full[len(m.Full)-maxText:], "")
		}
		m.Text = shorten(m.Text, maxText)
		m.Trace = slices.Clone(m.Trace[:min(len(m.Trace), maxFrames)])
		for j, frame := range m.Trace {
			m.Trace[j].Text = shorten(frame.Text, maxBytes)
		}
	}
	return list
}

// A rewriter turns text for people into internal-json, line by line.
type rewriter struct {
	out, ignored bytes.Buffer
	// block is the message being collected, its kind that of its first line.
	block []string
	kind  kind
	// ids are the activities made up for the builds seen; running counts those
	// that have not failed yet.
	ids     map[string]int
	running []string
	// logs are the ends of the build logs that -L mixes in, by package name.
	logs map[string][]string
}

// A kind says what a line of text begins.
type kind int

const (
	chatter   kind = iota
	anError        // error: …, goes on while lines are indented
	aWarning       // evaluation warning: …, likewise
	nixsOwn        // warning: …, of Nix about itself, likewise
	aTrace         // trace: …, goes on until something else begins
	anIgnored      // error (ignored): …
)

var (
	// stamp is what GitHub puts before each line of a log one downloads.
	stamp = pattern.New(`^\x{feff}?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z `)
	// begins tells the lines that end a trace: it has no mark of its own.
	begins   = pattern.New(`^(?:• |building |these \d|this (?:derivation|path)|copying |fetching |unpacking |downloading |evaluating |checking |querying |updating |waiting |\(use '--show-trace'|/nix/store/|don't know how|fatal: )`)
	building = pattern.New(`^building '(/nix/store/[^'!^]+\.drv)`)
)

var prefixes = []struct {
	text string
	kind kind
}{
	{"error (ignored):", anIgnored},
	{"error:", anError},
	{"evaluation warning: ", aWarning},
	{"warning: ", nixsOwn},
	{"trace: ", aTrace},
}

func kindOf(line string) kind {
	for _, p := range prefixes {
		if strings.HasPrefix(line, p.text) {
			return p.kind
		}
	}
	return chatter
}

// maxTrace bounds the lines that count as one traced warning.
const maxTrace = 30

func (w *rewriter) line(line string) {
	if strings.HasPrefix(line, "@nix ") {
		w.flush()
		w.record(line)
		return
	}
	line = stamp().ReplaceAllString(nixlog.Clean(line[strings.LastIndexByte(line, '\r')+1:]), "")
	kind := kindOf(line)
	if kind == chatter && w.goesOn(line) {
		w.block = append(w.block, line)
		return
	}
	w.flush()
	switch m := building().FindStringSubmatch(line); {
	case kind != chatter:
		w.kind, w.block = kind, []string{line}
	case m != nil:
		w.start(m[1])
	case w.logged(line):
	default:
		w.out.WriteString(line + "\n")
	}
}

// goesOn reports whether line belongs to the message being collected.
func (w *rewriter) goesOn(line string) bool {
	switch w.kind {
	case chatter:
		return false
	case aTrace:
		return len(w.block) < maxTrace && !begins().MatchString(line)
	}
	return line == "" || line[0] == ' ' || line[0] == '\t'
}

// buildLine is a line of a build log as -L prints it, behind the name of the
// package without its version.
var buildLine = pattern.New(`^([\w.+?=-]{1,100})> (.*)$`)

// logged keeps a line of a build log; false for every other line.
func (w *rewriter) logged(line string) bool {
	m := buildLine().FindStringSubmatch(line)
	if m == nil {
		return false
	}
	tail := w.logs[m[1]]
	tail = append(tail[max(0, len(tail)-maxTail+1):], m[2])
	w.logs[m[1]] = tail
	return true
}

// tailOf is the end of a derivation's log among those of -L.
func (w *rewriter) tailOf(drv string) []string {
	name := Name(drv)
	if tail := w.logs[name]; tail != nil {
		return tail
	}
	name, _ = nameVersion(name)
	return w.logs[name]
}

// record hands on a line of internal-json, but for errors that Nix ignored:
// those are kept apart.
func (w *rewriter) record(line string) {
	var r struct {
		Msg string `json:"msg"`
	}
	if strings.Contains(line, "error (ignored):") && json.Unmarshal([]byte(line[len("@nix "):]), &r) == nil {
		if text := nixlog.Clean(r.Msg); kindOf(text) == anIgnored {
			parseBlock(strings.Split(text, "\n")).write(&w.ignored)
			return
		}
	}
	w.out.WriteString(line + "\n")
}

// flush writes the message that was collected.
func (w *rewriter) flush() {
	block, kind := w.block, w.kind
	w.block, w.kind = nil, chatter
	text := strings.TrimSpace(strings.Join(block, "\n"))
	switch kind {
	case anError:
		w.fail(parseBlock(block))
	case anIgnored:
		parseBlock(block).write(&w.ignored)
	case aWarning:
		raw := strings.Join(dedent(block), "\n")[len("evaluation warning: "):]
		message{Action: "msg", Level: 1, Msg: text, Raw: &raw}.write(&w.out)
	case aTrace:
		message{Action: "msg", Msg: text}.write(&w.out)
	}
}

var (
	namedDrv = pattern.New(`'(/nix/store/[^'!^]+\.drv)`)
	nameless = pattern.New(`^(?:timed out after|killed after writing|output ')`)
)

// fail writes an error, after the log and the end of the build it is about.
func (w *rewriter) fail(m message) {
	drv := ""
	if found := namedDrv().FindStringSubmatch(*m.Raw); found != nil {
		drv = found[1]
	} else if nameless().MatchString(*m.Raw) && len(w.running) == 1 {
		drv = w.running[0]
	}
	if drv != "" && len(m.tail) == 0 {
		m.tail = w.tailOf(drv)
	}
	if drv != "" && len(m.tail) > 0 {
		w.start(drv)
	}
	if id := w.ids[drv]; id > 0 {
		for _, line := range m.tail {
			activity{Action: "result", ID: id, Type: 101, Fields: []any{line}}.write(&w.out)
		}
		w.stop(drv, id)
	}
	m.write(&w.out)
}

func (w *rewriter) start(drv string) {
	if w.ids[drv] == 0 {
		w.ids[drv] = len(w.ids) + 1
		w.running = append(w.running, drv)
		activity{Action: "start", ID: w.ids[drv], Type: 105, Fields: []any{drv, "", 1, 1}}.write(&w.out)
	}
}

func (w *rewriter) stop(drv string, id int) {
	for i, name := range w.running {
		if name == drv {
			w.running = append(w.running[:i:i], w.running[i+1:]...)
			activity{Action: "stop", ID: id}.write(&w.out)
			return
		}
	}
}

// An activity is a record about a build.
type activity struct {
	Action string `json:"action"`
	ID     int    `json:"id"`
	Type   int    `json:"type,omitempty"`
	Fields []any  `json:"fields,omitempty"`
}

func (a activity) write(out *bytes.Buffer) { writeRecord(out, a) }

// A message is a record of a message; tail is the log printed with it.
type message struct {
	Action string  `json:"action"`
	Level  int     `json:"level"`
	Msg    string  `json:"msg"`
	Raw    *string `json:"raw_msg,omitempty"`
	position
	Trace []step `json:"trace,omitempty"`
	tail  []string
}

func (m message) write(out *bytes.Buffer) { writeRecord(out, m) }

// A step is a frame of a trace.
type step struct {
	Raw string `json:"raw_msg"`
	position
}

// A position is where Nix points to; zero when nowhere.
type position struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

func writeRecord(out *bytes.Buffer, record any) {
	// Structs of strings and numbers always marshal.
	data, _ := json.Marshal(record)
	out.WriteString("@nix ")
	out.Write(data)
	out.WriteByte('\n')
}
