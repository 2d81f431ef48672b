package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/flake"
)

// Ranked returns the inputs that change, those first that matter most to the
// reader: the nixpkgs that builds the hosts, what flake.nix names anew, the
// flake's other inputs, and the inputs of inputs.
func (r Report) Ranked() []flake.InputChange {
	return slices.SortedStableFunc(slices.Values(r.Inputs), func(a, b flake.InputChange) int {
		return cmp.Or(cmp.Compare(r.weight(a), r.weight(b)), strings.Compare(a.Flake, b.Flake), strings.Compare(a.Name, b.Name))
	})
}

// nestedWeight is the weight of an input of an input.
const nestedWeight = 3

func (r Report) weight(c flake.InputChange) int {
	edits := func(e flake.Edit) bool {
		return e.Input == c.Name && (c.Flake == "" || path.Dir(e.File) == path.Clean(c.Flake))
	}
	switch {
	case c.Name == r.Base.Nixpkgs.Input, c.Name == r.Head.Nixpkgs.Input:
		return 0
	case slices.ContainsFunc(r.Edits, edits):
		return 1
	case !strings.Contains(c.Name, "/"):
		return 2
	}
	return nestedWeight
}

// movedInputs are the tables of the lock's changes, that of the inputs of
// inputs apart.
func (r Report) movedInputs() []block {
	ranked := r.Ranked()
	nested := slices.IndexFunc(ranked, func(c flake.InputChange) bool { return r.weight(c) == nestedWeight })
	if nested < 0 {
		nested = len(ranked)
	}
	var shown []string
	for _, change := range ranked[:min(nested, someOf)] {
		shown = append(shown, inline(brief(change)))
	}
	summary := "inputs: " + strings.Join(shown, ", ")
	if more := nested - len(shown); more > 0 {
		summary += fmt.Sprintf(" and %d more", more)
	}
	return []block{
		inputTable(summary, ranked[:nested]),
		inputTable(count(len(ranked)-nested, "input")+" of inputs", ranked[nested:]),
	}
}

func inputTable(summary string, changes []flake.InputChange) block {
	var rows []item
	for _, c := range changes {
		rows = append(rows, item{rankEdit, "input", fmt.Sprintf("| %s | %s | %s | %s |\n",
			inline(inputName(c.Flake, c.Name)), locked(c, c.Before, code), locked(c, c.After, code), linkedFate(c))})
	}
	return folded(summary, "| ", "| input | before | after | |\n|:--|:--|:--|:--|\n", rows)
}

// inputName is an input's name, after its flake where there are several and
// its own is not at the root.
func inputName(dir, name string) string {
	if dir != "" && dir != "." {
		return label(dir) + ": " + label(name)
	}
	return label(name)
}

// locked writes where an input stands: ref, revision, day, and the repository
// where that is what changed. Foreign text passes through name.
func locked(c flake.InputChange, at flake.Point, name func(string) string) string {
	words := []string{label(at.Ref), short(at.Rev)}
	if c.Kind == flake.Elsewhere {
		words = append([]string{repository(at)}, words...)
	}
	var parts []string
	for _, word := range words {
		if word != "" {
			parts = append(parts, name(word))
		}
	}
	if at.Follows != "" {
		parts = append(parts, "follows "+name(label(at.Follows)))
	}
	if !at.Date.IsZero() {
		parts = append(parts, date(at.Date))
	}
	return cmp.Or(strings.Join(parts, " "), "–")
}

// repository names a point's repository: github.com/owner/name.
func repository(at flake.Point) string {
	_, name, _ := strings.Cut(strings.TrimSuffix(at.Repository, ".git"), "://")
	return label(name)
}

// became says what became of an input, as far as its two points do not.
func became(c flake.InputChange) string {
	var parts []string
	switch c.Kind {
	case flake.Added, flake.Removed:
		parts = append(parts, string(c.Kind))
	case flake.Follows:
		if c.Before.Follows == "" {
			parts = append(parts, "no lock of its own any more")
		}
	case flake.Unfollows:
		parts = append(parts, "a lock of its own")
	case flake.Elsewhere:
		parts = append(parts, "another repository")
	case flake.Same:
		parts = append(parts, "same revision")
	}
	if c.After.Date.Before(c.Before.Date) && !c.After.Date.IsZero() {
		parts = append(parts, "older by "+cmp.Or(apart(c.Before.Date, c.After.Date), "less than a day"))
	}
	if c.Commits > 0 {
		parts = append(parts, count(c.Commits, "commit"))
	} else if c.Behind > 0 {
		parts = append(parts, count(c.Behind, "commit")+" back")
	}
	return strings.Join(parts, ", ")
}

// linkedFate is what became of an input, with the page that shows it.
func linkedFate(c flake.InputChange) string {
	words := became(c)
	switch {
	case c.Compare != "":
		return link(cmp.Or(words, "compare"), c.Compare)
	case c.Log != "":
		return strings.TrimPrefix(words+" · "+link("log", c.Log), " · ")
	}
	return words
}

// brief says in a few words of plain text what an input does.
func brief(c flake.InputChange) string {
	name := inputName(c.Flake, c.Name)
	switch c.Kind {
	case flake.Added, flake.Removed:
		return name + " " + string(c.Kind)
	case flake.Follows:
		return name + " follows " + label(c.After.Follows)
	case flake.Unfollows:
		return name + " no longer follows " + label(c.Before.Follows)
	case flake.Elsewhere:
		return name + " from " + cmp.Or(repository(c.After), "another repository")
	}
	if way := way(c.Before, c.After); way != "" {
		name += " " + way
	}
	if words := became(c); words != "" {
		name += " (" + words + ")"
	}
	return name
}

// way says from where to where an input goes: in refs, or where these are the
// same in days, or else in revisions.
func way(before, after flake.Point) string {
	from, to := cmp.Or(label(before.Ref), short(before.Rev)), cmp.Or(label(after.Ref), short(after.Rev))
	young, isNixOS := strings.CutPrefix(to, "nixos-")
	if old, wasNixOS := strings.CutPrefix(from, "nixos-"); isNixOS && wasNixOS {
		from, to = old, young
	}
	if before.Ref == after.Ref && !before.Date.IsZero() && !after.Date.IsZero() {
		from, to = day(before.Date, after.Date), day(after.Date, before.Date)
	}
	if from == to {
		from, to = short(before.Rev), short(after.Rev)
	}
	if from == to {
		return ""
	}
	return from + " → " + to
}
