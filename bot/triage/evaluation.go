package triage

import (
	"bytes"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// ExplainEvaluation says why a host does not evaluate, as [Explain] does of a
// log, and always something. assertions are those that failed, as NixOS gives
// them: all of them, where Nix may print one text that holds them all. starved
// says that the process was stopped or ran out of something, so that the error
// is the runner's.
func ExplainEvaluation(log nixlog.Log, assertions []string, starved bool, from Source) []Finding {
	r := bounded(reading{Log: log})
	a := from.survey(append(r.texts(), strings.Join(assertions, "\n")...))
	a.failing = assertions[:min(len(assertions), maxAssertions)]
	all := a.errors(r)
	if starved {
		all = slices.DeleteFunc(all, func(f Finding) bool { return f.Bucket != Runner })
	} else if !slices.ContainsFunc(all, func(f Finding) bool { return f.Class == Assertions }) {
		all = append(all, a.assertions(failedAssertions)...)
	}
	if len(all) == 0 {
		all = []Finding{a.wordless(r, starved)}
	}
	return a.finish(all)
}

// wordless is the finding for an evaluation that ended without an error, or
// that was stopped when it had another one.
func (a *atlas) wordless(r reading, starved bool) Finding {
	m, _ := r.Last()
	switch {
	case starved && m.Text == "":
		return Finding{Class: OutOfMemory, Bucket: Runner, Message: "the evaluation was stopped without a word, which is nearly always a lack of memory", Next: memoryAdvice}
	case starved && faults[m.Fault()].bucket == Runner:
		return fetching(m.Fault(), problem{Message: m, atlas: a})
	case starved && m.Starved() == nixlog.Interrupted:
		return Finding{Class: Interrupted, Bucket: Runner, Message: trim(a.plain(m.Brief())), Next: "Run again: something stopped Nix."}
	case starved:
		return Finding{Class: OutOfMemory, Bucket: Runner, Message: trim(a.plain(m.Brief())), Next: memoryAdvice}
	}
	f := Finding{Class: Unknown, Message: "Nix gave no reason", Next: "Evaluate this host by hand, with --show-trace: Nix ended without an error."}
	if n := len(r.Raw); n > 0 && strings.TrimSpace(r.Raw[n-1]) != "" {
		f.Message = trim(a.plain(r.Raw[n-1]))
	}
	return f
}

// memoryAdvice is what to do about an evaluation that was stopped.
const memoryAdvice = "Use a larger runner, or lower `eval-workers`."

// texts are the texts of a reading that may name files, line by line. Those of
// failures are among the errors.
func (r reading) texts() []byte {
	var all bytes.Buffer
	line := func(text string) { all.WriteString(text + "\n") }
	for _, m := range r.Errors {
		line(m.Text)
		line(m.Place.File)
		for _, frame := range m.Trace {
			line(frame.Text)
			line(frame.File)
		}
	}
	for _, text := range r.Raw {
		line(text)
	}
	return all.Bytes()
}
