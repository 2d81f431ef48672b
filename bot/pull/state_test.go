package pull

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/report"
)

func TestStateRoundTrip(t *testing.T) {
	sha := strings.Repeat("0123456789abcdef", 4)
	full := State{
		Head: sha, Lane: "lab#web, fleet → nixos-unstable", Revision: sha, Scope: sha, Verdict: "still-failing",
		Complete: true, Invited: true, Closed: true, Attempts: slices.Repeat([]report.Attempt{ran}, 20),
	}
	for _, want := range []State{{}, {Attempts: []report.Attempt{{Verdict: "ok"}}}, full} {
		got, ok := ReadState(Splice("", just("x"), want))
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%v, mismatch (-want +got):\n%s", ok, diff)
		}
	}
}

// What would make the state too long to be read is left out: the oldest
// attempts.
func TestStateIsBounded(t *testing.T) {
	many := State{Attempts: slices.Repeat([]report.Attempt{ran}, 200)}
	many.Attempts[0].Verdict = "ok"
	got, ok := ReadState(Splice("", just("x"), many))
	if n := len(got.Attempts); !ok || n < 20 || n >= 200 || got.Attempts[0].Verdict != "ok" {
		t.Errorf("got %d attempts back, %v, %+v", n, ok, got.Attempts[0])
	}
}

// A state of another version is read as far as it is understood, and so would
// this one be by an older nixferry.
func TestStateOfOtherVersions(t *testing.T) {
	newer := State{Head: "abc", Complete: true, Attempts: []report.Attempt{{Verdict: "ok"}}}
	line := hide(`{"head":"abc","complete":true,"moon":["full"],"attempts":[{"v":"ok","phase":1}]}`)
	if got, ok := ReadState(line + end); !ok || !cmp.Equal(newer, got) {
		t.Errorf("got %+v, %v", got, ok)
	}
	raw, err := base64.StdEncoding.DecodeString(newer.write())
	if err != nil {
		t.Fatal(err)
	}
	var older struct {
		Head     string
		Complete bool
	}
	if err := json.Unmarshal(raw, &older); err != nil || older.Head != "abc" || !older.Complete {
		t.Errorf("got %+v, %v", older, err)
	}
}

func TestReadStateRefuses(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"nothing", ""},
		{"no state", "<!-- nixferry:begin -->" + end},
		{"no end", stateLine + "\n"},
		{"not at a line's start", "x " + stateLine + end},
		{"no base64", "<!-- nixferry:begin v1 ab=cd -->" + end},
		{"no JSON", hide("no") + end},
		{"no sha", hide(`{"head":"@everyone"}`) + end},
		{"no revision", hide(`{"revision":"b6a8526db03f735b89dd5ff348f53f752e7ddc8e\n"}`) + end},
		{"no scope", hide(`{"scope":"C0FFEE"}`) + end},
		{"no lane", hide(`{"lane":"a\nb"}`) + end},
		{"no verdict", hide(`{"verdict":"ok!"}`) + end},
		{"attempts that are none", hide(`{"attempts":"many"}`) + end},
		{"too long", hide(`{"x":"`+strings.Repeat("a", maxState)+`"}`) + end},
	} {
		if got, ok := ReadState(test.body); ok {
			t.Errorf("%s: got %+v", test.name, got)
		}
	}
}

func TestForgedAttempts(t *testing.T) {
	for _, forged := range []string{
		`{"r":"zz"}`, `{"v":"<b>"}`, `{"b":9,"h":8}`, `{"b":-1}`, `{"h":100001}`, `{"d":-1}`, `{"w":253402300800}`,
		`{"u":"javascript:alert(1)"}`, `{"u":"https://github.com/a) @everyone"}`, `{"u":"https://github.com/` + strings.Repeat("a", 300) + `"}`,
	} {
		got, ok := ReadState(hide(`{"verdict":"ok","attempts":[`+forged+`,{"v":"fixed"}]}`) + end)
		want := State{Verdict: "ok", Attempts: []report.Attempt{{Verdict: "fixed"}}}
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s: %v, mismatch (-want +got):\n%s", forged, ok, diff)
		}
	}
}

// hide is the begin marker with a text as its state.
func hide(text string) string {
	return "<!-- nixferry:begin v1 " + base64.StdEncoding.EncodeToString([]byte(text)) + " -->"
}

// FuzzReadState reads anything without harm, and only what looks like a state.
func FuzzReadState(f *testing.F) {
	f.Add([]byte(`{"head":"0123abcd","lane":"x","complete":true,"attempts":[{"r":"ab","d":1,"w":2,"v":"ok","b":1,"h":2,"u":"https://a/b"}]}`))
	f.Add([]byte("null"))
	f.Add([]byte(`{"attempts":[null,{"d":253402300799}],"Attempts":[{"v":"ok"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		read, ok := ReadState(hide(string(text)) + end)
		if !ok {
			return
		}
		if !read.valid() {
			t.Fatalf("got %+v", read)
		}
		if back, found := ReadState(Splice("", just("x"), read)); !found || !cmp.Equal(back, read) {
			if len(back.Attempts) < len(read.Attempts) && len(text) > 2000 {
				return // it was written in less room than it takes here
			}
			t.Fatalf("got %+v, %v back, want %+v", back, found, read)
		}
	})
}
