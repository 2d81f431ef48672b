package report

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

// An entry is one problem with all the hosts that have it, and all its places
// in the owner's files. What else is in its finding is that of the first.
type entry struct {
	triage.Finding
	verdict verdict.Verdict
	hosts   []string
	places  []place
}

// A place is a file of the owner's repository and where in it.
type place struct {
	file         string
	line, column int
}

// entries folds the findings over the hosts: what asks most of the reader
// first, then what is in the owner's own files. What can wait is not among
// them.
func (r Report) entries() []entry { return r.fold(false) }

// fold folds the findings that can wait, or those that cannot.
func (r Report) fold(waits bool) []entry {
	var all []entry
	for _, host := range r.byUrgency() {
		for _, finding := range host.Findings {
			if (finding.Class == triage.RenamedOption) != waits {
				continue
			}
			i := slices.IndexFunc(all, func(e entry) bool { return sameProblem(e.Finding, finding) })
			if i < 0 {
				i = len(all)
				all = append(all, entry{Finding: finding, verdict: host.Verdict})
			}
			all[i].add(host.Name, finding)
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(
			cmp.Compare(slices.Index(urgency, a.verdict), slices.Index(urgency, b.verdict)),
			cmp.Compare(slices.Index(turns, a.Bucket), slices.Index(turns, b.Bucket)))
	})
	return all
}

// add notes a further host and place of an entry. What to do is left out where
// it is not the same everywhere.
func (e *entry) add(host string, finding triage.Finding) {
	if finding.Next != e.Next {
		e.Next = ""
	}
	at := place{finding.File, finding.Line, finding.Column}
	if !slices.Contains(e.hosts, host) {
		e.hosts = append(e.hosts, host)
	}
	if at.file != "" && !slices.Contains(e.places, at) {
		e.places = append(e.places, at)
	}
}

// sameProblem reports whether two findings are one problem. An option that is
// gone is one problem however many files set it; the messages name the files.
// Logs do not count, they may hold times.
func sameProblem(a, b triage.Finding) bool {
	if a.Class != b.Class || a.Bucket != b.Bucket || a.Option != b.Option || a.Derivation != b.Derivation {
		return false
	}
	if a.Option != "" && a.Replacement != "" {
		return a.Replacement == b.Replacement
	}
	return a.Message == b.Message && a.File == b.File && a.Line == b.Line && a.Column == b.Column
}

// turns orders the buckets: the owner's own turn first, what nobody knows last.
var turns = []triage.Bucket{triage.Yours, triage.Gap, triage.Upstream, triage.Runner, ""}

// whose says whose turn it is, in words.
func whose(bucket triage.Bucket) string {
	switch bucket {
	case triage.Yours:
		return "yours to change"
	case triage.Gap:
		return "not to be had as it is"
	case triage.Upstream:
		return "upstream's to fix"
	case triage.Runner:
		return "a limit of this runner"
	}
	return string(bucket)
}

// storePath is a store path up to its name.
var storePath = regexp.MustCompile(`^[0-9a-z]{32}-`)

// derivationName is the name of a derivation without store, hash and suffix.
func derivationName(drv string) string {
	if drv == "" {
		return ""
	}
	return strings.TrimSuffix(storePath.ReplaceAllString(path.Base(drv), ""), ".drv")
}

// String writes a place as far as it is known: file:line:column.
func (p place) String() string {
	text := oneLine(p.file)
	for _, number := range []int{p.line, p.column} {
		if number <= 0 {
			break
		}
		text = fmt.Sprintf("%s:%d", text, number)
	}
	return text
}

// A notice is one new warning with all the hosts that print it.
type notice struct {
	text  string
	hosts []string
}

// notices folds the new warnings over the hosts: what most of them print
// first, in the order it was met.
func (r Report) notices() []notice {
	var all []notice
	index := make(map[string]int)
	for _, host := range r.Hosts {
		for _, text := range host.Warnings.New {
			i, met := index[text]
			if !met {
				i = len(all)
				index[text] = i
				all = append(all, notice{text: text})
			}
			if !slices.Contains(all[i].hosts, host.Name) {
				all[i].hosts = append(all[i].hosts, host.Name)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b notice) int { return cmp.Compare(len(b.hosts), len(a.hosts)) })
	return all
}

// everyHost stands for all hosts by name, where there are more than two.
const everyHost = "every host"

// someOf is how many names are written before the rest is only counted.
const someOf = 6

// names writes hosts as people say it: "every host", "web and nas",
// "a, b, c and 14 more". Each name passes through write.
func (r Report) names(hosts []string, write func(string) string) string {
	return names(hosts, len(r.Hosts), write)
}

// names writes hosts out of a fleet of so many.
func names(hosts []string, fleet int, write func(string) string) string {
	if len(hosts) == fleet && len(hosts) > 2 {
		return everyHost
	}
	var parts []string
	for i, host := range hosts {
		if i == someOf && len(hosts) > someOf+1 {
			return fmt.Sprintf("%s and %d more", strings.Join(parts, ", "), len(hosts)-someOf)
		}
		parts = append(parts, write(label(host)))
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// clip returns the first lines of text, at most so many and no more than runes
// characters, and how many lines it left out. A line cut within ends in an ellipsis.
func clip(text string, lines, runes int) (string, int) {
	all := strings.Split(strings.Trim(text, "\n"), "\n")
	var kept []string
	for i, line := range all {
		letters := []rune(line)
		if i == lines || runes <= 0 {
			return strings.Join(kept, "\n"), len(all) - i
		}
		if len(letters) > runes {
			line = string(letters[:runes]) + "…"
		}
		kept = append(kept, line)
		runes -= len(letters)
	}
	return strings.Join(kept, "\n"), 0
}
