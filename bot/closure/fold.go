package closure

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A Row is one change of a package together with the machines it happens on.
type Row struct {
	// Name and Was are those of a [Change]. For a family they are the
	// interpreter after and before: "python3.13", "python3.12".
	Name string
	Was  string
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
	// SizeDelta is the growth in bytes on the machine where it is largest.
	SizeDelta int64
	// Members are the names that make up a family: packages whose interpreter
	// moved and whose own versions did not. A single package has none.
	Members []string
}

// Fold lays the deltas of a fleet, by host name, on top of each other: what
// happens on several machines is one row. Important rows come first, then
// direct ones, then the others, each by growth or shrinkage and then by name.
// Glue without a version, unit files and configuration, has no row.
func Fold(hosts map[string]*Delta) []Row {
	rows := map[rowKey]*Row{}
	for _, host := range slices.Sorted(maps.Keys(hosts)) {
		for _, row := range hosts[host].rows() {
			key := row.key()
			if rows[key] == nil {
				rows[key] = &row
			}
			rows[key].on(host, row)
		}
	}
	folded := make([]Row, 0, len(rows))
	for _, row := range rows {
		row.Everywhere = len(row.Hosts) == len(hosts)
		folded = append(folded, *row)
	}
	folded = foldFamilies(folded)
	slices.SortFunc(folded, compareRows)
	return folded
}

// A rowKey is what rows of different machines share when they are one.
type rowKey struct {
	name, was     string
	before, after string
	kind          Kind
}

func (r *Row) key() rowKey {
	return rowKey{r.Name, r.Was, strings.Join(r.Before, " "), strings.Join(r.After, " "), r.Kind}
}

func (d *Delta) rows() []Row {
	rows := make([]Row, 0, len(d.Changed)+len(d.Added)+len(d.Removed))
	for _, c := range d.Changed {
		rows = append(rows, Row{
			Name: c.Name, Was: c.Was, Before: c.Before, After: c.After, Kind: c.Kind,
			Direct: c.Direct, Important: importance(c.Name) > ordinary, SizeDelta: c.SizeDelta,
		})
	}
	for _, item := range d.Added {
		if item.isPackage() {
			rows = append(rows, Row{
				Name: item.Name, After: item.Versions, Kind: Added,
				Direct: item.Direct, Important: importance(item.Name) > ordinary, SizeDelta: item.Size,
			})
		}
	}
	for _, item := range d.Removed {
		if item.isPackage() {
			rows = append(rows, Row{
				Name: item.Name, Before: item.Versions, Kind: Removed,
				Direct: item.Direct, Important: importance(item.Name) > ordinary, SizeDelta: -item.Size,
			})
		}
	}
	return rows
}

func (r *Row) on(host string, same Row) {
	r.Hosts = append(r.Hosts, host)
	r.Direct = r.Direct || same.Direct
	if abs(same.SizeDelta) > abs(r.SizeDelta) {
		r.SizeDelta = same.SizeDelta
	}
}

// foldFamilies makes one row of all packages that only followed their
// interpreter on the same machines. What a person asked for keeps its own row.
func foldFamilies(rows []Row) []Row {
	type move struct{ from, to, hosts string }
	families := map[move][]Row{}
	rest := make([]Row, 0, len(rows))
	for _, row := range rows {
		if row.Was == "" || row.Direct || !slices.Equal(row.Before, row.After) {
			rest = append(rest, row)
			continue
		}
		from, _ := splitInterpreter(row.Was)
		to, _ := splitInterpreter(row.Name)
		key := move{from, to, strings.Join(row.Hosts, " ")}
		families[key] = append(families[key], row)
	}
	for _, members := range families {
		if len(members) == 1 {
			rest = append(rest, members[0])
			continue
		}
		rest = append(rest, family(members))
	}
	return rest
}

func family(members []Row) Row {
	row := members[0]
	row.SizeDelta = 0
	for _, member := range members {
		row.Members = append(row.Members, member.Name)
		row.SizeDelta += member.SizeDelta
	}
	slices.Sort(row.Members)
	row.Was, _ = splitInterpreter(row.Was)
	row.Name, _ = splitInterpreter(row.Name)
	row.Before = Versions{strings.TrimPrefix(row.Was, language(row.Was))}
	row.After = Versions{strings.TrimPrefix(row.Name, language(row.Name))}
	return row
}

func compareRows(a, b Row) int {
	return cmp.Or(
		cmp.Compare(importance(b.Name), importance(a.Name)),
		cmp.Compare(rank(b.Direct), rank(a.Direct)),
		cmp.Compare(abs(b.SizeDelta), abs(a.SizeDelta)),
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
