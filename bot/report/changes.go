package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/verdict"
)

// topChanges is how many packages are shown without a click.
const topChanges = 20

// rows are the package changes of all hosts that were compared, folded, and
// which hosts these are.
func (r Report) rows() (rows []closure.Row, compared []string) {
	deltas := make(map[string]*closure.Delta)
	for _, host := range r.Hosts {
		if host.Closure != nil && host.Verdict != verdict.Unchanged {
			deltas[host.Name] = host.Closure
			compared = append(compared, host.Name)
		}
	}
	return closure.Fold(deltas), compared
}

// A spread is the changes that happen on the same hosts.
type spread struct {
	where string
	rows  []closure.Row
}

// top splits rows into those shown without a click, the fleet's first, and
// the others by the hosts they happen on. Shown are those that matter to every
// reader or that somebody asked for.
func (r Report) top(rows []closure.Row, name func(string) string) (top []closure.Row, rest []spread) {
	for _, row := range rows {
		if len(top) < topChanges && (row.Important || row.Direct || len(rows) <= topChanges) {
			top = append(top, row)
			continue
		}
		where := r.onHosts(row, name)
		i := slices.IndexFunc(rest, func(s spread) bool { return s.where == where })
		if i < 0 {
			i, rest = len(rest), append(rest, spread{where: where})
		}
		rest[i].rows = append(rest[i].rows, row)
	}
	slices.SortStableFunc(top, func(a, b closure.Row) int { return cmp.Compare(len(b.Hosts), len(a.Hosts)) })
	slices.SortStableFunc(rest, func(a, b spread) int { return cmp.Compare(len(b.rows[0].Hosts), len(a.rows[0].Hosts)) })
	return top, rest
}

// onHosts says where a change happens; host names pass through name.
func (r Report) onHosts(row closure.Row, name func(string) string) string {
	switch {
	case len(row.Hosts) == len(r.Hosts):
		return "everywhere"
	case row.Everywhere && len(row.Hosts) > 1:
		return "on all compared"
	}
	return "only on " + r.names(row.Hosts, name)
}

// changes are the packages that change, over the whole fleet.
func (r Report) changes() []block {
	rows, compared := r.rows()
	if len(compared) == 0 {
		return nil
	}
	top, rest := r.top(rows, inline)
	where := len(compared) > 1
	blocks := []block{
		paragraph(rankChange, "", r.sum(rows, r.names(compared, inline))),
		{open: changeHeader(where), close: "\n", bullet: "| ", items: r.changeRows(top, where, rankChange)},
	}
	for _, spread := range rest {
		summary := fmt.Sprintf("%s: %s more", spread.where, count(len(spread.rows), "package"))
		blocks = append(blocks, folded(summary, "| ", changeHeader(false), r.changeRows(spread.rows, false, rankDetail)))
	}
	return blocks
}

// sum counts what changes on the compared hosts.
func (r Report) sum(rows []closure.Row, compared string) string {
	var changed, added, removed, rebuilt int
	for _, row := range rows {
		switch row.Kind {
		case closure.Added:
			added++
		case closure.Removed:
			removed++
		default:
			changed += max(1, len(row.Members))
		}
	}
	for _, host := range r.Hosts {
		if host.Closure != nil {
			rebuilt = max(rebuilt, host.Closure.Rebuilt)
		}
	}
	parts := []string{
		fmt.Sprintf("Compared on %s: %s in another version, %d new, %d gone", compared, count(changed, "package"), added, removed),
	}
	if rebuilt > 0 {
		parts = append(parts, fmt.Sprintf("up to %d more a host rebuilt in the same version", rebuilt))
	}
	return strings.Join(parts, "; ") + "."
}

// changeHeader is the head of a table of packages.
func changeHeader(where bool) string {
	if where {
		return "| package | version | size | where |\n|:--|:--|--:|:--|\n"
	}
	return "| package | version | size |\n|:--|:--|--:|\n"
}

// changeRows are rows of a table of packages.
func (r Report) changeRows(rows []closure.Row, where bool, rank rank) []item {
	var items []item
	for _, row := range rows {
		name := inline(packageName(row))
		if row.Important {
			name = bold(packageName(row))
		}
		text := fmt.Sprintf("| %s | %s | %s |", name, inline(move(row)), signedBytes(row.SizeDelta))
		if where {
			text += " " + r.onHosts(row, inline) + " |"
		}
		items = append(items, item{rank, "package", text + "\n"})
	}
	return items
}

// packageName names a package, or a family by what it has in common.
func packageName(row closure.Row) string {
	if len(row.Members) > 0 {
		return fmt.Sprintf("%d packages of %s", len(row.Members), row.Was)
	}
	return row.Name
}

// move writes what became of a package's versions.
func move(row closure.Row) string {
	before, _ := clip(row.Before.String(), 1, 60)
	after, _ := clip(row.After.String(), 1, 60)
	switch {
	case row.Kind == closure.Added:
		return strings.TrimSpace("new: " + after)
	case row.Kind == closure.Removed:
		return strings.TrimSpace("gone: " + before)
	case row.Kind == closure.Downgrade:
		return before + " → " + after + " (downgrade)"
	case row.Was != "" && before == after:
		return row.Was + " → " + row.Name
	}
	return cmp.Or(before, "no version") + " → " + cmp.Or(after, "no version")
}
