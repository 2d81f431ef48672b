package forecast

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// Severity says how much a Migration asks of the owner.
type Severity string

// The severities, heaviest first.
const (
	// Blocked: the service's own rules do not allow this step as it stands; it
	// needs another version in between, or work by hand.
	Blocked Severity = "blocked"
	// OneWay: the data is converted, and the old generation cannot use it then.
	OneWay Severity = "one-way"
	// Staged: something must be done on the old version before, or on the new
	// one after, the step.
	Staged Severity = "staged"
	// Note: worth knowing; nothing is known to go wrong.
	Note Severity = "note"
)

// heaviestFirst is the order in which migrations are told.
var heaviestFirst = []Severity{Blocked, OneWay, Staged, Note}

// Migration is what a switch means for the data of one service. It rests on the
// packages the units name; which version last wrote the data is in no closure.
type Migration struct {
	Severity Severity `json:"severity"`
	Service  string   `json:"service"`          // "PostgreSQL"
	Unit     string   `json:"unit"`             // the unit that shows it in use, "" for a file system
	Before   string   `json:"before,omitempty"` // version; empty for a service that appears
	After    string   `json:"after,omitempty"`  // version; empty for a service that goes
	Down     bool     `json:"down,omitempty"`   // the version goes down
	Rule     string   `json:"rule"`             // what happens, or must happen; a guess says so
	Backup   []Backup `json:"backup"`           // what to save first
	WayBack  string   `json:"wayBack"`          // what going back takes
	Source   string   `json:"source"`           // where the rule stands
}

// Backup is one directory to save.
type Backup struct {
	Path string `json:"path"`
	// Usual: the unit does not name it; it is where the NixOS module usually
	// puts the data.
	Usual bool `json:"usual,omitempty"`
}

// A row is the rule for one service. Facts behind the rows:
// https://nixos.org/manual/nixos/unstable/release-notes and each row's source.
type row struct {
	service string
	units   []string // names of its units, "*" for instances
	names   []string // packages in the units' store paths
	command string   // a command in sw/bin to ask where no unit names the package

	// line cuts a version to what the rule looks at.
	line func(version) version
	// at narrows the rule to steps across one of these versions; empty: any
	// step from one line to another.
	at []string
	// release narrows the rule to the step to this release of NixOS instead.
	release string
	// skips finds steps that leave out a version that must run in between.
	skips func(before, after version) bool

	severity Severity
	rule     string
	skipped  string // the rule for steps that skip
	back     string
	usual    []string // where the data usually is
	keyed    bool     // NixOS picks the line by system.stateVersion
	gone     string   // what follows when the service disappears
	source   string
	// more adds what the units tell of this step.
	more func(before, after *toplevel.Unit) string
}

// migrations lists what the switch means for the data of the services that
// both systems have, and for those that come and go.
func migrations(before, after *toplevel.Toplevel) []Migration {
	list := volumes(before, after)
	for _, r := range slices.Concat(databases, applications, platforms, glances) {
		if m, ok := r.judge(r.find(before), r.find(after)); ok {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b Migration) int {
		return cmp.Or(
			cmp.Compare(slices.Index(heaviestFirst, a.Severity), slices.Index(heaviestFirst, b.Severity)),
			cmp.Compare(a.Service, b.Service),
		)
	})
	return list
}

// judge says what the step means, if anything.
func (r row) judge(before, after found) (Migration, bool) {
	m := Migration{
		Severity: Note, Service: r.service, Unit: cmp.Or(before.unit(), after.unit()),
		Before: before.version, After: after.version,
		Backup: r.backup(before.units), WayBack: r.back, Source: r.source,
	}
	switch {
	case before.version == "" && after.version == "":
		return m, false
	case len(after.units) == 0:
		if r.gone != "" {
			m.Severity = Staged
		}
		m.Rule = cmp.Or(r.gone, "It is no longer part of the system. NixOS does not delete what it stored.")
		m.WayBack = "Going back brings the service back; its data is as it was left."
		return m, true
	case len(before.units) == 0:
		m.Rule = "It is new here: nothing of it is migrated, and it starts with whatever its directories hold."
		m.WayBack, m.Backup = "Going back stops it.", []Backup{}
		return m, true
	case before.version == "" || after.version == "":
		return m, false
	}
	return r.step(m, before, after)
}

