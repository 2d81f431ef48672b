package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nixferry/nixferry/bot/verdict"
)

// TestAnswer pins what the reader is told for what mixture of verdicts.
func TestAnswer(t *testing.T) {
	const (
		good, same, broke, fixed = verdict.Good, verdict.Unchanged, verdict.Regressed, verdict.Fixed
		still, unsure, away, out = verdict.StillFailing, verdict.Undecided, verdict.Elsewhere, verdict.Skipped
	)
	type verdicts []verdict.Verdict
	for _, test := range []struct {
		hosts verdicts
		depth string
		want  answer
	}{
		{verdicts{}, "build", answer{"IMPORTANT", "Nobody knows: no host was checked."}},
		{verdicts{good, fixed}, "build", answer{"TIP", "Yes."}},
		{verdicts{good, same}, "build", answer{"TIP", "Yes."}},
		{verdicts{same, same}, "build", answer{"TIP", "Yes, and no host changes."}},
		{verdicts{good, good}, "eval", answer{"TIP", "Yes, as far as evaluation tells."}},
		{verdicts{good, away}, "build", answer{"NOTE", "Yes, for the hosts this runner can build."}},
		{verdicts{good, still}, "build", answer{"NOTE", "Yes: nothing breaks that worked."}},
		{verdicts{good, still, broke}, "build", answer{"WARNING", "Not yet."}},
		{verdicts{broke, broke}, "build", answer{"CAUTION", "No."}},
		{verdicts{still, still}, "build", answer{"CAUTION", "No host gets better or worse."}},
		{verdicts{good, unsure}, "build", answer{"IMPORTANT", "Not known yet."}},
		{verdicts{good, unsure, broke}, "build", answer{"WARNING", "Not yet."}},
		{verdicts{away, out}, "build", answer{"IMPORTANT", "Not known here."}},
	} {
		r := Report{Depth: test.depth}
		for i, v := range test.hosts {
			r.Hosts = append(r.Hosts, Host{Name: fmt.Sprint("host", i), Verdict: v})
		}
		if diff := cmp.Diff(test.want, r.answer(), cmp.AllowUnexported(answer{})); diff != "" {
			t.Errorf("%v mismatch (-want +got):\n%s", test.hosts, diff)
		}
	}
}

func TestClip(t *testing.T) {
	for _, test := range []struct {
		text         string
		lines, runes int
		want         string
		cut          int
	}{
		{"a\nb\nc", 3, 10, "a\nb\nc", 0},
		{"a\nb\nc", 2, 10, "a\nb", 1},
		{"äöü", 1, 2, "äö…", 0},
		{"abc\ndef\nghi", 3, 4, "abc\nd…", 1},
		{"\n\na\n\n", 1, 10, "a", 0},
		{"", 1, 10, "", 0},
	} {
		got, cut := clip(test.text, test.lines, test.runes)
		if got != test.want || cut != test.cut {
			t.Errorf("clip(%q, %d, %d) = %q, %d", test.text, test.lines, test.runes, got, cut)
		}
	}
}

func TestMove(t *testing.T) {
	rev := strings.Repeat("0123456789", 4)
	days := func(before, after string) (Locked, Locked) {
		from, _ := time.Parse(time.DateOnly, before)
		to, _ := time.Parse(time.DateOnly, after)
		return Locked{Rev: "aaaaaaaaaaaaaaaa", Date: from}, Locked{Rev: "bbbbbbbbbbbbbbbb", Date: to}
	}
	for _, test := range []struct{ from, to, before, after, want string }{
		{"nixos-25.11", "nixos-unstable", "2026-11-14", "2026-11-21", "nixos-25.11 → nixos-unstable"},
		{"", "nixos-unstable", "2026-11-14", "2026-11-21", "nixos-unstable"},
		{"nixos-unstable", rev, "2026-11-14", "2026-11-21", "nixos-unstable → 012345678901"},
		{"nixos-unstable", "nixos-unstable", "2026-11-14", "2026-11-21", "nixos-unstable 14 Nov → 21 Nov"},
		{"nixos-unstable", "nixos-unstable", "2025-12-31", "2026-01-02", "nixos-unstable 31 Dec 2025 → 2 Jan 2026"},
		{"nixos-unstable", "nixos-unstable", "2026-11-21", "2026-11-21", "nixos-unstable aaaaaaaaaaaa → bbbbbbbbbbbb"},
		{"nixos-unstable", "nixos-unstable", "", "", "nixos-unstable aaaaaaaaaaaa → bbbbbbbbbbbb"},
	} {
		r := Report{Channel: Channel{Name: test.to, From: test.from}}
		r.Base.Nixpkgs, r.Head.Nixpkgs = days(test.before, test.after)
		if diff := cmp.Diff(test.want, r.move()); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestTitleOfFlake(t *testing.T) {
	r := fleet(2, upgraded)
	r.Flake = "infra/nixos"
	if diff := cmp.Diff("nixpkgs in infra/nixos: nixos-25.11 → nixos-unstable (2 of 2 hosts build)", Title(r)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestUnits(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{signedBytes(0), "±0"},
		{signedBytes(-1), "−1 B"},
		{signedBytes(1536), "+1.5 KiB"},
		{signedBytes(310 << 20), "+310 MiB"},
		{signedBytes(-12 << 40), "−12 TiB"},
		{seconds(0.44), "0.4 s"},
		{seconds(95.5), "96 s"},
		{seconds(864), "14 min"},
		{seconds(2*3600 + 61), "2 h 1 min"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}
