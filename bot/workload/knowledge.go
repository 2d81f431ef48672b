package workload

import (
	"context"
	"encoding/json"

	"github.com/nixferry/nixferry/bot/derivation"
)

// A fact is what is known of a store path.
type fact struct {
	valid bool
	// asked says that the caches were asked: info is what one of them says,
	// nil where none has it, or where that is unsure.
	asked, unsure bool
	info          *Narinfo
}

// knowledge collects questions, answers them a round at a time, and remembers.
type knowledge struct {
	world World
	facts map[string]fact
	// questions are the paths to learn of, true where the caches are to be
	// asked as well when the store does not have it.
	questions map[string]bool
	recipes   map[*derivation.Derivation]recipe
}

// A recipe is what counts of a derivation's own settings: whether Nix asks
// caches for its outputs, and whether it is worth naming among the builds.
type recipe struct{ substitutes, heavy bool }

// of returns what is known of a path, or notes the question.
func (k *knowledge) of(path string, ask bool) (f fact, ok bool) {
	f, ok = k.facts[path]
	if ok && (f.valid || f.asked || !ask) {
		return f, true
	}
	k.questions[path] = k.questions[path] || ask
	return fact{}, false
}

// learn answers the questions that came up since the last round.
func (k *knowledge) learn(ctx context.Context) error {
	var fresh, asked []string
	for path := range k.questions {
		if _, known := k.facts[path]; !known {
			fresh = append(fresh, path)
		}
	}
	valid, err := k.world.Valid(ctx, fresh)
	if err != nil {
		return err
	}
	for _, path := range fresh {
		k.facts[path] = fact{}
	}
	for _, path := range valid {
		k.facts[path] = fact{valid: true}
	}
	for path, ask := range k.questions {
		if ask && !k.facts[path].valid {
			asked = append(asked, path)
		}
	}
	clear(k.questions)
	var have map[string]Narinfo
	var unsure []string
	if len(asked) > 0 {
		have, unsure = k.world.Ask(ctx, asked)
	}
	for _, path := range asked {
		k.facts[path] = fact{asked: true}
	}
	for path, info := range have {
		k.facts[path] = fact{asked: true, info: &info}
	}
	for _, path := range unsure {
		k.facts[path] = fact{asked: true, unsure: true}
	}
	return ctx.Err()
}

// recipe reads the settings of a derivation, once.
func (k *knowledge) recipe(d *derivation.Derivation) recipe {
	r, ok := k.recipes[d]
	if !ok {
		attrs, _ := d.Env("__json")
		r.substitutes = k.world.Substitute && (k.world.AlwaysSubstitute || flag(d, attrs, "allowSubstitutes", true))
		r.heavy = !d.Fixed() && !flag(d, attrs, "preferLocalBuild", false)
		k.recipes[d] = r
	}
	return r
}

// flag reads a boolean setting as Nix does; attrs are the structured attributes
// of the derivation, empty where it has none.
func flag(d *derivation.Derivation, attrs, name string, missing bool) bool {
	if attrs == "" {
		value, ok := d.Env(name)
		return value == "1" || !ok && missing
	}
	var all map[string]json.RawMessage
	value := missing
	if json.Unmarshal([]byte(attrs), &all) != nil || json.Unmarshal(all[name], &value) != nil {
		return missing
	}
	return value
}
