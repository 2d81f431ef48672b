package closure

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each line of before is a package, its versions and its host; "*" marks what a
// person asked for.
func TestFamilies(t *testing.T) {
	for _, test := range []struct {
		name, moves string
		want        []string
	}{
		{
			"a suite with an anchor, what is asked for included",
			"kwin 6.2 6.3 a, breeze 6.2 6.3 a, *kscreen 6.2 6.3 a, plasma-workspace 6.2 6.3 a",
			[]string{"*4 × KDE Plasma 6.2 6.3 [a]: breeze kscreen kwin plasma-workspace"},
		},
		{
			"the same on other machines",
			"kwin 6.2 6.3 a, breeze 6.2 6.3 a, kscreen 6.2 6.3 a, kwin 6.2 6.3 b, breeze 6.2 6.3 b, kscreen 6.2 6.3 b, kde-cli 6.2 6.3 b",
			[]string{"breeze 6.2 6.3 [a b]", "kde-cli 6.2 6.3 [b]", "kscreen 6.2 6.3 [a b]", "kwin 6.2 6.3 [a b]"},
		},
		{
			"too few",
			"kwin 6.2 6.3 a, breeze 6.2 6.3 a, kscreen 6.2 6.3 a, kpipewire 6.2 6.4 a",
			[]string{"breeze 6.2 6.3 [a]", "kpipewire 6.2 6.4 [a]", "kscreen 6.2 6.3 [a]", "kwin 6.2 6.3 [a]"},
		},
		{
			"names that begin alike",
			"x-plugins-bad 1 2 a, x-plugins-base 1 2 a, *x-plugins 1 2 a, x-plugins-ugly 1 2 a, other 1 2 a, *more 1 2 a",
			[]string{"*4 × x-plugins-… 1 2 [a]: x-plugins x-plugins-bad x-plugins-base x-plugins-ugly", "*more 1 2 [a]", "other 1 2 [a]"},
		},
		{
			"strangers that nobody asked for",
			"e 1 2 a, b 1 2 a, c 1 2 a, d 1 2 a, *f 1 2 a",
			[]string{"*f 1 2 [a]", "4 × b and the like 1 2 [a]: b c d e"},
		},
		{
			"strangers that came",
			"e _ 2 a, b _ 2 a, c _ 2 a, d _ 2 a",
			[]string{"b _ 2 [a]", "c _ 2 [a]", "d _ 2 [a]", "e _ 2 [a]"},
		},
		{
			"what matters to every reader",
			"systemd 1 2 a, b 1 2 a, c 1 2 a, d 1 2 a",
			[]string{"systemd 1 2 [a]", "b 1 2 [a]", "c 1 2 [a]", "d 1 2 [a]"},
		},
		{
			"left-overs of an interpreter",
			"python3.13-a _ 1 a, python3.13-b _ 2 a, python3.13-c _ 3 a, python3.13-d _ 4 a, *python3.13-e _ 5 a, python3.12-a 1 _ a",
			[]string{"*python3.13-e _ 5 [a]", "python3.12-a 1 _ [a]", "4 × python3.13-… _ _ [a]: python3.13-a python3.13-b python3.13-c python3.13-d"},
		},
	} {
		var got []string
		for _, row := range Fold(moves(test.moves)) {
			got = append(got, written(row))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s mismatch (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestFamilyOfWhatIsKnownOfItsMembers(t *testing.T) {
	var added []Item
	for i, service := range []string{"b.service", "a.service", "b.service", "c.service"} {
		added = append(added, Item{
			Name: fmt.Sprint("texlive-", i), Versions: Versions{"2025"}, Size: 10, With: 40,
			Services: []string{service}, Why: []string{"system-path"},
		})
	}
	want := []Row{{
		Name: "texlive-0", Family: "texlive-…", Members: []string{"texlive-0", "texlive-1", "texlive-2", "texlive-3"},
		After: Versions{"2025"}, Kind: Added, Hosts: []string{"web"}, Everywhere: true, SizeDelta: 40,
		Services: []string{"a.service", "b.service", "c.service"},
	}}
	if diff := cmp.Diff(want, Fold(map[string]*Delta{"web": {Added: added}})); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

func moves(text string) map[string]*Delta {
	hosts := map[string]*Delta{}
	for move := range strings.SplitSeq(text, ", ") {
		name, asked := strings.CutPrefix(move, "*")
		fields := strings.Fields(name)
		if hosts[fields[3]] == nil {
			hosts[fields[3]] = &Delta{}
		}
		delta := hosts[fields[3]]
		delta.move(fields[0], fields[1], fields[2])
		if asked && fields[1] == "_" {
			delta.Added[len(delta.Added)-1].Direct = true
		} else if asked {
			delta.Changed[len(delta.Changed)-1].Direct = true
		}
	}
	return hosts
}

func written(row Row) string {
	name, members := row.Name, ""
	if row.Family != "" {
		name = fmt.Sprintf("%d × %s", len(row.Members), row.Family)
		members = ": " + strings.Join(row.Members, " ")
	}
	if row.Direct {
		name = "*" + name
	}
	version := func(v Versions) string {
		if len(v) == 0 {
			return "_"
		}
		return v.String()
	}
	return fmt.Sprint(name, " ", version(row.Before), " ", version(row.After), " ", row.Hosts, members)
}
