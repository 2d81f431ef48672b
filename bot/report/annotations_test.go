package report

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

func TestAnnotations(t *testing.T) {
	acme := triage.Finding{Class: triage.Assertions, Message: "accept the terms", Next: "Set it.", File: "web.nix", Line: 7, Column: 3}
	r := Report{Hosts: []Host{
		{Name: "old", Verdict: verdict.StillFailing, Findings: []triage.Finding{{Class: triage.Unknown, Message: "oh no", File: "old.nix"}}},
		{Name: "a", Verdict: verdict.Regressed, Findings: []triage.Finding{acme, {Class: triage.BuildFailed, Message: "no place"}}},
		{Name: "b", Verdict: verdict.Regressed, Findings: []triage.Finding{acme, {Class: triage.RenamedOption, Message: "renamed", File: "b.nix", Line: 2}}},
	}}
	want := []Annotation{
		{Level: "error", File: "web.nix", Line: 7, Column: 3, Title: "a, b", Message: "accept the terms\nSet it."},
		{Level: "warning", File: "old.nix", Title: "old", Message: "oh no"},
		{Level: "warning", File: "b.nix", Line: 2, Title: "b", Message: "renamed"},
	}
	if diff := cmp.Diff(want, r.Annotations()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestAnnotationOfWhatStandsInTheWay(t *testing.T) {
	r := Report{Quiet: "commit a\x1b[31m does not go together.", Blocked: true}
	want := []Annotation{{Level: "warning", Title: "Not renewed", Message: "commit a does not go together."}}
	if diff := cmp.Diff(want, r.Annotations()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// GitHub shows ten of a level; the others are named in the last of them.
func TestAnnotationsAreFew(t *testing.T) {
	var r Report
	for i := range 30 {
		r.Hosts = append(r.Hosts, Host{
			Name: fmt.Sprintf("h%02d", i), Verdict: []verdict.Verdict{verdict.Regressed, verdict.StillFailing}[i%2],
			Findings: []triage.Finding{{Message: strconv.Itoa(i), File: "a.nix", Line: i + 1}},
		})
	}
	levels, last := map[string]int{}, map[string]string{}
	for _, a := range r.Annotations() {
		levels[a.Level]++
		last[a.Level] = a.Message
	}
	if diff := cmp.Diff(map[string]int{"error": 10, "warning": 10}, levels); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{
		"error":   "18\n\nLeft out here, and in the report: 5 errors (a.nix:21, a.nix:23, a.nix:25, …).",
		"warning": "19\n\nLeft out here, and in the report: 5 warnings (a.nix:22, a.nix:24, a.nix:26, …).",
	}, last); diff != "" {
		t.Errorf("the last of each level mismatch (-want +got):\n%s", diff)
	}
}

// What GitHub would cut in the middle is cut at a line before.
func TestAnnotationsAreShort(t *testing.T) {
	r := Report{Hosts: []Host{{Name: strings.Repeat("n", 300), Verdict: verdict.Regressed, Findings: []triage.Finding{{
		Message: strings.Repeat("\x1b[31mline\x1b[0m\n", 5000), Next: strings.Repeat("x", 5000), File: "a.nix",
	}}}}}
	a := r.Annotations()[0]
	if len([]rune(a.Title)) > 255 || len([]rune(a.Message)) > 4096 || strings.Contains(a.Message, "\x1b") || !strings.HasPrefix(a.Message, "line\nline\n") {
		t.Errorf("got %q: %q", a.Title, a.Message)
	}
}
