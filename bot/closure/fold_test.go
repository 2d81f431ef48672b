package closure

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// up is a package that went up, and moved one that went to python 3.13.
func up(name, before, after string, size int64, direct bool) Change {
	return Change{Name: name, Before: Versions{before}, After: Versions{after}, Kind: Upgrade, SizeDelta: size, Direct: direct}
}

func moved(name, before, after string, size int64, direct bool) Change {
	c := up("python3.13-"+name, before, after, size, direct)
	c.Was = "python3.12-" + name
	return c
}

func TestFold(t *testing.T) {
	hosts := map[string]*Delta{
		"web": {
			Changed: []Change{
				up("openssl", "3.4.0", "3.4.1", 10, false), up("nginx", "1.28.0", "1.29.3", 5, true), up("zlib", "1", "2", -7, false),
				moved("six", "1.17.0", "1.17.0", 1, false), moved("requests", "2.32.3", "2.32.3", 2, false),
				moved("idna", "3", "3", 0, false), moved("certifi", "4", "4", 0, false),
				moved("pip", "25", "25", 3, true), moved("wheel", "1", "1", 2, true),
				moved("numpy", "2.0", "2.1", 4, false), moved("scipy", "1.0", "1.1", 4, false),
			},
			Added:   []Item{{Name: "unit-a.service"}, {Name: "libfoo", Versions: Versions{"1"}, Size: 3}},
			Removed: []Item{{Name: "nixos-rebuild", Direct: true, Size: 9}},
		},
		"desk": {
			Changed: []Change{
				up("linux", "6.12.10", "6.12.13", 0, false), up("openssl", "3.4.0", "3.4.1", -20, true), up("zlib", "1", "2", -7, false),
				moved("six", "1.17.0", "1.17.0", 1, false), moved("requests", "2.32.3", "2.32.3", 2, false),
				moved("idna", "3", "3", 0, false), moved("certifi", "4", "4", 0, false), moved("pip", "25", "25", 3, true),
			},
			Added: []Item{{Name: "nixos-rebuild", Direct: true, Size: 9}},
		},
		"nas": {Changed: []Change{up("openssl", "3.4.0", "3.4.1", 10, false), up("zlib", "1", "3", 8, false), moved("toml", "1", "1", 0, false)}},
	}
	row := func(r Row, hosts ...string) Row {
		r.Hosts, r.Everywhere = hosts, len(hosts) == 3
		if r.Kind == "" {
			r.Kind = Upgrade
		}
		return r
	}
	want := []Row{
		row(Row{Name: "linux", Before: Versions{"6.12.10"}, After: Versions{"6.12.13"}, Important: true}, "desk"),
		row(Row{Name: "openssl", Before: Versions{"3.4.0"}, After: Versions{"3.4.1"}, Important: true, Direct: true, SizeDelta: -20}, "desk", "nas", "web"),
		row(Row{Name: "nixos-rebuild", Kind: Added, Direct: true, SizeDelta: 9}, "desk"),
		row(Row{Name: "nixos-rebuild", Kind: Removed, Direct: true, SizeDelta: -9}, "web"),
		row(Row{Name: "nginx", Before: Versions{"1.28.0"}, After: Versions{"1.29.3"}, Direct: true, SizeDelta: 5}, "web"),
		row(Row{Name: "python3.13-pip", Was: "python3.12-pip", Before: Versions{"25"}, After: Versions{"25"}, Direct: true, SizeDelta: 3}, "desk", "web"),
		row(Row{Name: "python3.13-wheel", Was: "python3.12-wheel", Before: Versions{"1"}, After: Versions{"1"}, Direct: true, SizeDelta: 2}, "web"),
		row(Row{Name: "zlib", Before: Versions{"1"}, After: Versions{"3"}, SizeDelta: 8}, "nas"),
		row(Row{Name: "zlib", Before: Versions{"1"}, After: Versions{"2"}, SizeDelta: -7}, "desk", "web"),
		row(Row{Name: "python3.13-numpy", Was: "python3.12-numpy", Before: Versions{"2.0"}, After: Versions{"2.1"}, SizeDelta: 4}, "web"),
		row(Row{Name: "python3.13-scipy", Was: "python3.12-scipy", Before: Versions{"1.0"}, After: Versions{"1.1"}, SizeDelta: 4}, "web"),
		row(Row{Name: "libfoo", After: Versions{"1"}, Kind: Added, SizeDelta: 3}, "web"),
		row(Row{
			Name: "python3.13-certifi", Was: "python3.12-certifi", Before: Versions{"3.12"}, After: Versions{"3.13"}, SizeDelta: 3,
			Family:  "python-…",
			Members: []string{"python3.13-certifi", "python3.13-idna", "python3.13-requests", "python3.13-six"},
		}, "desk", "web"),
		row(Row{Name: "python3.13-toml", Was: "python3.12-toml", Before: Versions{"1"}, After: Versions{"1"}}, "nas"),
	}
	// The rows come out of maps: one order must come of every other.
	for range 20 {
		if diff := cmp.Diff(want, Fold(hosts)); diff != "" {
			t.Fatalf("mismatch (-want +got)\n%s", diff)
		}
	}
}

