package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/verdict"
)

// onTerminal is how Terminal writes foreign text.
var onTerminal = style{
	text: oneLine, strong: oneLine, name: oneLine,
	link: func(label, _ string) string { return label },
}

// Options say how [Terminal] writes.
type Options struct {
	// Width is the number of columns; below 40 it counts as 40.
	Width int
	// Color adds colours. Nothing is said by colour alone.
	Color bool
}

// Terminal writes r for people at a terminal, in the order of [Markdown].
// Long lists are cut; report.json has all of it. The error is w's.
func Terminal(w io.Writer, r Report, options Options) error {
	screen := screen{width: max(options.Width, 40), color: options.Color}
	if r.Quiet != "" {
		screen.wrapped("", r.quietly(onTerminal))
		screen.line("")
		screen.ages(r)
		return screen.flush(w)
	}
	screen.answer(r)
	screen.hosts(r)
	screen.paragraph(r.keeps(onTerminal))
	screen.ages(r)
	for _, note := range r.Notes {
		screen.wrapped("", oneLine(note))
		screen.line("")
	}
	screen.problems(r, "What needs you", func(v verdict.Verdict) bool { return v != verdict.StillFailing })
	screen.foretold(r.switches())
	screen.renames(r)
	screen.warnings(r)
	screen.problems(r, "Already broken on "+oneLine(r.baseName()), func(v verdict.Verdict) bool { return v == verdict.StillFailing })
	screen.changes(r)
	screen.bump(r)
	screen.list("Going back", r.switches().back(onTerminal))
	return screen.flush(w)
}

// ages writes the warnings about age.
func (s *screen) ages(r Report) {
	for _, remark := range r.ages(onTerminal) {
		s.wrapped("", remark.lead+" "+remark.text)
		s.line("")
	}
}

// A paint is an SGR parameter, empty for no colour.
type paint string

const (
	red    paint = "31"
	green  paint = "32"
	yellow paint = "33"
	strong paint = "1"
	faint  paint = "2"
)

// A screen gathers what is written. Its text is plain but for its own colours.
type screen struct {
	text  strings.Builder
	width int
	color bool
}

// flush writes the text to w.
func (s *screen) flush(w io.Writer) error {
	_, err := io.WriteString(w, strings.TrimRight(s.text.String(), "\n")+"\n")
	return err
}

func (s *screen) line(text string) { s.text.WriteString(strings.TrimRight(text, " ") + "\n") }

func (s *screen) heading(text string) { s.line(s.paint(strong, text)) }

// paint colours text, which has to be of one line.
func (s *screen) paint(p paint, text string) string {
	if !s.color || p == "" || text == "" {
		return text
	}
	return "\x1b[" + string(p) + "m" + text + "\x1b[0m"
}

// wrapped writes text in lines that fit, each after indent; a word longer
// than a line keeps its length, so that it can be copied.
func (s *screen) wrapped(indent, text string) {
	for _, line := range wrap(strings.Join(strings.Fields(text), " "), s.width-letters(indent)) {
		s.line(indent + line)
	}
}

// quoted writes foreign text line by line, behind a bar.
func (s *screen) quoted(text string) {
	bar := "    " + s.paint(faint, "│") + " "
	for line := range strings.Lines(text) {
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "    ")
		for _, part := range wrap(line, s.width-6) {
			s.line(bar + part)
		}
	}
}

func (s *screen) answer(r Report) {
	s.heading(r.title())
	s.line("")
	facts := append([]string{r.answer().word}, r.facts(onTerminal)...)
	s.wrapped("", strings.Join(facts, " "))
	s.wrapped("", "To do: "+r.toDo(oneLine)+".")
	s.line("")
}

func (s *screen) hosts(r Report) {
	shown, rest := r.split()
	used := r.columns(shown)
	table := [][]string{{"host", "evaluates", "builds", "packages", "size", "switching"}}
	paints := []paint{strong}
	for _, host := range shown {
		name := label(host.Name)
		if system := r.foreignSystem(host); system != "" {
			name += " (" + oneLine(system) + ")"
		}
		table = append(table, []string{
			name, r.evaluates(host).plain(), r.step(host, building).plain(), host.packages(), host.size(), switching(host.Switch, onTerminal),
		})
		paints = append(paints, paintOf(host.Verdict))
	}
	for i, row := range table {
		table[i] = append(row[:2], pick(row[2:], used.builds, used.packages, used.size, used.switching)...)
	}
	if len(shown) > 0 {
		s.table(table, paints)
	}
	if len(rest) > 0 {
		s.wrapped("", oneLine(more(rest)))
		s.line("")
	}
}

// plain writes a cell without Markdown.
func (c cell) plain() string { return oneLine(c.mark + " " + c.word + " " + c.name) }

func paintOf(v verdict.Verdict) paint {
	switch {
	case v == verdict.Regressed:
		return red
	case v == verdict.StillFailing, v == verdict.Undecided:
		return yellow
	case v.Green():
		return green
	}
	return faint
}

// pick returns the cells wanted.
func pick(cells []string, wanted ...bool) []string {
	var picked []string
	for i, cell := range cells {
		if wanted[i] {
			picked = append(picked, cell)
		}
	}
	return picked
}

