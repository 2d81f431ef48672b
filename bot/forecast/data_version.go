package forecast

import (
	"slices"
	"strconv"
	"strings"
)

// A version is the numbers a version begins with: 1.33.4+k3s1 is 1, 33, 4.
// slices.Compare orders them.
type version []int

// parseVersion reads the leading numbers, and stops at the first component that
// does not begin with one.
func parseVersion(text string) version {
	var v version
	for component := range strings.SplitSeq(text, ".") {
		end := 0
		for end < len(component) && component[end] >= '0' && component[end] <= '9' {
			end++
		}
		number, err := strconv.Atoi(component[:end])
		if err != nil {
			return v
		}
		v = append(v, number)
		if end < len(component) {
			return v
		}
	}
	return v
}

func (v version) String() string {
	parts := make([]string, len(v))
	for i, number := range v {
		parts[i] = strconv.Itoa(number)
	}
	return strings.Join(parts, ".")
}

// first is the line of services whose first number is their major.
func first(v version) version { return v[:min(1, len(v))] }

// second is the line of services that count in two numbers: 1.33, 2025.10.
func second(v version) version { return v[:min(2, len(v))] }

// firstSince is first from a major on, and second before: PostgreSQL 9.6, then
// 10.
func firstSince(major int) func(version) version {
	return func(v version) version {
		if len(v) > 0 && v[0] < major {
			return second(v)
		}
		return first(v)
	}
}

// crosses says whether a border lies between two versions, in either order.
func crosses(from, to version, border string) bool {
	if slices.Compare(from, to) > 0 {
		from, to = to, from
	}
	at := parseVersion(border)
	return slices.Compare(from, at) < 0 && slices.Compare(at, to) <= 0
}

// oneMajor finds steps over more than one major.
func oneMajor(before, after version) bool { return after[0]-before[0] > 1 }

// oneMinor finds steps over more than one minor, or to another major.
func oneMinor(before, after version) bool {
	return after[0] != before[0] || after.second()-before.second() > 1
}

// threeMonths finds steps of more than three months between versions that are
// called by year and month.
func threeMonths(before, after version) bool {
	return (after[0]-before[0])*12+after.second()-before.second() > 3
}

// stops finds steps that jump over one of these versions.
func stops(line func(version) version, versions ...string) func(before, after version) bool {
	return func(before, after version) bool {
		return slices.ContainsFunc(versions, func(stop string) bool {
			at := parseVersion(stop)
			return slices.Compare(line(before), at) < 0 && slices.Compare(at, line(after)) < 0
		})
	}
}

// gitlabStops finds steps over a required stop: since 17.5 these are the minors
// 2, 5, 8 and 11 of each major.
// https://docs.gitlab.com/update/upgrade_paths/
func gitlabStops(before, after version) bool {
	for major := max(before[0], 17); major <= after[0]; major++ {
		for _, minor := range []int{2, 5, 8, 11} {
			stop := version{major, minor}
			if slices.Compare(version{17, 5}, stop) <= 0 && slices.Compare(second(before), stop) < 0 && slices.Compare(stop, second(after)) < 0 {
				return true
			}
		}
	}
	return false
}

// window finds steps to a version that starts only on data of certain versions
// before it.
func window(opens, needed string) func(before, after version) bool {
	return func(before, after version) bool {
		return slices.Compare(before, parseVersion(opens)) < 0 && slices.Compare(after, parseVersion(needed)) >= 0
	}
}

// second is the second number of a version, 0 where it has only one.
func (v version) second() int {
	if len(v) > 1 {
		return v[1]
	}
	return 0
}
