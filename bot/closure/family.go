package closure

import (
	"slices"
	"strings"
)

// many packages are a family; fewer keep a row each.
const many = 4

// A kinship is what packages of one family share.
type kinship struct {
	// interpreters are those of packages that only followed theirs: "python3.12
	// python3.13"; or that of packages that only came or went with it.
	interpreters string
	// before and after are the versions of packages that move in step.
	before, after string
	kind          Kind
	hosts         string
}

// foldFamilies makes one row of many packages that move together: that follow
// their interpreter, or go from the same version to the same version, on the
// same machines. Important packages keep their own rows.
func foldFamilies(rows []*Row) []*Row {
	families := map[kinship][]*Row{}
	folded := make([]*Row, 0, len(rows))
	for _, row := range rows {
		if kin, ok := row.kinship(); ok {
			families[kin] = append(families[kin], row)
		} else {
			folded = append(folded, row)
		}
	}
	for kin, members := range families {
		switch {
		case len(members) < many:
			folded = append(folded, members...)
		case kin.interpreters != "":
			folded = append(folded, interpreterFamily(members))
		default:
			folded = append(folded, suites(members)...)
		}
	}
	return folded
}

func (r *Row) kinship() (kin kinship, ok bool) {
	kin = kinship{kind: r.Kind, hosts: strings.Join(r.Hosts, " ")}
	from, _ := splitInterpreter(r.Was)
	to, _ := splitInterpreter(r.Name)
	switch {
	case r.Important:
		return kin, false
	case from != "":
		// What a person asked for keeps its own row.
		kin.interpreters = from + " " + to
		return kin, !r.Direct && slices.Equal(r.Before, r.After)
	case to != "" && !r.Direct && (r.Kind == Added || r.Kind == Removed):
		kin.interpreters = to
		return kin, true
	}
	kin.before, kin.after = strings.Join(r.Before, " "), strings.Join(r.After, " ")
	return kin, kin.before != kin.after
}

// interpreterFamily goes from one version of the interpreter to another, or
// came or went with it.
func interpreterFamily(members []*Row) *Row {
	row := family(members)
	from, _ := splitInterpreter(row.Was)
	to, _ := splitInterpreter(row.Name)
	row.Before, row.After = nil, nil
	if from != "" {
		row.Before, row.After = Versions{from[len(language(from)):]}, Versions{to[len(language(to)):]}
		to = language(to)
	}
	row.Family = to + "-…"
	return row
}

// suites makes rows of packages that go from the same version to the same
// version: a suite that one of them stands for, those whose names begin alike,
// and the others, as far as nobody asked for them by name.
func suites(members []*Row) []*Row {
	for _, member := range members {
		if suite, ok := anchors[member.Name]; ok {
			row := family(members)
			row.Family = suite
			return []*Row{row}
		}
	}
	alike := map[string][]*Row{}
	for _, member := range members {
		word, _, _ := strings.Cut(member.Name, "-")
		alike[word] = append(alike[word], member)
	}
	var rows, others []*Row
	for _, members := range alike {
		switch {
		case len(members) >= many:
			row := family(members)
			row.Family = commonPrefix(row.Members) + "-…"
			rows = append(rows, row)
		case members[0].Kind == Added || members[0].Kind == Removed:
			rows = append(rows, members...)
		default:
			others = append(others, members...)
		}
	}
	return append(rows, strangers(others)...)
}

// strangers only have their versions in common.
func strangers(members []*Row) []*Row {
	var rows, others []*Row
	for _, member := range members {
		if member.Direct {
			rows = append(rows, member)
		} else {
			others = append(others, member)
		}
	}
	if len(others) < many {
		return append(rows, others...)
	}
	row := family(others)
	row.Family = row.Name + " and the like"
	return append(rows, row)
}

// family sorts members and sums them up in one row.
func family(members []*Row) *Row {
	slices.SortFunc(members, func(a, b *Row) int { return strings.Compare(a.Name, b.Name) })
	row := new(*members[0])
	row.Services, row.SizeDelta, row.With, row.Why = nil, 0, 0, nil
	for _, member := range members {
		row.Members = append(row.Members, member.Name)
		row.Direct = row.Direct || member.Direct
		row.Services = append(row.Services, member.Services...)
		row.SizeDelta += member.SizeDelta
	}
	row.Services = set(row.Services)
	return row
}

// commonPrefix is what sorted names begin with, up to a dash: "gst-plugins".
func commonPrefix(names []string) string {
	prefix, last := names[0], names[len(names)-1]
	for !strings.HasPrefix(last+"-", prefix+"-") {
		prefix = prefix[:max(strings.LastIndexByte(prefix, '-'), 0)]
	}
	return prefix
}

// anchors are packages that stand for the suite they are released with.
var anchors = map[string]string{
	"caja": "MATE", "mate-panel": "MATE",
	"cinnamon": "Cinnamon", "nemo": "Cinnamon",
	"clang": "LLVM", "llvm": "LLVM",
	"cosmic-comp": "COSMIC", "cosmic-panel": "COSMIC",
	"dolphin": "KDE Gear", "kate": "KDE Gear", "konsole": "KDE Gear",
	"gnome-shell": "GNOME", "mutter": "GNOME", "nautilus": "GNOME",
	"gst-plugins-base": "GStreamer", "gstreamer": "GStreamer",
	"kcoreaddons": "KDE Frameworks", "kio": "KDE Frameworks",
	"kwin": "KDE Plasma", "plasma-workspace": "KDE Plasma",
	"lxqt-panel": "LXQt", "lxqt-session": "LXQt",
	"mesa":   "Mesa",
	"qtbase": "Qt", "qtdeclarative": "Qt",
	"xfce4-panel": "Xfce", "xfce4-session": "Xfce",
}
