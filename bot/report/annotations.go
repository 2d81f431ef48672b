package report

import (
	"fmt"
	"strings"

	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

// An Annotation is a finding on a line of the owner's files, as GitHub shows
// it in a workflow run. Its texts are of others, in plain text and not longer
// than GitHub shows.
type Annotation struct {
	// Level is "error" for what the bump breaks, "warning" for what was broken
	// before and for what can wait.
	Level        string
	File         string
	Line, Column int // from 1; 0 is unknown
	Title        string
	Message      string
}

// What GitHub takes: the first ten annotations of a level in one step, and so
// many characters of a title.
// https://docs.github.com/en/rest/checks/runs#create-a-check-run
const (
	annotationsPerLevel = 10
	annotationTitle     = 255
)

// Annotations lists the findings that have a place in the owner's files, what
// asks most of the reader first, as many as GitHub shows of each level. The
// last of a level names those left out. Of a run that something stands in the
// way of there is one, without a place.
func (r Report) Annotations() []Annotation {
	if r.Blocked {
		message, _ := clip(plain(r.Quiet), 1, messageRunes)
		return []Annotation{{Level: "warning", Title: "Not renewed", Message: message}}
	}
	var all []Annotation
	shown, last := map[string]int{}, map[string]int{}
	cut := map[string][]string{}
	for _, e := range append(r.entries(), r.renames()...) {
		for _, at := range e.places {
			a := e.annotation(at)
			if shown[a.Level]++; shown[a.Level] > annotationsPerLevel {
				cut[a.Level] = append(cut[a.Level], label(at.String()))
				continue
			}
			last[a.Level] = len(all)
			all = append(all, a)
		}
	}
	for level, places := range cut {
		all[last[level]].Message += fmt.Sprintf("\n\nLeft out here, and in the report: %s%s.", count(len(places), level), listed(places))
	}
	return all
}

// annotation is what an entry says at one of its places.
func (e entry) annotation(at place) Annotation {
	level := "warning"
	if e.verdict == verdict.Regressed && e.Class != triage.RenamedOption {
		level = "error"
	}
	title, _ := clip(e.named(), 1, annotationTitle-1)
	message, _ := clip(plain(e.Message), messageLines, messageRunes)
	next, _ := clip(plain(e.Next), 1, lineRunes)
	return Annotation{
		Level: level, File: at.file, Line: at.line, Column: at.column,
		Title: title, Message: strings.TrimSpace(message + "\n" + next),
	}
}

// named lists the first hosts of an entry.
func (e entry) named() string {
	var names []string
	for _, host := range e.hosts[:min(len(e.hosts), someOf)] {
		names = append(names, label(host))
	}
	if len(e.hosts) > someOf {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}
