// Package lifecycle decides what is to become of the pull request: whether its
// merge gate holds, whether it is a draft, which labels and commit statuses it
// carries, what its list of attempts says, and whether one that a person closed
// may come back.
//
// It is pure: the caller reads GitHub before and writes to it after. Its texts
// are single lines of plain text, within GitHub's limits; names of hosts in
// them are others' words, and are not escaped for Markdown.
package lifecycle

import (
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// Holds reports whether the gate lets the bump be merged, and if not, why in
// one clause. No gate holds where no host was found good or bad, nor one that
// names a host the report has not: a typing error must not open it.
func Holds(gate config.Gate, hosts []report.Host) (ok bool, why string) {
	if !slices.ContainsFunc(hosts, func(h report.Host) bool { return h.Verdict.Green() || h.Verdict.Red() }) {
		return false, "no host was judged"
	}
	if gate.Hosts != nil {
		if why := mistaken(*gate.Hosts, hosts); why != "" {
			return false, why
		}
	}
	against := with(hosts, func(h report.Host) bool { return stands(gate, h) })
	return len(against) == 0, tally(against)
}

// stands reports whether a host stands against a merge.
func stands(gate config.Gate, h report.Host) bool {
	switch {
	case gate.Hosts != nil:
		return gate.Hosts.Match(names(h)...) && !h.Verdict.Green()
	case gate.All:
		return !h.Verdict.Green() && h.Verdict != verdict.Skipped
	}
	return h.Verdict == verdict.Regressed || h.Verdict == verdict.Undecided
}

// mistaken says what is wrong with a gate of hosts, "" for nothing.
func mistaken(gate config.Globs, hosts []report.Host) string {
	var all []string
	for _, h := range hosts {
		all = append(all, names(h)...)
	}
	if missed := gate.Missed(all...); len(missed) > 0 {
		return "merge-gate names " + line(missed[0], nameRunes) + ", which no host is called"
	}
	if !slices.ContainsFunc(hosts, func(h report.Host) bool { return gate.Match(names(h)...) }) {
		return "merge-gate picks no host"
	}
	return ""
}

// names are what a host goes by: with its flake's directory, and without.
func names(h report.Host) []string {
	return []string{h.Name, h.Name[strings.LastIndexByte(h.Name, '#')+1:]}
}

// with are the hosts that are wanted.
func with(hosts []report.Host, wanted func(report.Host) bool) (all []report.Host) {
	for _, h := range hosts {
		if wanted(h) {
			all = append(all, h)
		}
	}
	return all
}

// Draft reports whether the pull request is to be a draft, by the input of that
// name and whether its gate [Holds].
func Draft(mode string, holds bool) bool {
	return mode == config.Always || mode == config.Auto && !holds
}