func TestFoldOfWhatIsKnownOfOneMachine(t *testing.T) {
	change := func(services ...string) *Delta {
		c := up("nginx", "1", "2", 0, false)
		c.Services = services
		return &Delta{Changed: []Change{c}}
	}
	spare := append(make([]string, 0, 4), "b.service")
	hosts := map[string]*Delta{"a": change(spare...), "b": change("a.service", "b.service"), "c": change()}
	hosts["b"].Added = []Item{{Name: "libfoo", Versions: Versions{"1"}, Size: 3, With: 9, Why: []string{"system-path", "bar"}}}
	hosts["c"].Added = []Item{{Name: "libfoo", Versions: Versions{"1"}, Size: 3, With: 10, Why: []string{"etc"}, Services: []string{"x.service"}}}
	hosts["c"].Removed = []Item{{Name: "libbar", Versions: Versions{"1"}, Size: 3, With: 4, Why: []string{"etc"}}}
	want := []Row{
		{Name: "libbar", Before: Versions{"1"}, Kind: Removed, Hosts: []string{"c"}, SizeDelta: -3, With: 4, Why: []string{"etc"}},
		{
			Name: "libfoo", After: Versions{"1"}, Kind: Added, Hosts: []string{"b", "c"}, SizeDelta: 3, With: 10,
			Why: []string{"system-path", "bar"}, Services: []string{"x.service"},
		},
		{
			Name: "nginx", Before: Versions{"1"}, After: Versions{"2"}, Kind: Upgrade, Hosts: []string{"a", "b", "c"}, Everywhere: true,
			Services: []string{"a.service", "b.service"},
		},
	}
	if diff := cmp.Diff(want, Fold(hosts)); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b.service", "", "", ""}, spare[:cap(spare)]); diff != "" {
		t.Errorf("the delta changed (-want +got)\n%s", diff)
	}
}

// No row is lost or doubled, whatever the deltas are.
func FuzzFold(f *testing.F) {
	f.Add("kwin 6.2 6.3 a", "kio 6.2 6.3 a", "breeze 6.2 6.3 a", "kscreen 6.2 6.3 a", "python3.12-a 1 _ b")
	f.Add("a-b 1 2 a", "a-c 1 2 a", "a-d 1 2 a", "a-e 1 2 b", "-a 1 2 a")
	f.Fuzz(func(t *testing.T, one, two, three, four, five string) {
		hosts := map[string]*Delta{}
		rows := map[string]bool{}
		for _, line := range []string{one, two, three, four, five} {
			fields := strings.Fields(line)
			if key := strings.Join(fields, " "); len(fields) == 4 && !rows[key] {
				rows[key] = true
			} else {
				continue
			}
			if hosts[fields[3]] == nil {
				hosts[fields[3]] = &Delta{}
			}
			hosts[fields[3]].move(fields[0], fields[1], fields[2])
		}
		cells := 0
		for _, row := range Fold(hosts) {
			cells += max(1, len(row.Members)) * len(row.Hosts)
			if (len(row.Members) > 0) != (row.Family != "") {
				t.Errorf("a family without a name or members: %+v", row)
			}
		}
		if cells != len(rows) {
			t.Errorf("%d rows of single machines became %d", len(rows), cells)
		}
	})
}

// move adds a change, or what came or went where a version is "_".
func (d *Delta) move(name, before, after string) {
	switch {
	case before == "_":
		d.Added = append(d.Added, Item{Name: name, Versions: Versions{after}})
	case after == "_":
		d.Removed = append(d.Removed, Item{Name: name, Versions: Versions{before}})
	default:
		d.Changed = append(d.Changed, up(name, before, after, 1, false))
	}
}

func TestFoldOfNothing(t *testing.T) {
	if diff := cmp.Diff([]Row{}, Fold(map[string]*Delta{"web": {}})); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}
