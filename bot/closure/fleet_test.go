package closure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"
)

// A fleet is a made-up store: hosts of about 2,500 paths each before and after
// a staging bump (glibc, python 3.12 -> 3.13, every fifth package, the kernel),
// with paths that change whenever something below them does.
type fleet struct {
	infos []pathInfo
	// hosts gives the two toplevels of each host.
	hosts map[string][2]string
}

// state is one side of the bump.
type state struct {
	python, linux string
	// after says whether the packages that move have moved.
	after bool
}

const fleetPackages = 2200

func newFleet(hosts int) fleet {
	f := fleet{hosts: map[string][2]string{}}
	seen := map[string]bool{}
	for side, s := range []state{{python: "3.12", linux: "6.12.10"}, {python: "3.13", linux: "6.12.13", after: true}} {
		pool := f.packages(s, seen)
		for number := range hosts {
			host := fmt.Sprintf("host-%02d", number)
			roots := f.hosts[host]
			roots[side] = f.host(host, number, s, pool, seen)
			f.hosts[host] = roots
		}
	}
	return f
}

// packages are what all hosts choose from; each refers to a few before it.
func (f *fleet) packages(s state, seen map[string]bool) []string {
	random := rand.New(rand.NewPCG(1, 2))
	var pool []string
	for number := range fleetPackages {
		drv := packageName(number, s)
		var refs []string
		for range min(number, 1+random.IntN(8)) {
			refs = append(refs, pool[random.IntN(len(pool))])
		}
		size := 1000 + random.Int64N(1<<20)
		pool = append(pool, f.add(drv, drv, size, refs, seen))
		if number%5 == 1 {
			f.add(drv+"-man", drv, size/10, nil, seen)
			pool = append(pool, f.add(drv+"-lib", drv, size/2, refs, seen))
		}
	}
	return pool
}

func packageName(number int, s state) string {
	minor := 0
	if s.after && number%5 == 0 {
		minor = 1
	}
	switch {
	case number == 0:
		return fmt.Sprintf("glibc-2.40-%d", minor)
	case number == 1:
		return "linux-" + s.linux
	case number < 20:
		return fmt.Sprintf("module%d-1.%d-%s", number, minor, s.linux)
	case number%13 == 0:
		return fmt.Sprintf("python%s-package%d-1.%d", s.python, number, minor)
	case s.after && number%97 == 0:
		return fmt.Sprintf("newcomer%d-1.0", number)
	default:
		return fmt.Sprintf("package%d-1.%d", number, minor)
	}
}

// host adds a toplevel with most of the pool below its system-path, and units.
func (f *fleet) host(host string, number int, s state, pool []string, seen map[string]bool) string {
	random := rand.New(rand.NewPCG(uint64(number), 3))
	var refs []string
	for _, path := range pool {
		if random.IntN(3) == 0 {
			refs = append(refs, path)
		}
	}
	sw := f.add("system-path", "system-path", 5000, refs, seen)
	units := []string{sw}
	for unit := range 200 {
		name := fmt.Sprintf("unit-%s-%d.service", host, unit)
		units = append(units, f.add(name, name, 500, []string{pool[random.IntN(len(pool))]}, seen))
	}
	name := "nixos-system-" + host + "-25.05.1." + s.linux
	return f.add(name, name, 10000, units, seen)
}

// add gives a path whose hash depends on all that is below it.
func (f *fleet) add(name, drv string, size int64, refs []string, seen map[string]bool) string {
	hash := fnv.New128a()
	fmt.Fprint(hash, name, size, refs)
	path := fmt.Sprintf("/nix/store/%032x-%s", hash.Sum(nil), name)
	if !seen[path] {
		seen[path] = true
		deriver := fmt.Sprintf("/nix/store/%032x-%s.drv", hash.Sum(nil), drv)
		f.infos = append(f.infos, pathInfo{Path: path, NarSize: size, References: refs, Deriver: deriver})
	}
	return path
}

func (f *fleet) diff(b *testing.B, g *Graph) map[string]*Delta {
	b.Helper()
	deltas := map[string]*Delta{}
	for host, roots := range f.hosts {
		delta, err := Diff(g, roots[0], roots[1])
		if err != nil {
			b.Fatal(err)
		}
		deltas[host] = delta
	}
	return deltas
}

func BenchmarkParsePathInfo(b *testing.B) {
	f := newFleet(20)
	var listing strings.Builder
	encoder := json.NewEncoder(&listing)
	if err := encoder.Encode(f.infos); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(f.infos)), "paths")
	b.SetBytes(int64(listing.Len()))
	for b.Loop() {
		if _, err := ParsePathInfo(bytes.NewBufferString(listing.String())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewGraph(b *testing.B) {
	f := newFleet(20)
	for b.Loop() {
		graphOf(b, f.infos)
	}
}

func BenchmarkDiff(b *testing.B) {
	for _, hosts := range []int{1, 20, 200} {
		f := newFleet(hosts)
		g := graphOf(b, f.infos)
		b.Run(fmt.Sprintf("%d hosts", hosts), func(b *testing.B) {
			for b.Loop() {
				f.diff(b, g)
			}
		})
	}
}

func BenchmarkFold(b *testing.B) {
	for _, hosts := range []int{20, 200} {
		f := newFleet(hosts)
		g := graphOf(b, f.infos)
		deltas := f.diff(b, g)
		b.Run(fmt.Sprintf("%d hosts", hosts), func(b *testing.B) {
			for b.Loop() {
				Fold(deltas)
			}
		})
	}
}
