package report

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/verdict"
)

// citizen is a pull request with a history, and with commits of people.
func citizen() Report {
	r := fleet(3, upgraded, broken, upgraded)
	r.Hosts[2].Name = "lab#web"
	day := func(n int) time.Time { return time.Date(2026, 11, n, 6, 17, 0, 0, time.UTC) }
	attempt := func(revision string, when int, v verdict.Verdict, builds int) Attempt {
		return Attempt{
			Revision: revision, Date: day(when - 1), When: day(when), Verdict: string(v), Builds: builds, Hosts: 3,
			Run: fmt.Sprintf("https://github.com/someone/fleet/actions/runs/47%02d", when),
		}
	}
	r.Attempts = []Attempt{
		attempt(r.Head.Nixpkgs.Rev, 22, verdict.Regressed, 2),
		attempt("77aa0c2ad3e2e1a1b0d1c2b3a49586775645342a", 20, verdict.Good, 3),
		attempt("9da7f1c08e1c3a1f0b1d2c3e4f5061728394a5b6", 18, verdict.Undecided, 1),
	}
	r.Attempts[2].Run, r.Attempts[2].Date = "", time.Time{}
	for i, subject := range []string{"Use quic on web", "", "Pin foo", "Drop bar"} {
		r.Kept = append(r.Kept, Kept{SHA: strings.Repeat(strconv.Itoa(i+1), 40), Author: "Ada Lovelace", Subject: subject})
	}
	return r
}

// TestHostAnchor tells apart what looks the same once it is an id.
func TestHostAnchor(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"web", "host-web"},
		{"Web_1-a", "host-Web_1-a"},
		{"lab-web", "host-lab-web"},
		{"lab#web", "host-lab-web-a92fe0ae"},
		{"lab/web", "host-lab-web-e3f95f16"},
		{"\"></a><script>", "host--a-script--46c263e8"},
		{"größe", "host-gr-e-5bd3a989"},
		{strings.Repeat("x", 41), "host-" + strings.Repeat("x", 40) + "-31a5feee"},
		{"", "host-"},
	} {
		if diff := cmp.Diff(test.want, HostAnchor(test.name)); diff != "" {
			t.Errorf("%q mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

// Whatever points at a host finds its row.
func TestHostsHaveAnchors(t *testing.T) {
	for _, r := range []Report{citizen(), fleet(40, upgraded, broken), hostile()} {
		text := Markdown(r, 200_000)
		for _, host := range r.Hosts {
			if n := strings.Count(text, `<a id="`+HostAnchor(host.Name)+`"></a>`); n != 1 {
				t.Errorf("%d rows of %q have its anchor", n, host.Name)
			}
		}
	}
}

// The history of a first run is that run, which the report is about anyway.
func TestNoHistory(t *testing.T) {
	r := citizen()
	r.Attempts, r.Kept = r.Attempts[:1], nil
	if text := Markdown(r, 60_000); strings.Contains(text, "attempt") || strings.Contains(text, "On top of") {
		t.Errorf("there is a history in\n%s", text)
	}
}

// misfit is a commit of a person that the newest bump cannot go below.
func misfit() Conflict {
	return Conflict{
		SHA: strings.Repeat("1", 40), Author: "Ada Lovelace", Subject: "Use quic on web", Paths: []string{"flake.nix", "hosts/web.nix"},
		Branch: "nixferry/nixos-unstable", Base: "main", Bump: strings.Repeat("b", 40),
	}
}
