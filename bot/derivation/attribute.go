package derivation

import "slices"

// An origin is what changed itself: a package, or all configuration.
type origin struct {
	*family
	drvs []int32
	// hosts are those on which it did, isNew that none had such a package.
	hosts row
	isNew bool
}

// on lists those of its family that the rows have some of its hosts for.
func (o origin) on(rows []row) (drvs []int32) {
	for _, i := range o.family.drvs {
		if rows[i].intersects(o.hosts) {
			drvs = append(drvs, i)
		}
	}
	return drvs
}

// configuration is the place of the origin that stands for all configuration.
const configuration = 0

// origins finds everything that changed itself. originOf gives its place for
// each derivation that did.
func (c *comparison) origins() (origins []origin, originOf []int32) {
	origins = []origin{{family: &family{}, hosts: newRow(len(c.pairs))}}
	originOf = make([]int32, len(c.set.drvs))
	packages := c.packages()
	for _, f := range c.families {
		own := origin{family: f, hosts: newRow(len(c.pairs))}
		for _, i := range f.drvs {
			to := &origins[configuration]
			if packages[i] {
				to = &own
				originOf[i] = int32(len(origins))
			}
			if !c.own[i].empty() {
				to.drvs = append(to.drvs, i)
				to.hosts.union(c.own[i])
			}
		}
		if len(own.drvs) > 0 {
			own.isNew = len(own.on(c.before)) == 0
			origins = append(origins, own)
		}
	}
	return origins, originOf
}

// because says which origins each rebuild is due to: to its own change, and to
// those of its inputs. What is new explains itself, and who uses it only where
// that did not change to use it.
func (c *comparison) because(origins []origin, originOf []int32) []row {
	newcomers := newRow(len(origins))
	for n, o := range origins {
		if o.isNew {
			newcomers.put(n)
		}
	}
	because := newRows(len(c.set.drvs), len(origins))
	for i := range because {
		if c.rebuilt[i].empty() {
			continue
		}
		for _, in := range c.set.inputs[i] {
			because[i].union(because[in])
		}
		if slices.Equal(c.own[i], c.rebuilt[i]) {
			because[i].remove(newcomers)
		}
		if !c.own[i].empty() {
			because[i].put(int(originOf[i]))
		}
	}
	return because
}

// A tally counts derivations, altogether and by host.
type tally struct {
	total   int
	perHost []int
}

// add counts a derivation that is rebuilt on hosts, if these are any.
func (t *tally) add(hosts row) {
	if hosts.empty() {
		return
	}
	t.total++
	for host := range hosts.all() {
		t.perHost[host]++
	}
}
