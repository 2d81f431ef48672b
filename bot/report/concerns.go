package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/forecast"
)

// A concern is a kind of thing to know before a switch.
type concern struct {
	rank rank
	// lead begins the one sentence that lists the things of all hosts; without
	// one each thing is a sentence.
	lead   string
	things func(*forecast.Switch, style) []string
}

// concerns are in the order in which they are told: what must be done, what is
// lost, what is interrupted, what waits for the reboot, and what is good to know.
var concerns = []concern{
	{rankSwitch, "", refusals},
	{rankSwitch, "", advice},
	{rankSwitch, "", selfUpgrade},
	{rankSwitch, "", migrations("One way", func(m forecast.Migration) bool { return m.Severity == forecast.OneWay })},
	{rankSwitch, "", migrations("Blocked", func(m forecast.Migration) bool { return m.Severity == forecast.Blocked && !m.Down })},
	{rankSwitch, "", migrations("Downgrade", func(m forecast.Migration) bool { return m.Down })},
	{rankSwitch, "", migrations("In steps", func(m forecast.Migration) bool { return m.Severity == forecast.Staged })},
	{rankSwitch, "", migrations("", func(m forecast.Migration) bool { return m.Severity == forecast.Note && !m.Down && m.After == "" })},
	{rankSwitch, "SSH restarts", interrupted("ssh")},
	{rankSwitch, "The network restarts", interrupted("network")},
	{rankSwitch, "The firewall restarts", interrupted("firewall")},
	{rankSwitch, "The display manager restarts", interrupted("display-manager")},
	{rankSwitch, "Containers restart", interrupted("containers")},
	{rankSwitch, "Virtual machines restart", interrupted("virtual-machines")},
	{rankSwitch, "Databases restart", interrupted("database")},
	{rankSwitch, "File systems, where they are mounted", unmounted},
	{rankSwitch, "", doors},
	{rankSwitch, "Kept running old code until the reboot", kept},
	{rankSwitch, "Left running until the reboot, and not started after it", orphaned},
	{rankSwitch, "Stopped for good", stopped},
	{rankSwitch, "", atBoot},
	{rankSwitch, "", bootChecks},
	{rankSwitch, "", modules},
	{rankSwitch, "", growth},
	{rankSwitch, "", moves},
	{rankSwitchNote, "", migrations("", func(m forecast.Migration) bool { return m.Severity == forecast.Note && !m.Down && m.After != "" })},
}

// step writes a name with its versions, as far as these are known.
func step(name, before, after string, style style) string {
	switch {
	case before == "" && after == "":
		return style.text(name)
	case before == "":
		return style.text(name + " " + cropped(after) + " (new)")
	case after == "":
		return style.text(name + " " + cropped(before) + " (gone)")
	case before == after:
		return style.text(name + " " + cropped(after))
	}
	return style.text(name + " " + cropped(before) + " → " + cropped(after))
}

// instead is what to do where a live switch is no good.
func instead(style style) string {
	return "Use " + style.name("nixos-rebuild boot") + " and reboot."
}

// inhibitorNames are what people call the keys of inhibitors.
var inhibitorNames = map[string]string{"dbus-implementation": "D-Bus", "init-interface-version": "the init interface"}

// refusals say what must not change in a running system and does.
func refusals(f *forecast.Switch, style style) (lines []string) {
	var guarded, loose []string
	for _, i := range f.Inhibitors {
		name, known := inhibitorNames[i.Key]
		if !known {
			name = i.Key
		}
		clause := style.text(name) + " moves from " + style.name(cropped(i.Before)) + " to " + style.name(cropped(i.After))
		if i.Guarded {
			guarded = append(guarded, clause)
			continue
		}
		loose = append(loose, clause)
	}
	if len(guarded) > 0 {
		lines = append(lines, style.name("nixos-rebuild switch")+" will be refused: "+strings.Join(guarded, ", ")+". "+instead(style))
	}
	if len(loose) > 0 {
		lines = append(lines, style.name("nixos-rebuild switch")+" is not refused there, but should be: "+strings.Join(loose, ", ")+". "+instead(style))
	}
	return lines
}

