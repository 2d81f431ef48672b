package closure

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A Row is one change of a package together with the machines it happens on.
type Row struct {
	// Name and Was are those of a [Change], in a family those of its first
	// member.
	Name string
	Was  string
	// Family is what the Members have in common, to be written behind their
	// number: "KDE Plasma", "texlive-…", "abseil and the like". Both are empty
	// for a single package.
	Family  string
	Members []string
	// Before is empty for what was added, After for what was removed.
	Before Versions
	After  Versions
	Kind   Kind
	// Hosts are the machines, sorted; Everywhere says that these are all.
	Hosts      []string
	Everywhere bool
	// Direct says that a person asked for it on one of the machines at least.
	Direct bool
	// Important marks what every reader wants to see: the kernel, firmware,
	// the bootloader, systemd, glibc, openssl, openssh and sudo.
	Important bool
	// Services are the units that refer to it on any of the machines.
	Services []string
	// SizeDelta is the growth in bytes on the machine where it is largest, With
	// what came or went along on the machine where that is most. What comes with
	// a family is not known: its members bring each other.
	SizeDelta int64
	With      int64
	// Why is the shortest way to what was added or removed on the first of the
	// machines. A family has none.
	Why []string
}

// Fold lays the deltas of a fleet, by host name, on top of each other: what
// happens on several machines is one row, and so are packages that move
// together. Important rows come first, then direct ones, then the others, each
// by growth or shrinkage and then by name. Glue without a version, unit files
// and configuration, has no row.
func Fold(hosts map[string]*Delta) []Row {
	rows := fold{}
	for _, host := range slices.Sorted(maps.Keys(hosts)) {
		rows.lay(host, hosts[host])
	}
	all := make([]*Row, 0, len(rows))
	for _, row := range rows {
		row.Everywhere = len(row.Hosts) == len(hosts)
		row.Important = importance(row.Name) > ordinary
		row.Services = set(row.Services)
		all = append(all, row)
	}
	all = foldFamilies(all)
	slices.SortFunc(all, compareRows)
	folded := make([]Row, len(all))
	for i, row := range all {
		folded[i] = *row
	}
	return folded
}

// A fold holds the rows of all machines by what makes them one.
type fold map[rowKey]*Row

type rowKey struct {
	name, was     string
	before, after string
	kind          Kind
}

// lay adds what happens on a machine.
func (f fold) lay(host string, d *Delta) {
	for i := range d.Changed {
		c := &d.Changed[i]
		f.add(host, &Row{
			Name: c.Name, Was: c.Was, Before: c.Before, After: c.After, Kind: c.Kind,
			Direct: c.Direct, Services: c.Services, SizeDelta: c.SizeDelta,
		})
	}
	for _, item := range d.Added {
		if item.isPackage() {
			row := item.row(Row{Kind: Added, After: item.Versions, SizeDelta: item.Size})
			f.add(host, &row)
		}
	}
	for _, item := range d.Removed {
		if item.isPackage() {
			row := item.row(Row{Kind: Removed, Before: item.Versions, SizeDelta: -item.Size})
			f.add(host, &row)
		}
	}
}

func (i Item) row(row Row) Row {
	row.Name, row.Direct, row.Services, row.With, row.Why = i.Name, i.Direct, i.Services, i.With, i.Why
	return row
}

// add adds a row of one machine.
func (f fold) add(host string, row *Row) {
	key := rowKey{row.Name, row.Was, strings.Join(row.Before, " "), strings.Join(row.After, " "), row.Kind}
	same, ok := f[key]
	if !ok {
		same = new(*row)
		same.Services = slices.Clip(row.Services)
		f[key] = same
	}
	same.Hosts = append(same.Hosts, host)
	same.Direct = same.Direct || row.Direct
	if !slices.Equal(same.Services, row.Services) {
		same.Services = append(same.Services, row.Services...)
	}
	same.With = max(same.With, row.With)
	if abs(row.SizeDelta) > abs(same.SizeDelta) {
		same.SizeDelta = row.SizeDelta
	}
}

// set sorts names and drops those that stand there twice.
func set(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func compareRows(a, b *Row) int {
	if a.Important || b.Important {
		if order := cmp.Compare(importance(b.Name), importance(a.Name)); order != 0 {
			return order
		}
	}
	if order := cmp.Or(cmp.Compare(rank(b.Direct), rank(a.Direct)), cmp.Compare(abs(b.SizeDelta), abs(a.SizeDelta))); order != 0 {
		return order
	}
	return cmp.Or(
		strings.Compare(a.Name, b.Name),
		strings.Compare(a.Was, b.Was),
		strings.Compare(string(a.Kind), string(b.Kind)),
		slices.Compare(a.Before, b.Before),
		slices.Compare(a.After, b.After),
		slices.Compare(a.Hosts, b.Hosts),
	)
}

func rank(direct bool) int {
	if direct {
		return 1
	}
	return 0
}

func abs(n int64) int64 { return max(n, -n) }
