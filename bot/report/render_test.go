package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"testing/quick"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
	}
}

func TestMarkdown(t *testing.T) {
	for _, test := range scenarios() {
		t.Run(test.name, func(t *testing.T) {
			for _, budget := range []int{60_000, 4_000} {
				text := Markdown(test.report, budget)
				if n := utf8.RuneCountInString(text); n > budget {
					t.Errorf("budget %d: %d characters", budget, n)
				}
				if budget == 60_000 {
					golden(t, test.name+".md", text)
				} else if len(test.report.Hosts) > 8 {
					golden(t, test.name+".4000.md", text)
				}
			}
		})
	}
}

// TestMarkdownBudget holds every budget to its word.
func TestMarkdownBudget(t *testing.T) {
	for _, test := range scenarios() {
		last := 0
		for budget := 0; budget <= 20_000; budget = budget*3/2 + 50 {
			n := utf8.RuneCountInString(Markdown(test.report, budget))
			if n > budget {
				t.Errorf("%s, budget %d: %d characters", test.name, budget, n)
			}
			last = max(last, n)
		}
		if last == 0 {
			t.Errorf("%s: nothing was ever written", test.name)
		}
	}
}

// TestAnyBudget tries budgets and reports of any kind, in characters for a
// pull request and in bytes for a summary.
func TestAnyBudget(t *testing.T) {
	property := func(which, budget uint16, text string) bool {
		all := scenarios()
		r := infected(all[int(which)%len(all)].report, text, 0)
		budget = 200 + budget%20_000
		return utf8.RuneCountInString(Markdown(r, int(budget))) <= int(budget) && len(Summary(r, int(budget))) <= int(budget)
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 30}); err != nil {
		t.Error(err)
	}
}

// TestCutsAreNamed counts the hosts that are shown and those a note says are
// not, at any budget: nothing goes without a word.
func TestCutsAreNamed(t *testing.T) {
	shown := regexp.MustCompile(`(?m)^\| <a id="[^"]+"></a>\**host-`)
	named := regexp.MustCompile(`(?m)\b(\d+) hosts?\b.*\(https://redirect|full report\]\S*: (\d+) hosts?`)
	report := fleet(40, upgraded, unchanged, broken, unbuilt)
	for budget := 1000; budget < 12_000; budget += 100 {
		text := Markdown(report, budget)
		sum := len(shown.FindAllString(text, -1))
		for _, match := range named.FindAllStringSubmatch(text, -1) {
			n, _ := strconv.Atoi(match[1] + match[2])
			sum += n
		}
		if sum != 40 {
			t.Errorf("budget %d: %d of 40 hosts are accounted for in\n%s", budget, sum, text)
		}
	}
}

func TestTitle(t *testing.T) {
	var titles bytes.Buffer
	for _, test := range scenarios() {
		titles.WriteString(test.name + ": " + Title(test.report) + "\n")
	}
	golden(t, "titles", titles.String())
}

func TestTerminal(t *testing.T) {
	for _, test := range scenarios() {
		t.Run(test.name, func(t *testing.T) {
			var narrow, wide, colored bytes.Buffer
			for _, err := range []error{
				Terminal(&narrow, test.report, Options{Width: 80}),
				Terminal(&wide, test.report, Options{Width: 160}),
				Terminal(&colored, test.report, Options{Width: 80, Color: true}),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(narrow.String(), escapes.ReplaceAllString(colored.String(), "")); diff != "" {
				t.Errorf("without its colours the report mismatch (-want +got):\n%s", diff)
			}
			if text := narrow.String(); text != plain(text) {
				t.Error("the report sends control characters to the terminal")
			}
			golden(t, test.name+".80", narrow.String())
			if test.name == "mixed" {
				golden(t, test.name+".160", wide.String())
				golden(t, test.name+".color", colored.String())
			}
		})
	}
}
