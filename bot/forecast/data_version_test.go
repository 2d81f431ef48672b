package forecast

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]version{
		"16.10":                {16, 10},
		"1.33.4+k3s1":          {1, 33, 4},
		"2025.10.0b3":          {2025, 10, 0},
		"3.4rc2.1":             {3, 4},
		"25.05.813.ac62194c":   {25, 5, 813},
		"231128":               {231128},
		"":                     nil,
		"unstable":             nil,
		"1..2":                 {1},
		"99999999999999999999": nil,
		"2.":                   {2},
	} {
		if diff := cmp.Diff(want, parseVersion(text)); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", text, diff)
		}
	}
}

func TestLines(t *testing.T) {
	for _, test := range []struct {
		line       func(version) version
		text, want string
	}{
		{first, "31.0.5", "31"},
		{second, "1.33.4", "1.33"},
		{second, "231128", "231128"},
		{first, "", ""},
		{firstSince(10), "9.6.24", "9.6"},
		{firstSince(10), "16.10", "16"},
		{firstSince(10), "", ""},
	} {
		if got := test.line(parseVersion(test.text)).String(); got != test.want {
			t.Errorf("the line of %q is %q, want %q", test.text, got, test.want)
		}
	}
}

// FuzzVersions holds reading and comparing versions to what order means.
func FuzzVersions(f *testing.F) {
	f.Add("10.11.3", "12", "10.11")
	f.Add("1.33.4+k3s1", "1.34", "1.9")
	f.Add("9.6", "10", "9.6.24")
	f.Add("", "x", "99999999999999999999")
	f.Fuzz(func(t *testing.T, x, y, z string) {
		a, b, c := parseVersion(x), parseVersion(y), parseVersion(z)
		if !strings.HasPrefix(strings.ReplaceAll(x, "0", ""), strings.ReplaceAll(first(a).String(), "0", "")) {
			t.Errorf("%q begins with %q", x, first(a))
		}
		if again := parseVersion(a.String()); !slices.Equal(a, again) {
			t.Errorf("%q is read as %v, and that as %v", x, a, again)
		}
		if slices.Compare(a, b) != -slices.Compare(b, a) {
			t.Errorf("%v and %v have no order", a, b)
		}
		if slices.Compare(a, b) <= 0 && slices.Compare(b, c) <= 0 && slices.Compare(a, c) > 0 {
			t.Errorf("%v ≤ %v ≤ %v, but not %v ≤ %v", a, b, c, a, c)
		}
		if crosses(a, b, z) != crosses(b, a, z) || crosses(a, a, z) {
			t.Errorf("the border %s lies between %v and %v one way only, or within one", z, a, b)
		}
		for _, line := range []func(version) version{first, second, firstSince(10)} {
			if slices.Compare(a, b) <= 0 && slices.Compare(line(a), line(b)) > 0 {
				t.Errorf("the lines of %v ≤ %v are the other way round", a, b)
			}
		}
	})
}
