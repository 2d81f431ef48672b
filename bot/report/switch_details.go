package report

import (
	"fmt"
	"strings"

	"github.com/nixferry/nixferry/bot/forecast"
)

// A detail is a line about a switch, and the difference of a file it speaks of.
type detail struct {
	lead  string
	words []string
	diff  string
	// cut lines of diff were left out.
	cut int
}

// manyWords is how many names one detail lists.
const manyWords = 40

// details are all there is to say of a switch, units by consequence first and
// texts last.
func details(f *forecast.Switch, style style) (all []detail) {
	u := f.Units
	for _, list := range []struct {
		lead  string
		units []forecast.UnitChange
	}{
		{"units stopped", u.Stopped},
		{"units masked", u.Masked},
		{"units restarted", u.Restarted},
		{"units reloaded", u.Reloaded},
		{"units left as they are until the reboot", u.Kept},
		{"units started", u.Started},
	} {
		all = append(all, detail{lead: list.lead, words: unitWords(list.units, style)})
	}
	var renamed, specialisations, moves []string
	for _, rename := range u.Renamed {
		renamed = append(renamed, renamedUnit(rename, style))
	}
	for _, s := range f.Specialisations {
		specialisations = append(specialisations, style.name(s.Name)+" "+style.text(string(s.Change)))
	}
	for _, r := range f.Reboot {
		moves = append(moves, strings.TrimSpace(style.text(r.What)+" "+arrow(r.Before, r.After, style)))
	}
	all = append(all, detail{lead: "units renamed", words: renamed},
		detail{lead: "user units changed", words: nameAll(u.User.Changed, style)},
		detail{lead: "user units gone", words: nameAll(u.User.Gone, style)},
		detail{lead: "user units new", words: nameAll(u.User.New, style)},
		detail{lead: "next boot", words: moves})
	all = append(all, mountDetails(f, style)...)
	all = append(all, detail{lead: "specialisations", words: specialisations},
		detail{lead: "accounts", words: accountWords(f, style)},
		detail{lead: "commands lost", words: nameAll(f.Commands.Lost, style)},
		detail{lead: "commands gained", words: nameAll(f.Commands.Gained, style)},
		detail{lead: "privileged wrappers lost", words: nameAll(f.Commands.WrappersLost, style)},
		detail{lead: "privileged wrappers gained", words: nameAll(f.Commands.WrappersGained, style)},
		detail{lead: "timers", words: lineWords(f.Timers, style)},
		detail{lead: "sockets", words: lineWords(f.Sockets, style)})
	if g := f.BootGrowth; g != nil {
		all = append(all, detail{lead: "kernel and initrd on " + style.name(g.Partition), words: []string{amount(g.Before) + " → " + amount(g.After)}})
	}
	return append(all, textDetails(f, style)...)
}

// nameAll names things.
func nameAll(list []string, style style) (words []string) {
	for _, name := range list {
		words = append(words, style.name(cropped(name)))
	}
	return words
}

// unitWords are units with what changed in them.
func unitWords(units []forecast.UnitChange, style style) (words []string) {
	for _, u := range units {
		word := ifRunning(u.Unit, u.Conditional, style)
		if why := u.Why; len(why) > 0 && why[0] != forecast.Rebuilt && why[0] != forecast.Updated {
			word += " " + style.text("("+cropped(strings.Join(u.Why, ", "))+")")
		}
		if u.OnDemand {
			word += ", and its socket starts it again"
		}
		words = append(words, word)
	}
	return words
}

// arrow leads from one value to another, or names the one there is.
func arrow(before, after string, style style) string {
	before, after = style.name(bounded(before)), style.name(bounded(after))
	if before == "" || after == "" {
		return before + after
	}
	return before + " → " + after
}

// bounded is one line of foreign text that may be long, but not without end.
func bounded(text string) string {
	text, _ = clip(oneLine(text), 1, warningRunes)
	return text
}

// mountDetails are the file systems and swaps, a line each.
func mountDetails(f *forecast.Switch, style style) (all []detail) {
	for _, m := range f.Mounts {
		lead := "mount " + style.name(m.Point) + " " + style.text(string(m.Action))
		if m.DeviceAtBoot {
			lead += ", its device at the next boot"
		}
		all = append(all, detail{lead: lead, words: []string{arrow(m.Before, m.After, style)}})
	}
	return all
}

