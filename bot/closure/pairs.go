package closure

import (
	"cmp"
	"slices"
	"strings"
)

// pairInterpreters makes one change of python3.12-requests that went and
// python3.13-requests that came. Where several came or went, the highest are a
// pair; what is left over stays added or removed.
func (d *Delta) pairInterpreters() {
	removed, added := byLanguage(d.Removed), byLanguage(d.Added)
	paired := map[string]bool{}
	for key, went := range removed {
		came := added[key]
		for i := 1; i <= min(len(went), len(came)); i++ {
			before, after := went[len(went)-i], came[len(came)-i]
			paired[before.Name], paired[after.Name] = true, true
			d.Changed = append(d.Changed, pair(before, after))
		}
	}
	isPaired := func(item Item) bool { return paired[item.Name] }
	d.Added = slices.DeleteFunc(d.Added, isPaired)
	d.Removed = slices.DeleteFunc(d.Removed, isPaired)
}

func pair(before, after Item) Change {
	change := Change{
		Name: after.Name, Was: before.Name, Before: before.Versions, After: after.Versions,
		Kind:      kindOf(before.Versions, after.Versions),
		SizeDelta: after.Size - before.Size,
		Direct:    before.Direct || after.Direct,
		Services:  slices.Compact(slices.Sorted(slices.Values(slices.Concat(before.Services, after.Services)))),
	}
	if slices.Equal(before.Versions, after.Versions) {
		from, _ := splitInterpreter(before.Name)
		to, _ := splitInterpreter(after.Name)
		change.Kind = kindOf(Versions{from}, Versions{to})
	}
	return change
}

// byLanguage files the packages of interpreters under their name without the
// interpreter's version, lowest interpreter first.
func byLanguage(items []Item) map[string][]Item {
	filed := map[string][]Item{}
	for _, item := range items {
		if prefix, rest := splitInterpreter(item.Name); prefix != "" {
			key := language(prefix) + "-" + rest
			filed[key] = append(filed[key], item)
		}
	}
	for _, items := range filed {
		slices.SortFunc(items, func(a, b Item) int {
			return cmp.Or(compareVersions(a.Name, b.Name), strings.Compare(a.Name, b.Name))
		})
	}
	return filed
}
