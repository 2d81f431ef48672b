package triage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/pattern"
)

// Explain reads what a nix command printed, as internal-json (best with
// --show-trace) or as text, and says what was wrong: root causes first, then
// the warnings of the flake. It knows what Nix 2.8 to 2.34 print; an error it
// does not know becomes a finding of class [Unknown]. A log without errors or
// warnings has no findings.
//
// from is what is known of the flake; nothing has to be. Text in findings is
// bounded, and without credentials, but hostile all the same.
func Explain(log []byte, from Source) []Finding {
	r := read(log)
	a := from.survey(log)
	all := a.errors(r)
	for _, text := range r.Warnings {
		all = append(all, a.warning(text))
	}
	return a.finish(all)
}

// finish makes findings fit to show, each once.
func (a *atlas) finish(all []Finding) []Finding {
	var unique []Finding
	seen := map[string]bool{}
	for _, f := range all {
		f = a.locate(f).presentable()
		if !seen[f.key()] {
			seen[f.key()] = true
			unique = append(unique, f)
		}
	}
	return unique
}

// errors are the findings for the errors of a log. What only repeats that
// something failed is left out, unless there is nothing else.
func (a *atlas) errors(r reading) []Finding {
	var all, spare []Finding
	failures := r.Failures
	seen := map[string]bool{}
	for _, m := range r.messages() {
		p := problem{Message: m, atlas: a}
		var found []Finding
		if len(failures) > 0 && failures[0].Text == m.Text {
			found, failures = []Finding{a.failed(failures[0], p)}, failures[1:]
		} else if key := m.Text + fmt.Sprint(m.Place); !seen[key] && len(seen) < maxMessages {
			seen[key] = true
			found = a.explain(p)
		}
		for _, f := range found {
			if f.Class == DependencyFailed || summary().MatchString(m.Text) || f.Class == Unknown && len(r.Failures) > 0 {
				spare = append(spare, f)
			} else {
				all = append(all, f)
			}
		}
	}
	if len(all) == 0 && len(spare) > 0 {
		return spare[:1]
	}
	return all
}

// messages are the errors that count: with what git said where it failed, and
// the ones Nix ignored where it failed for their sake after all.
func (r reading) messages() []nixlog.Message {
	all := slices.Clone(r.Errors)
	last, ok := r.Last()
	if !ok {
		return nil
	}
	all[len(all)-1] = last
	if strings.HasPrefix(last.Text, "some errors were encountered during the evaluation") {
		return append(slices.Clone(r.Ignored), all...)
	}
	return all
}

// summary matches errors that only sum up others.
var summary = on(`^build of '.*' failed|^\d+ dependenc(?:y|ies) of derivation|^some errors were encountered during the evaluation|^Build failed due to failed dependency|^build failed$`)

// explain is the findings for one error, at least one.
func (a *atlas) explain(p problem) []Finding {
	if all := a.assertions(p.Text); len(all) > 0 {
		for i := range all {
			all[i].settleFrames(p)
			if all[i].File != "" {
				all[i].Owner = You
			}
		}
		return all
	}
	if r, groups, ok := match(p.Text); ok {
		return []Finding{r.apply(p, groups)}
	}
	if fault := p.Fault(); fault != "" && !p.parsesJSON() {
		return []Finding{fetching(fault, p)}
	}
	if fromAliases(p) {
		return []Finding{aliasRule.apply(p, map[string]string{"next": aliasRule.next})}
	}
	f := Finding{Class: Unknown, Message: trim(a.plain(p.Brief()))}
	f.settle(p)
	drift(&f, p)
	f.Next = "Read the whole log, best with --show-trace: nixferry does not know this message."
	if f.File != "" {
		f.Next = "Look at this place: the message comes by way of it."
	}
	return []Finding{f}
}

// parsesJSON reports whether the flake's own code read JSON when this error
// came: about what a server sent, Nix has neither place nor trace.
func (p problem) parsesJSON() bool {
	return strings.HasPrefix(p.Text, "[json.exception") && (p.Place.File != "" || strings.Contains(traceText(p), "JSON"))
}

