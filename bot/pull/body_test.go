package pull

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var state = State{Head: "0123abcd", Revision: "b6a8526db03f735b89dd5ff348f53f752e7ddc8e", Verdict: "still-failing", Complete: true}

const stateLine = "<!-- nixferry:begin v1 eyJoZWFkIjoiMDEyM2FiY2QiLCJyZXZpc2lvbiI6ImI2YTg1MjZkYjAzZjczNWI4OWRkNWZmMzQ4ZjUzZjc1MmU3ZGRjOGUiLCJ2ZXJkaWN0Ijoic3RpbGwtZmFpbGluZyIsImNvbXBsZXRlIjp0cnVlfQ== -->"

func TestSplice(t *testing.T) {
	const end = "\n<!-- nixferry:end -->"
	for _, test := range []struct{ name, body, section, want string }{
		{"new", "", "text", stateLine + "\ntext" + end},
		{"empty lines only", "\r\n", "text\n\n", stateLine + "\ntext" + end},
		{"people's own", "mine", "text", "mine\n\n" + stateLine + "\ntext" + end},
		{"replaced", "top\n" + stateLine + "\nold" + end + "\n\nbottom", "new", "top\n" + stateLine + "\nnew" + end + "\n\nbottom"},
		{"older marker", "top\n<!-- nixferry:begin -->\nold" + end, "new", "top\n" + stateLine + "\nnew" + end},
		{"same after a browser's edit", "top\r\n" + stateLine + "\r\na\r\nb\r\n<!-- nixferry:end -->\r\nthanks", "a\nb", "top\r\n" + stateLine + "\r\na\r\nb\r\n<!-- nixferry:end -->\r\nthanks"},
		{"changed after a browser's edit", "top\r\n" + stateLine + "\r\na\r\n<!-- nixferry:end -->\r\nthanks", "b", "top\r\n" + stateLine + "\nb\n<!-- nixferry:end -->\r\nthanks"},
		{"end marker lost", stateLine + "\nold\n\npeople's", "new", stateLine + "\nold\n\npeople's\n\n" + stateLine + "\nnew" + end},
		{"begin marker lost", "old" + end, "new", "old" + end + "\n\n" + stateLine + "\nnew" + end},
		{"quoted by people", "> " + stateLine + "\n> <!-- nixferry:end -->", "new", "> " + stateLine + "\n> <!-- nixferry:end -->\n\n" + stateLine + "\nnew" + end},
		{"forged", "", "a\n<!-- nixferry:end -->\nb\n" + stateLine, stateLine + "\na\n&lt;!-- nixferry:end -->\nb\n&lt;!-- nixferry:" + strings.TrimPrefix(stateLine, "<!-- nixferry:") + end},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Splice(test.body, test.section, state)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if again := Splice(got, test.section, state); again != got {
				t.Errorf("changed the second time:\n%s", cmp.Diff(got, again))
			}
			if read, ok := ReadState(got); !ok || read != state {
				t.Errorf("got %+v, %v back", read, ok)
			}
		})
	}
}

func TestReadStateRefuses(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"nothing", ""},
		{"no state", "<!-- nixferry:begin -->\n<!-- nixferry:end -->"},
		{"no end", stateLine + "\n"},
		{"not at a line's start", "x " + stateLine + "\n<!-- nixferry:end -->"},
		{"no base64", "<!-- nixferry:begin v1 ab=cd -->\n<!-- nixferry:end -->"},
		{"no JSON", "<!-- nixferry:begin v1 bm8= -->\n<!-- nixferry:end -->"},
		{"no sha", "<!-- nixferry:begin v1 eyJoZWFkIjoiQGV2ZXJ5b25lIn0= -->\n<!-- nixferry:end -->"},
		{"too long", "<!-- nixferry:begin v1 " + base64.StdEncoding.EncodeToString([]byte(`{"x":"`+strings.Repeat("a", maxState)+`"}`)) + " -->\n<!-- nixferry:end -->"},
	} {
		if got, ok := ReadState(test.body); ok {
			t.Errorf("%s: got %+v", test.name, got)
		}
	}
}

// FuzzSplice holds Splice to its contract for any text: the state comes back,
// a second time changes nothing, and what is outside stays.
func FuzzSplice(f *testing.F) {
	f.Add("", "text", "new")
	f.Add("mine", "<!-- nixferry:end -->", stateLine)
	f.Add("a\r\n"+stateLine+"\r\nx\r\n<!-- nixferry:end -->\r\nb", "```\n<!--", "\n<!-- nixferry:begin -->\n")
	f.Add(stateLine+"\n"+stateLine+"\n<!-- nixferry:end -->\n<!-- nixferry:end -->", "\r", "\r\r\n")
	f.Fuzz(func(t *testing.T, body, first, second string) {
		one := Splice(body, first, state)
		if read, ok := ReadState(one); !ok || read != state {
			t.Fatalf("got %+v, %v back from %q", read, ok, one)
		}
		if again := Splice(one, first, state); again != one {
			t.Fatalf("changed the second time:\n%s", cmp.Diff(one, again))
		}
		from, to, _, ok := find(body)
		if ok && (!strings.HasPrefix(one, body[:from]) || !strings.HasSuffix(one, body[to:])) {
			t.Fatalf("people's text was lost from %q: %q", body, one)
		}
		if !ok && strings.TrimSpace(body) != "" && !strings.HasPrefix(one, body) {
			t.Fatalf("people's text was lost from %q: %q", body, one)
		}
		// Markers people left over can make the bot's own section look
		// different, but never twice: the second section replaces the first.
		if two := Splice(one, second, state); strings.Count(two, "\n<!-- nixferry:end -->") > strings.Count(one, "\n<!-- nixferry:end -->") {
			t.Fatalf("the section is there twice: %q", two)
		}
	})
}

// FuzzReadState reads anything without harm, and only what looks like a state.
func FuzzReadState(f *testing.F) {
	f.Add(stateLine + "\n<!-- nixferry:end -->")
	f.Add("<!-- nixferry:begin v1 bnVsbA== -->\n<!-- nixferry:end -->")
	f.Fuzz(func(t *testing.T, body string) {
		read, ok := ReadState(body)
		if ok && !read.valid() {
			t.Fatalf("got %+v", read)
		}
		if back, found := ReadState(Splice(body, "x", read)); !found || back != read {
			t.Fatalf("got %+v, %v back, want %+v", back, found, read)
		}
	})
}
