package workload

import (
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/derivation"
)

// A want is one thing to have in the store: a path, or named outputs (with
// spaces between) of the derivation at path.
type want struct{ path, outputs string }

// A walk follows what is wanted down to what is there, by Nix' own rule.
// https://github.com/NixOS/nix/blob/2.34.0/src/libstore/misc.cc (queryMissing)
type walk struct {
	known *knowledge
	todo  []want
	// waiting are the wants that cannot be judged before the next round.
	waiting []want
	seen    map[want]bool
	built   map[string]bool
	work    Work
}

func newWalk(known *knowledge, drvs ...string) *walk {
	w := &walk{known: known, seen: map[want]bool{}, built: map[string]bool{}}
	for _, drv := range drvs {
		if d, ok := known.world.Derivations.Get(drv); ok {
			var outputs []string
			for _, out := range d.Outputs {
				outputs = append(outputs, out.Name)
			}
			w.push(want{drv, strings.Join(outputs, " ")})
		} else {
			w.work.Unknown++
		}
	}
	return w
}

func (w *walk) push(item want) {
	if !w.seen[item] {
		w.seen[item] = true
		w.todo = append(w.todo, item)
	}
}

// run goes as far as what is known allows.
func (w *walk) run() {
	w.todo, w.waiting = append(w.todo, w.waiting...), nil
	for len(w.todo) > 0 {
		item := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		judged := false
		if item.outputs == "" {
			judged = w.fetch(item.path)
		} else {
			judged = w.realise(item)
		}
		if !judged {
			w.waiting = append(w.waiting, item)
		}
	}
}

// fetch counts a store path and follows its references.
func (w *walk) fetch(path string) (judged bool) {
	f, ok := w.known.of(path, true)
	switch {
	case !ok:
		return false
	case f.valid:
	case f.info == nil:
		w.work.Unknown++
	default:
		w.work.Fetch++
		w.work.Download += f.info.FileSize
		w.work.Unpacked += f.info.NarSize
		for _, reference := range f.info.References {
			w.push(want{path: reference})
		}
	}
	return true
}

// realise fetches those of the wanted outputs that are not in the store, or
// builds the derivation when one of them is in no cache.
func (w *walk) realise(item want) (judged bool) {
	d, ok := w.known.world.Derivations.Get(item.path)
	if !ok {
		w.work.Unknown++
		return true
	}
	substitutes := w.known.recipe(d).substitutes
	var missing []want
	judged, build := true, false
	for _, out := range d.Outputs {
		if !slices.Contains(strings.Fields(item.outputs), out.Name) {
			continue
		}
		if out.Path == "" { // nobody knows it before the build
			build = true
			continue
		}
		f, ok := w.known.of(out.Path, substitutes)
		judged = judged && ok
		if ok && !f.valid {
			missing = append(missing, want{path: out.Path})
			build = build || !substitutes || f.info == nil && !f.unsure
		}
	}
	switch {
	case !judged:
	case build:
		w.build(d)
	default:
		for _, item := range missing {
			w.push(item)
		}
	}
	return judged
}

// build counts a derivation and goes on with its inputs. Its sources are in the
// store, or it would not be.
func (w *walk) build(d *derivation.Derivation) {
	if w.built[d.Path] {
		return
	}
	w.built[d.Path] = true
	w.work.Build++
	if w.known.recipe(d).heavy {
		w.work.Heavy = append(w.work.Heavy, d.Path)
	}
	for _, in := range d.Inputs {
		w.push(want{in.Drv, strings.Join(in.Outputs, " ")})
	}
}

func (w *walk) result() Work {
	slices.Sort(w.work.Heavy)
	return w.work
}