func (s *screen) problems(r Report, title string, wanted func(verdict.Verdict) bool) {
	number := 0
	for _, entry := range r.entries() {
		if !wanted(entry.verdict) {
			continue
		}
		if number++; number == 1 {
			s.heading(title)
			s.line("")
		}
		s.problem(r, number, entry)
	}
}

func (s *screen) problem(r Report, number int, e entry) {
	said := headline(e.Finding)
	s.wrapped("", fmt.Sprintf("%d · %s: %s %s %s", number, r.names(e.hosts, oneLine), said.before, oneLine(said.name), said.after))
	if turn := oneLine(whose(e.Bucket)); turn != "" {
		s.wrapped("    ", turn)
	}
	s.places(e)
	if e.Replacement != "" {
		s.wrapped("    ", "In its place: "+oneLine(e.Replacement))
	}
	if e.Next != "" {
		s.wrapped("    ", "Next: "+oneLine(e.Next))
	}
	if message, cut := clip(plain(e.Message), messageLines, messageRunes); message != "" {
		s.quoted(message)
		if cut > 0 {
			s.line(fmt.Sprintf("    … %s more in the report", count(cut, "line")))
		}
	}
	if text, n := tail(e.LogTail, tailLines/2); n > 0 {
		s.line(fmt.Sprintf("    last %s of its log%s:", count(n, "line"), strings.TrimSuffix(", "+oneLine(e.LogFile), ", ")))
		s.quoted(text)
	}
	s.line("")
}

// places writes where an entry is, a line each.
func (s *screen) places(e entry) {
	for i, place := range e.places {
		if i == manyPlaces {
			s.line(fmt.Sprintf("    … %d more places in the report", len(e.places)-i))
			break
		}
		s.line("    " + place.String())
	}
}

func (s *screen) warnings(r Report) {
	notices := r.notices()
	if len(notices) == 0 {
		return
	}
	s.heading("New warnings")
	s.line("")
	for _, notice := range notices {
		text, _ := clip(oneLine(notice.text), 1, warningRunes)
		s.wrapped("  ", text+" ("+r.names(notice.hosts, oneLine)+")")
	}
	s.line("")
}

// changes writes the causes and the first part of what changed, and counts
// the others.
func (s *screen) changes(r Report) {
	c := r.changes()
	said := c.because(onTerminal)
	if len(c.compared) == 0 && said == "" {
		return
	}
	s.heading("What changed")
	s.line("")
	s.paragraph(said)
	if len(c.compared) == 0 {
		return
	}
	s.paragraph(c.sum(oneLine))
	parts := c.parts(true, oneLine)
	s.packages(c, parts[0])
	for _, part := range parts[1:] {
		s.wrapped("", fmt.Sprintf("%s: %s in the report", part.title, thousands(len(part.rows))))
	}
	if len(parts) > 1 {
		s.line("")
	}
}

// packages writes a part of what changed as a table.
func (s *screen) packages(c changes, p part) {
	if len(p.rows) == 0 {
		return
	}
	var paints []paint
	for _, row := range p.rows {
		paints = append(paints, paintOfKind(row.Kind))
	}
	s.grid(layOut(c.columns(p, onTerminal), p.rows), paints)
}

func paintOfKind(kind closure.Kind) paint {
	switch kind {
	case closure.Added:
		return green
	case closure.Removed:
		return red
	case closure.Downgrade:
		return yellow
	}
	return ""
}

// wholeCell is how long a cell may be that stays in one line.
const wholeCell = 24

// grid writes a table below its head, numbers to the right.
func (s *screen) grid(g grid, paints []paint) {
	rows := append([][]string{g.heads}, g.rows...)
	for column := range g.heads {
		width := 0
		for _, row := range rows {
			width = max(width, letters(row[column]))
		}
		for _, row := range rows {
			if g.right[column] {
				row[column] = fmt.Sprintf("%*s", width, row[column])
			}
			if g.whole[column] && letters(row[column]) <= wholeCell {
				row[column] = strings.ReplaceAll(row[column], " ", glue)
			}
		}
	}
	s.table(rows, append([]paint{strong}, paints...))
}

// paragraph writes text that is not empty, and an empty line.
func (s *screen) paragraph(text string) {
	if text != "" {
		s.wrapped("", text)
		s.line("")
	}
}

func (s *screen) bump(r Report) {
	if len(r.Inputs)+len(r.Edits)+len(r.Left) == 0 {
		return
	}
	s.heading("The bump itself")
	s.line("")
	nested := 0
	for _, c := range r.Ranked() {
		if r.weight(c) == nestedWeight {
			nested++
			continue
		}
		text := inputName(c.Flake, c.Name) + ": " + locked(c, c.Before, oneLine) + " → " + locked(c, c.After, oneLine)
		if words := became(c); words != "" {
			text += " (" + words + ")"
		}
		s.wrapped("  ", text)
	}
	if nested > 0 {
		s.wrapped("  ", count(nested, "input")+" of inputs, in the report")
	}
	for _, edit := range r.Edits {
		s.wrapped("  ", oneLine(place{file: edit.File, line: edit.Line}.String()+": "+edit.Old+" → "+edit.New))
	}
	for _, left := range r.Left {
		s.wrapped("  ", inputName(left.Flake, left.Input)+" stays: "+oneLine(left.Why))
	}
	s.line("")
}
