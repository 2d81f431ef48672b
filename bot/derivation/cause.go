package derivation

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Pair names the toplevels of one host by their .drv files.
type Pair struct{ Host, Before, After string }

// Causes say what the rebuilds of a fleet are due to. A derivation is rebuilt
// on a host when it has outputs that the host's closure before has not. Sources
// that are only fetched do not count.
type Causes struct {
	// List has the packages whose recipes changed themselves, those with most
	// rebuilds first.
	List []Cause `json:"list"`
	// Configuration is what changed in units, etc and other files that NixOS
	// writes, all in one.
	Configuration Cause `json:"configuration"`
	// Rebuilds counts each rebuilt derivation once.
	Rebuilds int `json:"rebuilds"`
	// PerHost counts them for each host.
	PerHost map[string]int `json:"perHost"`
}

// A Cause is a package whose recipe changed itself: its version, its sources,
// its patches or how it is built.
type Cause struct {
	// Recipe is the package's name, "python3-requests" for those of any
	// Python 3.
	Recipe string `json:"recipe"`
	// New says that there was no such package.
	New bool `json:"new,omitempty"`
	// Before and After are versions, with commas where there are several; empty
	// where there are none.
	Before  string  `json:"before,omitempty"`
	After   string  `json:"after,omitempty"`
	Patches Patches `json:"patches"`
	// CVEs are those that the names of added patches mention.
	CVEs []string `json:"cves"`
	// Rebuilds counts the derivations in the whole fleet that are rebuilt because
	// of it, itself included. One can have several causes.
	Rebuilds int `json:"rebuilds"`
	// Together counts those that it and the causes before it in the list explain.
	Together int `json:"together"`
	// Hosts are those where the recipe changed, sorted.
	Hosts []string `json:"hosts"`
	// PerHost counts the rebuilds on each of them.
	PerHost map[string]int `json:"perHost"`
}

// Patches are file names of patches, without their hashes.
type Patches struct {
	Added   []string `json:"added"`
	Dropped []string `json:"dropped"`
}

// Compare says why derivations after have to be built that those before are
// not. A pair of which set does not have both sides counts nothing.
func Compare(set *Set, pairs []Pair) Causes {
	c := newComparison(set, pairs)
	origins, originOf := c.origins()
	because := c.because(origins, originOf)
	all := tally{perHost: make([]int, len(pairs))}
	tallies := make([]tally, len(origins))
	for n := range tallies {
		tallies[n].perHost = make([]int, len(pairs))
	}
	hosts := newRow(len(pairs))
	for i, rebuilt := range c.rebuilt {
		all.add(rebuilt)
		for n := range because[i].all() {
			for w := range hosts {
				hosts[w] = rebuilt[w] & origins[n].hosts[w]
			}
			tallies[n].add(hosts)
		}
	}
	causes := Causes{List: []Cause{}, Rebuilds: all.total, PerHost: map[string]int{}}
	for host, pair := range pairs {
		causes.PerHost[pair.Host] += all.perHost[host]
	}
	causes.Configuration = c.cause(origins[configuration], tallies[configuration])
	order := ranked(origins, tallies)
	together := c.together(because, origins, order)
	for rank, n := range order {
		cause := c.cause(origins[n], tallies[n])
		cause.Together = together[rank]
		causes.List = append(causes.List, cause)
	}
	return causes
}

// ranked lists the places of all packages, those with most rebuilds first.
func ranked(origins []origin, tallies []tally) []int {
	var order []int
	for n := range origins {
		if n != configuration {
			order = append(order, n)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(tallies[b].total, tallies[a].total), strings.Compare(origins[a].name, origins[b].name))
	})
	return order
}

// together counts what the origins up to each place of order explain.
func (c *comparison) together(because []row, origins []origin, order []int) []int {
	rank := make([]int, len(origins))
	rank[configuration] = len(order)
	for at, n := range order {
		rank[n] = at
	}
	counts := make([]int, len(order)+1)
	for i, rebuilt := range c.rebuilt {
		first := len(order)
		for n := range because[i].all() {
			if rank[n] < first && rebuilt.intersects(origins[n].hosts) {
				first = rank[n]
			}
		}
		counts[first]++
	}
	for at := 1; at < len(order); at++ {
		counts[at] += counts[at-1]
	}
	return counts
}

func (c *comparison) cause(o origin, t tally) Cause {
	cause := Cause{Recipe: o.name, New: o.isNew, Rebuilds: t.total, Hosts: []string{}, PerHost: map[string]int{}}
	for host := range o.hosts.all() {
		cause.Hosts = append(cause.Hosts, c.pairs[host].Host)
		cause.PerHost[c.pairs[host].Host] += t.perHost[host]
	}
	slices.Sort(cause.Hosts)
	gone := o.on(c.gone)
	if len(gone) == 0 {
		// It is built with another one of several inputs that were there.
		gone = o.on(c.before)
	}
	if o.name != "" {
		cause.Before, cause.After = c.versionsOf(gone), c.versionsOf(o.drvs)
	}
	cause.Patches = Patches{Added: []string{}, Dropped: []string{}}
	if o.name != "" && !o.isNew {
		before, after := c.patchesOf(gone), c.patchesOf(o.drvs)
		cause.Patches = Patches{Added: without(after, before), Dropped: without(before, after)}
	}
	cause.CVEs = cves(cause.Patches.Added)
	return cause
}

func (c *comparison) versionsOf(drvs []int32) string {
	seen := map[string]bool{}
	for _, i := range drvs {
		seen[c.versions[i]] = true
	}
	delete(seen, "")
	return strings.Join(slices.Sorted(maps.Keys(seen)), ", ")
}

func (c *comparison) patchesOf(drvs []int32) map[string]bool {
	seen := map[string]bool{}
	for _, i := range drvs {
		for _, patch := range c.set.drvs[i].patches() {
			seen[patch] = true
		}
	}
	return seen
}

func without(all, others map[string]bool) []string {
	names := []string{}
	for name := range all {
		if !others[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

var cve = regexp.MustCompile(`(?i)CVE-[0-9]{4}-[0-9]{4,}`)

func cves(patches []string) []string {
	seen := map[string]bool{}
	for _, name := range patches {
		for _, id := range cve.FindAllString(name, -1) {
			seen[strings.ToUpper(id)] = true
		}
	}
	return append([]string{}, slices.Sorted(maps.Keys(seen))...)
}
