package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/derivation"
)

// mostRebuilds is the share of all rebuilds, in percent, that is explained
// well enough for one sentence.
const mostRebuilds = 90

// main are the recipes that explain most of the rebuilds, and a clause that
// says so.
func (c changes) main() (causes []derivation.Cause, clause string) {
	list := c.causes.List
	if moved := c.toolchain(); len(moved) > 0 {
		return moved, fmt.Sprintf("The toolchain moved, and with it %s of %s", thousands(list[0].Rebuilds), count(c.causes.Rebuilds, "rebuild"))
	}
	n := min(len(list), 1)
	for n < min(len(list), someOf) && list[n-1].Together*100 < c.causes.Rebuilds*mostRebuilds {
		n++
	}
	explain := "causes explain"
	switch n {
	case 0:
		return nil, ""
	case 1:
		explain = "cause explains"
	}
	return list[:n], fmt.Sprintf("%d %s %s of %s", n, explain, thousands(list[n-1].Together), count(c.causes.Rebuilds, "rebuild"))
}

// tools are what everything is built with, and what a reader knows of it.
var tools = []string{"glibc", "musl", "gcc", "clang", "binutils", "perl", "python3", "rustc"}

// toolchain are the tools in other versions where the very first steps of
// nixpkgs' bootstrap changed themselves: these explain every rebuild, and say
// nothing to anybody.
func (c changes) toolchain() (moved []derivation.Cause) {
	list := c.causes.List
	if len(list) == 0 || !strings.HasPrefix(list[0].Recipe, "bootstrap-") || list[0].Together*100 < c.causes.Rebuilds*mostRebuilds {
		return nil
	}
	for _, cause := range list {
		if slices.Contains(tools, cause.Recipe) && cause.Before != cause.After && cause.Rebuilds*2 > c.causes.Rebuilds {
			moved = append(moved, cause)
		}
	}
	return moved
}

// because says which recipes explain most of the rebuilds, and what else there
// is to say of causes.
func (c changes) because(style style) string {
	causes, clause := c.main()
	if clause == "" {
		return ""
	}
	var said []string
	for _, cause := range causes {
		said = append(said, style.text(strings.TrimSpace(cropped(cause.Recipe)+" "+causeMove(cause))))
	}
	return style.strong(clause) + ": " + strings.Join(said, ", ") + "." + c.besides(style.text)
}

// besides says, in sentences that follow another, how many recipes changed that
// are not main, and which vulnerabilities the new patches name.
func (c changes) besides(write func(string) string) string {
	text := ""
	if causes, _ := c.main(); len(causes) < len(c.causes.List) {
		text = fmt.Sprintf(" %s changed besides.", count(len(c.causes.List)-len(causes), "recipe"))
	}
	return text + c.fixes(write)
}

// fixes says which vulnerabilities the new patches name.
func (c changes) fixes(write func(string) string) string {
	var said []string
	for _, cause := range c.causes.List {
		for _, id := range cause.CVEs {
			said = append(said, write(id+" ("+cause.Recipe+")"))
		}
	}
	if len(said) == 0 {
		return ""
	}
	return " New patches are for " + some(said, manyFixes) + "."
}

// causeMove says what a recipe changed in itself: its version, its patches, or
// how it is built.
func causeMove(cause derivation.Cause) string {
	var patches []string
	for _, name := range cause.Patches.Added {
		patches = append(patches, "+ "+cropped(name))
	}
	for _, name := range cause.Patches.Dropped {
		patches = append(patches, "− "+cropped(name))
	}
	before, after := cropped(cause.Before), cropped(cause.After)
	version := before + " → " + after
	switch {
	case cause.Recipe == "":
		return ""
	case cause.New:
		version = strings.TrimSpace("new " + after)
	case cause.Before == cause.After:
		version = after
		if len(patches) == 0 {
			patches = []string{"built in another way"}
		}
	}
	if len(patches) == 0 {
		return version
	}
	return strings.TrimSpace(version + " (" + some(patches, manyPatches) + ")")
}

// cropped cuts a word that nobody would call one.
func cropped(word string) string {
	word, _ = clip(oneLine(word), 1, 60)
	return word
}

// How many patches of a recipe are named, and how many vulnerabilities.
const manyPatches, manyFixes = 4, 12

// some lists the first of many words, as few as most, and counts the others.
func some(words []string, most int) string {
	if more := len(words) - most; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), more)
	}
	return strings.Join(words, ", ")
}

// configuration is the name of what NixOS writes by itself, among the causes.
const configuration = "configuration (units, /etc and the like)"

// causeColumns are those of the table of causes.
func (c changes) causeColumns(style style) []column[derivation.Cause] {
	return []column[derivation.Cause]{
		{head: "cause", cell: func(cause derivation.Cause) string { return style.text(cmp.Or(cause.Recipe, configuration)) }},
		{head: "change", cell: func(cause derivation.Cause) string { return style.text(causeMove(cause)) }},
		{head: "rebuilds", right: true, cell: func(cause derivation.Cause) string { return thousands(cause.Rebuilds) }},
		{head: "where", whole: true, cell: func(cause derivation.Cause) string {
			if len(c.fleet) < 2 {
				return ""
			}
			return c.where(cause.Hosts, someOf, style.text)
		}},
	}
}

// shownCauses are the rows of the table of causes, those with most rebuilds
// first. A package that nothing else is rebuilt for is not among them where
// the packages are shown as well.
func (c changes) shownCauses() []derivation.Cause {
	var shown []derivation.Cause
	for _, cause := range append([]derivation.Cause{c.causes.Configuration}, c.causes.List...) {
		if cause.Rebuilds > 1 || cause.Rebuilds == 1 && len(c.compared) == 0 {
			shown = append(shown, cause)
		}
	}
	slices.SortStableFunc(shown, func(a, b derivation.Cause) int { return cmp.Compare(b.Rebuilds, a.Rebuilds) })
	return shown
}
