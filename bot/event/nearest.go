package event

import "slices"

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
	for _, candidate := range candidates {
		limit := (max(len(word), len(candidate)) + 1) / 2
		if d := distance(word, candidate); d <= limit && d < least && nameable(candidate) {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the bytes to insert, delete or replace to make b of a.
// https://en.wikipedia.org/wiki/Levenshtein_distance
func distance(a, b string) int {
	row := make([]int, len(b)+1) // from a's beginning to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
