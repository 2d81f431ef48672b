package report

import "fmt"

// bump shows what the bump commit does: the inputs that move, the lines of
// flake.nix it edits, and the inputs it leaves alone.
func (r Report) bump() []block {
	return append(r.movedInputs(), r.editedLines())
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
			code(inputName(left.Flake, left.Input)), inline(left.Why))})
	}
	summary := count(len(r.Edits), "edit") + " in flake.nix"
	if n := len(r.Left); n > 0 {
		summary += ", " + count(n, "input") + " left alone"
	}
	return folded(summary, "- ", "", rows)
}