// settle gives the finding its place and owner, where the rule found none.
func (f *Finding) settle(p problem) {
	f.settleFrames(p)
	if f.File == "" {
		f.settleTexts(p)
	}
	switch {
	case f.File != "" && f.Owner == "":
		f.Owner = You
	case f.Owner == "":
		f.Owner = p.foreignOwner()
	}
}

// settleFrames takes the place the error points to, or that of the innermost
// frame in a file of the owner's: in the finding's own file where it has one.
func (f *Finding) settleFrames(p problem) {
	if f.Line > 0 {
		return
	}
	places := []nixlog.Place{p.Place}
	for _, frame := range p.Trace {
		places = append(places, frame.Place)
	}
	for _, at := range places {
		rel, owner := p.atlas.file(at.File)
		if owner == You && rel != "" && (f.File == "" || f.File == rel) {
			f.File, f.Line, f.Column = rel, at.Line, at.Column
			return
		}
	}
}

// settleTexts takes a file that the message or the trace speaks of.
func (f *Finding) settleTexts(p problem) {
	at, ok := p.atlas.mention(p.Text)
	for i := 0; !ok && i < len(p.Trace); i++ {
		at, ok = p.atlas.mention(p.Trace[i].Text)
	}
	if ok {
		f.File, f.Line, f.Column = at.File, at.Line, at.Column
	}
}

// foreignOwner is whose source an error comes from that no file of the
// owner's is part of.
func (p problem) foreignOwner() string {
	if _, owner := p.atlas.file(p.Place.File); owner != "" {
		return owner
	}
	for _, frame := range p.Trace {
		if _, owner := p.atlas.file(frame.File); owner != "" {
			return owner
		}
	}
	return ""
}

var (
	renamed  = on("^The option `(?P<option>[^`\\n]+)' defined in (?:.*) has been renamed to `(?P<new>[^`\\n]+)'")
	obsolete = on("^Obsolete option `(?P<option>[^`\\n]+)' is used\\. It was renamed to `?(?P<new>[^`'\\s]+)'?")
)

// warning is the finding for a warning of the flake.
func (a *atlas) warning(text string) Finding {
	f := Finding{Class: Warning, Bucket: Yours, Message: essence(a.plain(text)), Next: "Do what the warning says; nothing fails of it yet."}
	for _, sign := range []pattern.Pattern{renamed, obsolete} {
		if m := sign().FindStringSubmatch(text); m != nil {
			f.Option, f.Replacement = m[1], m[2]
			f.Next = fmt.Sprintf("Write %s for %s.", f.Replacement, f.Option)
		}
	}
	if f.Option == "" {
		f.Option, f.Replacement = option(text), replacement(text)
	}
	if at, ok := a.mention(text); ok {
		f.File, f.Line, f.Owner = at.File, at.Line, You
	}
	return f
}

// Bounds of an unknown message.
const (
	maxLines = 12
	maxBytes = 1200
)

// trim keeps the beginning of a message: without blank lines, and never more
// than a part of a screen.
func trim(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \t\n"); line != "" {
			lines = append(lines, shorten(line, maxTailLine))
		}
		if len(lines) == maxLines {
			break
		}
	}
	return shorten(strings.Join(lines, "\n"), maxBytes)
}

// locate finds the line of the finding's option, where the file can be read.
func (a *atlas) locate(f Finding) Finding {
	if a.from.Read == nil || f.File == "" || f.Line > 0 {
		return f
	}
	text, _ := a.from.Read(f.File)
	return f.Locate(text)
}

// presentable bounds every text of the finding and takes credentials out of
// it.
func (f Finding) presentable() Finding {
	for _, text := range []*string{&f.Message, &f.Next, &f.Option, &f.Replacement, &f.Owner, &f.File, &f.Derivation} {
		*text = shorten(withoutSecrets(nixlog.Clean(*text)), maxBytes)
	}
	for i, line := range f.LogTail {
		f.LogTail[i] = withoutSecrets(line)
	}
	return f
}

// key is the same for findings that tell the same.
func (f Finding) key() string {
	return fmt.Sprintf("%s\x00%s\x00%s\x00%d\x00%s\x00%s", f.Class, f.Message, f.File, f.Line, f.Option, f.Derivation)
}
