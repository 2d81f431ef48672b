package event

import (
	"slices"

	"github.com/agnivade/levenshtein"
)

// nearestForm is the form of the verb that is nearest to one that is none, help
// when nothing is near.
func nearestForm(verb string) form {
	verbs := make([]string, len(forms))
	for i, f := range forms {
		verbs[i] = f.verb
	}
	return forms[max(0, slices.Index(verbs, nearest(verb, verbs)))]
}

// nearest is the first of the nameable candidates that are nearest to word,
// empty when more than half of each would have to change.
func nearest(word string, candidates []string) (best string) {
	least := maxName
	if len(word) > 2*maxName { // farther from all than that; and levenshtein counts in 16 bits
		return ""
	}
	for _, candidate := range candidates {
		limit := (max(len(word), len(candidate)) + 1) / 2
		if d := levenshtein.ComputeDistance(word, candidate); d <= limit && d < least && nameable(candidate) {
			best, least = candidate, d
		}
	}
	return best
}
