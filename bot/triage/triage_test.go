package triage

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/nixlog"
)

const (
	rev   = "d9cb7149b6d65cea43d6397b2b0cd0c9e60c0946"
	store = "/nix/store/hzw194nphwxnkz9vkn158jhpjcqhyyw9-source"
	lib   = "/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source"
)

var own = Source{
	Store: store, Rev: rev,
	Inputs: []Input{{Name: "lib", Hash: "2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v"}},
	Read: func(name string) (string, bool) {
		return "{\n  services = {\n    gone = true;\n  };\n}\n", name == "hosts/web.nix"
	},
}

var removed = "The option definition `services.gone' in `" + store + "/hosts/web.nix' no longer has any effect; please remove it.\nUse services.here."

// evaluations are failures and the findings they come to.
var evaluations = []struct {
	name       string
	log        nixlog.Log
	assertions []string
	starved    bool
	want       []Finding
}{
	{
		name:       "assertions as data, whole, in place of the message that holds them",
		log:        said(nixlog.Message{Text: "\nFailed assertions:\n- one\n- two"}),
		assertions: []string{removed, "one\n- two"},
		want: []Finding{
			{
				Class: Assertions, Bucket: Yours, File: "hosts/web.nix", Line: 3, Option: "services.gone", Replacement: "services.here", Owner: You,
				Message: "The option definition `services.gone' in `hosts/web.nix' no longer has any effect; please remove it. Use services.here.",
				Next:    "Remove services.gone. Use services.here.",
			},
			{Class: Assertions, Bucket: Yours, Message: "one - two", Next: "Change the configuration so that this holds; NixOS refuses it as it is."},
		},
	},
	{
		name:       "assertions that fail beside another error",
		log:        said(nixlog.Message{Text: "undefined variable 'foo'"}),
		assertions: []string{"one"},
		want: []Finding{
			{Class: UndefinedVariable, Message: "undefined variable 'foo'", Next: "Correct the name foo: it is not in scope, and no `with` provides it."},
			{Class: Assertions, Bucket: Yours, Message: "one", Next: "Change the configuration so that this holds; NixOS refuses it as it is."},
		},
	},
	{
		name: "blame in the owner's file, whose name has a space",
		log:  said(nixlog.Message{Text: "undefined variable 'foo'", Place: nixlog.Place{File: store + "/hosts/my own.nix", Line: 3, Column: 9}}),
		want: []Finding{{
			Class: UndefinedVariable, Bucket: Yours, Message: "undefined variable 'foo'", File: "hosts/my own.nix", Line: 3, Column: 9, Owner: You,
			Next: "Correct the name foo: it is not in scope, and no `with` provides it.",
		}},
	},
	{
		name: "innermost own frame, in the form of Nix 2.32 and later",
		log: said(nixlog.Message{
			Text:  "attribute 'x' missing",
			Place: nixlog.Place{File: "«github:NixOS/nixpkgs/abc»/lib/a.nix", Line: 1},
			Trace: []nixlog.Frame{
				{Text: "while calling", Place: nixlog.Place{File: lib + "/lib/b.nix", Line: 2}},
				{Text: "while evaluating", Place: nixlog.Place{File: "«git+file:///tmp/s?rev=" + rev + "&shallow=1»/flake.nix", Line: 7, Column: 2}},
			},
		}),
		want: []Finding{{
			Class: AttrMissing, Bucket: Yours, Message: "attribute 'x' missing", File: "flake.nix", Line: 7, Column: 2, Owner: You,
			Next: "Correct the name x: it is not in the set it is taken from.",
		}},
	},
	{
		name: "a tree nobody knows is not the owner's, when his is known",
		log:  said(nixlog.Message{Text: "undefined variable 'foo'", Place: nixlog.Place{File: "/nix/store/11111111111111111111111111111111-source/hosts/a.nix", Line: 3}}),
		want: []Finding{{Class: UndefinedVariable, Message: "undefined variable 'foo'", Next: "Correct the name foo: it is not in scope, and no `with` provides it."}},
	},
	{
		name: "in an input",
		log:  said(nixlog.Message{Text: "undefined variable 'foo'", Place: nixlog.Place{File: lib + "/a.nix", Line: 3}, Trace: []nixlog.Frame{{Text: "while calling"}}}),
		want: []Finding{{
			Class: UndefinedVariable, Bucket: Upstream, Owner: "lib", Message: "undefined variable 'foo'",
			Next: "Correct the name foo: it is not in scope, and no `with` provides it.",
		}},
	},
	{
		name: "a file of an input that only the message names",
		log:  said(nixlog.Message{Text: "no such thing in " + lib + "/a.nix"}),
		want: []Finding{{
			Class: Unknown, Message: "no such thing in <lib/a.nix>",
			Next: "Read the whole log, best with --show-trace: nixferry does not know this message.",
		}},
	},
	{
		name: "a file that only the trace speaks of, in the form of Nix 2.32 and later",
		log: said(nixlog.Message{Text: "no such thing", Trace: []nixlog.Frame{
			{Text: "while evaluating the module `«git+file:///tmp/s?rev=" + rev + "»/hosts/web.nix'"},
		}}),
		want: []Finding{{
			Class: Unknown, Bucket: Yours, Owner: You, Message: "no such thing", File: "hosts/web.nix",
			Next: "Look at this place: the message comes by way of it.",
		}},
	},
	{
		name: "a build during evaluation, and not what only follows of it",
		log: nixlog.Log{
			Errors:   []nixlog.Message{{Text: "builder for '" + drv + "' failed with exit code 2"}, {Text: "1 dependencies failed"}},
			Failures: []nixlog.Failure{{Drv: drv, Reason: nixlog.Builder, Code: 2, Text: "builder for '" + drv + "' failed with exit code 2", Tail: []string{"no"}}},
		},
		want: []Finding{{
			Class: BuildFailed, Bucket: Upstream, Message: "foo-1.4: its builder ended with exit code 2", Derivation: drv, LogTail: []string{"no"},
			Next: "Read its log: nix log " + drv,
		}},
	},
	{
		name: "without a word",
		log:  nixlog.Log{Warnings: []string{"x"}, Raw: []string{"terminate called", " "}},
		want: []Finding{{Class: Unknown, Message: "Nix gave no reason", Next: "Evaluate this host by hand, with --show-trace: Nix ended without an error."}},
	},
	{
		name: "with words that are no error",
		log:  nixlog.Log{Raw: []string{"Segmentation fault in " + store + "/a.nix"}},
		want: []Finding{{Class: Unknown, Message: "Segmentation fault in a.nix", Next: "Evaluate this host by hand, with --show-trace: Nix ended without an error."}},
	},
	{
		name:    "killed without a word",
		starved: true,
		want: []Finding{{
			Class: OutOfMemory, Bucket: Runner, Message: "the evaluation was stopped without a word, which is nearly always a lack of memory",
			Next: "Use a larger runner, or lower `eval-workers`.",
		}},
	},
	{
		name:       "killed, whatever it had said",
		log:        said(nixlog.Message{Text: "undefined variable 'foo'", Place: nixlog.Place{File: store + "/hosts/a.nix", Line: 3}}),
		assertions: []string{"one"},
		starved:    true,
		want:       []Finding{{Class: OutOfMemory, Bucket: Runner, Message: "undefined variable 'foo'", Next: "Use a larger runner, or lower `eval-workers`."}},
	},
	{
		name:    "interrupted",
		log:     said(nixlog.Message{Text: "a build was interrupted by the user"}),
		starved: true,
		want:    []Finding{{Class: Interrupted, Bucket: Runner, Message: "a build was interrupted by the user", Next: "Run again: something stopped Nix."}},
	},
	{
		name: "a server in trouble",
		log: said(nixlog.Message{
			Text:  "[json.exception.parse_error.101] parse error at line 1, column 1",
			Place: nixlog.Place{File: store + "/hosts/a.nix", Line: 3},
		}),
		starved: true,
		want: []Finding{{
			Class: Fetch, Bucket: Runner, File: "hosts/a.nix", Line: 3, Owner: You,
			Message: "[json.exception.parse_error.101] parse error at line 1, column 1", Next: "Run again: the server was in trouble.",
		}},
	},
}

