package triage

import (
	"strings"

	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/pattern"
)

// A rule recognises one kind of error by what it says. The rules stand in
// tables, one file for each theme; the first that matches counts.
type rule struct {
	class  Class
	bucket Bucket
	// sign matches the essence of the error. Its groups fill the finding:
	// option, new (the replacement), drv; file is the owner's file at fault,
	// and name whatever next speaks of.
	sign pattern.Pattern
	// next is the advice, with ${group} for what sign matched.
	next string
	// more, where not nil, looks at what else is known.
	more func(f *Finding, p problem)
}

// A problem is an error on its way to become a finding.
type problem struct {
	nixlog.Message
	atlas *atlas
	// name is what the rule's sign called so.
	name string
}

// on compiles a sign.
func on(sign string) pattern.Pattern { return pattern.New(sign) }

// tables are all rules, the most particular first.
var tables = [][]rule{machine, modules, packages, language, inputs}

// match finds the rule for an error and what it took from it.
func match(text string) (rule, map[string]string, bool) {
	for _, table := range tables {
		for _, r := range table {
			if at := r.sign().FindStringSubmatchIndex(text); at != nil {
				groups := map[string]string{}
				for i, name := range r.sign().SubexpNames() {
					if name != "" && at[2*i] >= 0 {
						groups[name] = text[at[2*i]:at[2*i+1]]
					}
				}
				groups["next"] = string(r.sign().ExpandString(nil, r.next, text, at))
				return r, groups, true
			}
		}
	}
	return rule{}, nil, false
}

// apply makes a finding of an error by its rule.
func (r rule) apply(p problem, groups map[string]string) Finding {
	f := Finding{
		Class:       r.class,
		Bucket:      r.bucket,
		Message:     essence(p.atlas.plain(p.Brief())),
		Option:      groups["option"],
		Replacement: groups["new"],
		Derivation:  groups["drv"],
		Next:        groups["next"],
	}
	p.name = groups["name"]
	if file := groups["file"]; file != "" {
		if rel, owner := p.atlas.file(file); owner == You {
			f.File = rel
		} else if owner != "" {
			f.Owner = owner
		}
	}
	f.settle(p)
	if r.more != nil {
		r.more(&f, p)
	}
	drift(&f, p)
	if f.Bucket == Runner && f.File == "" {
		f.Owner = ""
	}
	return f
}

// maxEssence bounds a message in bytes.
const maxEssence = 600

// essence puts a message on one line, without the definitions and excerpts
// that follow it.
func essence(text string) string {
	for _, mark := range []string{" Definition values:", "\nDefinition values:", "\nTo make it visible", "\nOutput paths:"} {
		text, _, _ = strings.Cut(text, mark)
	}
	return shorten(strings.Join(strings.Fields(text), " "), maxEssence)
}

// shorten cuts a text to at most n bytes, at the end of a character.
func shorten(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n] + "…"
}