// step judges a service that both systems have.
func (r row) step(m Migration, before, after found) (Migration, bool) {
	from, to := parseVersion(m.Before), parseVersion(m.After)
	switch {
	case !r.concerns(before, after):
		m.Rule = "It stays " + r.line(to).String() + ": NixOS chooses it by system.stateVersion, unless the configuration names a package. Nothing to do."
		m.WayBack, m.Backup = "Nothing to undo.", []Backup{}
		return m, r.keyed && before.moved(after)
	case slices.Compare(from, to) > 0:
		m.Down = true
		m.Severity, m.Rule = r.down()
		m.WayBack = "The newer version can go on where it stopped, if the older one changed nothing (a guess)."
	case r.skips != nil && r.skips(from, to):
		m.Severity, m.Rule = Blocked, r.skipped
	default:
		m.Severity, m.Rule = r.severity, r.rule
	}
	if r.more != nil {
		m.Rule += r.more(before.first(), after.first())
	}
	return m, true
}

// down is what a step to an older line means.
func (r row) down() (Severity, string) {
	if r.severity == Note {
		return Note, "The version goes down. Older versions often cannot read what newer ones wrote (a guess): check the release notes, and have a backup made with the older version at hand."
	}
	return Blocked, "The version goes down, which is worse than an upgrade: what holds for going back after one holds for this step. " + r.back
}

// concerns says whether a step, up or down, is one the row speaks of.
func (r row) concerns(before, after found) bool {
	from, to := parseVersion(before.version), parseVersion(after.version)
	switch {
	case r.release != "":
		return crosses(parseVersion(before.release), parseVersion(after.release), r.release)
	case len(r.at) > 0:
		return slices.ContainsFunc(r.at, func(border string) bool { return crosses(from, to, border) })
	default:
		return !slices.Equal(r.line(from), r.line(to))
	}
}

// volumes speaks of data that belongs to no service.
func volumes(before, after *toplevel.Toplevel) []Migration {
	list := []Migration{}
	moved := before.Boot.Kernel != after.Boot.Kernel || before.Boot.Initrd != after.Boot.Initrd
	if moved && strings.Contains(before.Texts["crypttab"], "tpm2") && strings.Contains(after.Texts["crypttab"], "tpm2") {
		list = append(list, Migration{
			Severity: Note, Service: "LUKS with TPM2", Backup: []Backup{},
			Before: before.Boot.KernelVersion, After: after.Boot.KernelVersion,
			Rule:    "crypttab unlocks by TPM2, and kernel or initrd changed. If the key is bound to PCRs that measure them (a guess; it is not in the closure), the next boot asks for the passphrase: have it at hand.",
			WayBack: "The old generation boots with the measurements the key was bound to, until it is enrolled anew.",
			Source:  "https://www.freedesktop.org/software/systemd/man/latest/systemd-cryptenroll.html",
		})
	}
	paths := slices.Sorted(maps.Keys(bcachefs(before)))
	paths = slices.DeleteFunc(paths, func(path string) bool { return !bcachefs(after)[path] })
	if len(paths) > 0 && before.Boot.Kernel != after.Boot.Kernel {
		m := Migration{
			Severity: Note, Service: "bcachefs",
			Before: before.Boot.KernelVersion, After: after.Boot.KernelVersion,
			Rule:    "A newer bcachefs may upgrade the on-disk format when it mounts. Its documentation calls minor steps compatible and major ones breaking; which step this is, the closure does not tell.",
			WayBack: "The kernel can downgrade the format across minor steps; across a major one only a backup helps.",
			Source:  "https://github.com/koverstreet/bcachefs-tools#version-semantics",
		}
		for _, path := range paths {
			m.Backup = append(m.Backup, Backup{Path: path})
		}
		list = append(list, m)
	}
	return list
}

// bcachefs is where fstab mounts it.
func bcachefs(t *toplevel.Toplevel) map[string]bool {
	points := map[string]bool{}
	for _, mount := range t.Mounts {
		if mount.Type == "bcachefs" {
			points[mount.Point] = true
		}
	}
	return points
}
