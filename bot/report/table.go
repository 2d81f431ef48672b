package report

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Between columns of a terminal table, and the least a column shrinks to.
const (
	gap       = "  "
	leastCell = 8
	// glue stands in a cell for a space at which no line breaks. No foreign
	// text has it.
	glue = "\x1f"
)

// table writes rows of cells in columns that fit the screen, the first row
// being the head; paints colour whole rows, and may be fewer than these.
func (s *screen) table(rows [][]string, paints []paint) {
	widths := fitColumns(rows, s.width)
	for i, row := range rows {
		var paint paint
		if i < len(paints) {
			paint = paints[i]
		}
		for _, line := range tableLines(row, widths) {
			s.line(s.paint(paint, strings.TrimRight(strings.ReplaceAll(line, glue, " "), " ")))
		}
	}
	s.line("")
}

// tableLines writes one row, in as many lines as its longest cell needs.
func tableLines(row []string, widths []int) []string {
	var lines []string
	for column, cell := range row {
		for i, part := range hardWrapped(wrap(cell, widths[column]), widths[column]) {
			if i == len(lines) {
				lines = append(lines, "")
			}
			start := 0
			for _, width := range widths[:column] {
				start += width + len(gap)
			}
			lines[i] += strings.Repeat(" ", start-letters(lines[i])) + part
		}
	}
	return lines
}

// fitColumns gives each column the width of its widest cell, and then takes
// from the widest until all fit: as long as there are any from those that have
// room beside their longest word.
func fitColumns(rows [][]string, width int) []int {
	widths, words := make([]int, len(rows[0])), make([]int, len(rows[0]))
	total := len(gap) * (len(widths) - 1)
	for column := range widths {
		for _, row := range rows {
			widths[column] = max(widths[column], letters(row[column]))
			for word := range strings.FieldsSeq(row[column]) {
				words[column] = max(words[column], letters(word))
			}
		}
		total += widths[column]
	}
	for ; total > width; total-- {
		widest := -1
		for column := range widths {
			if widths[column] > max(words[column], leastCell) && (widest < 0 || widths[column] > widths[widest]) {
				widest = column
			}
		}
		if widest < 0 {
			widest = slices.Index(widths, slices.Max(widths))
			if widths[widest] <= leastCell {
				break
			}
		}
		widths[widest]--
	}
	return widths
}

// hardWrapped breaks lines that are longer than width, which are single words.
func hardWrapped(lines []string, width int) []string {
	var short []string
	for _, line := range lines {
		for runes := range slices.Chunk([]rune(line), width) {
			short = append(short, string(runes))
		}
	}
	return short
}

// wrap parts a line at spaces into lines of at most width columns, which keep
// its indentation. A word longer than that stays whole, so that it can be
// copied.
func wrap(line string, width int) []string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	var lines []string
	for letters(line) > width {
		cut := lastSpace(line, len(indent), width)
		if cut < 0 {
			break
		}
		lines = append(lines, line[:cut])
		line = indent + strings.TrimLeft(line[cut:], " ")
	}
	return append(lines, line)
}

// lastSpace is the byte index of the last space of line, after from, with at
// most width columns before it, or else of the first one there is; -1 where
// there is none.
func lastSpace(line string, from, width int) int {
	found, column := -1, 0
	for i, r := range line {
		if column++; column > width+1 && found >= 0 {
			break
		}
		if r == ' ' && i > from {
			found = i
		}
	}
	return found
}

// letters is the width of s in columns, taking every character for one.
func letters(s string) int { return utf8.RuneCountInString(s) }
