package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/verdict"
)

// changes are what changed over a fleet, whoever found it out: a [Report] and
// a [Comparison] are written from it alike, for every kind of reader.
type changes struct {
	// fleet are all hosts, compared those of which both closures are known and
	// differ.
	fleet, compared []string
	deltas          map[string]*closure.Delta
	rows            []closure.Row
	causes          derivation.Causes
}

func newChanges(fleet []string, deltas map[string]*closure.Delta, causes *derivation.Causes) changes {
	c := changes{
		fleet:    slices.Sorted(slices.Values(fleet)),
		compared: slices.Sorted(maps.Keys(deltas)),
		deltas:   deltas,
		rows:     closure.Fold(deltas),
	}
	if causes != nil {
		c.causes = *causes
	}
	return c
}

// changes are those of the hosts that were built on both sides.
func (r Report) changes() changes {
	deltas := make(map[string]*closure.Delta)
	for _, host := range r.Hosts {
		if host.Closure != nil && host.Verdict != verdict.Unchanged {
			deltas[host.Name] = host.Closure
		}
	}
	all := r.named(func(verdict.Verdict) bool { return true })
	return newChanges(all, deltas, r.Causes)
}

// where says on which hosts something happens, by their names unless these are
// more than most; names pass through write.
func (c changes) where(hosts []string, most int, write func(string) string) string {
	fleet, all := c.compared, "all compared"
	if len(c.compared) == len(c.fleet) || len(missing(c.compared, hosts)) > 0 {
		fleet, all = c.fleet, everywhere
	}
	others := missing(hosts, fleet)
	switch {
	case len(others) == 0 && len(hosts) > 1:
		return all
	case len(others) <= fewHosts && len(hosts) > fewHosts:
		return all + " but " + names(others, len(c.fleet), write)
	case len(hosts) > most:
		return fmt.Sprintf("%d of %d", len(hosts), len(c.fleet))
	}
	return names(hosts, len(c.fleet), write)
}

// everywhere is on the whole fleet.
const everywhere = "everywhere"

// fewHosts is how many are named as those where something does not happen.
const fewHosts = 3

// missing are those of hosts that are not in list, which is sorted.
func missing(list, hosts []string) []string {
	var others []string
	for _, host := range hosts {
		if _, found := slices.BinarySearch(list, host); !found {
			others = append(others, host)
		}
	}
	return others
}

// topChanges is how many packages are shown without a click, unless more of
// them matter to everyone.
const topChanges = 20

// Of the changes that happen on the same hosts, that many are worth a table of
// their own, and that many tables are.
const (
	rowsOfGroup = 4
	manyGroups  = 12
)

// A part is the changes that are shown together.
type part struct {
	// title says what they have in common; the names of hosts in it are written.
	title string
	rows  []closure.Row
	// scattered changes happen on hosts of their own.
	scattered bool
}

// parts sort the changes: first those that matter to everyone and those that
// somebody asked for, then those of services, then the others by the hosts
// they happen on, most hosts first. When brief, the first part is short: what
// is too much for it makes a second, and what is little altogether stays in
// one. Only the first may be empty.
func (c changes) parts(brief bool, write func(string) string) []part {
	shown := part{title: "system and explicit packages", scattered: true}
	asked := part{title: "more explicit packages", scattered: true}
	served := part{title: "packages of services", scattered: true}
	var rest []closure.Row
	for _, row := range c.rows {
		room := !brief || len(shown.rows) < topChanges
		switch {
		case row.Important, row.Direct && room, brief && len(c.rows) <= topChanges:
			shown.rows = append(shown.rows, row)
		case row.Direct:
			asked.rows = append(asked.rows, row)
		case len(row.Services) > 0:
			served.rows = append(served.rows, row)
		default:
			rest = append(rest, row)
		}
	}
	all := append([]part{shown, asked, served}, c.groups(rest, write)...)
	for i := range all {
		sortRows(all[i].rows)
	}
	return append(all[:1], slices.DeleteFunc(all[1:], func(p part) bool { return len(p.rows) == 0 })...)
}

