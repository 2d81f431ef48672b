package flake

import (
	"slices"
	"strings"
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
			if rest, kept := outside(t, request.Text, text, plan.Edits); rest != kept {
				t.Errorf("%s to %s: outside of the literals %q became %q", name, target, rest, kept)
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

// outside is what stands around the literals that are edited, before and after.
func outside(t *testing.T, before, after []byte, edits []Edit) (rest, kept string) {
	t.Helper()
	from, shift := 0, 0
	for _, edit := range edits {
		old, err := nextToken(before, edit.Offset)
		if err != nil {
			t.Fatal(err)
		}
		young, err := nextToken(after, edit.Offset+shift)
		if err != nil {
			t.Fatal(err)
		}
		rest, kept = rest+string(before[from:old.start])+"…", kept+string(after[from+shift:young.start])+"…"
		from, shift = old.end, young.end-old.end
	}
	return rest + string(before[from:]), kept + string(after[from+shift:])
}

// BenchmarkPlan plans a fleet of 2,000 files, each of which might say what builds
// a host, and every bad text at the size of the largest file that is read.
func BenchmarkPlan(b *testing.B) {
	const size = 1 << 20
	fleet := source(stableURL)
	fleet.Inputs["other"] = source(unstableURL).Inputs["nixpkgs"]
	module := []byte("{ inputs, ... }: { host = inputs.other.lib.nixosSystem { from = \"a\"; };\n" + strings.Repeat("  x = { enable = true; list = [ 1 \"${config.a}\" ]; };\n", 50) + "}\n")
	texts := map[string][][]byte{"modules": slices.Repeat([][]byte{module}, 2000)}
	for _, bad := range []string{
		"nixosConfigurations.", "{ n ? nixpkgs }: n.lib.nixosSystem ", "n ? nixpkgs, ", "nixpkgs = import x ", "x = m.${from}; m = { a = nixpkgs; b = other; }; ",
		"lib = nixpkgs.lib; lib.nixosSystem ", "x = if ", "nodeNixpkgs = {", "channelName = \"nixpkgs\" ", "\"${\"", "{", "(",
	} {
		texts[bad] = [][]byte{[]byte("nixosSystem " + strings.Repeat(bad, size/len(bad)))}
	}
	for _, name := range sortedNames(texts) {
		b.Run(name, func(b *testing.B) {
			asked := request([]byte("{ outputs = inputs: let m = { a = inputs.nixpkgs; b = inputs.other; }; in m.${c.from}.lib.nixosSystem; }"), fleet)
			asked.Modules = texts[name]
			for b.Loop() {
				MakePlan(asked)
			}
		})
	}
}
