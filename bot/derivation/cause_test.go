package derivation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pick is what a value is on either side.
func pick[T any](after bool, was, is T) T {
	if after {
		return is
	}
	return was
}

// comparisons build one toplevel, before and after.
var comparisons = []struct {
	name  string
	build func(s store, after bool) string
	// want is the number of rebuilds and a line for each cause.
	want []string
}{
	{
		name: "a download is not rebuilt with the program that fetches it",
		build: func(s store, after bool) string {
			curl := s.add(pick(after, "curl-7.1", "curl-7.2"))
			return s.add("app-1", s.fetch("app-1.tar.gz", "a", curl))
		},
		want: []string{"1", "curl 7.1 → 7.2: 1/1"},
	},
	{
		name: "patches, with the rebuilds above",
		build: func(s store, after bool) string {
			pcre := s.add(pick(after, "pcre-8.39", "pcre-8.40"), "./common.patch",
				pick(after, "./old.patch", "./cve-2017-7186.patch"), pick(after, "./CVE-2016-1.patch", "./0001-CVE-2017-7244_CVE-2017-7245.diff"))
			return s.add("app-1", s.add("grep-3", pcre), s.add("less-1"))
		},
		want: []string{"3", "pcre 8.39 → 8.40 +0001-CVE-2017-7244_CVE-2017-7245.diff +cve-2017-7186.patch -CVE-2016-1.patch -old.patch [CVE-2017-7186 CVE-2017-7244 CVE-2017-7245]: 3/3"},
	},
	{
		name: "another source, another flag",
		build: func(s store, after bool) string {
			libc := s.add(pick(after, "libc-1", "libc-2"))
			lib := s.add("lib-1", libc, s.fetch("lib-1.tar", pick(after, "a", "b")))
			return s.add("app-1", lib, s.add("tool-2", libc, "flags="+pick(after, "", "-O2")), s.add("text-3", libc, pick(after, "./a", "./b")))
		},
		want: []string{"5", "libc 1 → 2: 5/5", "lib 1 → 1: 2/5", "text 3 → 3 +b -a: 2/5", "tool 2 → 2: 2/5"},
	},
	{
		name: "variables that come empty, and the name once more, are no change",
		build: func(s store, after bool) string {
			lib := s.add(pick(after, "lib-1", "lib-2"))
			if after {
				return s.add("app-1", lib, "patches=", "pname=app", "version=1")
			}
			return s.add("app-1", lib)
		},
		want: []string{"2", "lib 1 → 2: 2/2"},
	},
	{
		name: "structured attributes",
		build: func(s store, after bool) string {
			json := `{"pname":"tool","version":"v1","patches":["` + s.path("a.patch") + pick(after, "", `","`+s.path("CVE-2024-1234.patch")) + `"]}`
			return s.add("tool-v1", "__json="+json)
		},
		want: []string{"1", "tool v1 → v1 +CVE-2024-1234.patch [CVE-2024-1234]: 1/1"},
	},
	{
		name: "stages of a bootstrap are one cause",
		build: func(s store, after bool) string {
			glibc := pick(after, "glibc-2.39", "glibc-2.40")
			first := s.add("stage1-gcc-wrapper", s.add(glibc, "stage=1"))
			return s.add("app-1", s.add("gcc-wrapper-14", s.add(glibc, first)))
		},
		want: []string{"5", "glibc 2.39 → 2.40: 5/5"},
	},
	{
		name: "outputs do not count twice",
		build: func(s store, after bool) string {
			return s.add("lib-1", "dev=OUTPUT", "man=OUTPUT", pick(after, "flags=1", "flags=2"))
		},
		want: []string{"1", "lib 1 → 1: 1/1"},
	},
	{
		name: "configuration is no package",
		build: func(s store, after bool) string {
			unit := s.add("unit-app.service", s.add("app-1"), pick(after, "text=a", "text=b"))
			initrd := s.add("initrd-linux-6.12", pick(after, "modules=a", "modules=b"))
			return s.add(pick(after, "nixos-system-web-25.05.1", "nixos-system-web-25.11.1"), s.add("etc", unit), initrd)
		},
		want: []string{"4", "configuration: 4"},
	},
	{
		name: "packages explain nothing that is due to configuration",
		build: func(s store, after bool) string {
			value := pick(after, "text=a", "text=b")
			return s.add("etc", s.add("unit-a.service", value), s.add("app-1", value))
		},
		want: []string{"3", "app 1 → 1: 2/2", "configuration: 2"},
	},
	{
		name: "some of a name have no version",
		build: func(s store, after bool) string {
			return s.add("app-1", s.add("hook", pick(after, "a=1", "a=2")), s.add("hook-2", pick(after, "a=1", "a=2")))
		},
		want: []string{"3", "hook 2 → 2: 3/3"},
	},
	{
		name: "what packages are built with is no configuration",
		build: func(s store, after bool) string {
			return s.add("etc", s.add("app-1", s.add("stdenv-linux", pick(after, "setup=a", "setup=b"))))
		},
		want: []string{"3", "stdenv-linux: 3/3"},
	},
	{
		name: "something new explains itself, who uses it changed to do so",
		build: func(s store, after bool) string {
			if after {
				return s.add("app-1", s.add("lib-2", s.add("new-1", "./CVE-2024-1234.patch"), "flags=--with-new"))
			}
			return s.add("app-1", s.add("lib-1"))
		},
		want: []string{"3", "lib 1 → 2: 2/2", "new new → 1: 1/3"},
	},
	{
		name: "something new in the place of something old explains everything above",
		build: func(s store, after bool) string {
			jpeg := s.add(pick(after, "libjpeg-9", "libjpeg-turbo-2"))
			return s.add("gimp-1", s.add("tiff-1", jpeg))
		},
		want: []string{"3", "libjpeg-turbo new → 2: 3/3"},
	},
	{
		name: "another one of several versions",
		build: func(s store, after bool) string {
			old, current := s.add("openssl-1.1"), s.add("openssl-3.0")
			return s.add("app-1", s.add("tool-1", pick(after, old, current)), old, current)
		},
		want: []string{"2", "tool 1 → 1: 2/2"},
	},
	{
		name: "several versions at once",
		build: func(s store, after bool) string {
			return s.add("app-1", s.add("llvm-17"), s.add(pick(after, "llvm-18.1", "llvm-18.2")), s.add(pick(after, "llvm-19.1", "llvm-19.2")))
		},
		want: []string{"3", "llvm 18.1, 19.1 → 18.2, 19.2: 3/3"},
	},
	{
		name: "packages of an interpreter stay themselves",
		build: func(s store, after bool) string {
			python := s.add(pick(after, "python3-3.12.8", "python3-3.13.1"))
			prefix := pick(after, "python3.12-", "python3.13-")
			requests := s.add(prefix+"requests-2.32", python, "site=lib/"+strings.TrimSuffix(prefix, "-"))
			return s.add("app-1", requests, s.add(prefix+pick(after, "six-1.16", "six-1.17"), python))
		},
		want: []string{"4", "python3 3.12.8 → 3.13.1: 4/4", "python3-six 1.16 → 1.17: 2/4"},
	},
	{
		name: "names as their recipes state them",
		build: func(s store, after bool) string {
			version := pick(after, "unstable-2024-01-01", "unstable-2025-01-01")
			zfs := s.add(pick(after, "zfs-kernel-2.2-6.6", "zfs-kernel-2.3-6.12"), "pname=zfs-kernel", "version="+pick(after, "2.2", "2.3"))
			return s.add("app-1", s.add("foo-"+version, "pname=foo", "version="+version), zfs)
		},
		want: []string{"3", "foo unstable-2024-01-01 → unstable-2025-01-01: 2/2", "zfs-kernel 2.2-6.6 → 2.3-6.12: 2/3"},
	},
	{
		name: "a package that goes",
		build: func(s store, after bool) string {
			if after {
				return s.add("app-1")
			}
			return s.add("app-1", s.add("lib-1"), s.add("other-1"))
		},
		want: []string{"1", "app 1 → 1: 1/1"},
	},
}

