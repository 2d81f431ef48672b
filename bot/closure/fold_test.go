package closure

import (
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
		row(Row{Name: "python3.13-pip", Was: "python3.12-pip", Before: Versions{"25"}, After: Versions{"25"}, Direct: true, SizeDelta: 3}, "web"),
		row(Row{Name: "python3.13-wheel", Was: "python3.12-wheel", Before: Versions{"1"}, After: Versions{"1"}, Direct: true, SizeDelta: 2}, "web"),
		row(Row{Name: "zlib", Before: Versions{"1"}, After: Versions{"3"}, SizeDelta: 8}, "nas"),
		row(Row{Name: "zlib", Before: Versions{"1"}, After: Versions{"2"}, SizeDelta: -7}, "desk", "web"),
		row(Row{Name: "python3.13-numpy", Was: "python3.12-numpy", Before: Versions{"2.0"}, After: Versions{"2.1"}, SizeDelta: 4}, "web"),
		row(Row{Name: "python3.13-scipy", Was: "python3.12-scipy", Before: Versions{"1.0"}, After: Versions{"1.1"}, SizeDelta: 4}, "web"),
		row(Row{Name: "libfoo", After: Versions{"1"}, Kind: Added, SizeDelta: 3}, "web"),
		row(Row{
			Name: "python3.13", Was: "python3.12", Before: Versions{"3.12"}, After: Versions{"3.13"}, SizeDelta: 3,
			Members: []string{"python3.13-requests", "python3.13-six"},
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

func TestFoldOfNothing(t *testing.T) {
	if diff := cmp.Diff([]Row{}, Fold(map[string]*Delta{"web": {}})); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}
