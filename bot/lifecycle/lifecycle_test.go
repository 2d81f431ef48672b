package lifecycle

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// fleet makes hosts from words like "web=ok".
func fleet(t *testing.T, words string) (hosts []report.Host) {
	t.Helper()
	for word := range strings.FieldsSeq(words) {
		name, v, ok := strings.Cut(word, "=")
		if !ok {
			t.Fatalf("%q is no host", word)
		}
		hosts = append(hosts, report.Host{Name: name, Verdict: verdict.Verdict(v)})
	}
	return hosts
}

// gate is the gate of an input.
func gate(t *testing.T, input string) config.Gate {
	t.Helper()
	cfg, err := config.Load(func(name string) string { return map[string]string{"merge-gate": input}[name] })
	if err != nil {
		t.Fatal(err)
	}
	return cfg.MergeGate
}

func TestHolds(t *testing.T) {
	const mixed = "web=ok db=unchanged nas=still-failing pi=not-here old=skipped"
	for _, test := range []struct {
		name, gate, hosts, why string
	}{
		{"nothing breaks", "no-regression", mixed, ""},
		{"one breaks", "no-regression", mixed + " mail=regressed", "1 broke: mail"},
		{"one is undecided", "no-regression", mixed + " mail=inconclusive", "1 could not be judged: mail"},
		{"both", "no-regression", "a=inconclusive b=regressed c=regressed", "2 broke: b, c; 1 could not be judged: a"},
		{"three", "no-regression", "a=regressed b=regressed c=regressed", "3 broke: a, b, c"},
		{"many", "no-regression", "a=regressed b=regressed c=regressed d=regressed", "4 broke: a, b, c, …"},
		{"no host", "no-regression", "", "no host was judged"},
		{"none judged", "no-regression", "pi=not-here old=skipped", "no host was judged"},
		{"none judged, all", "all", "old=skipped", "no host was judged"},
		{"none judged, by name", "old", "old=skipped", "no host was judged"},
		{"all green", "all", "web=ok db=unchanged nas=fixed old=skipped", ""},
		{"not all green", "all", mixed, "1 broken before already: nas; 1 for another machine: pi"},
		{"all, one undecided", "all", "web=ok db=inconclusive", "1 could not be judged: db"},
		{"named are green", "web db", mixed + " mail=regressed", ""},
		{"named by glob", "w*, !web-2", "web-1=ok web-2=regressed", ""},
		{"all but one", "!web-2", "web-1=ok web-2=regressed", ""},
		{"one named breaks", "web db", "web=regressed db=ok nas=regressed", "1 broke: web"},
		{"one named is elsewhere", "web pi", mixed, "1 for another machine: pi"},
		{"one named is skipped", "web old", mixed, "1 skipped: old"},
		{"one named is not there", "web wbe", mixed, "merge-gate names wbe, which no host is called"},
		{"excluded altogether", "web !w*", mixed, "merge-gate picks no host"},
		{"named within a flake", "web", "lab#web=regressed web=ok", "1 broke: lab#web"},
		{"named with its flake", "lab#web", "lab#web=ok web=regressed", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			ok, why := Holds(gate(t, test.gate), fleet(t, test.hosts))
			if ok != (test.why == "") || why != test.why {
				t.Errorf("it holds: %v, %q; want %q", ok, why, test.why)
			}
		})
	}
}

func TestDraft(t *testing.T) {
	for _, test := range []struct {
		mode        string
		holds, want bool
	}{
		{config.Auto, true, false},
		{config.Auto, false, true},
		{config.Never, true, false},
		{config.Never, false, false},
		{config.Always, true, true},
		{config.Always, false, true},
	} {
		if got := Draft(test.mode, test.holds); got != test.want {
			t.Errorf("Draft(%s, %v) = %v", test.mode, test.holds, got)
		}
	}
}

func TestAttempt(t *testing.T) {
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	r := report.Report{
		Run:   "https://github.com/octo/fleet/actions/runs/7",
		Head:  report.Commit{Rev: "c0ffee", Nixpkgs: report.Locked{Rev: "abc", Date: day}},
		Hosts: fleet(t, "web=ok db=fixed nas=regressed pi=not-here old=skipped"),
	}
	at := time.Date(2026, 11, 22, 1, 2, 3, 4, time.FixedZone("", 3600))
	want := report.Attempt{
		Revision: "abc", Date: day, When: time.Date(2026, 11, 22, 0, 2, 3, 0, time.UTC),
		Verdict: "regressed", Builds: 2, Hosts: 4, Run: r.Run,
	}
	got := Attempt(r, "regressed", at)
	if diff := cmp.Diff(want, got); diff != "" || got.When.Location() != time.UTC {
		t.Errorf("%s; mismatch (-want +got):\n%s", got.When, diff)
	}
}

func TestAttempts(t *testing.T) {
	// A lower letter is an earlier run, a capital its retry.
	list := func(runs string) (all []report.Attempt) {
		for _, run := range runs {
			all = append(all, report.Attempt{Revision: strings.ToLower(string(run)), Run: string(run)})
		}
		return all
	}
	for _, test := range []struct{ name, earlier, this, want string }{
		{"first", "", "a", "a"},
		{"next", "ba", "c", "cba"},
		{"retry", "cba", "C", "Cba"},
		{"retry of an older one", "cba", "A", "Acb"},
		{"twice in a state somebody edited", "cbba", "d", "dcba"},
		{"many", "tsrqponmlkjihgfedcba", "u", "utsrqponmlkjihgfedcb"},
		{"retry of the oldest", "tsrqponmlkjihgfedcba", "A", "Atsrqponmlkjihgfedcb"},
	} {
		t.Run(test.name, func(t *testing.T) {
			earlier := list(test.earlier)
			if diff := cmp.Diff(list(test.want), Attempts(earlier, list(test.this)[0])); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(list(test.earlier), earlier); diff != "" {
				t.Errorf("what was given changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeclined(t *testing.T) {
	closed := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	person := Closing{Number: 7, At: closed, Revision: "abc"}
	const coolDown, soon, late = 72 * time.Hour, time.Hour, 72 * time.Hour
	for _, test := range []struct {
		name     string
		last     Closing
		revision string
		after    time.Duration
		asked    bool
		want     string
	}{
		{"none before", Closing{}, "abc", soon, false, ""},
		{"same revision", person, "abc", soon, false, "this very revision"},
		{"same revision, long after", person, "abc", 1000 * time.Hour, false, "this very revision"},
		{"same revision, asked for", person, "abc", soon, true, ""},
		{"newer one within the cool-down", person, "def", soon, false, "closed on 2026-11-20: there is a new one from 2026-11-23 12:00 UTC on"},
		{"newer one at the last moment", person, "def", late - 1, false, "from 2026-11-23 12:00 UTC on"},
		{"newer one after it", person, "def", late, false, ""},
		{"newer one, asked for", person, "def", soon, true, ""},
		{"merged", Closing{Number: 7, At: closed, Revision: "abc", Merged: true}, "abc", soon, false, ""},
		{"closed by the bot", Closing{Number: 7, At: closed, Revision: "abc", ByBot: true}, "abc", soon, false, ""},
		{"unknown revision within the cool-down", Closing{Number: 7, At: closed}, "def", soon, false, "`cool-down`"},
		{"unknown revisions after it", Closing{Number: 7, At: closed}, "", late, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.last.Declined(test.revision, closed.Add(test.after), coolDown, test.asked)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := person.Declined("def", closed, 0, false); got != "" {
		t.Errorf("without a cool-down: %q", got)
	}
}
