package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/closure"
)

// columns are those of a table of packages.
func (c changes) columns(p part, style style) []column[closure.Row] {
	columns := []column[closure.Row]{
		{head: "package", cell: func(row closure.Row) string { return packageCell(row, style) }},
		{head: "version", whole: true, cell: func(row closure.Row) string { return style.text(move(row)) }},
		{head: "size", right: true, whole: true, cell: func(row closure.Row) string { return signedBytes(row.SizeDelta) }},
		{head: "why", cell: func(row closure.Row) string { return style.text(why(row)) }},
	}
	if p.scattered && len(c.compared) > 1 {
		where := column[closure.Row]{head: "where", whole: true, cell: func(row closure.Row) string { return c.where(row.Hosts, someOf, style.text) }}
		columns = slices.Insert(columns, 3, where)
	}
	return columns
}

// packageCell names a package and the services it is for.
func packageCell(row closure.Row, style style) string {
	name := style.text(packageName(row))
	if row.Important {
		name = style.strong(packageName(row))
	}
	if len(row.Services) > 0 {
		name += " " + style.text("("+some(row.Services, manyServices)+")")
	}
	return name
}

// packageName names a package, or a family by what it has in common.
func packageName(row closure.Row) string {
	if len(row.Members) > 0 {
		return fmt.Sprintf("%s × %s", thousands(len(row.Members)), cmp.Or(row.Family, row.Name))
	}
	return row.Name
}

// manyServices is how many units of one package are named.
const manyServices = 2

// move writes what became of a package's versions, a mark before them.
func move(row closure.Row) string {
	before, after := cropped(row.Before.String()), cropped(row.After.String())
	if row.Was != "" && before == after {
		// The package is named already: only its interpreter moved.
		_, rest, _ := strings.Cut(row.Name, "-")
		before, after = strings.TrimSuffix(row.Was, "-"+rest), strings.TrimSuffix(row.Name, "-"+rest)
	}
	way := cmp.Or(before, "no version") + " → " + cmp.Or(after, "no version")
	switch row.Kind {
	case closure.Added:
		way = after
	case closure.Removed:
		way = before
	}
	return strings.TrimSpace(marks[row.Kind].sign + " " + way)
}

// longWay is how many steps there are on the way to a package before those in
// the middle go unnamed.
const longWay = 4

// why says what wants a package that came or went, the nearest first, unless
// services do, and what came or went along with it.
func why(row closure.Row) string {
	var way []string
	if len(row.Services) == 0 {
		way = append(way, row.Why[:max(0, len(row.Why)-1)]...)
	}
	slices.Reverse(way)
	if len(way) > longWay {
		way = []string{way[0], way[1], "…", way[len(way)-1]}
	}
	text := ""
	for _, name := range way {
		text += " ← " + name
	}
	if all := abs(row.With); all > abs(row.SizeDelta) {
		along := "+" + amount(all) + " with all it brought"
		if row.Kind == closure.Removed {
			along = "−" + amount(all) + " with all that went along"
		}
		text = strings.TrimPrefix(text+", "+along, ", ")
	}
	return strings.TrimSpace(text)
}

func abs(n int64) int64 { return max(n, -n) }

// members lists what is in the families among rows, a line each.
func members(rows []closure.Row) []string {
	var lines []string
	for _, row := range rows {
		if len(row.Members) > 0 {
			lines = append(lines, packageName(row)+" "+move(row)+": "+strings.Join(row.Members, ", "))
		}
	}
	return lines
}
