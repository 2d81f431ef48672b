package closure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// named gives the names of the nodes of a graph that holds one path for each of
// names: "openssl-3.4.0-man<openssl-3.4.0" has a deriver. The hash is the place.
func named(t testing.TB, names Names, paths ...string) []parsedName {
	t.Helper()
	var listing Listing
	for i, path := range paths {
		name, deriver, derived := strings.Cut(path, "<")
		path := Path{Path: storePath(i, name)}
		if derived {
			path.Deriver = storePath(i, deriver+".drv")
		}
		listing = append(listing, path)
	}
	g, err := NewGraph(names, listing)
	if err != nil {
		t.Fatal(err)
	}
	parsed := make([]parsedName, len(g.nodes))
	for i, n := range g.nodes {
		parsed[i] = n.name
	}
	return parsed
}

func storePath(place int, name string) string {
	return fmt.Sprintf("/nix/store/%032d-%s", place, name)
}

// recipes tell the pname and version of derivations by name; silent ones are
// not on this machine.
type recipes map[string][2]string

func (r recipes) names(asked *[]string, silent ...string) Names {
	return Names{Derivation: func(drv string) (pname, version string, ok bool) {
		name, _ := storeName(drv)
		*asked = append(*asked, drv[len("/nix/store/0000000000000000000000000000"):])
		told, ok := r[strings.TrimSuffix(name, ".drv")]
		return told[0], told[1], ok && !slices.Contains(silent, drv)
	}}
}

