package bot

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

// several are the bumps of three flakes: one moves, one is refused, one stays.
func several() bumps {
	moved := bumped{
		dir:   ".",
		plan:  flake.Plan{Edits: []flake.Edit{{Input: "nixpkgs"}}, Left: []flake.Left{{Input: "old", Why: "it builds no host"}}, Update: []string{"disko"}},
		files: map[string][]byte{"flake.nix": nil, "flake.lock": nil},
		inputs: []flake.InputChange{
			{Name: "disko"}, {Name: "nixpkgs"}, {Name: "nixpkgs/lib"}, {Name: "stray"}, {Name: "stray/systems"},
		},
	}
	refused := refusal("made", flake.Refusal("it is generated"), ErrRefused)
	return bumps{moved, refused, {dir: "lab", plan: flake.Plan{System: []string{"nixpkgs"}, Update: []string{"nixpkgs"}}}}
}

func TestBumpsOfSeveral(t *testing.T) {
	all := several()
	want := []string{
		"flake.lock of . was out of step with flake.nix, so that relocking changed these as well: stray.",
		"The nixpkgs of made stays as it is: it is generated.",
	}
	if diff := cmp.Diff(want, all.notes()); diff != "" {
		t.Errorf("notes: mismatch (-want +got):\n%s", diff)
	}
	if got := all.inputs()[0]; got.Flake != "." || got.Name != "disko" {
		t.Errorf("the first input is %+v", got)
	}
	if diff := cmp.Diff([]flake.Left{{Flake: ".", Input: "old", Why: "it builds no host"}}, all.left()); diff != "" {
		t.Errorf("left: mismatch (-want +got):\n%s", diff)
	}
	if len(all.files()) != 2 || len(all.moved()) != 1 || len(all.refused()) != 1 || all.first().dir != "." {
		t.Errorf("%d files, %d moved, %d refused, first %q", len(all.files()), len(all.moved()), len(all.refused()), all.first().dir)
	}
	if all.caughtUp() || !all[2:].caughtUp() || all[1:].caughtUp() || (bumps{}).caughtUp() {
		t.Error("only flakes that all hold the newest revision have caught up")
	}
}

// A single flake needs no name.
func TestBumpsOfOne(t *testing.T) {
	one := several()[:1]
	if got := one.inputs()[0].Flake + one.left()[0].Flake; got != "" {
		t.Errorf("its inputs are those of %q", got)
	}
	if diff := cmp.Diff([]string{"flake.lock was out of step with flake.nix, so that relocking changed these as well: stray."}, one.notes()); diff != "" {
		t.Errorf("notes: mismatch (-want +got):\n%s", diff)
	}
}

// What went wrong only when a plan was carried out leaves nothing of it.
func TestRefusal(t *testing.T) {
	err := errors.Join(ErrRefused)
	got := refusal("a", flake.Plan{Verdict: flake.VerdictEdit, Edits: []flake.Edit{{}}}, err)
	if got.plan.Verdict != flake.VerdictRefuse || len(got.plan.Edits) != 0 || !errors.Is(got.refused, ErrRefused) {
		t.Errorf("got %+v", got)
	}
	if got := refusal("a", flake.Refusal("for a reason"), err); got.plan.Reason != "for a reason" {
		t.Errorf("the plan's reason became %q", got.plan.Reason)
	}
}

func TestStayed(t *testing.T) {
	b := bumped{dir: "lab", inputs: []flake.InputChange{{Name: "nixpkgs"}}}
	if err := stayed(b, []string{"disko"}); err != nil {
		t.Errorf("what is held did not move: %v", err)
	}
	if err := stayed(b, []string{"nixpkgs"}); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "lab/flake.nix: nixpkgs is held") {
		t.Errorf("got %v", err)
	}
}

// With several flakes, what is said about an input counts for those that have
// it; a name that none has stays, to be objected to.
func TestWishes(t *testing.T) {
	one := &draft{source: flake.Source{Inputs: map[string]flake.Input{"nixpkgs": {}}}}
	other := &draft{source: flake.Source{Inputs: map[string]flake.Input{"nixpkgs": {}, "disko": {}}}}
	cfg := config.Config{
		Hold: []string{"disko", "typo"}, AlsoUpdate: []string{"nixpkgs", "disko"},
		Companions: flake.Companions{Refs: map[string]string{"disko": "v1"}},
	}
	got := one.wishes(cfg, []*draft{one, other})
	if diff := cmp.Diff([]any{[]string{"typo"}, []string{"nixpkgs"}, map[string]string{}}, []any{got.Hold, got.AlsoUpdate, got.Companions.Refs}); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if len(cfg.Hold) != 2 || len(cfg.AlsoUpdate) != 2 || len(cfg.Companions.Refs) != 1 {
		t.Errorf("the configuration itself changed: %+v", cfg)
	}
}

func TestWeighStateVersion(t *testing.T) {
	on := func(version string) *host {
		return &host{eval: verdict.OK, build: verdict.OK, facts: nix.Facts{StateVersion: version}}
	}
	got := weigh("a", on("25.11"), on("26.05"), nil, nil)
	if len(got.Findings) != 1 || got.Findings[0].Class != triage.StateVersion || !strings.Contains(got.Findings[0].Next, `system.stateVersion = "25.11"`) {
		t.Errorf("got %+v", got.Findings)
	}
	if got := weigh("a", on("25.11"), on(""), nil, nil); len(got.Findings) != 0 || got.Verdict != verdict.Good {
		t.Errorf("one that is not known is none that moves: %+v", got)
	}
}
