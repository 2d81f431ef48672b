package report

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A rank says how early an item is cut when the text is too long: the highest
// first, those of rank keep never.
type rank int

// The ranks, from what is needed most to what is missed least.
const (
	keep rank = iota
	rankHost
	rankFinding
	rankSwitch
	rankNote
	rankQuietHost
	rankBack
	rankWarning
	rankSwitchNote
	rankEdit
	rankBroken
	rankCause
	rankChange
	rankMade
	rankTail
	rankDetail
	rankSwitchDetail
)

// A document is Markdown in pieces that can be left out.
type document []section

// A section is blocks under a heading, which is gone when all of them are.
type section struct {
	heading string
	blocks  []block
}

// A block is a stretch of items with what stands around them. It is gone when
// all of its items are.
type block struct {
	open, close string
	items       []item
	// bullet begins the note in place of the items cut: "| " in a table, "- "
	// in a list.
	bullet string
}

// An item is the smallest piece that is cut: a row, an entry, a paragraph.
type item struct {
	rank rank
	// what names one item of its kind for the note on what was cut; what has
	// no name goes without a word.
	what string
	text string
}

// A spot is where an item stands in a document.
type spot struct{ section, block, item int }

// A size is how long a text is: in characters, or in bytes.
type size func(string) int

// Sizes, as GitHub counts a pull request's body and a job's summary.
func inCharacters(text string) int { return utf8.RuneCountInString(text) }
func inBytes(text string) int      { return len(text) }

// fit renders doc so that its size is at most budget. Items are cut one by
// one, those of the highest rank first and from the end, and every cut is
// named; where is Markdown for the place that holds everything.
func fit(doc document, size size, budget int, where string) string {
	order := doc.cutOrder()
	text := func(cuts int) string { return doc.render(order[:cuts], where) }
	cuts := sort.Search(len(order), func(n int) bool { return size(text(n)) <= budget })
	return wholeLines(text(cuts), size, budget)
}

// cutOrder lists what may be cut, what goes first at the beginning.
func (doc document) cutOrder() []spot {
	var order []spot
	for s, section := range doc {
		for b, block := range section.blocks {
			for i, item := range block.items {
				if item.rank != keep {
					order = append(order, spot{s, b, i})
				}
			}
		}
	}
	slices.Reverse(order)
	rankOf := func(p spot) rank { return doc[p.section].blocks[p.block].items[p.item].rank }
	slices.SortStableFunc(order, func(a, b spot) int { return cmp.Compare(rankOf(b), rankOf(a)) })
	return order
}

// render writes doc without the items at the spots cut.
func (doc document) render(cut []spot, where string) string {
	gone := make(map[spot]bool, len(cut))
	for _, p := range cut {
		gone[p] = true
	}
	var out strings.Builder
	var lost tally
	for s, section := range doc {
		heading := section.heading
		for b, block := range section.blocks {
			text, missed := block.render(func(i int) bool { return gone[spot{s, b, i}] }, where)
			if text == "" {
				lost.add(missed)
				continue
			}
			out.WriteString(heading + text)
			heading = ""
		}
	}
	if len(lost) > 0 {
		fmt.Fprintf(&out, "Left out for length, all in %s: %s.\n", where, lost)
	}
	return out.String()
}

// render writes the items of a block that are not gone, and the note on those
// that are. When all are, it returns no text and what they were.
func (b block) render(gone func(int) bool, where string) (string, tally) {
	var text strings.Builder
	var missed tally
	for i, item := range b.items {
		if gone(i) {
			missed.add(tally{{item.what, 1}})
			continue
		}
		text.WriteString(item.text)
	}
	if text.Len() == 0 {
		return "", missed
	}
	if len(missed) > 0 {
		fmt.Fprintf(&text, "%s… %s more in %s\n", b.bullet, missed, where)
	}
	return b.open + text.String() + b.close, nil
}

// A tally counts things by their name, in the order they were met.
type tally []tallied

// A tallied thing is one entry of a tally.
type tallied struct {
	what string
	n    int
}

// add counts more into t.
func (t *tally) add(more tally) {
	for _, entry := range more {
		if entry.what == "" {
			continue
		}
		i := slices.IndexFunc(*t, func(have tallied) bool { return have.what == entry.what })
		if i < 0 {
			*t = append(*t, entry)
			continue
		}
		(*t)[i].n += entry.n
	}
}

// words lists the counts of things that have no plural: "180 ok, 4 fixed".
func (t tally) words() string {
	var parts []string
	for _, entry := range t {
		parts = append(parts, fmt.Sprintf("%d %s", entry.n, entry.what))
	}
	return strings.Join(parts, ", ")
}

// String lists the counts: "12 log tails, 1 host".
func (t tally) String() string {
	var parts []string
	for _, entry := range t {
		parts = append(parts, count(entry.n, entry.what))
	}
	return strings.Join(parts, ", ")
}

// count returns n and the noun, which gets an s unless n is 1.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

// thousands writes n as people write large numbers: 59,703.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// wholeLines returns text, or as many of its first lines as fit in budget: the
// last resort for one that holds not even what is never cut.
func wholeLines(text string, size size, budget int) string {
	if size(text) <= budget {
		return text
	}
	var kept strings.Builder
	for line := range strings.Lines(text) {
		budget -= size(line)
		if budget < 0 {
			break
		}
		kept.WriteString(line)
	}
	return kept.String()
}