func TestCompare(t *testing.T) {
	for _, test := range comparisons {
		for _, dir := range []string{"/nix/store", "/home/me/.nix/s"} {
			s := newStore()
			s.dir = dir
			before, after := test.build(s, false), test.build(s, true)
			got := lines(Compare(s.load(t, before, after), []Pair{{"web", before, after}}))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s in %s: mismatch (-want +got)\n%s", test.name, dir, diff)
			}
			same := Compare(s.load(t, before), []Pair{{"web", before, before}})
			if diff := cmp.Diff([]string{"0"}, lines(same)); diff != "" {
				t.Errorf("%s: before compared with itself: mismatch (-want +got)\n%s", test.name, diff)
			}
		}
	}
}

// lines writes causes as rebuilds/together.
func lines(causes Causes) []string {
	all := []string{strconv.Itoa(causes.Rebuilds)}
	for _, c := range causes.List {
		line := c.Recipe
		switch {
		case c.New:
			line += " new → " + c.After
		case c.Before+c.After != "":
			line += " " + c.Before + " → " + c.After
		}
		for _, patch := range c.Patches.Added {
			line += " +" + patch
		}
		for _, patch := range c.Patches.Dropped {
			line += " -" + patch
		}
		if len(c.CVEs) > 0 {
			line += fmt.Sprint(" ", c.CVEs)
		}
		all = append(all, fmt.Sprintf("%s: %d/%d", line, c.Rebuilds, c.Together))
	}
	if c := causes.Configuration; c.Rebuilds > 0 {
		all = append(all, fmt.Sprintf("configuration: %d", c.Rebuilds))
	}
	return all
}

