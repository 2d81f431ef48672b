package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/verdict"
)

// Title is the pull request's title: what moves from where to where, and how
// many hosts are fit for it. It is one line of plain text, of at most 256
// characters: GitHub refuses a longer one.
// https://github.com/googleapis/repo-automation-bots/issues/1895
func Title(r Report) string {
	title, _ := clip(unlinked(r.title()), 1, titleRunes-1)
	return title
}

// titleRunes is what a title may hold, with the ellipsis of one that was cut.
const titleRunes = 256

func (r Report) title() string {
	subject := "nixpkgs"
	if dir := path.Clean(r.Flake); dir != "." && len(r.Flakes) == 0 {
		subject += " in " + dir
	} else if n := len(r.Flakes); n > 1 {
		subject += " in " + count(n, "flake")
	}
	title := fmt.Sprintf("%s: %s", label(subject), r.move())
	if len(r.Hosts) > 0 {
		title += " (" + r.score() + ")"
	}
	return title
}

// move says what the bump moves: a channel to another, or the same channel
// to a younger revision.
func (r Report) move() string {
	switch r.Channel.From {
	case "":
		return channelName(r.Channel.Name)
	case r.Channel.Name:
		return r.relock()
	}
	return channelName(r.Channel.From) + " → " + channelName(r.Channel.Name)
}

// relock says how far the same channel moves: in days, or where these do not
// tell, in revisions.
func (r Report) relock() string {
	before, after := r.Base.Nixpkgs, r.Head.Nixpkgs
	from, to := day(before.Date, after.Date), day(after.Date, before.Date)
	if from == to {
		from, to = short(before.Rev), short(after.Rev)
	}
	if from == to {
		return channelName(r.Channel.Name)
	}
	return fmt.Sprintf("%s %s → %s", channelName(r.Channel.Name), from, to)
}

// channelName shortens a channel that is a revision.
func channelName(name string) string {
	if len(name) == 40 && strings.Trim(name, "0123456789abcdef") == "" {
		return short(name)
	}
	return label(name)
}

// short is as much of a revision as people read.
func short(rev string) string {
	letters := []rune(oneLine(rev))
	return string(letters[:min(len(letters), 12)])
}

// day writes a date, with its year only where other is of another one.
func day(date, other time.Time) string {
	switch {
	case date.IsZero():
		return ""
	case date.UTC().Year() == other.UTC().Year():
		return date.UTC().Format("2 Jan")
	}
	return date.UTC().Format("2 Jan 2006")
}

// does is what the run found out about a host: it builds, or it evaluates.
func (r Report) does(n int) string {
	verb := "build"
	if r.Depth == "eval" {
		verb = "evaluate"
	}
	if n == 1 {
		verb += "s"
	}
	return verb
}

// score counts the hosts fit for the bump: "6 of 8 hosts build".
func (r Report) score() string {
	fit := len(r.named(verdict.Verdict.Green))
	all := len(r.Hosts) - len(r.with(verdict.Skipped))
	return fmt.Sprintf("%d of %s %s", fit, count(all, "host"), r.does(all))
}

// named lists the names of the hosts whose verdict is wanted.
func (r Report) named(wanted func(verdict.Verdict) bool) []string {
	var names []string
	for _, host := range r.Hosts {
		if wanted(host.Verdict) {
			names = append(names, host.Name)
		}
	}
	return names
}

// with lists the names of the hosts of one verdict.
func (r Report) with(v verdict.Verdict) []string {
	return r.named(func(have verdict.Verdict) bool { return have == v })
}

// baseName is what the owner calls the state before the bump.
func (r Report) baseName() string {
	if r.Base.Ref != "" {
		return label(r.Base.Ref)
	}
	return cmp.Or(short(r.Base.Rev), "the base")
}

// urgency orders verdicts by how much they ask of the reader.
var urgency = []verdict.Verdict{
	verdict.Regressed, verdict.Undecided, verdict.StillFailing, verdict.Fixed,
	verdict.Elsewhere, verdict.Skipped, verdict.Good, verdict.Unchanged,
}

// byUrgency returns the hosts, those who ask most first, each kind by name.
func (r Report) byUrgency() []Host {
	return slices.SortedStableFunc(slices.Values(r.Hosts), func(a, b Host) int {
		return cmp.Or(
			cmp.Compare(slices.Index(urgency, a.Verdict), slices.Index(urgency, b.Verdict)),
			strings.Compare(a.Name, b.Name))
	})
}

// manyHosts is how many hosts are shown without a click, before those that ask
// nothing of the reader are folded away.
const manyHosts = 16

// split parts the hosts into those shown without a click and the others.
func (r Report) split() (shown, rest []Host) {
	hosts := r.byUrgency()
	n := len(hosts)
	if n > manyHosts {
		quiet := len(r.with(verdict.Good)) + len(r.with(verdict.Unchanged))
		n = min(n-quiet, manyHosts)
	}
	return hosts[:n], hosts[n:]
}

// more counts the hosts that are not shown by what became of them.
func more(hosts []Host) string {
	var fates tally
	for _, host := range hosts {
		fates.add(tally{{verdictWord(host.Verdict), 1}})
	}
	return fmt.Sprintf("%s more: %s", count(len(hosts), "host"), fates.words())
}

// usualSystem is the system most hosts are of, which goes without saying.
func (r Report) usualSystem() string {
	hosts := make(map[string]int)
	for _, host := range r.Hosts {
		hosts[host.System]++
	}
	usual := ""
	for system, n := range hosts {
		if n > hosts[usual] || n == hosts[usual] && system < usual {
			usual = system
		}
	}
	return usual
}