func TestNamesThatDerivationsTell(t *testing.T) {
	var asked []string
	told := recipes{
		"openssl-3.4.0":            {"never", "asked"},
		"boxfs-2-20150109":         {"boxfs", "2-20150109"},
		"freenet-build01475":       {"", "build01475"},
		"glibc-2.40-66":            {"glibc", "2.40-66"},
		"cudatoolkit-10-cudnn-7.6": {"cudatoolkit-10-cudnn", "7.6"},
		"cudatoolkit-10-2":         {"cudatoolkit", "10-2"},
	}
	got := named(t, told.names(&asked, storePath(1, "boxfs-2-20150109.drv")),
		"openssl-3.4.0-man<openssl-3.4.0",
		"boxfs-2-20150109<boxfs-2-20150109",
		"boxfs-2-20150109<boxfs-2-20150109",
		"boxfs-2-20150109-dev<boxfs-2-20150109",
		"boxfs-2-20170107-dev<boxfs-2-20170107",
		"boxfs-3-20190107-man",
		"freenet-build01475<freenet-build01475",
		"freenet-build01480<freenet-build01480",
		"freenet-extra01480<freenet-extra01480",
		"cudatoolkit-10-cudnn-7.6<cudatoolkit-10-cudnn-7.6",
		"cudatoolkit-10-2<cudatoolkit-10-2",
		"cudatoolkit-10-cudnn-7.7<cudatoolkit-10-cudnn-7.7",
		"other-10-cudnn-7.7<named-10-cudnn-7.7",
	)
	want := []parsedName{
		{"openssl", "3.4.0", "man"},
		{"boxfs", "2-20150109", ""},
		{"boxfs", "2-20150109", ""},
		{"boxfs", "2-20150109", "dev"},
		{"boxfs", "2-20170107", "dev"},
		{"boxfs", "3-20190107", "man"},
		{"freenet", "build01475", ""},
		{"freenet", "build01480", ""},
		{"freenet-extra01480", "", ""},
		{"cudatoolkit-10-cudnn", "7.6", ""},
		{"cudatoolkit", "10-2", ""},
		{"cudatoolkit-10-cudnn", "7.7", ""},
		{"other", "10-cudnn-7.7", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
	wantAsked := []string{
		"0001-boxfs-2-20150109.drv", "0002-boxfs-2-20150109.drv", "0004-boxfs-2-20170107.drv",
		"0006-freenet-build01475.drv", "0007-freenet-build01480.drv", "0008-freenet-extra01480.drv",
		"0009-cudatoolkit-10-cudnn-7.6.drv", "0010-cudatoolkit-10-2.drv", "0011-cudatoolkit-10-cudnn-7.7.drv",
	}
	if diff := cmp.Diff(wantAsked, asked); diff != "" {
		t.Errorf("asked mismatch (-want +got)\n%s", diff)
	}
}

func TestNamesOfSources(t *testing.T) {
	inputs := map[string]Input{storePath(1, "source"): {Name: "nixpkgs", Version: "2025-10-01 (a1b2c3d)"}}
	want := []parsedName{{"source", "", ""}, {"nixpkgs (source)", "2025-10-01 (a1b2c3d)", ""}}
	if diff := cmp.Diff(want, named(t, Names{Inputs: inputs}, "source<source", "source")); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

func TestNamesOfKernelModules(t *testing.T) {
	var asked []string
	told := recipes{
		"ddcci-driver-6.12.10-0.3.3": {"ddcci-driver", "0.3.3"},
		"zfs-kernel-2.3.0-6.12.10":   {"zfs-kernel", "2.3.0"},
	}
	paths := []string{
		"linux-6.12.10<linux-6.12.10",
		"linux-6.12.10-modules<linux-6.12.10",
		"linux-zen-6.13-rc1",
		"linux-6.13",
		"initrd-linux-6.12.10",
		"nvidia-x11-570.86.16-6.12.10",
		"zfs-kernel-2.3.0-6.12.10<zfs-kernel-2.3.0-6.12.10",
		"zfs-kernel-2.3.0-6.13-rc1",
		"zfs-kernel-2.3.0-6.14",
		"ddcci-driver-6.12.10-0.3.3<ddcci-driver-6.12.10-0.3.3",
		"rtl8821au-6.12.10-unstable-2020-05-19",
		"tp_smapi-43-6.12.10",
		"cpupower-6.12.10",
		"-6.12.10",
	}
	want := []parsedName{
		{"linux", "6.12.10", ""},
		{"linux", "6.12.10", "modules"},
		{"linux-zen", "6.13-rc1", ""},
		{"linux", "6.13", ""},
		{"initrd-linux", "6.12.10", ""},
		{"nvidia-x11", "570.86.16", ""},
		{"zfs-kernel", "2.3.0", ""},
		{"zfs-kernel", "2.3.0", ""},
		{"zfs-kernel", "2.3.0-6.14", ""},
		{"ddcci-driver", "0.3.3", ""},
		{"rtl8821au", "unstable-2020-05-19", ""},
		{"tp_smapi", "43", ""},
		{"cpupower", "6.12.10", ""},
		{"-6.12.10", "", ""},
	}
	for _, names := range []Names{{}, told.names(&asked)} {
		if diff := cmp.Diff(want, named(t, names, paths...)); diff != "" {
			t.Errorf("mismatch (-want +got)\n%s", diff)
		}
	}
}

// Whatever a derivation says, a name comes out of it.
func FuzzNames(f *testing.F) {
	f.Add("boxfs-2-20150109-dev", "boxfs-2-20150109", "boxfs", "2-20150109", "boxfs-3-20190107")
	f.Add("zfs-kernel-2.3.0-6.12.10", "zfs-kernel-2.3.0-6.12.10", "zfs-kernel", "2.3.0", "linux-6.12.10")
	f.Fuzz(func(t *testing.T, name, drv, pname, version, other string) {
		for _, name := range []string{name, drv + ".drv", other} {
			if _, ok := storeName(storePath(0, name)); !ok {
				return
			}
		}
		names := Names{Derivation: func(string) (string, string, bool) { return pname, version, true }}
		for i, got := range named(t, names, name+"<"+drv, other) {
			if got.Pname == "" {
				t.Errorf("%d: %q has no package in %+v", i, name, got)
			}
		}
	})
}

func BenchmarkNames(b *testing.B) {
	g := graphOf(b, newFleet(20).infos)
	silent := Names{Derivation: func(string) (string, string, bool) { return "", "", false }}
	for b.Loop() {
		g.nameNodes(silent)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(g.nodes)), "ns/name")
}
