// Package nixlog reads what a nix command prints on stderr with
// --log-format internal-json: errors with their place and trace, evaluation
// warnings, and builds with their logs and the reasons why they failed. It is
// pure, and reads Nix 2.8 to 2.34 alike.
//
// A record is a line "@nix {json}"; every other line is raw text of Nix or of
// a child process. The record format is described nowhere but in
// https://github.com/NixOS/nix/blob/2.34.0/src/libutil/logging.cc (JSONLogger).
// What only human text tells is matched in text.go and fault.go and nowhere else.
package nixlog

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"
)

// A Log is everything a nix command said that nixferry goes by. All text in it
// is free of ANSI sequences and control bytes, but hostile all the same.
type Log struct {
	// Errors are the errors in the order Nix printed them.
	Errors []Message
	// Warnings are the warnings of the evaluated flake (config.warnings,
	// lib.warn, obsolete options read), without their prefix. Nix's warnings
	// about itself are not among them.
	Warnings []string
	// Failures are the derivations that were not built, in the order Nix gave
	// them up: those that failed themselves and those that depend on them.
	Failures []Failure
	// NoInput are the inputs Nix was told to update that the flake lacks. It
	// only warns of them.
	NoInput []string
	// Cached is why Nix took an old copy of something from its cache, after
	// it did not get a new one; it only warns of that.
	Cached string
	// Raw are the last lines which are not records, as "fatal: …" of git.
	Raw []string
}

// A Message is one error.
type Message struct {
	// Text is the essence: no trace, no excerpt, no suggestion.
	Text string
	// Full is what a terminal would have shown, with "Did you mean …?".
	Full string
	// Place is where Nix puts the blame; its zero value means nowhere.
	Place Place
	// Trace holds the frames, innermost first; empty without --show-trace.
	Trace []Frame
}

// A Place is a position in a Nix file as Nix names it: a store path, a real
// path, "«git+file:…»/flake.nix" or "«string»". Line and Column count from 1.
type Place struct {
	File         string
	Line, Column int
}

// A Frame is one step of a trace.
type Frame struct {
	Text string
	Place
}

// A Sink is told about builds while they run. Calls come one at a time.
type Sink interface {
	// Started tells that the derivation drv begins to build.
	Started(drv string)
	// Logged hands over one line of drv's build log, cleaned.
	Logged(drv, line string)
	// Stopped tells that drv's build ended, well or not.
	Stopped(drv string)
}

// A Parser reads a log as it is written. The zero value is ready to use; it is
// an [io.Writer], so that a running command can write to it.
type Parser struct {
	// Sink, if not nil, hears of builds as they happen.
	Sink Sink
	// Retrying, if not nil, hears that Nix itself asks a server again after a
	// pause, and why.
	Retrying func(cause string, pause time.Duration)

	log      Log
	partial  []byte
	overlong bool
	builds   builds
}

// maxLine bounds one line. Traces of a stack overflow reach 3 MB; what is
// longer is cut off and read as raw text.
const maxLine = 32 << 20

// maxRaw is how many raw lines are kept, maxRawLine how many bytes of each.
const (
	maxRaw     = 20
	maxRawLine = 2000
)

// Write takes the next bytes of the log. It never fails.
func (p *Parser) Write(b []byte) (int, error) {
	n := len(b)
	for {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if !whole {
			p.keep(b)
			return n, nil
		}
		if len(p.partial) > 0 {
			p.keep(line)
			line = p.partial
		}
		p.line(line)
		p.partial, p.overlong = p.partial[:0], false
		b = rest
	}
}

// keep stores the beginning of a line whose end has not come yet.
func (p *Parser) keep(b []byte) {
	if p.overlong = p.overlong || len(p.partial)+len(b) > maxLine; !p.overlong {
		p.partial = append(p.partial, b...)
	}
}

// Log returns what was read so far, the last line included even if it has no
// newline.
func (p *Parser) Log() Log {
	if len(p.partial) > 0 {
		p.line(p.partial)
		p.partial = p.partial[:0]
	}
	return p.log
}

// Parse reads a whole log. The error is r's.
func Parse(r io.Reader) (Log, error) {
	var p Parser
	_, err := io.Copy(&p, r)
	return p.Log(), err
}

