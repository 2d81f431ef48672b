package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/nixferry/nixferry/bot/flake"
)

// bump shows what the bump commit does: the inputs that move, the lines of
// flake.nix it edits, and the inputs it leaves alone.
func (r Report) bump() []block {
	return []block{r.movedInputs(), r.editedLines()}
}

// movedInputs is the table of the lock's changes.
func (r Report) movedInputs() block {
	var names []string
	var rows []item
	for _, input := range r.Inputs {
		names = append(names, inline(label(input.Name)))
		compare := ""
		if input.Compare != "" {
			compare = link("compare", input.Compare)
		}
		rows = append(rows, item{rankEdit, "input", fmt.Sprintf("| %s | %s | %s | %s |\n",
			inline(label(input.Name)), locked(input.Before, code), locked(input.After, code), compare)})
	}
	summary := "inputs that move: " + strings.Join(names[:min(len(names), someOf)], ", ")
	if more := len(names) - someOf; more > 0 {
		summary += fmt.Sprintf(" and %d more", more)
	}
	return folded(summary, "| ", "| input | before | after | |\n|:--|:--|:--|:--|\n", rows)
}

// locked writes where an input stands: ref, revision, day. Foreign text passes
// through name.
func locked(at flake.Point, name func(string) string) string {
	var parts []string
	for _, part := range []string{label(at.Ref), short(at.Rev)} {
		if part != "" {
			parts = append(parts, name(part))
		}
	}
	if at.Follows != "" {
		parts = append(parts, "follows "+name(label(at.Follows)))
	}
	if !at.Date.IsZero() {
		parts = append(parts, at.Date.UTC().Format("2 Jan 2006"))
	}
	return cmp.Or(strings.Join(parts, " "), "–")
}

// editedLines are the lines of flake.nix that change and the inputs that were
// left as they are.
func (r Report) editedLines() block {
	var rows []item
	for _, edit := range r.Edits {
		rows = append(rows, item{rankEdit, "edit", fmt.Sprintf("- %s: %s → %s\n",
			code(place{file: edit.File, line: edit.Line}.String()), code(edit.Old), code(edit.New))})
	}
	for _, left := range r.Left {
		rows = append(rows, item{rankEdit, "input left alone", fmt.Sprintf("- %s stays: %s\n",
			code(left.Input), inline(left.Why))})
	}
	summary := count(len(r.Edits), "edit") + " in flake.nix"
	if n := len(r.Left); n > 0 {
		summary += ", " + count(n, "input") + " left alone"
	}
	return folded(summary, "- ", "", rows)
}