// accountWords are users, groups and the settings about them.
func accountWords(f *forecast.Switch, style style) (words []string) {
	for _, a := range f.Accounts {
		word := style.text(a.Kind) + " " + style.name(a.Name) + " " + style.text(string(a.Change))
		for _, d := range a.Details {
			if a.Change != forecast.Changed {
				break
			}
			word += style.text(fmt.Sprintf(", %s %s → %s", d.What, cropped(d.Before), cropped(d.After)))
			if d.Ignored {
				word += " (the machine keeps the old one)"
			}
		}
		words = append(words, word)
	}
	return words
}

// lineWords are units with the lines that went and came.
func lineWords(units []forecast.UnitLines, style style) (words []string) {
	for _, u := range units {
		word := style.name(u.Unit)
		for _, line := range u.Gone {
			word += " − " + style.name(cropped(line))
		}
		for _, line := range u.Came {
			word += " + " + style.name(cropped(line))
		}
		words = append(words, word)
	}
	return words
}

// textDetails are the files and rules that people read, as differences.
func textDetails(f *forecast.Switch, style style) (all []detail) {
	for _, t := range f.Texts {
		all = append(all, detail{lead: some(nameAll(t.Paths, style), manyThings) + " in /etc " + style.text(string(t.Change)), diff: t.Diff, cut: t.Cut})
	}
	if w := f.Firewall; w != nil && w.Diff != "" {
		all = append(all, detail{lead: "rules of the firewall", diff: w.Diff, cut: w.Cut})
	}
	return all
}

// line is a detail without its difference, "" where there is nothing to list.
func (d detail) line() string {
	switch {
	case d.cut > 0:
		return fmt.Sprintf("%s (but for its last %s)", d.lead, count(d.cut, "line"))
	case d.diff != "":
		return d.lead
	case len(d.words) > 1:
		return fmt.Sprintf("%s (%s): %s", d.lead, thousands(len(d.words)), some(d.words, manyWords))
	case len(d.words) == 1:
		return d.lead + ": " + d.words[0]
	}
	return ""
}

// markdown writes a detail, with a difference in a fence.
func (d detail) markdown() string {
	line := d.line()
	switch {
	case line == "":
		return ""
	case d.diff == "":
		return "- " + line + "\n"
	}
	return "\n" + line + ":\n\n" + strings.Replace(fence(d.diff), "\n", "diff\n", 1)
}

// A detailed switch is all that can be said of it, with the hosts that share it.
type detailed struct {
	hosts   []string
	details []detail
	// title says what it does to the units.
	title string
}

func (s switches) detailed(style style) (all []detailed) {
	for _, same := range s.fold(func(f *forecast.Switch) []string { return []string{fmt.Sprint(details(f, style))} }) {
		first, on := s.by[same.hosts[0]], ""
		if len(s.fleet) > 1 {
			on = " on " + s.who(same.hosts, style.text)
		}
		all = append(all, detailed{same.hosts, details(first, style), "the switch" + on + " in detail" + unitTally(first)})
	}
	return all
}

// details are everything about the switch of every host, folded.
func (s switches) details() (blocks []block) {
	for _, d := range s.detailed(onGitHub) {
		var items []item
		for _, detail := range d.details {
			if text := detail.markdown(); text != "" {
				items = append(items, item{rankSwitchDetail, "switch detail", text})
			}
		}
		blocks = append(blocks, folded(d.title, "- ", "", items))
	}
	return blocks
}

// unitTally counts, in parentheses, what a switch does to the units.
func unitTally(f *forecast.Switch) string {
	u := f.Units
	var parts []string
	for _, part := range []struct {
		n    int
		word string
	}{
		{len(u.Stopped) + len(u.Masked), "stop"},
		{len(u.Restarted), "restart"},
		{len(u.Reloaded), "reload"},
		{len(u.Kept), "wait for the reboot"},
		{len(u.Started), "start"},
	} {
		if part.n > 0 {
			parts = append(parts, thousands(part.n)+" "+part.word)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (units: " + strings.Join(parts, ", ") + ")"
}

// details writes everything about the switch of every host.
func (s *screen) details(all switches) {
	for _, d := range all.detailed(onTerminal) {
		s.heading(capital(d.title))
		s.line("")
		for _, detail := range d.details {
			if line := detail.line(); line != "" {
				s.bullet(line)
				s.quoted(plain(detail.diff))
			}
		}
		s.line("")
	}
}
