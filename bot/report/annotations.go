package report

import (
	"strings"

	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

// An Annotation is a finding on a line of the owner's files, as GitHub shows
// it in a workflow run. Its texts are of others and in plain text.
type Annotation struct {
	// Level is "error" for what the bump breaks, "warning" for what was broken
	// before and for what can wait.
	Level        string
	File         string
	Line, Column int // from 1; 0 is unknown
	Title        string
	Message      string
}

// annotationsPerLevel is how many annotations of a level GitHub keeps of one
// step.
// https://docs.github.com/en/rest/checks/runs#create-a-check-run
const annotationsPerLevel = 10

// Annotations lists the findings that have a place in the owner's files, what
// asks most of the reader first, as many as GitHub shows of each level.
func (r Report) Annotations() []Annotation {
	var all []Annotation
	count := map[string]int{}
	for _, e := range append(r.entries(), r.renames()...) {
		level := "warning"
		if e.verdict == verdict.Regressed && e.Class != triage.RenamedOption {
			level = "error"
		}
		for _, at := range e.places {
			if count[level]++; count[level] > annotationsPerLevel {
				break
			}
			all = append(all, Annotation{
				Level: level, File: at.file, Line: at.line, Column: at.column,
				Title: strings.Join(e.hosts[:min(len(e.hosts), someOf)], ", ") + e.moreHosts(), Message: strings.TrimSpace(e.Message + "\n" + e.Next),
			})
		}
	}
	return all
}

// moreHosts ends a list of hosts that was cut.
func (e entry) moreHosts() string {
	if len(e.hosts) > someOf {
		return ", …"
	}
	return ""
}
