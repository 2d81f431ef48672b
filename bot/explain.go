package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/triage"
)

// ExplainMode says what Explain knows beside the log, and how it answers.
type ExplainMode struct {
	// Flake is the directory of the flake the log is about, "" when it is not
	// at hand.
	Flake string
	// JSON prints the findings as a JSON array, as in report.json.
	JSON bool
}

// maxLog bounds the log Explain reads, in bytes.
const maxLog = 256 << 20

// Explain reads what a nix command printed, on any machine, and prints what
// was wrong. It needs no Nix, and a log without errors is no error.
func Explain(w World, log io.Reader, how ExplainMode) error {
	from, done, err := openSource(how.Flake)
	if err != nil {
		return err
	}
	defer done()
	text, err := io.ReadAll(io.LimitReader(log, maxLog+1))
	if err != nil {
		return fmt.Errorf("reading the log: %w", err)
	}
	if len(text) > maxLog {
		return fmt.Errorf("the log is longer than %d MB: cut it to its end, with `tail -c 100M`: %w", maxLog>>20, config.ErrUsage)
	}
	findings := triage.Explain(text, from)
	if how.JSON {
		return printFindings(w.Stdout, findings)
	}
	for i, f := range findings {
		fmt.Fprint(w.Stdout, explanation(i+1, f))
	}
	if len(findings) == 0 {
		fmt.Fprintln(w.Stdout, "No errors and no warnings of the flake in this log. If Nix ended all the same, it was killed: look for a lack of memory.")
	}
	return nil
}

// printFindings writes the array that hosts have in report.json.
func printFindings(out io.Writer, findings []triage.Finding) error {
	if findings == nil {
		findings = []triage.Finding{}
	}
	return writeJSON(out, "the findings", findings)
}

// writeJSON writes a value for programs to read; what says what it is.
func writeJSON(out io.Writer, what string, value any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("writing %s: %w", what, err)
	}
	return nil
}

// turns are the buckets as a person says them.
var turns = map[triage.Bucket]string{
	triage.Yours:    "in your configuration",
	triage.Upstream: "upstream",
	triage.Runner:   "this machine",
	triage.Gap:      "something it depends on is missing",
}

// explanation is a finding for a person.
func explanation(n int, f triage.Finding) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d. %s", n, f.Class)
	if turn := turns[f.Bucket]; turn != "" {
		fmt.Fprintf(&out, " (%s)", turn)
	}
	if f.File != "" {
		fmt.Fprintf(&out, " at %s", place(f))
	} else if f.Owner != "" {
		fmt.Fprintf(&out, " in %s", f.Owner)
	}
	fmt.Fprintf(&out, "\n   %s\n", strings.ReplaceAll(harmless(f.Message), "\n", "\n   "))
	for _, line := range f.LogTail {
		fmt.Fprintf(&out, "   | %s\n", harmless(line))
	}
	if f.Next != "" {
		fmt.Fprintf(&out, "   → %s\n", harmless(f.Next))
	}
	return out.String()
}

// place is file:line:column as far as it is known.
func place(f triage.Finding) string {
	switch {
	case f.Line == 0:
		return f.File
	case f.Column == 0:
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
}

// openSource tells what the flake in dir has to say about a log; everything
// is optional. The caller calls the function it returns when it is done.
func openSource(dir string) (from triage.Source, done func(), err error) {
	if dir == "" {
		return triage.Source{}, func() {}, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return from, nil, fmt.Errorf("opening the flake: %w: %w", err, config.ErrUsage)
	}
	if from.Dir, err = filepath.Abs(dir); err != nil {
		return from, nil, errors.Join(fmt.Errorf("opening the flake: %w", err), root.Close())
	}
	from.Read = reader(root)
	// A lock that does not parse may be what the log is about.
	if text, ok := from.Read("flake.lock"); ok {
		if lock, err := flake.ParseLock([]byte(text)); err == nil {
			from.Inputs = triage.Inputs(lock)
		}
	}
	return from, func() { _ = root.Close() }, nil
}

// maxFile bounds what is read of one file of the flake, in bytes.
const maxFile = 4 << 20

// reader returns a function that reads regular files inside root, each once.
func reader(root *os.Root) func(string) (string, bool) {
	type content struct {
		text string
		ok   bool
	}
	known := map[string]content{}
	return func(name string) (string, bool) {
		c, seen := known[name]
		if !seen {
			c.text, c.ok = readRegular(root, name)
			known[name] = c
		}
		return c.text, c.ok
	}
}

func readRegular(root *os.Root, name string) (string, bool) {
	name = filepath.FromSlash(name)
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() > maxFile {
		return "", false
	}
	text, err := root.ReadFile(name)
	return string(text), err == nil
}
