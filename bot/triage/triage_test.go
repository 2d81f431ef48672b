package triage

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/nixlog"
)

const (
	rev   = "d9cb7149b6d65cea43d6397b2b0cd0c9e60c0946"
	store = "/nix/store/hzw194nphwxnkz9vkn158jhpjcqhyyw9-source"
	lib   = "/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source"
)

var own = Source{Store: store, Rev: rev}

var removed = "The option definition `services.gone' in `" + store + "/hosts/web.nix' no longer has any effect; please remove it.\nUse services.here."

// evaluations are failures and the findings they come to.
var evaluations = []struct {
	name       string
	message    nixlog.Message
	assertions []string
	starved    bool
	want       []Finding
}{
	{
		name:       "all assertions, with the file one of them names",
		message:    nixlog.Message{Text: "\nFailed assertions:\n- one"},
		assertions: []string{removed, "You must set `x'."},
		want: []Finding{
			{Class: Assertion, Bucket: Yours, File: "hosts/web.nix", Option: "services.gone", Message: "The option definition `services.gone' in `hosts/web.nix' no longer has any effect; please remove it.\nUse services.here."},
			{Class: Assertion, Bucket: Yours, Message: "You must set `x'."},
		},
	},
	{
		name:    "blame in the owner's file",
		message: nixlog.Message{Text: "undefined variable 'foo'", Place: nixlog.Place{File: store + "/hosts/a.nix", Line: 3, Column: 9}},
		want:    []Finding{{Class: Evaluation, Bucket: Yours, Message: "undefined variable 'foo'", File: "hosts/a.nix", Line: 3, Column: 9}},
	},
	{
		name: "innermost own frame, in the form of Nix 2.32 and later",
		message: nixlog.Message{
			Text:  "attribute 'x' missing",
			Place: nixlog.Place{File: "«github:NixOS/nixpkgs/abc»/lib/a.nix", Line: 1},
			Trace: []nixlog.Frame{
				{Text: "while calling", Place: nixlog.Place{File: lib + "/lib/b.nix", Line: 2}},
				{Text: "while evaluating", Place: nixlog.Place{File: "«git+file:///tmp/s?rev=" + rev + "&shallow=1»/flake.nix", Line: 7, Column: 2}},
			},
		},
		want: []Finding{{Class: Evaluation, Bucket: Yours, Message: "attribute 'x' missing", File: "flake.nix", Line: 7, Column: 2}},
	},
	{
		name:    "a file that only the message names",
		message: nixlog.Message{Text: "The option `a.b' does not exist.", Full: "error: The option `a.b' does not exist. Definition values:\n- In `" + store + "/hosts/c.nix': 3"},
		want:    []Finding{{Class: Evaluation, Bucket: Yours, Option: "a.b", Message: "The option `a.b' does not exist.", File: "hosts/c.nix"}},
	},
	{
		name:    "nowhere in the owner's files",
		message: nixlog.Message{Text: "Package ‘x-1.0’ in " + lib + "/pkgs/x.nix:3 is marked as broken"},
		want:    []Finding{{Class: Evaluation, Message: "Package ‘x-1.0’ in /nix/store/…-source/pkgs/x.nix:3 is marked as broken"}},
	},
	{
		name:    "killed without a word",
		starved: true,
		want: []Finding{{
			Class: Resources, Bucket: Runner, Message: "the evaluation was stopped without a word, which is nearly always a lack of memory",
			Next: "Use a larger runner, or lower `eval-workers`.",
		}},
	},
}

func TestFromEvaluation(t *testing.T) {
	for _, test := range evaluations {
		t.Run(test.name, func(t *testing.T) {
			got := FromEvaluation(test.message, test.assertions, test.starved, own)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromBuild(t *testing.T) {
	drv := "/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-foo-1.4.drv"
	for _, test := range []struct {
		name    string
		failure nixlog.Failure
		class   Class
		message string
	}{
		{"exit code", nixlog.Failure{Drv: drv, Reason: nixlog.Builder, Code: 2}, BuildError, "foo-1.4: its builder ended with exit code 2"},
		{"signal", nixlog.Failure{Drv: drv, Reason: nixlog.Builder, Code: 11, BySignal: true}, BuildError, "foo-1.4: its builder was ended by signal 11"},
		{"no output", nixlog.Failure{Drv: drv, Reason: nixlog.Builder}, BuildError, "foo-1.4: does not build"},
		{"hash", nixlog.Failure{Drv: drv, Reason: nixlog.Hash}, FixedHash, "foo-1.4: the source it fetched has another hash than expected"},
		{"memory", nixlog.Failure{Drv: drv, Reason: nixlog.Killed}, Resources, "foo-1.4: its builder was killed, which is nearly always a lack of memory"},
		{"disk", nixlog.Failure{Drv: drv, Reason: nixlog.DiskFull}, Resources, "foo-1.4: no space left on the disk"},
		{"dependency", nixlog.Failure{Drv: drv, Reason: nixlog.Dependency}, Dependency, "foo-1.4: does not build"},
		{"feature", nixlog.Failure{Drv: drv, Reason: nixlog.Lacking, Needs: "kvm"}, BuildError, "foo-1.4: this machine lacks kvm"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := FromBuild(test.failure)
			if got.Class != test.class || got.Message != test.message || got.Derivation != drv {
				t.Errorf("got %s %q of %s, want %s %q", got.Class, got.Message, got.Derivation, test.class, test.message)
			}
		})
	}
}

func FuzzFromEvaluation(f *testing.F) {
	f.Add("x `"+store+"/a.nix'", store+"/a.nix", "«git+file:///r?rev="+rev+"»/b.nix")
	f.Add("«»/", "«", store+"/")
	f.Fuzz(func(t *testing.T, text, place, frame string) {
		text = nixlog.Clean(text)
		m := nixlog.Message{Text: text, Full: text, Place: nixlog.Place{File: place}, Trace: []nixlog.Frame{{Text: text, Place: nixlog.Place{File: frame}}}}
		for _, found := range FromEvaluation(m, []string{text}, false, own) {
			if found.Message == "" && text != "" && strings.Trim(text, " \n\t") != store+"/" && !strings.Contains(text, "«") {
				t.Errorf("%q became an empty message", text)
			}
			if !utf8.ValidString(found.Message) || strings.Contains(found.Message, store+"/") {
				t.Errorf("message %q is not plain", found.Message)
			}
		}
	})
}
