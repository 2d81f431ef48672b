package closure

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	capturedBefore = "/nix/store/xw9cvxdqvmcf7cx86d7z8l3xb275hn94-nixos-system-web-01-25.05.20250101.abcdef0"
	capturedAfter  = "/nix/store/kr7nd0w8p40f41p0qzl830r487dmnw3h-nixos-system-web-01-25.11.20251101.bcdef01"
)

func TestDiffOfWhatNixBuilt(t *testing.T) {
	got, err := Diff(parseFile(t, captures[0]), capturedBefore, capturedAfter)
	if err != nil {
		t.Fatal(err)
	}
	// Direct are firefox by alice's environment, requests and openssl's bin by
	// system-path; etc, system-path, user-environment and the zfs module are
	// built anew.
	want := &Delta{
		Size:    Size{Before: 3488, After: 3680},
		Paths:   Size{Before: 16, After: 17},
		Added:   []Item{{Name: "hello", Versions: Versions{"2.12.1"}, Size: 136, With: 136, Direct: true, Why: []string{"system-path", "hello"}}},
		Removed: []Item{},
		Changed: []Change{
			{Name: "firefox", Before: Versions{"137.0.1"}, After: Versions{"137.0.2"}, Kind: Upgrade, Direct: true},
			{Name: "linux", Before: Versions{"6.12.10"}, After: Versions{"6.12.13"}, Kind: Upgrade},
			{Name: "openssl", Before: Versions{"3.4.0"}, After: Versions{"3.4.1"}, Kind: Upgrade, Direct: true},
			{Name: "python3.13-requests", Was: "python3.12-requests", Before: Versions{"2.32.3"}, After: Versions{"2.32.3"}, Kind: Upgrade, Direct: true},
		},
		Rebuilt: 4,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

// Keys a and b of each store are the toplevels.
var diffs = []struct {
	name, store string
	want        Delta
}{
	{
		name: "outputs are one copy, and a copy more is a change",
		store: `
			a top 1 o1 b1
			b top 1 o1 b1 o2
			o1 glibc-2.40 10
			b1 glibc-2.40-bin 5
			o2 glibc-2.40 11`,
		want: Delta{
			Size:    Size{16, 27},
			Changed: []Change{{Name: "glibc", Before: Versions{"2.40"}, After: Versions{"2.40", "2.40"}, Kind: Mixed, SizeDelta: 11, Direct: true}},
		},
	},
	{
		name: "versions stand in order",
		store: `
			a top 1 p q
			b top 1 p q r s
			p foo-2.10 1
			q foo-2.9 1
			r foo-2.10 1
			s foo-2.9-man 1`,
		want: Delta{
			Size:    Size{3, 5},
			Changed: []Change{{Name: "foo", Before: Versions{"2.9", "2.10"}, After: Versions{"2.9", "2.10", "2.10"}, Kind: Mixed, SizeDelta: 2, Direct: true}},
		},
	},
	{
		name: "a new output of the same version is no change",
		store: `
			a top 1 o1
			b top 1 o1 b1
			o1 glibc-2.40 10
			b1 glibc-2.40-bin 5`,
		want: Delta{Size: Size{11, 16}, Rebuilt: 1},
	},
	{
		name: "direct by path, not by name",
		store: `
			a top 1 sw hidden1
			b top 1 sw hidden2
			sw system-path 1 ssl
			ssl openssl-1.1 1
			hidden1 openssl-3.4.0 1
			hidden2 openssl-3.4.1 3`,
		want: Delta{
			Size:    Size{4, 6},
			Changed: []Change{{Name: "openssl", Before: Versions{"1.1", "3.4.0"}, After: Versions{"1.1", "3.4.1"}, Kind: Upgrade, SizeDelta: 2}},
		},
	},
	{
		name: "home-manager's packages are direct",
		store: `
			a top 1 sw gen1
			b top 1 sw gen2
			sw system-path 1
			gen1 home-manager-generation 1 hm1
			gen2 home-manager-generation 1 hm2
			hm1 home-manager-path 1 fish1
			hm2 home-manager-path 1 fish2
			fish1 fish-3.7 1
			fish2 fish-4.0 1`,
		want: Delta{
			Size:    Size{5, 5},
			Changed: []Change{{Name: "fish", Before: Versions{"3.7"}, After: Versions{"4.0"}, Kind: Upgrade, Direct: true}},
			Rebuilt: 2,
		},
	},
	{
		name: "glue comes and goes",
		store: `
			a top 1 sw unit
			b top 1 sw patch
			sw system-path 1
			unit unit-old.service 2
			patch CVE-2024-6387.patch 3`,
		want: Delta{
			Size:    Size{4, 5},
			Added:   []Item{{Name: "CVE-2024-6387.patch", Versions: Versions{}, Size: 3, With: 3, Why: []string{"CVE-2024-6387.patch"}}},
			Removed: []Item{{Name: "unit-old.service", Versions: Versions{}, Size: 2, With: 2, Why: []string{"unit-old.service"}}},
		},
	},
	{
		name: "specialisations are compared, toplevels are not",
		store: `
			a nixos-system-web-01-25.05.1.aaaaaa1 1 sw s1
			b nixos-system-web-01-25.11.1.bbbbbb1 1 sw s2
			sw system-path 1
			s1 nixos-system-web-01-25.05.1.aaaaaa1 1
			s2 nixos-system-web-01-25.11.1.bbbbbb1 1`,
		want: Delta{
			Size:    Size{3, 3},
			Changed: []Change{{Name: "nixos-system-web-01", Before: Versions{"25.05.1.aaaaaa1"}, After: Versions{"25.11.1.bbbbbb1"}, Kind: Upgrade}},
		},
	},
	{
		name: "the kernel's version is none of its modules'",
		store: `
			a top 1 sw k1 m1
			b top 1 sw k2 m2
			sw system-path 1
			k1 linux-6.13-rc1 1
			k2 linux-6.13 1
			m1 nvidia-x11-570.86.16-6.13-rc1 1 n1 o1
			m2 nvidia-x11-570.86.16-6.13 1 n2 o2
			n1 tp_smapi-43-6.13-rc1 1
			n2 tp_smapi-43-6.13 1
			o1 ddcci-driver-6.13-rc1-0.3.3 1
			o2 ddcci-driver-6.13-0.3.3 1 p2
			p2 polkit-qt-1-0.200.0 1`,
		want: Delta{
			Size:    Size{6, 7},
			Added:   []Item{{Name: "polkit-qt-1", Versions: Versions{"0.200.0"}, Size: 1, With: 1, Why: []string{"nvidia-x11", "ddcci-driver", "polkit-qt-1"}}},
			Changed: []Change{{Name: "linux", Before: Versions{"6.13-rc1"}, After: Versions{"6.13"}, Kind: Downgrade}},
			Rebuilt: 3,
		},
	},
	{
		name: "the highest interpreters are a pair",
		store: `
			a top 1 sw r11 r12 gone
			b top 1 sw r13 new
			sw system-path 1
			r11 python3.11-requests-2.31.0 1
			r12 python3.12-requests-2.32.3 1
			r13 python3.13-requests-2.32.4 2
			gone python3.12-six-1.17.0 1
			new perl5.42.0-six-1.17.0 1`,
		want: Delta{
			Size:    Size{5, 5},
			Added:   []Item{{Name: "perl5.42.0-six", Versions: Versions{"1.17.0"}, Size: 1, With: 1, Why: []string{"perl5.42.0-six"}}},
			Removed: []Item{{Name: "python3.11-requests", Versions: Versions{"2.31.0"}, Size: 1, With: 1, Why: []string{"python3.11-requests"}}, {Name: "python3.12-six", Versions: Versions{"1.17.0"}, Size: 1, With: 1, Why: []string{"python3.12-six"}}},
			Changed: []Change{{Name: "python3.13-requests", Was: "python3.12-requests", Before: Versions{"2.32.3"}, After: Versions{"2.32.4"}, Kind: Upgrade, SizeDelta: 1}},
		},
	},
	{
		name: "newcomers come with what only they need",
		store: `
			a top 1 sw libc1
			b top 1 sw2
			sw system-path 1
			sw2 system-path 1 app deep1
			deep1 glue 1 deep2
			deep2 glue 1 lib
			app app-1 100 lib libc1 libc2
			lib lib-2 10 data
			data data 5 lib
			libc1 glibc-2.40 1000
			libc2 glibc-2.40 1000`,
		want: Delta{
			Size: Size{1002, 2119},
			Added: []Item{
				{Name: "app", Versions: Versions{"1"}, Size: 100, With: 115, Direct: true, Why: []string{"system-path", "app"}},
				{Name: "data", Versions: Versions{}, Size: 5, With: 15, Why: []string{"system-path", "app", "lib", "data"}},
				{Name: "glue", Versions: Versions{}, Size: 2, With: 17, Direct: true, Why: []string{"system-path", "glue"}},
				{Name: "lib", Versions: Versions{"2"}, Size: 10, With: 15, Why: []string{"system-path", "app", "lib"}},
			},
			Changed: []Change{{Name: "glibc", Before: Versions{"2.40"}, After: Versions{"2.40", "2.40"}, Kind: Mixed, SizeDelta: 1000}},
			Rebuilt: 1,
		},
	},
	{
		name: "services by their unit, its scripts and its triggers",
		store: `
			a top 1 sw n1 p1
			b top 1 sw n2 p2
			sw system-path 1
			n1 unit-nginx.service 1 s1 b1
			n2 unit-nginx.service 1 s2 b2
			s1 unit-script-nginx-start 1 x1
			s2 unit-script-nginx-start 1 x2
			p1 unit-php.service 1 x1 t1
			p2 unit-php.service 1 x2 t2
			t1 X-Reload-Triggers-php 1 y1 sw
			t2 X-Reload-Triggers-php 1 y2 sw
			x1 nginx-1.28 1
			x2 nginx-1.29 1
			y1 php-8.3 1
			y2 php-8.4 1
			b1 bash-5.2 1
			b2 bash-5.3 1`,
		want: Delta{
			Size: Size{9, 9},
			Changed: []Change{
				{Name: "bash", Before: Versions{"5.2"}, After: Versions{"5.3"}, Kind: Upgrade},
				{Name: "nginx", Before: Versions{"1.28"}, After: Versions{"1.29"}, Kind: Upgrade, Services: []string{"nginx.service", "php.service"}},
				{Name: "php", Before: Versions{"8.3"}, After: Versions{"8.4"}, Kind: Upgrade, Services: []string{"php.service"}},
			},
			Rebuilt: 4,
		},
	},
	{
		name: "what every unit needs is nobody's",
		store: `
			a top 1 sw u1 u2 u3 u4 u5 u6 u7 u8 u9 x1 y1
			b top 1 sw v1 v2 v3 v4 v5 v6 v7 v8 v9 x2 y2
			sw system-path 1
			u1 unit-1.service 1
			u2 unit-2.service 1
			u3 unit-3.service 1
			u4 unit-4.service 1
			u5 unit-5.service 1
			u6 unit-6.service 1
			u7 unit-7.service 1
			u8 unit-8.service 1
			u9 unit-9.service 1
			v1 unit-1.service 1 x2 y2
			v2 unit-2.service 1 x2 y2
			v3 unit-3.service 1 x2 y2
			v4 unit-4.service 1 x2 y2
			v5 unit-5.service 1 x2 y2
			v6 unit-6.service 1 x2 y2
			v7 unit-7.service 1 x2 y2
			v8 unit-8.service 1 x2 y2
			v9 unit-9.service 1 x2
			x1 util-linux-2.41 1
			x2 util-linux-2.42 1
			y1 kmod-33 1
			y2 kmod-34 1`,
		want: Delta{
			Size: Size{13, 13},
			Changed: []Change{
				{Name: "kmod", Before: Versions{"33"}, After: Versions{"34"}, Kind: Upgrade, Services: []string{
					"1.service", "2.service", "3.service", "4.service", "5.service", "6.service", "7.service", "8.service",
				}},
				{Name: "util-linux", Before: Versions{"2.41"}, After: Versions{"2.42"}, Kind: Upgrade},
			},
			Rebuilt: 9,
		},
	},
	{
		name: "cycles and itself",
		store: `
			a top 1 a x
			b top 1 y
			x one-1 1 y
			y one-2 1 x`,
		want: Delta{Size: Size{3, 3}},
	},
}

func TestDiff(t *testing.T) {
	for _, test := range diffs {
		t.Run(test.name, func(t *testing.T) {
			got, err := Diff(makeGraph(t, test.store), key("a", "top", test.store), key("b", "top", test.store))
			if err != nil {
				t.Fatal(err)
			}
			for _, list := range []*[]Item{&test.want.Added, &test.want.Removed} {
				*list = append([]Item{}, *list...)
			}
			test.want.Changed = append([]Change{}, test.want.Changed...)
			if diff := cmp.Diff(&test.want, got, cmpopts.IgnoreFields(Delta{}, "Paths")); diff != "" {
				t.Errorf("mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func TestDiffOfOneToplevelIsEmpty(t *testing.T) {
	got, err := Diff(parseFile(t, captures[0]), capturedBefore, capturedBefore)
	if err != nil {
		t.Fatal(err)
	}
	want := &Delta{Size: Size{Before: 3488, After: 3488}, Paths: Size{Before: 16, After: 16}, Added: []Item{}, Removed: []Item{}, Changed: []Change{}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

func TestDiffNamesTheMissingRoot(t *testing.T) {
	_, err := Diff(parseFile(t, captures[0]), capturedBefore, "/nix/store/x")
	if want := "comparing closures: /nix/store/x is not among the 29 paths Nix listed: list the closures of both toplevels"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestCountsLeaveOutGlue(t *testing.T) {
	delta := Delta{
		Added:   []Item{{Name: "hello", Versions: Versions{"1"}}, {Name: "nixos-rebuild", Direct: true}, {Name: "unit-a.service"}},
		Removed: []Item{{Name: "etc-hosts"}, {Name: "lxd", Versions: Versions{"5"}}},
		Changed: make([]Change, 3),
	}
	if diff := cmp.Diff(Counts{Changed: 3, Added: 2, Removed: 1}, delta.Counts()); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

func TestDeltaJSON(t *testing.T) {
	delta, err := Diff(makeGraph(t, "a top 1 sw x\nb top 1 sw y\nsw system-path 1\nx foo-1 1\ny foo-2 1"), key("a", "top", ""), key("b", "top", ""))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(delta)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"size":{"before":3,"after":3},"paths":{"before":3,"after":3},"added":[],"removed":[],` +
		`"changed":[{"name":"foo","before":["1"],"after":["2"],"kind":"upgrade","sizeDelta":0,"direct":false}],"rebuilt":0}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

// A delta applied to the packages before gives those after.
func TestDeltaLeadsFromBeforeToAfter(t *testing.T) {
	f := newFleet(6)
	g := graphOf(t, f.infos)
	for host, roots := range f.hosts {
		delta, err := Diff(g, roots[0], roots[1])
		if err != nil {
			t.Fatal(err)
		}
		if len(delta.Changed) < 100 || len(delta.Added) == 0 || len(delta.Removed) == 0 {
			t.Errorf("%s: the store is too dull: %+v", host, delta.Counts())
		}
		got, want := packages(t, f.infos, roots[0]), packages(t, f.infos, roots[1])
		delta.apply(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got)\n%s", host, diff)
		}
	}
}

func (d *Delta) apply(packages map[string]Versions) {
	for _, item := range d.Removed {
		delete(packages, item.Name)
	}
	for _, item := range d.Added {
		packages[item.Name] = item.Versions
	}
	for _, change := range d.Changed {
		delete(packages, change.Was)
		packages[change.Name] = change.After
	}
}

// packages are the versions of every name below root: what a delta adds when
// there was nothing before.
func packages(t *testing.T, infos []pathInfo, root string) map[string]Versions {
	t.Helper()
	nothing := key("0", "nothing", "")
	g := graphOf(t, append(slices.Clone(infos), pathInfo{Path: nothing}))
	delta, err := Diff(g, nothing, root)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]Versions{}
	for _, item := range delta.Added {
		versions[item.Name] = item.Versions
	}
	return versions
}
