package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// nameRunes is how much of a name is said among other words, and fewNames how
// many of them.
const nameRunes, fewNames = 40, 3

// line returns s as one line of at most so many characters that GitHub takes:
// no control, no invisible and none beyond the Basic Multilingual Plane, which
// a status may not hold.
// https://github.com/ouzi-dev/commit-status-updater/issues/526
func line(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		case r > 0xffff:
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return string(runes)
}

// A fate is what became of hosts.
type fate struct {
	verdict verdict.Verdict
	words   string
}

// fates stand in the order of how much they ask of the reader.
var fates = []fate{
	{verdict.Regressed, "broke"},
	{verdict.Undecided, "could not be judged"},
	{verdict.StillFailing, "broken before already"},
	{verdict.Elsewhere, "for another machine"},
	{verdict.Skipped, "skipped"},
	{verdict.Fixed, "works again"},
	{verdict.Good, "fine"},
	{verdict.Unchanged, "unchanged"},
}

// tally counts hosts by what became of them, and names the first of each:
// "2 broke: db, web; 1 could not be judged: nas".
func tally(hosts []report.Host) string {
	var parts []string
	for _, fate := range fates {
		met := with(hosts, func(h report.Host) bool { return h.Verdict == fate.verdict })
		if len(met) == 0 {
			continue
		}
		var called []string
		for _, h := range met[:min(fewNames, len(met))] {
			called = append(called, line(h.Name, nameRunes))
		}
		if len(met) > fewNames {
			called = append(called, "…")
		}
		parts = append(parts, fmt.Sprintf("%d %s: %s", len(met), fate.words, strings.Join(called, ", ")))
	}
	return strings.Join(parts, "; ")
}

// green counts the hosts that are fit for the bump, wanted those that their
// owner does not skip.
func green(hosts []report.Host) int {
	return len(with(hosts, func(h report.Host) bool { return h.Verdict.Green() }))
}

func wanted(hosts []report.Host) int {
	return len(with(hosts, func(h report.Host) bool { return h.Verdict != verdict.Skipped }))
}

// urgency is the place of a host's verdict among the fates.
func urgency(h report.Host) int {
	return slices.IndexFunc(fates, func(f fate) bool { return f.verdict == h.Verdict })
}
