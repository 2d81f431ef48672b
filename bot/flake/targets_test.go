package flake

import (
	"slices"
	"testing"

	"github.com/nixferry/nixferry/bot/channel"
)

// TestTargets takes every case to every kind of channel, whatever it was
// written for: a plan that edits makes, for Nix, exactly the changes it names,
// and planning again finds nothing left to edit.
func TestTargets(t *testing.T) {
	cases := loadCrossings(t)
	texts := map[string][]byte{}
	for name, c := range cases {
		texts[name] = c.request.Text
	}
	before := askNix(t, texts)
	requests, plans, edited := map[string]Request{}, map[string]Plan{}, map[string][]byte{}
	for _, target := range []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable", "nixos-26.05", "nixos-24.05-small", "0123456789abcdef0123456789abcdef01234567"} {
		for name, c := range cases {
			request := c.request
			request.Source = before[name]
			request.Target, _ = channel.Parse(target)
			plan := MakePlan(request)
			text, err := Apply(request.Text, plan.Edits)
			if err != nil {
				t.Errorf("%s to %s: %v", name, target, err)
			}
			if plan.Verdict == VerdictEdit {
				key := name + "-" + target
				request.Text = text
				requests[key], plans[key], edited[key] = request, plan, text
			} else if len(plan.Edits) > 0 {
				t.Errorf("%s to %s: verdict %s with edits", name, target, plan.Verdict)
			}
			if plan.Reason == "" {
				t.Errorf("%s to %s: no reason", name, target)
			}
		}
	}
	for key, after := range askNix(t, edited) {
		request := requests[key]
		if err := Verify(request.Source, after, plans[key].Edits); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		request.Source = after
		again := MakePlan(request)
		if len(again.Edits) > 0 {
			t.Errorf("%s: planning again edits again: %+v", key, again.Edits)
		}
		if slices.ContainsFunc(plans[key].Edits, func(e Edit) bool { return e.Old == e.New }) {
			t.Errorf("%s: an edit changes nothing: %+v", key, plans[key].Edits)
		}
	}
}
