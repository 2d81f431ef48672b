package report

import (
	"fmt"
	"strconv"
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

// GitHub shows ten of a level; the others would only push them out.
func TestAnnotationsAreFew(t *testing.T) {
	var r Report
	for i := range 30 {
		r.Hosts = append(r.Hosts, Host{
			Name: fmt.Sprintf("h%02d", i), Verdict: []verdict.Verdict{verdict.Regressed, verdict.StillFailing}[i%2],
			Findings: []triage.Finding{{Message: strconv.Itoa(i), File: "a.nix", Line: i + 1}},
		})
	}
	levels := map[string]int{}
	for _, a := range r.Annotations() {
		levels[a.Level]++
	}
	if diff := cmp.Diff(map[string]int{"error": 10, "warning": 10}, levels); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
