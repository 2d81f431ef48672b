package report

// blocks are what changed in Markdown: the causes and what matters open to the
// eye, the others behind a click.
func (c changes) blocks() []block {
	var blocks []block
	if said := c.because(onGitHub); said != "" {
		causes := layOut(c.causeColumns(onGitHub), c.shownCauses())
		blocks = append(blocks, paragraph(rankCause, "", said),
			folded("what each cause rebuilds", "| ", causes.header(), causes.items("cause", always(rankDetail))))
	}
	if len(c.compared) == 0 {
		return blocks
	}
	blocks = append(blocks, paragraph(rankCause, "", c.sum(inline)))
	parts := c.parts(true, inline)
	for i, part := range parts {
		table := layOut(c.columns(part, onGitHub), part.rows)
		if i == 0 {
			rankOf := func(i int) rank {
				if part.rows[i].Important {
					return rankCause
				}
				return rankChange
			}
			blocks = append(blocks, block{open: table.header(), close: "\n", bullet: "| ", items: table.items("package", rankOf)})
			continue
		}
		summary := part.title + ": " + thousands(len(part.rows))
		blocks = append(blocks, folded(summary, "| ", table.header(), table.items("package", always(rankDetail))))
	}
	return append(blocks, c.families())
}

// families lists what is in the families among the rows.
func (c changes) families() block {
	var items []item
	for _, line := range members(c.rows) {
		items = append(items, item{rankDetail, "family", "- " + inline(line) + "\n"})
	}
	return folded("what the families hold", "- ", "", items)
}
