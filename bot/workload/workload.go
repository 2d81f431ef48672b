// Package workload says what a build will cost before it starts: per host, how
// many derivations have to be built here, and how much is fetched from binary
// caches instead. It decides as Nix does, and leaves the questions (what is in
// the store, what do the caches have) to its caller, in a few large rounds.
package workload

import (
	"context"
	"maps"
	"slices"

	"github.com/nixferry/nixferry/bot/derivation"
)

// A Work is what is left to do for one host, or for several together.
type Work struct {
	// Build is the number of derivations to build, Fetch that of store paths to
	// fetch: Download bytes over the wire (where the caches say), Unpacked
	// bytes in the store.
	Build    int   `json:"build"`
	Fetch    int   `json:"fetch"`
	Download int64 `json:"download"`
	Unpacked int64 `json:"unpacked"`
	// Unknown is the number of paths nobody can tell the cost of: a cache gave
	// no answer, or none has a path that no derivation builds. What they need
	// in turn is not counted, so that the rest is a lower bound.
	Unknown int `json:"unknown"`
	// Heavy are the derivations to build, sorted, without those that only
	// download, and those that say of themselves that sending them anywhere is
	// more work than building them (preferLocalBuild).
	Heavy []string `json:"-"`
}

// A Forecast is the work for each host, and for all of them together, where
// what they share is counted once.
type Forecast struct {
	All   Work
	Hosts map[string]Work
}

// A World answers what the forecast depends on.
type World struct {
	// Derivations are the hosts' toplevels and all they are built from.
	Derivations *derivation.Set
	// Valid returns those of the store paths that are in the store.
	Valid func(ctx context.Context, paths []string) ([]string, error)
	// Ask returns those of the store paths that a cache has; unsure are those
	// for which that is open. No path is asked twice.
	Ask func(ctx context.Context, paths []string) (have map[string]Narinfo, unsure []string)
	// Substitute is false where Nix fetches nothing ("substitute = false"), and
	// AlwaysSubstitute true where it fetches even what asks to be built here
	// ("always-allow-substitutes").
	Substitute, AlwaysSubstitute bool
}

// Look forecasts the work for hosts, given by name and toplevel derivation. The
// error is that of Valid, or the context's.
func Look(ctx context.Context, world World, hosts map[string]string) (Forecast, error) {
	k := &knowledge{world: world, facts: map[string]fact{}, questions: map[string]bool{}, recipes: map[*derivation.Derivation]recipe{}}
	all := newWalk(k, slices.Collect(maps.Values(hosts))...)
	for all.run(); len(all.waiting) > 0; all.run() {
		if err := k.learn(ctx); err != nil {
			return Forecast{}, err
		}
	}
	forecast := Forecast{All: all.result(), Hosts: map[string]Work{}}
	for host, drv := range hosts {
		one := newWalk(k, drv)
		one.run()
		forecast.Hosts[host] = one.result()
	}
	return forecast, nil
}

// room is what is left free for builds, whose size nobody knows beforehand: for
// their temporary files and, as a guess, what they put into the store.
const room = 2 << 30

// Fits reports whether the work fits a disk with so many bytes free, and how
// many it needs: what is fetched, unpacked (Nix unpacks while it downloads and
// keeps no archive), a tenth on top for the blocks of small files, and 2 GiB
// when anything is built. It needs more than that where builds are large, or
// where something is unknown.
func (w Work) Fits(free int64) (needs int64, fits bool) {
	needs = w.Unpacked + w.Unpacked/10
	if w.Build > 0 {
		needs += room
	}
	return needs, needs <= free
}
