package stores

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSame holds the bytes to what they were: figures of today can be compared
// with those of another day, and of another machine.
func TestSame(t *testing.T) {
	var registration strings.Builder
	for _, path := range slices.Concat(New(3).Paths, slices.Collect(pad(0, 1000))) {
		path.register(&registration)
	}
	for _, test := range []struct{ name, text, want string }{
		{"registration", registration.String(), "8a095c7921474e1ae70bdcefc12356a4c42441d9336134de5f48245ee07c210e"},
		{"expression", expression(), "c1a0a94320a0169f124871392e0488fa78fef83ea8dbd682d37464d800ca3d22"},
	} {
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(test.text))); got != test.want {
			t.Errorf("the %s's digest is %s; if it is to be another one, say so here", test.name, got)
		}
	}
}

// closure follows references, and adds up their number and the sizes.
func closure(paths map[string]Path, seen map[string]bool, path string) (references int, size int64) {
	if seen[path] {
		return 0, 0
	}
	seen[path] = true
	references, size = len(paths[path].References), paths[path].NarSize
	for _, reference := range paths[path].References {
		more, bytes := closure(paths, seen, reference)
		references, size = references+more, size+bytes
	}
	return references, size
}

func byPath(fleet Fleet) map[string]Path {
	paths := map[string]Path{}
	for _, path := range fleet.Paths {
		paths[path.Path] = path
	}
	return paths
}

// TestNew compares a fleet with what real ones of this size measure.
func TestNew(t *testing.T) {
	fleet := New(20)
	paths := byPath(fleet)
	before, after, union := map[string]bool{}, map[string]bool{}, map[string]bool{}
	references, size := closure(paths, before, fleet.Hosts[0].Before)
	closure(paths, after, fleet.Hosts[0].After)
	for _, host := range fleet.Hosts {
		closure(paths, union, host.Before)
	}
	gone, suffixed := 0, 0
	for path := range before {
		if !after[path] {
			gone++
		}
		if name := path[len(dir)+32:]; name != "-source" && !strings.HasSuffix(paths[path].Deriver, name+".drv") {
			suffixed++
		}
	}
	for _, test := range []struct {
		what      string
		got       int
		low, high int
	}{
		{"hosts", len(fleet.Hosts), 20, 20},
		{"paths of a host", len(before), 2450, 2650},
		{"references of a host", references, 15500, 17500},
		{"GiB of a host", int(size >> 30), 6, 8},
		{"paths of a host that change", gone, 2230, 2330},
		{"percent of paths that are an output beside out", 100 * suffixed / len(before), 20, 28},
		{"paths of all hosts before", len(union), 3450, 3750},
		{"paths that are on no host", len(paths), len(fleet.Paths), len(fleet.Paths)},
	} {
		if test.got < test.low || test.got > test.high {
			t.Errorf("%s: %d, not from %d to %d", test.what, test.got, test.low, test.high)
		}
	}
}

// nix gives the lines a tool prints about a store.
func nix(t *testing.T, env []string, argv ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(argv, " "), err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// TestLoad asks real Nix about a fleet that real Nix registered.
func TestLoad(t *testing.T) {
	t.Parallel()
	fleet := New(2)
	env, err := fleet.Load(t.Context(), filepath.Join(t.TempDir(), "state"), 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range fleet.Hosts {
		want := map[string]bool{}
		closure(byPath(fleet), want, host.After)
		got := nix(t, env, "nix", "path-info", "-r", host.After)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(slices.Values(got))); diff != "" {
			t.Errorf("the closure of %s: mismatch (-want +got):\n%s", host.Name, diff)
		}
		changes := nix(t, env, "nix", "store", "diff-closures", host.Before, host.After)
		if !slices.Contains(changes, "sudo: 1.9.16p2 → 1.9.17") || len(changes) < 480 || len(changes) > 720 {
			t.Errorf("%s changes in %d lines:\n%s", host.Name, len(changes), strings.Join(changes, "\n"))
		}
	}
	if all := nix(t, env, "nix", "path-info", "--all"); len(all) != len(fleet.Paths)+1000 {
		t.Errorf("the store has %d paths, registered were %d and 1,000", len(all), len(fleet.Paths))
	}
}

func TestLoadError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := New(1).Load(t.Context(), filepath.Join(file, "state"), 0)
	if err == nil || !strings.Contains(err.Error(), "registering made-up paths: nix-store: ") {
		t.Errorf("registering below a file: %v", err)
	}
}

// TestInstantiate looks at the derivations that real Nix made.
func TestInstantiate(t *testing.T) {
	t.Parallel()
	before, after, env, err := Instantiate(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	closures := map[string][]string{}
	var size int64
	sources := 0
	for _, root := range []string{before, after} {
		for _, path := range nix(t, env, "nix-store", "-qR", root) {
			if !strings.HasSuffix(path, ".drv") {
				continue
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			closures[root] = append(closures[root], path)
			size += info.Size()
			if strings.HasSuffix(path, ".tar.gz.drv") {
				sources++
			}
		}
	}
	outputs := func(root string) []string {
		return nix(t, env, append([]string{"nix-store", "-q", "--outputs"}, closures[root]...)...)
	}
	old, rebuilt := outputs(before), 0
	for _, output := range outputs(after) {
		if !slices.Contains(old, output) && !strings.HasSuffix(output, ".tar.gz") {
			rebuilt++
		}
	}
	count := len(closures[before]) + len(closures[after])
	for _, test := range []struct {
		what           string
		got, low, high int
	}{
		{"derivations before", len(closures[before]), 2750, 2850},
		{"derivations after", len(closures[after]), 2750, 2850},
		{"bytes of a derivation", int(size) / count, 2200, 2600},
		{"percent of sources", 100 * sources / count, 41, 45},
		{"rebuilt outputs", rebuilt, 1000, 1400},
	} {
		if test.got < test.low || test.got > test.high {
			t.Errorf("%s: %d, not from %d to %d", test.what, test.got, test.low, test.high)
		}
	}
}
