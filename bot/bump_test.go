package bot

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/report"
)

const lock = `{"version": 7, "root": "root", "nodes": {
	"root": {"inputs": {"infra": "infra", "nixpkgs": "nixpkgs"}},
	"infra": {"inputs": {"nixpkgs": "nixpkgs"}},
	"nixpkgs": {
		"locked": {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "lastModified": 1763000000, "narHash": "sha256-x", "rev": "0123456789012345678901234567890123456789"},
		"original": {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-25.11"}
	}
}}`

func TestMessage(t *testing.T) {
	before, err := flake.ParseLock([]byte(lock))
	if err != nil {
		t.Fatal(err)
	}
	unstable := config.Config{Channel: channel.Channel{Name: "nixos-unstable"}}
	inputs := []flake.InputChange{{
		Name:   "nixpkgs",
		Before: flake.Point{Ref: "nixos-25.11", Rev: "0123456789012345"},
		After:  flake.Point{Ref: "nixos-unstable", Rev: "abc", Date: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)},
	}, {Name: "gone", Before: flake.Point{Follows: "nixpkgs"}}}
	for _, test := range []struct {
		name string
		b    bumps
		cfg  config.Config
		want string
	}{
		{
			"another channel",
			bumps{{plan: flake.Plan{System: []string{"nixpkgs"}}, before: before, inputs: inputs}},
			unstable,
			"nixpkgs: nixos-25.11 → nixos-unstable\n\nnixpkgs: nixos-25.11 012345678901 → nixos-unstable abc (2026-01-02)\ngone: follows nixpkgs → none",
		},
		{"an input of an input", bumps{{plan: flake.Plan{System: []string{"infra/nixpkgs"}}, before: before}}, unstable, "nixpkgs: nixos-25.11 → nixos-unstable\n"},
		{"along the channel", bumps{{plan: flake.Plan{System: []string{"nixpkgs"}}, before: before}}, config.Config{Channel: channel.Channel{Name: "nixos-25.11"}}, "nixpkgs: move along nixos-25.11\n"},
		{"never locked", bumps{{plan: flake.Plan{System: []string{"nixpkgs"}}}}, unstable, "nixpkgs: move along nixos-unstable\n"},
		{"the owner's own", nil, config.Config{CommitMessage: "mine"}, "mine"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.b.message(test.cfg)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNixpkgs(t *testing.T) {
	locked, err := flake.ParseLock([]byte(lock))
	if err != nil {
		t.Fatal(err)
	}
	b := bumped{plan: flake.Plan{System: []string{"away", "nixpkgs"}}}
	want := report.Locked{Input: "nixpkgs", Ref: "nixos-25.11", Rev: "0123456789012345678901234567890123456789", Date: time.Unix(1763000000, 0).UTC(), Repository: "https://github.com/NixOS/nixpkgs"}
	if diff := cmp.Diff(want, b.nixpkgs(locked)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(report.Locked{}, b.nixpkgs(flake.Lock{})); diff != "" {
		t.Errorf("no lock: mismatch (-want +got):\n%s", diff)
	}
}

func TestStill(t *testing.T) {
	behind := bumped{dir: "lab", plan: flake.Plan{System: []string{"nixpkgs"}, Update: []string{"disko"}, Reason: "nixpkgs is held (hold)"}}
	newest := bumped{dir: ".", plan: flake.Plan{System: []string{"nixpkgs"}, Update: []string{"nixpkgs"}, Reason: "nixpkgs follows nixos-unstable already"}}
	for _, test := range []struct {
		all  bumps
		want string
	}{
		{bumps{newest}, "main follows nixos-unstable, and its lock holds the newest revision."},
		{bumps{behind}, "main stays as it is: nixpkgs is held (hold)."},
		{bumps{newest, behind}, "main stays as it is: .: nixpkgs follows nixos-unstable already; lab: nixpkgs is held (hold)."},
	} {
		if got := test.all.still("main", "nixos-unstable"); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
