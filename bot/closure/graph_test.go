package closure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGraphIsTheSameInEveryOrder(t *testing.T) {
	want := newFleet(1).infos
	infos := slices.Clone(want)
	slices.Reverse(infos)
	for i := range infos {
		infos[i].References = append([]string{infos[i].Path}, infos[i].References...)
		slices.Reverse(infos[i].References)
	}
	given := slices.Clone(infos)
	if diff := cmp.Diff(graphOf(t, want), graphOf(t, infos), unexported); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(given, infos); diff != "" {
		t.Errorf("the list was changed (-want +got)\n%s", diff)
	}
}

// makeGraph reads a line per path: key, name, size and the keys referred to.
func makeGraph(t *testing.T, store string) *Graph {
	t.Helper()
	var infos []pathInfo
	for line := range strings.Lines(store) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		info := pathInfo{Path: key(fields[0], fields[1], "")}
		if _, err := fmt.Sscan(fields[2], &info.NarSize); err != nil {
			t.Fatal(err)
		}
		for _, to := range fields[3:] {
			info.References = append(info.References, key(to, "", store))
		}
		infos = append(infos, info)
	}
	return graphOf(t, infos)
}

// graphOf makes a graph of what Nix could have printed.
func graphOf(t testing.TB, infos []pathInfo) *Graph {
	t.Helper()
	g, err := NewGraph(Names{}, listingOf(t, infos))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func listingOf(t testing.TB, infos []pathInfo) Listing {
	t.Helper()
	listing, err := resolve(infos)
	if err != nil {
		t.Fatal(err)
	}
	return listing
}

// key gives the store path of a key: a name is looked up in store where it is
// not name.
func key(key, name, store string) string {
	for line := range strings.Lines(store) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == key {
			name = fields[1]
		}
	}
	return fmt.Sprintf("/nix/store/%s%s-%s", strings.Repeat("0", 32-len(key)), key, name)
}

func TestNewGraphRefuses(t *testing.T) {
	a, b := key("a", "x", ""), key("b", "x", "")
	for _, test := range []struct {
		listing Listing
		want    string
	}{
		{Listing{{Path: a, NarSize: math.MaxInt64}, {Path: b, NarSize: 1}}, "more than 8 EiB"},
		{Listing{{Path: a, References: []int32{1}}}, "refers to place 1 of 1"},
		{Listing{{Path: a, References: []int32{-1}}}, "refers to place -1 of 1"},
		{Listing{{Path: "/etc"}}, `"/etc" is not a store path`},
	} {
		if _, err := NewGraph(Names{}, test.listing); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

// Of a path in two listings the first counts, with its references.
func TestNewGraphMergesListings(t *testing.T) {
	a, b, c := key("a", "x-1", ""), key("b", "y-1", ""), key("c", "z-1", "")
	got, err := NewGraph(Names{},
		Listing{{Path: b, NarSize: 2, References: []int32{1}}, {Path: a, NarSize: 1}},
		Listing{{Path: c, NarSize: 3, References: []int32{0, 2, 1}}, {Path: a, NarSize: 9}, {Path: b, NarSize: 2}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := NewGraph(Names{}, Listing{
		{Path: a, NarSize: 1}, {Path: b, NarSize: 2, References: []int32{0}}, {Path: c, NarSize: 3, References: []int32{0, 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, unexported); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}
