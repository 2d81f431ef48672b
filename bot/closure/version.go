package closure

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Versions are the versions of one package in one closure, lowest first. A
// version of which the closure has two copies stands there twice; outputs of
// one copy count once. A package without a version has none.
type Versions []string

// String lists the versions for a reader: "3.4.0, 3.4.1 ×2".
func (v Versions) String() string {
	var parts []string
	for i := 0; i < len(v); {
		same := i + 1
		for same < len(v) && v[same] == v[i] {
			same++
		}
		part := v[i]
		if same-i > 1 {
			part += " ×" + strconv.Itoa(same-i)
		}
		parts = append(parts, part)
		i = same
	}
	return strings.Join(parts, ", ")
}

// A Kind says which way a package moved.
type Kind string

// The kinds of a change. Only a fold has Added and Removed.
const (
	// Upgrade and Downgrade: every version that moved, moved this way.
	Upgrade   Kind = "upgrade"
	Downgrade Kind = "downgrade"
	// Mixed: some went up and some down, or a copy of another version came or
	// went beside one that stayed.
	Mixed Kind = "mixed"
	// Unordered: nobody can say, as between two git hashes.
	Unordered Kind = "unordered"
	Added     Kind = "added"
	Removed   Kind = "removed"
)

// kindOf compares the versions that left with those that came, highest with
// highest; copies without a partner say nothing about the direction.
func kindOf(before, after Versions) Kind {
	left, came := without(before, after), without(after, before)
	pairs := min(len(left), len(came))
	if pairs == 0 {
		return Mixed
	}
	kind := direction(left[len(left)-1], came[len(came)-1])
	for i := 2; i <= pairs && kind != Unordered; i++ {
		next := direction(left[len(left)-i], came[len(came)-i])
		switch {
		case next == Unordered:
			kind = Unordered
		case next != kind:
			kind = Mixed
		}
	}
	return kind
}

func direction(before, after string) Kind {
	a, b := withoutHash(before), withoutHash(after)
	order := compareVersions(before, after)
	switch {
	case a == "" || b == "" || a == b || order == 0:
		return Unordered
	case order < 0:
		return Upgrade
	default:
		return Downgrade
	}
}

// without takes one copy of each version in b from a.
func without(a, b Versions) Versions {
	rest := slices.Clone(a)
	for _, version := range b {
		if i := slices.Index(rest, version); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
	}
	return rest
}

// withoutHash cuts a git hash that ends a version, and what parts them.
func withoutHash(version string) string {
	start := strings.LastIndexAny(version, "-.+_") + 1
	if !isGitHash(version[start:]) {
		return version
	}
	return version[:max(start-1, 0)]
}

// isGitHash recognises what git prints as a commit: at least seven hexadecimal
// digits. A short one needs both letters and digits, for 20250109 is a date and
// defaced a word.
func isGitHash(s string) bool {
	if len(s) < 7 || len(s) > 40 {
		return false
	}
	letters, digits := 0, 0
	for _, c := range []byte(s) {
		switch {
		case isDigit(c):
			digits++
		case 'a' <= c && c <= 'f':
			letters++
		default:
			return false
		}
	}
	return len(s) == 40 || letters > 0 && digits > 0
}

// compareVersions orders two versions as builtins.compareVersions does, and
// returns -1, 0 or 1:
// https://nix.dev/manual/nix/2.34/command-ref/nix-env/upgrade#versions
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = nextComponent(a)
		y, b = nextComponent(b)
		if order := compareComponents(x, y); order != 0 {
			return order
		}
	}
	return 0
}

// nextComponent cuts the first run of digits or of other characters off a
// version; dots and dashes only part them.
func nextComponent(version string) (component, rest string) {
	version = strings.TrimLeft(version, ".-")
	if version == "" {
		return "", ""
	}
	end := 1
	for end < len(version) && isDigit(version[end]) == isDigit(version[0]) && version[end] != '.' && version[end] != '-' {
		end++
	}
	return version[:end], version[end:]
}

// compareComponents puts "pre" first, then nothing, then words, then numbers.
// A number beyond 31 bits is a word to Nix, and so it is here.
func compareComponents(a, b string) int {
	if a == b {
		return 0
	}
	rank := func(component string) (int, int64) {
		number, err := strconv.ParseInt(component, 10, 32)
		switch {
		case component == "pre":
			return 0, 0
		case component == "":
			return 1, 0
		case err != nil:
			return 2, 0
		default:
			return 3, number
		}
	}
	rankA, numberA := rank(a)
	rankB, numberB := rank(b)
	if rankA == 2 && rankB == 2 {
		return strings.Compare(a, b)
	}
	return cmp.Or(cmp.Compare(rankA, rankB), cmp.Compare(numberA, numberB))
}
