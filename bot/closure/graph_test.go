package closure

import (
	"fmt"
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
	g, err := newGraph(infos)
	if err != nil {
		t.Fatal(err)
	}
	sorted, err := newGraph(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sorted, g, unexported); diff != "" {
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
	g, err := newGraph(infos)
	if err != nil {
		t.Fatal(err)
	}
	return g
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
