package stores

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// A recipe becomes one derivation on each side of the bump.
type recipe struct {
	// names are its name and version before and after; empty where it is not.
	names [2]string
	// outputs are those beside "out".
	outputs []string
	// inputs are the recipes whose outputs it refers to.
	inputs []int
	// source says that no compiler has a part in it: it changes with its name.
	source bool
	// size is in bytes, of what it was before. It also makes recipes of the same
	// name differ, as a host's etc-hosts from another's.
	size int64
}

// seed is of all that is drawn: another one would be another store.
const seed = 5

// The first recipes, which the others need by number.
const (
	stdenv = 0 // what all but sources refer to: glibc
	linux  = 2
)

// A world is what the hosts of a fleet choose from.
type world struct {
	random  *rand.Rand
	recipes []recipe
	// explicit and units are on every host: what system-path refers to, and
	// what etc refers to.
	explicit, units []int
	// roles are further packages; a host has some of one role.
	roles [len(roles)][]int
}

// newWorld makes up packages, about as many as there are on a desktop.
func newWorld() *world {
	w := &world{random: rand.New(rand.NewPCG(seed, 0))}
	for _, line := range strings.Split(strings.TrimSpace(known), "\n") {
		fields := strings.Fields(line)
		names := [2]string{fields[0] + "-" + fields[1], fields[0] + "-" + fields[2]}
		w.add(recipe{names: names, outputs: fields[3:]})
	}
	for number := range packages {
		w.add(generic(number, w.random))
	}
	w.connect()
	for number := range units {
		names := same(fmt.Sprintf("unit-%s.service", word(number*7)))
		w.units = append(w.units, w.add(recipe{names: names, inputs: w.some(2)}))
	}
	for role, name := range roles {
		for number := range rolePackages {
			names := moved(name+"-"+word(number), "1."+strconv.Itoa(number), number)
			w.roles[role] = append(w.roles[role], w.add(recipe{names: names, inputs: w.some(5)}))
		}
	}
	return w
}

func (w *world) add(r recipe) int {
	r.size = 500 + w.random.Int64N(1<<(8+w.random.IntN(19)))
	w.recipes = append(w.recipes, r)
	return len(w.recipes) - 1
}

// connect gives the recipes their inputs: popular ones, which are those at the
// beginning, and so that each is somebody's input or explicit.
func (w *world) connect() {
	last := len(w.recipes) - 1
	for number := range w.recipes {
		r := &w.recipes[number]
		if !r.source && number > 0 {
			r.inputs = append(r.inputs, stdenv)
			for range w.random.IntN(4) {
				popularity := w.random.Float64()
				r.inputs = append(r.inputs, int(float64(number)*popularity*popularity))
			}
		}
		user := min(number+1+w.random.IntN(60), last)
		for w.recipes[user].source && user < last {
			user++
		}
		if number%explicitEvery == 0 || user == last {
			w.explicit = append(w.explicit, number)
			if !r.source && number%2 == 0 {
				r.outputs = append(r.outputs, "man")
			}
			continue
		}
		w.recipes[user].inputs = append(w.recipes[user].inputs, number)
	}
}

// some gives recipes that a package may have as inputs.
func (w *world) some(count int) []int {
	inputs := []int{stdenv}
	for range count {
		inputs = append(inputs, w.random.IntN(packages))
	}
	return inputs
}

// host adds what is a host's own and gives its toplevel.
func (w *world) host(number int) int {
	name := hostName(number)
	random := rand.New(rand.NewPCG(seed, uint64(number)))
	own := func(names [2]string, inputs ...int) int {
		return w.add(recipe{names: names, inputs: append(inputs, stdenv)})
	}
	chosen := slices.Clone(w.explicit)
	for _, number := range w.roles[number%len(roles)] {
		if random.IntN(3) > 0 {
			chosen = append(chosen, number)
		}
	}
	system := own(same("system-path"), chosen...)
	user := own(same("user-environment"), chosen[len(chosen)-20:]...)
	var files []int
	for _, file := range []string{"hostname", "hosts", "fstab", "machine-id", "resolv.conf", "issue", "passwd", "os-release"} {
		files = append(files, own(same("etc-"+file)))
	}
	for unit := range 8 {
		script := own(same(fmt.Sprintf("unit-script-%s-%d-start", name, unit)), w.some(2)...)
		files = append(files, own(same(fmt.Sprintf("unit-%s-%d.service", name, unit)), script))
	}
	etc := own(same("etc"), slices.Concat(files, w.units, []int{user})...)
	kernel := w.recipes[linux].names
	initrd := own([2]string{"initrd-" + kernel[0], "initrd-" + kernel[1]}, linux)
	return own([2]string{
		"nixos-system-" + name + "-25.05.20250301.abcdef0",
		"nixos-system-" + name + "-25.05.20250308.1234567",
	}, system, etc, initrd, linux, own(same("activate"), etc), own(same("users-groups.json")))
}

// hostName is the role and a number of two digits: what ends in digits is hard
// to tell from a version.
func hostName(number int) string {
	return fmt.Sprintf("%s-%02d", roles[number%len(roles)], 1+number/len(roles))
}
