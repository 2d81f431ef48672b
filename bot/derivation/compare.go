package derivation

import (
	"hash/maphash"
	"regexp"
	"runtime"
	"sync"
)

// A comparison knows for which hosts what is true of each derivation of a set.
type comparison struct {
	set   *Set
	pairs []Pair
	// before and after are the hosts that have it below their toplevels.
	before, after []row
	// rebuilt are those that have new outputs of it.
	rebuilt []row
	// own are those of them for which its recipe changed itself.
	own []row
	// gone are those that have nothing with its recipe any more.
	gone     []row
	versions []string
	// names gives the package of each derivation; nil for those that only fetch.
	names    []*family
	families []*family
}

// A family is all derivations of one name, whatever their versions.
type family struct {
	name string
	// hash is the name's.
	hash uint64
	drvs []int32
	// before and after say on which sides there are any, rebuilt whether some
	// have new outputs.
	before, after, rebuilt bool
}

func newComparison(set *Set, pairs []Pair) *comparison {
	n := len(set.drvs)
	c := &comparison{
		set: set, pairs: pairs,
		before: newRows(n, len(pairs)), after: newRows(n, len(pairs)), rebuilt: newRows(n, len(pairs)),
		own: newRows(n, len(pairs)), gone: newRows(n, len(pairs)),
		versions: make([]string, n), names: make([]*family, n),
	}
	c.spread()
	c.findRebuilt()
	c.nameFamilies()
	var workers sync.WaitGroup
	for n := range runtime.NumCPU() {
		workers.Go(func() {
			for at := n; at < len(c.families); at += runtime.NumCPU() {
				if c.families[at].rebuilt {
					c.findOwn(c.families[at])
				}
			}
		})
	}
	workers.Wait()
	return c
}

// spread marks what is below the toplevels of each host.
func (c *comparison) spread() {
	for host, pair := range c.pairs {
		before, known := c.set.place(pair.Before)
		after, alsoKnown := c.set.place(pair.After)
		if known && alsoKnown {
			c.before[before].put(host)
			c.after[after].put(host)
		}
	}
	for i := len(c.set.drvs) - 1; i >= 0; i-- {
		for _, in := range c.set.inputs[i] {
			c.before[in].union(c.before[i])
			c.after[in].union(c.after[i])
		}
	}
}

// findRebuilt compares outputs, not derivations: these change with every
// program that fetches sources, and nothing is built because of that.
func (c *comparison) findRebuilt() {
	had := newTable[string](len(c.pairs))
	for i, d := range c.set.drvs {
		for _, o := range d.Outputs {
			if o.Path != "" {
				had.row(o.Path).union(c.before[i])
			}
		}
	}
	for i, d := range c.set.drvs {
		if d.Fixed() {
			continue
		}
		for _, o := range d.Outputs {
			for w, had := range had.row(o.Path) {
				c.rebuilt[i][w] |= c.after[i][w] &^ c.before[i][w] &^ had
			}
		}
	}
}

func (c *comparison) nameFamilies() {
	byName := map[string]*family{}
	for i, d := range c.set.drvs {
		if d.Fixed() {
			continue
		}
		name, version := splitName(d)
		f := byName[name]
		if f == nil {
			f = &family{name: name, hash: maphash.String(seed, name)}
			byName[name] = f
			c.families = append(c.families, f)
		}
		f.drvs = append(f.drvs, int32(i))
		f.before = f.before || !c.before[i].empty()
		f.after = f.after || !c.after[i].empty()
		f.rebuilt = f.rebuilt || !c.rebuilt[i].empty()
		c.names[i], c.versions[i] = f, version
	}
}

// findOwn tells what changed itself from what is rebuilt only because of its
// inputs: that has the recipe of a derivation before, and inputs that are
// rebuilt.
func (c *comparison) findOwn(f *family) {
	had, has := newTable[uint64](len(c.pairs)), newTable[uint64](len(c.pairs))
	recipes := make([]uint64, len(f.drvs))
	for n, i := range f.drvs {
		recipes[n] = c.hash(i)
		had.row(recipes[n]).union(c.before[i])
		has.row(recipes[n]).union(c.after[i])
	}
	for n, i := range f.drvs {
		inputs := newRow(len(c.pairs))
		for _, in := range c.set.inputs[i] {
			inputs.union(c.rebuilt[in])
		}
		for w, had := range had.row(recipes[n]) {
			c.own[i][w] = c.rebuilt[i][w] &^ (had & inputs[w])
		}
		c.gone[i].union(c.before[i])
		c.gone[i].remove(has.row(recipes[n]))
	}
}

// hash is the same for two derivations of one family whose recipes differ in
// store paths only. Of sources the content counts and of inputs the name, unless
// that came or went altogether: then it is the cause, not who uses it.
func (c *comparison) hash(i int32) uint64 {
	d := c.set.drvs[i]
	sum := hashText(d)
	for _, source := range d.Sources {
		sum += maphash.String(seed, source)
	}
	for n, in := range c.set.inputs[i] {
		f := c.names[in]
		if f == nil {
			sum += maphash.String(seed, c.set.drvs[in].Outputs[0].Path)
		} else if f.before && f.after {
			for _, output := range d.Inputs[n].Outputs {
				sum += f.hash * (maphash.String(seed, output) | 1)
			}
		}
	}
	return sum
}

// systems are what NixOS names after the version of something else.
var systems = regexp.MustCompile(`^(initrd|nixos-system)-`)

// packages tells packages, and what they are built from, from the units, etc and
// other files that only configurations are made of.
func (c *comparison) packages() []bool {
	is := make([]bool, len(c.set.drvs))
	for i := len(is) - 1; i >= 0; i-- {
		f := c.names[i]
		if f == nil || !is[i] && (c.versions[i] == "" || systems.MatchString(f.name)) {
			continue
		}
		is[i] = true
		for _, in := range c.set.inputs[i] {
			is[in] = true
		}
	}
	return is
}
