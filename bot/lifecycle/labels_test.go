package lifecycle

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/forecast"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// called are the names of labels without what all have in front.
func called(t *testing.T, labels []Label) string {
	t.Helper()
	var names []string
	for _, label := range labels {
		name, ok := strings.CutPrefix(label.Name, "nixferry: ")
		if !ok {
			t.Errorf("the label %q is not ours", label.Name)
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestLabels(t *testing.T) {
	of := func(v verdict.Verdict, f *forecast.Switch) report.Host { return report.Host{Verdict: v, Switch: f} }
	live := func(l forecast.Live) report.Host { return of(verdict.Good, &forecast.Switch{Live: l}) }
	data := func(severities ...forecast.Severity) report.Host {
		f := forecast.Switch{Live: forecast.Allowed}
		for _, s := range severities {
			f.Data = append(f.Data, forecast.Migration{Severity: s})
		}
		return of(verdict.Good, &f)
	}
	for _, test := range []struct {
		name  string
		hosts []report.Host
		want  string
	}{
		{"no host", nil, ""},
		{"all is well", []report.Host{of(verdict.Good, nil), of(verdict.Fixed, nil), live(forecast.Unchanged), live(forecast.Allowed)}, ""},
		{"not judged", []report.Host{of(verdict.Elsewhere, nil), of(verdict.Skipped, nil)}, ""},
		{"broken", []report.Host{of(verdict.Good, nil), of(verdict.Regressed, nil)}, "broken"},
		{"broken before", []report.Host{of(verdict.StillFailing, nil)}, "broken-before"},
		{"undecided", []report.Host{of(verdict.Undecided, nil)}, "undecided"},
		{"a new kernel", []report.Host{of(verdict.Good, &forecast.Switch{Live: forecast.Allowed, Reboot: []forecast.Reason{{}}})}, "needs-reboot"},
		{"reboot advised", []report.Host{live(forecast.RebootAdvised)}, "needs-reboot"},
		{"refused", []report.Host{live(forecast.Refused)}, "switch-refused needs-reboot"},
		{"worth a note", []report.Host{data(forecast.Note)}, ""},
		{"one way", []report.Host{data(forecast.Note, forecast.OneWay)}, "data-moves"},
		{"blocked", []report.Host{data(forecast.Blocked)}, "data-by-hand"},
		{"staged", []report.Host{data(forecast.Staged)}, "data-by-hand"},
		{
			"all of it, each once",
			[]report.Host{of(verdict.Regressed, nil), of(verdict.Regressed, nil), of(verdict.Undecided, nil), live(forecast.Refused), data(forecast.OneWay, forecast.Blocked), of(verdict.StillFailing, nil)},
			"broken undecided switch-refused data-by-hand data-moves needs-reboot broken-before",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := called(t, Labels(report.Report{Hosts: test.hosts}))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConflicted(t *testing.T) {
	for _, test := range []struct {
		has  []string
		want string
	}{
		{nil, "conflict"},
		{[]string{"bug", "Nixferry: Broken", "nixferry: needs-reboot", "nixferry: mine"}, "broken conflict needs-reboot"},
		{[]string{"nixferry: conflict"}, "conflict"},
	} {
		if diff := cmp.Diff(test.want, called(t, Conflicted(test.has))); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", test.has, diff)
		}
		after := strings.Join(strings.Fields(strings.Replace(test.want, "conflict", "", 1)), " ")
		if diff := cmp.Diff(after, called(t, Unconflicted(test.has))); diff != "" {
			t.Errorf("%q: afterwards mismatch (-want +got):\n%s", test.has, diff)
		}
	}
}

// TestStateLabels holds the labels to what GitHub takes.
func TestStateLabels(t *testing.T) {
	met := map[string]bool{}
	for _, label := range StateLabels {
		name := strings.ToLower(label.Name)
		if met[name] || utf8.RuneCountInString(name) > 50 || utf8.RuneCountInString(label.Description) > 100 || strings.Contains(name, ",") {
			t.Errorf("GitHub does not take %+v", label)
		}
		if !regexp.MustCompile(`^[0-9a-f]{6}$`).MatchString(label.Color) {
			t.Errorf("%q is no colour", label.Color)
		}
		met[name] = true
	}
	if len(StateLabels) != len(states) {
		t.Errorf("%d labels of %d states", len(StateLabels), len(states))
	}
}
