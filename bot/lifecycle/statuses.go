package lifecycle

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// A Status is a commit status. Context is its name, which GitHub compares
// without regard to case; URL may be empty.
// https://docs.github.com/rest/commits/statuses#create-a-commit-status
type Status struct{ Context, State, Description, URL string }

// The states of a [Status], worst first but for the one that will change.
const (
	failure, fault, success = "failure", "error", "success"
	pending                 = "pending"
)

const (
	// whole is the status of all hosts together, for required checks.
	whole = "nixferry"
	// rest is that of the hosts that have none of their own.
	rest = "nixferry/other hosts"
	// manyHosts have a status of their own; with the two above, 25 in all.
	manyHosts = 23
	// descriptionRunes is what GitHub takes of a description.
	descriptionRunes = 140
)

// Statuses are those to be posted on the head commit, which has some already, a
// [Pending] one among them: only what differs, and the one of all hosts
// together last, as GitHub may merge at it. A host that was not judged has
// none.
func Statuses(r report.Report, gate config.Gate, has []Status) []Status {
	called := contexts(r.Hosts)
	there := func(context string) bool { return slices.ContainsFunc(has, Status{Context: context}.replaces) }
	// A status cannot be taken back, so that those on the commit go first: they
	// must not become untrue.
	rank := func(h report.Host) int {
		if there(called[h.Name]) {
			return 0
		}
		return 1 + urgency(h)
	}
	judged := with(r.Hosts, func(h report.Host) bool { return stateOf(h) != "" })
	slices.SortFunc(judged, func(a, b report.Host) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	own, folded := judged[:min(len(judged), manyHosts)], judged[min(len(judged), manyHosts):]
	var all []Status
	for _, h := range own {
		all = append(all, Status{called[h.Name], stateOf(h), line(describe(h), descriptionRunes), page(r, "#"+report.HostAnchor(h.Name))})
	}
	if len(folded) > 0 || there(rest) {
		said := cmp.Or(tally(folded), "every host has a status of its own")
		all = append(all, Status{rest, cmp.Or(blame(folded), success), line(said, descriptionRunes), page(r, "")})
	}
	all = append(all, summary(r, gate))
	return slices.DeleteFunc(all, func(s Status) bool { return slices.ContainsFunc(has, s.repeats) })
}

// Pending is the status of all hosts together while nothing may be merged yet:
// GitHub switches auto-merge on only where something is still to be waited for.
func Pending(r report.Report) Status {
	return Status{whole, pending, "this pull request is being brought up to date", page(r, "")}
}

// summary is the status of all hosts together: it follows the gate.
func summary(r report.Report, gate config.Gate) Status {
	ok, why := Holds(gate, r.Hosts)
	state := success
	if !ok {
		state = cmp.Or(blame(with(r.Hosts, func(h report.Host) bool { return stands(gate, h) })), fault)
	}
	does := "build"
	if r.Depth == config.Eval {
		does = "evaluate"
	}
	said := fmt.Sprintf("%d of %d %s", green(r.Hosts), wanted(r.Hosts), does)
	if why != "" {
		said += "; " + why
	}
	return Status{whole, state, line(said, descriptionRunes), page(r, "")}
}

// replaces reports whether GitHub takes s for a newer word on the same thing.
func (s Status) replaces(old Status) bool { return strings.EqualFold(s.Context, old.Context) }

// repeats reports whether s says nothing that old does not.
func (s Status) repeats(old Status) bool {
	return s.replaces(old) && s.State == old.State && s.Description == old.Description && s.URL == old.URL
}

// page is where to read more: a place in the pull request, or else the run.
func page(r report.Report, place string) string {
	if r.Pull == nil || r.Pull.URL == "" {
		return r.Run
	}
	return r.Pull.URL + place
}

// ordinary names stand in a context as they are.
var ordinary = regexp.MustCompile(`^[!-~]([ -~]*[!-~])?$`)

// contexts are the contexts of the hosts' statuses by their names, no two alike
// for GitHub.
func contexts(hosts []report.Host) map[string]string {
	alike := map[string]int{rest: 1}
	for _, h := range hosts {
		alike[strings.ToLower(whole+"/"+h.Name)]++
	}
	all := make(map[string]string)
	for _, h := range hosts {
		context := whole + "/" + line(h.Name, nameRunes)
		if !ordinary.MatchString(h.Name) || len(h.Name) > nameRunes || alike[strings.ToLower(context)] > 1 {
			context += fmt.Sprintf("-%08x", crc32.ChecksumIEEE([]byte(h.Name)))
		}
		all[h.Name] = context
	}
	return all
}

// stateOf is the state of a host's status, "" for none.
func stateOf(h report.Host) string {
	switch {
	case h.Verdict.Green():
		return success
	case h.Verdict.Red():
		return failure
	case h.Verdict == verdict.Undecided:
		return fault
	}
	return ""
}

// blame is the worst state of hosts on which something is wrong, "" for none.
func blame(hosts []report.Host) string {
	for _, state := range []string{failure, fault} {
		if slices.ContainsFunc(hosts, func(h report.Host) bool { return stateOf(h) == state }) {
			return state
		}
	}
	return ""
}

// describe says what became of one host, and why.
func describe(h report.Host) string {
	fine, step := "evaluates and builds", "build"
	if h.Head.Build == verdict.NotRun {
		fine = "evaluates"
	}
	if h.Head.Eval == verdict.Failed {
		step = "evaluate"
	}
	switch h.Verdict {
	case verdict.Unchanged:
		return "does not change"
	case verdict.Fixed:
		return fine + " again"
	case verdict.Regressed:
		return "does not " + step + " any more" + because(h)
	case verdict.StillFailing:
		return "does not " + step + ", as before" + because(h)
	case verdict.Undecided:
		return "could not be judged" + because(h)
	}
	return fine
}

// because is the reason of what became of a host, or else the first thing that
// was found of it.
func because(h report.Host) string {
	switch {
	case h.Reason != "":
		return ": " + h.Reason
	case len(h.Findings) > 0:
		return ": " + h.Findings[0].Message
	}
	return ""
}
