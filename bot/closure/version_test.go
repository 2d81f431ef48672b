package closure

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompareVersionsAsNixDoes(t *testing.T) {
	data, err := os.ReadFile("testdata/compare-versions.json")
	if err != nil {
		t.Fatal(err)
	}
	var captured struct {
		Versions []string
		Results  [][]int
	}
	if err := json.Unmarshal(data, &captured); err != nil {
		t.Fatal(err)
	}
	if len(captured.Results) < 50 {
		t.Fatalf("only %d versions were captured", len(captured.Results))
	}
	for i, a := range captured.Versions {
		for j, b := range captured.Versions {
			if got, want := compareVersions(a, b), captured.Results[i][j]; got != want {
				t.Errorf("compareVersions(%q, %q) = %d, and Nix says %d", a, b, got, want)
			}
		}
	}
}

func TestKindOf(t *testing.T) {
	for _, test := range []struct {
		name          string
		before, after Versions
		want          Kind
	}{
		{"up", Versions{"3.4.0"}, Versions{"3.4.1"}, Upgrade},
		{"down", Versions{"10.0p2"}, Versions{"9.9p1"}, Downgrade},
		{"prerelease to release", Versions{"2.3pre1"}, Versions{"2.3"}, Upgrade},
		{"both up", Versions{"1.0", "2.0"}, Versions{"1.1", "2.1"}, Upgrade},
		{"one up beside one that stays", Versions{"1.0", "2.0"}, Versions{"1.0", "2.1"}, Upgrade},
		{"one up and one down", Versions{"1.1", "2.0"}, Versions{"1.0", "2.1"}, Mixed},
		{"two become one", Versions{"1.0", "2.0"}, Versions{"2.1"}, Upgrade},
		{"an old copy leaves", Versions{"1.0", "2.0"}, Versions{"2.0"}, Mixed},
		{"a second copy comes", Versions{"1.0"}, Versions{"1.0", "1.0"}, Mixed},
		{"version appears", Versions{}, Versions{"1.0"}, Mixed},
		{"hashes", Versions{"0ce27b518e8ead555dec34dd8be3df5bd75cff8e"}, Versions{"d3feec47b16a8e99eabb34cdfbaa115541d374fc"}, Unordered},
		{"hash to version", Versions{"0ce27b5"}, Versions{"1.0"}, Unordered},
		{"hash behind an equal version", Versions{"1.0-0ce27b5"}, Versions{"1.0-d3feec4"}, Unordered},
		{"hash behind a later version", Versions{"25.05.20250101.abcdef0"}, Versions{"25.11.20251101.bcdef01"}, Upgrade},
		{"dates", Versions{"unstable-2024-01-01"}, Versions{"unstable-2024-02-01"}, Upgrade},
		{"equal to Nix", Versions{"1.2"}, Versions{"1.02"}, Unordered},
		{"unordered wins over mixed", Versions{"1.0", "3a11111", "5.0"}, Versions{"0.9", "3b11111", "5.1"}, Unordered},
	} {
		if got := kindOf(test.before, test.after); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestVersionsString(t *testing.T) {
	for _, test := range []struct {
		versions Versions
		want     string
	}{
		{nil, ""},
		{Versions{"3.4.0"}, "3.4.0"},
		{Versions{"3.4.0", "3.4.1", "3.4.1", "3.5"}, "3.4.0, 3.4.1 ×2, 3.5"},
	} {
		if diff := cmp.Diff(test.want, test.versions.String()); diff != "" {
			t.Errorf("mismatch (-want +got)\n%s", diff)
		}
	}
}

func FuzzCompareVersions(f *testing.F) {
	f.Add("1.0pre", "1.0")
	f.Add("99999999999", "2")
	f.Fuzz(func(t *testing.T, a, b string) {
		if compareVersions(a, b) != -compareVersions(b, a) {
			t.Errorf("%q and %q have no order", a, b)
		}
		if compareVersions(a, a) != 0 {
			t.Errorf("%q is not itself", a)
		}
	})
}
