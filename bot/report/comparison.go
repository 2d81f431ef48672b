package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/forecast"
)

// A Comparison is what `nixferry diff` found: the toplevels of some hosts
// before and after, and what separates them. Its JSON form is described by
// diff.schema.json in this directory, with the closures and causes of
// report.json; it shares that file's [Schema].
type Comparison struct {
	Schema int        `json:"schema"`
	Hosts  []Compared `json:"hosts"`
	// Causes say which recipes the rebuilds of all hosts are due to; nil where
	// nobody looked.
	Causes *derivation.Causes `json:"causes,omitempty"`
}

// Compared are two toplevels of one host.
type Compared struct {
	// Name is the host's, or what else tells it from the other hosts.
	Name string `json:"name"`
	// Before and After are the store paths of the toplevels.
	Before string `json:"before"`
	After  string `json:"after"`
	// Closure is what separates them, absent for derivations: only their
	// recipes are compared.
	Closure *closure.Delta `json:"closure,omitempty"`
	// Switch is what a switch from Before to After will do to the machine;
	// absent where the toplevels are not here.
	Switch *forecast.Switch `json:"switch,omitempty"`
}

// WriteComparison writes c as diff.schema.json describes it, with the promises
// of [WriteJSON]. The error is w's.
func WriteComparison(w io.Writer, c Comparison) error {
	c.Schema = Schema
	c.Hosts = sorted(c.Hosts, func(a, b Compared) int { return strings.Compare(a.Name, b.Name) })
	for i, host := range c.Hosts {
		c.Hosts[i].Closure, c.Hosts[i].Switch = settledDelta(host.Closure), settledSwitch(host.Switch)
	}
	c.Causes = settledCauses(c.Causes)
	return encode(w, c, "the comparison")
}

// ComparisonMarkdown renders c for GitHub in at most budget characters, as
// [Markdown] does a report.
func ComparisonMarkdown(c Comparison, budget int) string {
	changes := c.changes()
	return fit(document{
		{blocks: c.hostTable()},
		{blocks: []block{paragraph(rankHost, "", strings.Join(c.remarks(inline), " "))}},
		{"### Before you switch\n\n", c.switches().blocks()},
		{"### What changed\n\n", changes.blocks()},
		{"### Going back\n\n", []block{c.switches().backBlock()}},
	}, inCharacters, budget, code("nixferry diff --json"))
}

// ComparisonTerminal writes all of c for people at a terminal, what they
// should see last at its end. The error is w's.
func ComparisonTerminal(w io.Writer, c Comparison, options Options) error {
	screen := screen{width: max(options.Width, 40), color: options.Color}
	changes := c.changes()
	screen.details(c.switches())
	if causes := changes.shownCauses(); len(causes) > 0 {
		screen.heading("Why it is rebuilt")
		screen.line("")
		if text := changes.because(onTerminal); text != "" {
			screen.paragraph(text)
		}
		screen.grid(layOut(changes.causeColumns(onTerminal), causes), nil)
	}
	for _, part := range changes.parts(false, oneLine) {
		if len(part.rows) > 0 {
			screen.heading(capital(part.title))
			screen.line("")
			screen.packages(changes, part)
		}
	}
	for _, line := range members(changes.rows) {
		screen.wrapped("", oneLine(line))
		screen.line("")
	}
	screen.foretold(c.switches())
	screen.list("Going back", c.switches().back(onTerminal))
	if len(c.Hosts) > 1 {
		screen.grid(layOut(c.columns(onTerminal), c.Hosts), nil)
	}
	if len(changes.compared) > 0 {
		screen.wrapped("", changes.sum(oneLine))
	}
	for _, line := range c.remarks(oneLine) {
		screen.wrapped("", line)
	}
	return screen.flush(w)
}

// same says that a host does not change at all.
func (h Compared) same() bool { return h.Before == h.After }

// changes are those of the hosts whose toplevels differ.
func (c Comparison) changes() changes {
	var all []string
	deltas := make(map[string]*closure.Delta)
	for _, host := range c.Hosts {
		all = append(all, host.Name)
		if host.Closure != nil && !host.same() {
			deltas[host.Name] = host.Closure
		}
	}
	return newChanges(all, deltas, c.Causes)
}

// columns are those of the table of hosts.
func (c Comparison) columns(style style) []column[Compared] {
	known := func(cell func(*closure.Delta) string) func(Compared) string {
		return func(h Compared) string {
			if h.Closure == nil {
				return ""
			}
			return cell(h.Closure)
		}
	}
	return []column[Compared]{
		{head: "host", cell: func(h Compared) string { return style.text(label(h.Name)) }},
		{head: "packages", cell: func(h Compared) string {
			if h.same() {
				return "same system"
			}
			return known(packages)(h)
		}},
		{head: "closure", cell: known(func(delta *closure.Delta) string {
			return amount(delta.Size.Before) + " → " + amount(delta.Size.After)
		})},
		{head: "size", right: true, cell: known(func(delta *closure.Delta) string {
			return signedBytes(delta.Size.After - delta.Size.Before)
		})},
		{head: "switching", cell: func(h Compared) string { return switching(h.Switch, style) }},
	}
}

// hostTable shows every host, folded when they are many.
func (c Comparison) hostTable() []block {
	if len(c.Hosts) < 2 {
		return nil
	}
	table := layOut(c.columns(onGitHub), c.Hosts)
	items := table.items("host", always(rankHost))
	if len(c.Hosts) > manyHosts {
		return []block{folded(count(len(c.Hosts), "host"), "| ", table.header(), items)}
	}
	return []block{{open: table.header(), close: "\n", bullet: "| ", items: items}}
}

// remarks say which hosts stay the same, and how large a single one gets.
func (c Comparison) remarks(write func(string) string) (lines []string) {
	var same []string
	for _, host := range c.Hosts {
		if host.same() {
			same = append(same, host.Name)
		}
	}
	if len(same) > 0 {
		lines = append(lines, "The same system on "+names(same, len(c.Hosts), write)+".")
	}
	if len(c.Hosts) == 1 && c.Hosts[0].Closure != nil {
		size, paths := c.Hosts[0].Closure.Size, c.Hosts[0].Closure.Paths
		lines = append(lines, fmt.Sprintf("Closure %s → %s (%s), %s → %s paths.", amount(size.Before), amount(size.After),
			signedBytes(size.After-size.Before), thousands(int(paths.Before)), thousands(int(paths.After))))
	}
	return lines
}

// capital begins a sentence.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
