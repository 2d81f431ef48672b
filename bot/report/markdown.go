package report

import (
	"cmp"
	"fmt"
	"strings"
)

// Markdown renders r for GitHub, as a pull request's body, in at most budget
// characters. What does not fit is left out from the least important end, and
// the text says what that was.
func Markdown(r Report, budget int) string {
	return fit(r.document(), inCharacters, budget, link("the full report", r.Run))
}

// Summary is [Markdown] for a job's summary, in at most budget bytes. What it
// leaves out is not behind a link to the run, where it stands itself.
func Summary(r Report, budget int) string {
	return fit(r.document(), inBytes, budget, "`report.json`")
}

// document is all there is to say on GitHub.
func (r Report) document() document {
	if r.Quiet != "" {
		return r.quietNote()
	}
	return document{
		{blocks: []block{r.alert()}},
		{blocks: r.hostTables()},
		{blocks: []block{r.notes()}},
		{"### What needs you\n\n", r.needs()},
		{"### Before you switch\n\n", r.switches().blocks()},
		{"### Renamed options, not urgent\n\n", []block{r.renameRows()}},
		{"### New warnings\n\n", []block{r.newWarnings()}},
		{blocks: []block{r.brokenBefore()}},
		{"### What changed\n\n", append(r.changes().blocks(), r.bump()...)},
		{"### Going back\n\n", []block{r.goingBack()}},
		{blocks: []block{r.attempts(), r.made()}},
	}
}

// onGitHub is how Markdown writes foreign text.
var onGitHub = style{text: inline, strong: bold, name: code, link: link}

// bold is foreign text in bold type.
func bold(s string) string { return "**" + inline(s) + "**" }

// paragraph is a block of one item.
func paragraph(r rank, what, text string) block {
	return block{items: []item{{r, what, text + "\n\n"}}}
}

// folded puts items behind a summary that opens on a click. The summary may
// hold no Markdown, only text that went through inline.
func folded(summary, bullet, head string, items []item) block {
	return block{
		open:   "<details><summary>" + summary + "</summary>\n\n" + head,
		close:  "\n</details>\n\n",
		bullet: bullet,
		items:  items,
	}
}

// alert answers "may I merge?" and "what do I have to do?".
func (r Report) alert() block {
	answer := r.answer()
	facts := append([]string{"**" + answer.word + "**"}, r.facts(onGitHub)...)
	return paragraph(keep, "", "> [!"+answer.kind+"]\n> "+strings.Join(facts, " ")+
		"\n>\n> **To do:** "+r.toDo(code)+".")
}

// hostTables show every host: all in one table when they are few, else those
// that ask something of the reader, the others folded.
func (r Report) hostTables() []block {
	shown, rest := r.split()
	return []block{
		{open: r.hostHeader(shown), close: "\n", bullet: "| ", items: r.hostRows(shown, rankHost)},
		folded(inline(more(rest)), "| ", r.hostHeader(rest), r.hostRows(rest, rankQuietHost)),
	}
}

// hostHeader is the head of a table of hosts.
func (r Report) hostHeader(hosts []Host) string {
	names, ruler := "| host | evaluates |", "|:--|:--|"
	columns := r.columns(hosts)
	if columns.builds {
		names, ruler = names+" builds |", ruler+":--|"
	}
	if columns.packages {
		names, ruler = names+" packages |", ruler+":--|"
	}
	if columns.size {
		names, ruler = names+" size |", ruler+"--:|"
	}
	if columns.switching {
		names, ruler = names+" switching |", ruler+":--|"
	}
	return names + "\n" + ruler + "\n"
}

// hostRows are the rows of a table of hosts.
func (r Report) hostRows(hosts []Host, rank rank) []item {
	var rows []item
	columns := r.columns(hosts)
	for _, host := range hosts {
		name := anchor(host.Name) + inline(label(host.Name))
		if host.Verdict.Red() {
			name = anchor(host.Name) + bold(label(host.Name))
		}
		if system := r.foreignSystem(host); system != "" {
			name += " (" + inline(label(system)) + ")"
		}
		row := "| " + name + " | " + r.evaluates(host).markdown() + " |"
		if columns.builds {
			row += " " + r.step(host, building).markdown() + " |"
		}
		if columns.packages {
			row += " " + host.packages() + " |"
		}
		if columns.size {
			row += " " + host.size() + " |"
		}
		if columns.switching {
			row += " " + switching(host.Switch, onGitHub) + " |"
		}
		rows = append(rows, item{rank, "host", row + "\n"})
	}
	return rows
}

// markdown writes a cell, what is loud in bold type.
func (c cell) markdown() string {
	word := inline(label(c.word))
	if c.loud {
		word = bold(c.word)
	}
	return strings.Join(strings.Fields(c.mark+" "+word+" "+code(c.name)), " ")
}

// notes are people's commits, the warnings about age and the run's own
// remarks.
func (r Report) notes() block {
	var notes block
	if kept := r.keeps(onGitHub); kept != "" {
		notes.items = append(notes.items, item{rankNote, "note", kept + "\n\n"})
	}
	for _, remark := range r.ages(onGitHub) {
		notes.items = append(notes.items, item{rankNote, "note", "**" + remark.lead + "** " + remark.text + "\n\n"})
	}
	for _, note := range r.Notes {
		notes.items = append(notes.items, item{rankNote, "note", inline(note) + "\n\n"})
	}
	return notes
}

// goingBack says how to undo the merge.
func (r Report) goingBack() block {
	if known := r.switches().backBlock(); len(known.items) > 0 {
		return known
	}
	if len(r.Edits) == 0 && len(r.Inputs) == 0 {
		return block{}
	}
	return paragraph(rankBack, "paragraph on going back", "Reverting the merge brings `flake.nix` and `flake.lock` back. "+
		"A machine that has switched goes back with `nixos-rebuild switch --rollback`, or in its boot menu.")
}

// made says how the report came about.
func (r Report) made() block {
	var rows []item
	add := func(format string, args ...any) {
		rows = append(rows, item{rankMade, "detail of the run", "- " + fmt.Sprintf(format, args...) + "\n"})
	}
	if r.Timings.Total > 0 {
		add("%s, in %s: bump %s, evaluation %s, build %s, comparison %s",
			count(len(r.Hosts), "host"), seconds(r.Timings.Total), seconds(r.Timings.Bump),
			seconds(r.Timings.Evaluate), seconds(r.Timings.Build), seconds(r.Timings.Compare))
	}
	if r.Base.Rev != "" && r.Head.Rev != "" {
		add("compared: %s at %s with %s", code(cmp.Or(r.Base.Ref, "base")), code(short(r.Base.Rev)), code(short(r.Head.Rev)))
	}
	if n := r.sameStateVersion(); n > 0 {
		add("%s: the same before and after on %s", code("system.stateVersion"), count(n, "host"))
	}
	return folded("how this was made", "- ", "", rows)
}

// sameStateVersion counts the hosts of which it is known on both sides and the
// same.
func (r Report) sameStateVersion() (n int) {
	for _, h := range r.Hosts {
		if h.Base.StateVersion != "" && h.Base.StateVersion == h.Head.StateVersion {
			n++
		}
	}
	return n
}