// A record is one "@nix" line.
type record struct {
	Action string            `json:"action"`
	ID     uint64            `json:"id"`
	Type   int               `json:"type"`
	Level  int               `json:"level"`
	Fields []json.RawMessage `json:"fields"`
	Msg    string            `json:"msg"`
	RawMsg *string           `json:"raw_msg"`
	Trace  []frame           `json:"trace"`
	place
}

// A frame is an element of a record's trace.
type frame struct {
	RawMsg string `json:"raw_msg"`
	place
}

// A place is a position as records spell it: absent or null is unknown.
type place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// The activity and result types of interest, from
// https://github.com/NixOS/nix/blob/2.34.0/src/libutil/include/nix/util/logging.hh
const (
	actBuild     = 105
	resBuildLine = 101
)

// line reads one line without its newline.
func (p *Parser) line(line []byte) {
	text, isRecord := bytes.CutPrefix(line, []byte("@nix "))
	var r record
	if !isRecord || p.overlong || json.Unmarshal(text, &r) != nil {
		p.raw(Clean(string(line)))
		return
	}
	switch {
	case r.Action == "msg":
		p.message(r)
	case r.Action == "start" && r.Type == actBuild:
		p.started(r.ID, field(r))
	case r.Action == "result" && r.Type == resBuildLine:
		p.logged(r.ID, Clean(field(r)))
	case r.Action == "stop":
		p.stopped(r.ID)
	}
}

// field returns the first field of r, "" when it is no string.
func field(r record) string {
	var s string
	if len(r.Fields) == 0 || json.Unmarshal(r.Fields[0], &s) != nil {
		return ""
	}
	return s
}

// raw takes a line that is no record. The old commands (nix-store) and a C
// stack overflow report their errors in this form.
func (p *Parser) raw(line string) {
	if text := errorText(strings.TrimSpace(line)); text != "" {
		p.fail(Message{Text: text, Full: line})
		return
	}
	if p.log.Raw = append(p.log.Raw, line[:min(len(line), maxRawLine)]); len(p.log.Raw) > maxRaw {
		p.log.Raw = slices.Delete(p.log.Raw, 0, 1)
	}
}

// message sorts a msg record: an error, a warning of the flake, or chatter.
func (p *Parser) message(r record) {
	full := Clean(r.Msg)
	if cause, pause, ok := retry(full); ok {
		if p.Retrying != nil {
			p.Retrying(cause, pause)
		}
		return
	}
	switch {
	case r.RawMsg == nil:
		if text := errorText(full); text != "" {
			p.fail(Message{Text: text, Full: full})
		} else if text, ok := traceWarning(full); ok {
			p.log.Warnings = append(p.log.Warnings, text)
		} else if input := unknownInput(full); input != "" {
			p.log.NoInput = append(p.log.NoInput, input)
		}
		if cause := fromCache(full); cause != "" {
			p.log.Cached = cause
		}
	case isWarning(full):
		p.log.Warnings = append(p.log.Warnings, strings.TrimSpace(Clean(*r.RawMsg)))
	case r.Level == 0:
		// A cancelled sibling of a failed goal leaves an empty error on 2.8.
		if text := strings.TrimSpace(Clean(*r.RawMsg)); text != "" {
			p.fail(Message{Text: text, Full: full, Place: r.clean(), Trace: frames(r.Trace)})
		}
	}
}

// fail records an error and, where it is one of a build, the failure.
func (p *Parser) fail(m Message) {
	p.log.Errors = append(p.log.Errors, m)
	if f, ok := classify(m.Text); ok {
		p.builds.attribute(&f)
		p.log.Failures = append(p.log.Failures, f)
	}
}

// Last returns the error that ended the command. Where git failed before it, it
// is what git said.
func (l Log) Last() (m Message, ok bool) {
	if len(l.Errors) == 0 {
		return Message{}, false
	}
	m = l.Errors[len(l.Errors)-1]
	if fatal := gitError(l.Raw); fatal != "" && gitFailed().MatchString(m.Text) {
		m.Text = fatal
	}
	return m, true
}

// frames cleans a trace.
func frames(trace []frame) []Frame {
	var clean []Frame
	for _, f := range trace {
		clean = append(clean, Frame{Text: Clean(f.RawMsg), Place: f.clean()})
	}
	return clean
}