// advice is said of a switch that goes through and should not.
func advice(f *forecast.Switch, style style) []string {
	at := slices.IndexFunc(f.Reboot, func(r forecast.Reason) bool { return r.What == "systemd" })
	if f.Live != forecast.RebootAdvised || len(f.Inhibitors) > 0 || at < 0 {
		return nil
	}
	return []string{style.name("nixos-rebuild switch") + " goes through, but is not advised: " + style.text(bounded(f.Reboot[at].Why)) + ". " + instead(style)}
}

// selfUpgrade is said of machines that nobody has to switch.
func selfUpgrade(f *forecast.Switch, style style) []string {
	if len(f.AutoUpgrade) == 0 {
		return nil
	}
	return []string{"upgrades itself (" + style.name(some(f.AutoUpgrade, manyThings)) + "): if it follows this repository, the merge is the switch."}
}

// migrations are what happens to the data of services. A mark stands before it.
func migrations(mark string, wanted func(forecast.Migration) bool) func(*forecast.Switch, style) []string {
	return func(f *forecast.Switch, style style) (lines []string) {
		for _, m := range f.Data {
			if !wanted(m) {
				continue
			}
			text := step(m.Service, m.Before, m.After, style) + ". " + style.text(bounded(m.Rule))
			if mark != "" {
				text = style.strong(mark+":") + " " + text + backup(m.Backup, style) + " " + style.text(bounded(m.WayBack))
			}
			if source := style.link("source", m.Source); source != "source" {
				text += " (" + source + ")"
			}
			lines = append(lines, strings.TrimSpace(text))
		}
		return lines
	}
}

// backup says what to save first.
func backup(dirs []forecast.Backup, style style) string {
	var paths []string
	for _, dir := range dirs {
		path := style.name(dir.Path)
		if dir.Usual {
			path += " (where it usually is)"
		}
		paths = append(paths, path)
	}
	if len(paths) == 0 {
		return ""
	}
	return " Back up " + some(paths, manyThings) + " first."
}

// unmounted are the file systems that go away, for good or for a moment.
func unmounted(f *forecast.Switch, style style) (things []string) {
	for _, m := range f.Mounts {
		if m.Point == "swap" {
			continue
		}
		switch m.Action {
		case forecast.Stopped:
			things = append(things, style.name(m.Point)+" is unmounted")
		case forecast.Replaced:
			things = append(things, style.name(m.Point)+" is unmounted and mounted anew")
		}
	}
	return things
}

// doors say what the firewall opens and closes.
func doors(f *forecast.Switch, style style) []string {
	w := f.Firewall
	if w == nil {
		return nil
	}
	var parts []string
	switch {
	case w.After == "":
		return []string{"there is no firewall any more."}
	case w.Before == "":
		parts = append(parts, "there is a firewall now ("+style.text(w.After)+")")
	case w.Before != w.After:
		parts = append(parts, "the firewall moves from "+style.text(w.Before)+" to "+style.text(w.After))
	}
	if opened := ports(w.Opened, style); opened != "" {
		parts = append(parts, "the firewall opens "+opened)
	}
	if closed := ports(w.Closed, style); closed != "" {
		parts = append(parts, "the firewall closes "+closed)
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{strings.Join(parts, "; ") + "."}
}

// ports lists ports.
func ports(list []forecast.Port, style style) string {
	var words []string
	for _, p := range list {
		word := p.Protocol + " " + p.Ports
		if p.Interface != "" {
			word += " on " + p.Interface
		}
		words = append(words, style.text(word))
	}
	return some(words, manyThings)
}

// growth says that the boot partition may be too small.
func growth(f *forecast.Switch, style style) []string {
	g := f.BootGrowth
	if g == nil || !g.Tight {
		return nil
	}
	return []string{fmt.Sprintf("kernel and initrd grow from %s to %s: three generations take %s of %s. See that there is room.",
		amount(g.Before), amount(g.After), amount(g.Need), style.name(g.Partition))}
}

// moves are values that moved and concern no unit.
func moves(f *forecast.Switch, style style) (lines []string) {
	for _, m := range f.Moved {
		line := style.text(cropped(m.What)) + ": " + style.name(cropped(m.Before)) + " → " + style.name(cropped(m.After))
		if m.Why != "" {
			line += " (" + style.text(bounded(m.Why)) + ")"
		}
		lines = append(lines, line+".")
	}
	return lines
}
