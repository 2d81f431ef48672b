package lifecycle

import (
	"slices"
	"time"

	"github.com/nixferry/nixferry/bot/report"
)

// manyAttempts is how many runs the pull request remembers.
const manyAttempts = 20

// Attempt is what the run of a report, over at a time, found; fleet is its
// verdict of all hosts together.
func Attempt(r report.Report, fleet string, at time.Time) report.Attempt {
	return report.Attempt{
		Revision: r.Head.Nixpkgs.Rev, Date: r.Head.Nixpkgs.Date, When: at.UTC().Truncate(time.Second),
		Verdict: fleet, Run: r.Run,
		Builds: green(r.Hosts), Hosts: wanted(r.Hosts),
	}
}

// Attempts puts this run before the earlier ones, newest first. One that tried
// the same revision gives way to it, and of many the oldest go.
func Attempts(earlier []report.Attempt, this report.Attempt) []report.Attempt {
	all := []report.Attempt{this}
	for _, a := range earlier {
		if !slices.ContainsFunc(all, func(have report.Attempt) bool { return have.Revision == a.Revision }) {
			all = append(all, a)
		}
	}
	return all[:min(len(all), manyAttempts)]
}
