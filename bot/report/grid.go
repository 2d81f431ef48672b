package report

import "strings"

// A column of a table of things; cell writes what one of them has in it.
type column[T any] struct {
	head string
	// right columns hold numbers, whole ones what reads badly in two lines.
	right, whole bool
	cell         func(T) string
}

// A grid is a table without the columns that would be empty.
type grid struct {
	heads        []string
	right, whole []bool
	rows         [][]string
}

func layOut[T any](columns []column[T], things []T) grid {
	g := grid{rows: make([][]string, len(things))}
	for _, column := range columns {
		cells, filled := make([]string, len(things)), false
		for i, thing := range things {
			cells[i] = column.cell(thing)
			filled = filled || cells[i] != ""
		}
		if !filled {
			continue
		}
		g.heads = append(g.heads, column.head)
		g.right, g.whole = append(g.right, column.right), append(g.whole, column.whole)
		for i, cell := range cells {
			g.rows[i] = append(g.rows[i], cell)
		}
	}
	return g
}

// header is the head of the table in Markdown.
func (g grid) header() string {
	ruler := ""
	for _, right := range g.right {
		if right {
			ruler += "--:|"
			continue
		}
		ruler += ":--|"
	}
	return "| " + strings.Join(g.heads, " | ") + " |\n|" + ruler + "\n"
}

// items are the rows in Markdown; rank gives the rank of each.
func (g grid) items(what string, rank func(i int) rank) []item {
	items := make([]item, len(g.rows))
	for i, row := range g.rows {
		items[i] = item{rank(i), what, "| " + strings.Join(row, " | ") + " |\n"}
	}
	return items
}

// always gives every row of a table one rank.
func always(r rank) func(int) rank { return func(int) rank { return r } }