// sortRows puts what weighs most first; then what goes back, goes away or
// comes anew, and what happens on most hosts. The order of closure.Fold stands
// among the important ones, and decides what else weighs alike.
func sortRows(rows []closure.Row) {
	weight := func(row closure.Row) int {
		switch {
		case row.Important:
			return 0
		case row.Direct:
			return 1
		case len(row.Services) > 0:
			return 2
		}
		return 3
	}
	hosts := func(row closure.Row) int {
		if row.Important {
			return 0
		}
		return len(row.Hosts)
	}
	slices.SortStableFunc(rows, func(a, b closure.Row) int {
		return cmp.Or(
			cmp.Compare(weight(a), weight(b)),
			cmp.Compare(slices.Index(unusual, b.Kind), slices.Index(unusual, a.Kind)),
			cmp.Compare(hosts(b), hosts(a)))
	})
}

// unusual are the kinds a reader should see before the others, the last first.
var unusual = []closure.Kind{closure.Added, closure.Removed, closure.Downgrade}

// groups part rows by the hosts they happen on; small groups are one part.
func (c changes) groups(rows []closure.Row, write func(string) string) (groups []part) {
	byHosts := make(map[string][]closure.Row)
	for _, row := range rows {
		key := strings.Join(row.Hosts, "\n")
		byHosts[key] = append(byHosts[key], row)
	}
	ranked := slices.SortedFunc(maps.Values(byHosts), func(a, b []closure.Row) int {
		return cmp.Or(cmp.Compare(len(b[0].Hosts), len(a[0].Hosts)), cmp.Compare(len(b), len(a)), slices.Compare(a[0].Hosts, b[0].Hosts))
	})
	others := part{title: "other packages", scattered: true}
	for _, rows := range ranked {
		if len(ranked) > 1 && len(rows) < rowsOfGroup || len(groups) == manyGroups {
			others.rows = append(others.rows, rows...)
			continue
		}
		title := "other packages"
		if where := c.where(rows[0].Hosts, len(c.fleet), write); len(c.fleet) > 1 {
			title += strings.Replace(" on "+where, "on "+everywhere, everywhere, 1)
		}
		groups = append(groups, part{title: title, rows: rows})
	}
	if len(groups) > 0 {
		others.title = "remaining packages"
	}
	return append(groups, others)
}

// A mark tells a kind of change from the others; the sum explains it.
type mark struct{ sign, word string }

var marks = map[closure.Kind]mark{
	closure.Upgrade:   {"↑", "newer"},
	closure.Downgrade: {"↓", "older"},
	closure.Mixed:     {"~", "otherwise changed"},
	closure.Unordered: {"~", "otherwise changed"},
	closure.Added:     {"+", "new"},
	closure.Removed:   {"−", "gone"},
}

// sum counts what changes on the compared hosts.
func (c changes) sum(write func(string) string) string {
	counts := make(map[mark]int)
	for _, row := range c.rows {
		counts[marks[row.Kind]] += max(1, len(row.Members))
	}
	var parts []string
	for _, kind := range []closure.Kind{closure.Upgrade, closure.Downgrade, closure.Mixed, closure.Added, closure.Removed} {
		if n := counts[marks[kind]]; n > 0 {
			number := thousands(n)
			if len(parts) == 0 {
				number = count(n, "package")
			}
			parts = append(parts, number+" "+marks[kind].sign+" "+marks[kind].word)
		}
	}
	found := cmp.Or(strings.Join(parts, ", "), "every package in the same version")
	where := strings.TrimSuffix("Compared on "+names(c.compared, len(c.fleet), write), " on ")
	return where + ": " + found + c.rebuilt() + "."
}

// rebuilt counts what has other paths in the same version.
func (c changes) rebuilt() string {
	most := 0
	for _, delta := range c.deltas {
		most = max(most, delta.Rebuilt)
	}
	switch {
	case most == 0:
		return ""
	case len(c.deltas) == 1:
		return fmt.Sprintf("; %s more rebuilt in the same version", thousands(most))
	}
	return fmt.Sprintf("; up to %s more a host rebuilt in the same version", thousands(most))
}
