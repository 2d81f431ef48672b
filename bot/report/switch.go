package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/forecast"
)

// switches are what a switch will do to the hosts of a fleet: a [Report] and a
// [Comparison] are written from it alike, for every kind of reader.
type switches struct {
	// fleet are all hosts, known those whose switch is foretold and changes
	// something.
	fleet, known []string
	by           map[string]*forecast.Switch
}

func newSwitches(fleet []string, by map[string]*forecast.Switch) switches {
	maps.DeleteFunc(by, func(_ string, s *forecast.Switch) bool { return s == nil || s.Live == forecast.Unchanged })
	return switches{fleet: fleet, known: slices.Sorted(maps.Keys(by)), by: by}
}

// switches are those of the hosts that were built on both sides.
func (r Report) switches() switches {
	var fleet []string
	by := make(map[string]*forecast.Switch)
	for _, host := range r.Hosts {
		fleet, by[host.Name] = append(fleet, host.Name), host.Switch
	}
	return newSwitches(fleet, by)
}

func (c Comparison) switches() switches {
	var fleet []string
	by := make(map[string]*forecast.Switch)
	for _, host := range c.Hosts {
		fleet, by[host.Name] = append(fleet, host.Name), host.Switch
	}
	return newSwitches(fleet, by)
}

// A said thing has all the hosts it is true of, sorted.
type said struct {
	text  string
	hosts []string
	// place is where it stands among what its first host has to say.
	place int
}

// fold asks every host for what there is to say, and says the same once.
func (s switches) fold(of func(*forecast.Switch) []string) (all []said) {
	at := make(map[string]int)
	for _, host := range s.known {
		for place, text := range of(s.by[host]) {
			i, met := at[text]
			if !met {
				i, at[text] = len(all), len(all)
				all = append(all, said{text: text, place: place})
			}
			if !slices.Contains(all[i].hosts, host) {
				all[i].hosts = append(all[i].hosts, host)
			}
		}
	}
	return all
}

// who names hosts; those whose switch is not known are not every host.
func (s switches) who(hosts []string, write func(string) string) string {
	others, all := missing(hosts, s.known), write(everyHost)
	if len(s.known) < len(s.fleet) {
		all = write("every compared host")
	}
	switch {
	case len(others) == 0 && len(hosts) > 2:
		return all
	case len(others) <= fewHosts && len(hosts) > fewHosts:
		return all + " but " + names(others, len(s.fleet), write)
	}
	return names(hosts, len(s.fleet), write)
}

// A point is one thing to know before the switch.
type point struct {
	rank rank
	text string
}

// points are what to know before the switch, what asks most first.
func (s switches) points(style style) (all []point) {
	for _, c := range concerns {
		folded := s.fold(func(f *forecast.Switch) []string { return c.things(f, style) })
		if c.lead != "" && len(folded) > 0 {
			all = append(all, point{c.rank, c.lead + ": " + s.gathered(folded, style) + "."})
			continue
		}
		for _, thing := range folded {
			all = append(all, point{c.rank, s.addressed(thing, style)})
		}
	}
	return all
}

// addressed says something to its hosts, which goes without saying where there
// is one only.
func (s switches) addressed(thing said, style style) string {
	if len(s.fleet) < 2 {
		return thing.text
	}
	who := s.who(thing.hosts, style.strong)
	return strings.Replace(who, "every ", "Every ", 1) + " — " + thing.text
}

// What is gathered in one sentence: so many groups of hosts, and so many things
// of each.
const manyTogether, manyThings = 6, 8

// gathered lists things with their hosts in one sentence, what happens on most
// of them first.
func (s switches) gathered(things []said, style style) string {
	groups := make(map[string][]said)
	for _, thing := range things {
		key := strings.Join(thing.hosts, "\n")
		groups[key] = append(groups[key], thing)
	}
	ranked := slices.SortedFunc(maps.Values(groups), func(a, b []said) int {
		return cmp.Or(cmp.Compare(len(b[0].hosts), len(a[0].hosts)), slices.Compare(a[0].hosts, b[0].hosts))
	})
	var parts []string
	for i, group := range ranked {
		if i == manyTogether && len(ranked) > manyTogether+1 {
			parts = append(parts, s.remaining(ranked[i:], style))
			break
		}
		parts = append(parts, some(texts(group), manyThings)+s.aside(group[0].hosts, style))
	}
	return strings.Join(parts, "; ")
}

// aside puts hosts in parentheses.
func (s switches) aside(hosts []string, style style) string {
	if len(s.fleet) < 2 {
		return ""
	}
	return " (" + s.who(hosts, style.text) + ")"
}

// remaining counts what is not listed.
func (s switches) remaining(groups [][]said, style style) string {
	n, hosts := 0, []string{}
	for _, group := range groups {
		n, hosts = n+len(group), append(hosts, group[0].hosts...)
	}
	slices.Sort(hosts)
	return fmt.Sprintf("%d more", n) + s.aside(slices.Compact(hosts), style)
}

func texts(things []said) (all []string) {
	for _, thing := range things {
		all = append(all, thing.text)
	}
	return all
}

// blocks are what to know before the switch in Markdown: the points open to the
// eye, the details behind a click.
func (s switches) blocks() []block {
	points := block{bullet: "- ", close: "\n"}
	for _, p := range s.points(onGitHub) {
		points.items = append(points.items, item{p.rank, "point", "- " + p.text + "\n"})
	}
	return append([]block{points}, s.details()...)
}

// back says how to undo it all, in the order in which one would try it.
func (s switches) back(style style) []string {
	var lines []string
	all := s.fold(func(f *forecast.Switch) []string { return f.Back })
	slices.SortStableFunc(all, func(a, b said) int { return cmp.Compare(a.place, b.place) })
	for _, line := range all {
		text := style.text(bounded(line.text))
		if what, command, ok := strings.Cut(line.text, ": sudo "); ok {
			text = style.text(bounded(what)) + ": " + style.name("sudo "+bounded(command))
		}
		lines = append(lines, text+s.unlessAll(line.hosts, style))
	}
	return lines
}

// unlessAll is an aside, nothing for all hosts there are.
func (s switches) unlessAll(hosts []string, style style) string {
	if len(hosts) == len(s.known) {
		return ""
	}
	return s.aside(hosts, style)
}

// backBlock is the way back in Markdown.
func (s switches) backBlock() block {
	all := block{bullet: "- ", close: "\n"}
	for _, line := range s.back(onGitHub) {
		all.items = append(all.items, item{rankBack, "way back", "- " + line + "\n"})
	}
	return all
}

// foretold writes what to know before the switch.
func (s *screen) foretold(all switches) {
	var points []string
	for _, p := range all.points(onTerminal) {
		points = append(points, p.text)
	}
	s.list("Before you switch", points)
}

// list writes a list under a heading, nothing for an empty one.
func (s *screen) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	s.heading(heading)
	s.line("")
	for _, line := range lines {
		s.bullet(line)
	}
	s.line("")
}

// bullet writes an entry of a list.
func (s *screen) bullet(text string) {
	for i, part := range wrap(text, s.width-4) {
		s.line([]string{"  · ", "    "}[min(i, 1)] + part)
	}
}
