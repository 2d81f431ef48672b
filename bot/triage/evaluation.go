package triage

import (
	"strings"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// FromEvaluation explains why a host does not evaluate: one finding for every
// assertion that failed, as NixOS gives them, or else one for the error Nix
// ended with. starved says that the process was stopped or ran out of
// something, so that the error is the runner's.
func FromEvaluation(message nixlog.Message, assertions []string, starved bool, from Source) []Finding {
	if starved {
		return []Finding{{
			Class:   Resources,
			Bucket:  Runner,
			Message: oneOf(from.Plain(message.Brief()), "the evaluation was stopped without a word, which is nearly always a lack of memory"),
			Next:    "Use a larger runner, or lower `eval-workers`.",
		}}
	}
	var all []Finding
	for _, text := range assertions {
		f := Finding{Class: Assertion, Bucket: Yours, Message: from.Plain(text), Option: option(text)}
		f.File, _ = from.mentioned(text)
		all = append(all, f)
	}
	if len(all) > 0 {
		return all
	}
	f := Finding{Class: Evaluation, Message: oneOf(from.Plain(message.Brief()), "Nix gave no reason"), Option: option(message.Text)}
	f.locate(message, from)
	return []Finding{f}
}

// locate puts the finding where the error comes from in the owner's files:
// where Nix puts the blame, else the innermost frame that is the owner's, else
// a file the message names.
func (f *Finding) locate(m nixlog.Message, from Source) {
	places := []nixlog.Place{m.Place}
	for _, frame := range m.Trace {
		places = append(places, frame.Place)
	}
	for _, p := range places {
		if rel, ok := from.own(p.File); ok {
			f.File, f.Line, f.Column = rel, p.Line, p.Column
			f.Bucket = Yours
			return
		}
	}
	texts := []string{m.Full}
	for _, frame := range m.Trace {
		texts = append(texts, frame.Text)
	}
	if rel, ok := from.mentioned(strings.Join(texts, "\n")); ok {
		f.File, f.Bucket = rel, Yours
	}
}

func oneOf(text, otherwise string) string {
	if strings.TrimSpace(text) == "" {
		return otherwise
	}
	return text
}