// A host that was ahead has fewer causes than the others.
func TestCompareFleet(t *testing.T) {
	s := newStore()
	top := func(host string, glibc, pcre string) string {
		libc := s.add("glibc-" + glibc)
		return s.add("nixos-system-"+host+"-25.11", s.add("grep-3", libc, s.add("pcre-"+pcre, libc)), s.add("hostname", "text="+host))
	}
	pairs := []Pair{
		{"web", top("web", "2.39", "8.39"), top("web", "2.40", "8.40")},
		{"desk", top("desk", "2.40", "8.39"), top("desk", "2.40", "8.40")},
		{"nas", top("nas", "2.40", "8.40"), top("nas", "2.40", "8.40")},
		{"lost", "/nix/store/not-loaded.drv", top("nas", "2.40", "8.40")},
	}
	var roots []string
	for _, pair := range pairs[:3] {
		roots = append(roots, pair.Before, pair.After)
	}
	none := Patches{Added: []string{}, Dropped: []string{}}
	want := Causes{
		List: []Cause{
			{Recipe: "glibc", Before: "2.39", After: "2.40", Patches: none, CVEs: []string{}, Rebuilds: 4, Together: 4, Hosts: []string{"web"}, PerHost: map[string]int{"web": 4}},
			{Recipe: "pcre", Before: "8.39", After: "8.40", Patches: none, CVEs: []string{}, Rebuilds: 4, Together: 5, Hosts: []string{"desk", "web"}, PerHost: map[string]int{"desk": 3, "web": 3}},
		},
		Configuration: Cause{Patches: none, CVEs: []string{}, Hosts: []string{}, PerHost: map[string]int{}},
		Rebuilds:      5,
		PerHost:       map[string]int{"desk": 3, "web": 4, "nas": 0, "lost": 0},
	}
	if diff := cmp.Diff(want, Compare(s.load(t, roots...), pairs)); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

// Whatever changes: each rebuild has a cause on every host, and no cause has
// more than there are.
func TestEveryRebuildHasACause(t *testing.T) {
	for number := range uint64(100) {
		s := newStore()
		random := rand.New(rand.NewPCG(number, 5))
		var pairs []Pair
		var roots []string
		for host := range 3 {
			pair := Pair{Host: strconv.Itoa(host), Before: s.random(random, host), After: s.random(random, host)}
			pairs = append(pairs, pair)
			roots = append(roots, pair.Before, pair.After)
		}
		set := s.load(t, roots...)
		causes := Compare(set, pairs)
		if diff := cmp.Diff(causes, Compare(s.load(t, roots...), pairs)); diff != "" {
			t.Fatalf("%d: not the same twice\n%s", number, diff)
		}
		c := newComparison(set, pairs)
		origins, originOf := c.origins()
		because := c.because(origins, originOf)
		for i, rebuilt := range c.rebuilt {
			unexplained := slices.Clone(rebuilt)
			for n := range because[i].all() {
				unexplained.remove(origins[n].hosts)
			}
			if !unexplained.empty() {
				t.Fatalf("%d: nothing explains %s on hosts %b", number, set.drvs[i].Path, unexplained)
			}
		}
		last := 0
		for _, cause := range causes.List {
			if cause.Together < last || cause.Together > causes.Rebuilds || cause.Rebuilds > cause.Together || cause.Rebuilds == 0 {
				t.Fatalf("%d: %+v after one that explains %d of %d", number, cause, last, causes.Rebuilds)
			}
			last = cause.Together
		}
	}
}

// random adds a toplevel with packages that each are in one of a few states.
func (s store) random(random *rand.Rand, host int) string {
	var drvs []string
	for number := range 12 {
		with := []string{s.fetch(fmt.Sprintf("src-%d", number), strconv.Itoa(random.IntN(8)/7))}
		for range min(len(drvs), random.IntN(2)+random.IntN(6)/5) {
			with = append(with, drvs[(number*7+random.IntN(8)/7)%len(drvs)])
		}
		if random.IntN(8) == 0 {
			with = append(with, "flags=-O2")
		}
		name := fmt.Sprintf("p%d-1.%d", number%9, random.IntN(8)/7)
		if number == 11 {
			name = "unit.service"
		}
		slices.Sort(with)
		drvs = append(drvs, s.add(name, slices.Compact(with)...))
	}
	return s.add(fmt.Sprintf("nixos-system-%d-25.11", host), drvs[4:]...)
}