func said(m nixlog.Message) nixlog.Log { return nixlog.Log{Errors: []nixlog.Message{m}} }

func TestExplainEvaluation(t *testing.T) {
	for _, test := range evaluations {
		t.Run(test.name, func(t *testing.T) {
			got := ExplainEvaluation(test.log, test.assertions, test.starved, own)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// A file's name ends where the text around it goes on.
func TestFile(t *testing.T) {
	a := own.survey([]byte(store + "/a.nix"))
	for name, want := range map[string]string{
		store + "/hosts/a b(1).nix":                         "hosts/a b(1).nix",
		store + "/a.nix' and `" + store + "/b.nix":          "a.nix",
		store + "/a.nix:anon-1":                             "a.nix",
		store + "/a.nix, via option x.nix":                  "a.nix",
		store + "/../a.nix":                                 "",
		"/nix/store/" + strings.Repeat("1", 32) + "-source": "",
	} {
		if rel, _ := a.file(name); rel != want {
			t.Errorf("%s is %q, want %q", name, rel, want)
		}
	}
}

// The log belongs to its caller.
func TestExplainEvaluationLeavesTheLog(t *testing.T) {
	long := strings.Repeat("x", 3*maxText)
	log := func() nixlog.Log {
		return nixlog.Log{
			Errors:   []nixlog.Message{{Text: long, Full: long, Trace: []nixlog.Frame{{Text: long}}}},
			Failures: []nixlog.Failure{{Text: long}}, Warnings: []string{long},
		}
	}
	given := log()
	ExplainEvaluation(given, nil, false, own)
	if diff := cmp.Diff(log(), given); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

const drv = "/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-foo-1.4.drv"

func TestExplainBuild(t *testing.T) {
	for _, test := range []struct {
		name    string
		failure nixlog.Failure
		class   Class
		bucket  Bucket
		message string
	}{
		{"exit code", nixlog.Failure{Reason: nixlog.Builder, Code: 2}, BuildFailed, Upstream, "foo-1.4: its builder ended with exit code 2"},
		{"signal", nixlog.Failure{Reason: nixlog.Builder, Code: 11, BySignal: true}, BuildFailed, Upstream, "foo-1.4: its builder was ended by signal 11"},
		{"no output", nixlog.Failure{Reason: nixlog.Builder}, BuildFailed, Upstream, "foo-1.4: does not build"},
		{"its log tells", nixlog.Failure{Reason: nixlog.Builder, Code: 1, Tail: []string{"collision between `" + store + "/a' and b"}}, BuildFailed, Yours, "foo-1.4: its builder ended with exit code 1: collision between `" + store + "/a' and b"},
		{"hash", nixlog.Failure{Reason: nixlog.Hash}, FODHashMismatch, Upstream, "foo-1.4: the source it fetched has another hash than expected"},
		{"memory", nixlog.Failure{Reason: nixlog.Killed}, BuildFailed, Runner, "foo-1.4: its builder was killed, which is nearly always a lack of memory"},
		{"disk", nixlog.Failure{Reason: nixlog.DiskFull}, DiskFull, Runner, "foo-1.4: no space left on the disk"},
		{"network", nixlog.Failure{Reason: nixlog.Network}, BuildFailed, Runner, "foo-1.4: its source could not be downloaded"},
		{"time", nixlog.Failure{Reason: nixlog.Timeout, Text: "timed out after 2 seconds"}, Timeout, Runner, "foo-1.4: it timed out after 2 seconds"},
		{"interrupted", nixlog.Failure{Reason: nixlog.Interrupted}, Interrupted, Runner, "foo-1.4: does not build"},
		{"dependency", nixlog.Failure{Reason: nixlog.Dependency}, DependencyFailed, "", "foo-1.4: does not build"},
		{"feature", nixlog.Failure{Reason: nixlog.Lacking, Needs: "kvm"}, WrongPlatform, Runner, "foo-1.4: this machine lacks kvm"},
		{"token in its needs", nixlog.Failure{Reason: nixlog.Lacking, Needs: "ghp_0123456789"}, WrongPlatform, Runner, "foo-1.4: this machine lacks ***"},
		{"token", nixlog.Failure{Reason: nixlog.Builder, Code: 2, Tail: []string{"error: ghp_0123456789"}}, BuildFailed, Upstream, "foo-1.4: its builder ended with exit code 2: error: ***"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.failure.Drv = drv
			got := ExplainBuild(test.failure, own)
			if got.Class != test.class || got.Bucket != test.bucket || got.Message != test.message || got.Derivation != drv {
				t.Errorf("got %s %s %q of %s, want %s %s %q", got.Class, got.Bucket, got.Message, got.Derivation, test.class, test.bucket, test.message)
			}
			if test.failure.Reason.Resources() && got.Bucket != Runner {
				t.Errorf("%s is not the runner's", test.failure.Reason)
			}
		})
	}
}

// FuzzExplainEvaluation never loses a failure, nor blames anybody for what the
// runner lacked.
func FuzzExplainEvaluation(f *testing.F) {
	f.Add("x `"+store+"/a.nix'", store+"/a.nix", "«git+file:///r?rev="+rev+"»/b.nix", false)
	f.Add("«»/", "«", store+"/", true)
	f.Add("Failed assertions:\n- a\n", "", "", true)
	f.Fuzz(func(t *testing.T, text, place, frame string, starved bool) {
		text = nixlog.Clean(text)
		m := nixlog.Message{Text: text, Full: text, Place: nixlog.Place{File: place}, Trace: []nixlog.Frame{{Text: text, Place: nixlog.Place{File: frame}}}}
		for _, assertions := range [][]string{nil, {text}} {
			all := ExplainEvaluation(said(m), assertions, starved, own)
			if len(all) == 0 {
				t.Errorf("%q became no finding", text)
			}
			for _, found := range all {
				check(t, found)
				if starved && found.Bucket != Runner {
					t.Errorf("%q is the runner's, not %q", text, found.Bucket)
				}
				if strings.Contains(found.Message, store+"/") {
					t.Errorf("message %q is not plain", found.Message)
				}
			}
		}
	})
}
