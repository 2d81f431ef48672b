package pull

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/report"
)

var state = State{Head: "0123abcd", Revision: "b6a8526db03f735b89dd5ff348f53f752e7ddc8e", Verdict: "still-failing", Complete: true}

const stateLine = "<!-- nixferry:begin v1 eyJoZWFkIjoiMDEyM2FiY2QiLCJyZXZpc2lvbiI6ImI2YTg1MjZkYjAzZjczNWI4OWRkNWZmMzQ4ZjUzZjc1MmU3ZGRjOGUiLCJ2ZXJkaWN0Ijoic3RpbGwtZmFpbGluZyIsImNvbXBsZXRlIjp0cnVlfQ== -->"

const end = "\n<!-- nixferry:end -->"

// just is a section that is the same in any room.
func just(text string) func(int) string { return func(int) string { return text } }

func TestSplice(t *testing.T) {
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
		{"forged", "", "a\n<!-- nixferry:end -->\nb\n" + stateLine, stateLine + "\na\n<!- nixferry:end -->\nb\n<!- nixferry:" + strings.TrimPrefix(stateLine, "<!-- nixferry:") + end},
		{"with a notice", announce(stateLine+"\ntext"+end, "look"), "text", stateLine + "\ntext" + end},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Splice(test.body, just(test.section), state)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if again := Splice(got, just(test.section), state); again != got {
				t.Errorf("changed the second time:\n%s", cmp.Diff(got, again))
			}
			if read, ok := ReadState(got); !ok || !cmp.Equal(read, state) {
				t.Errorf("got %+v, %v back", read, ok)
			}
		})
	}
}

// GitHub takes 65,536 characters, people's and the bot's.
// The earlier attempts give way before the state does.
func TestSpliceWithoutAttempts(t *testing.T) {
	long := state
	for range 20 {
		long.Attempts = append(long.Attempts, report.Attempt{Verdict: "ok", Run: "https://github.com/octo/fleet/actions/runs/1234567890"})
	}
	people := strings.Repeat("é", maxBody-2-len(stateLine)-1-len(end))
	got := Splice(people, func(int) string { return "x" }, long)
	if is, ok := ReadState(got); !ok || is.Head != state.Head || len(is.Attempts) > 0 || characters(got) > maxBody {
		t.Errorf("%d characters, state %t %+v", characters(got), ok, is)
	}
}

func TestSpliceInRoom(t *testing.T) {
	const frame = len(stateLine) + 1 + len(end)
	for _, test := range []struct {
		name         string
		people, room int
		fills, kept  bool // section uses all its room; its text is in the body
	}{
		{"alone", 0, maxSection, true, true},
		{"beside a few words", 100, maxSection, true, true},
		{"beside much", 10_000, maxBody - noticeRoom - 10_000 - 2 - frame, true, true},
		{"no room for a report", maxBody - 2 - frame, 0, true, false},
		{"more than it may", 10_000, maxBody - noticeRoom - 10_000 - 2 - frame, false, false},
	} {
		people := strings.Repeat("é", test.people)
		asked := -1
		got := Splice(people, func(room int) string {
			asked = room
			if !test.fills {
				room++
			}
			return strings.Repeat("ü", room)
		}, state)
		if asked != test.room || strings.Contains(got, "ü") != test.kept {
			t.Errorf("%s: asked for %d, want %d; text is there: %t", test.name, asked, test.room, !test.kept)
		}
		if _, ok := ReadState(got); !ok || characters(got) > maxBody || !strings.HasPrefix(got, people) {
			t.Errorf("%s: %d characters, state %t", test.name, characters(got), ok)
		}
	}
	full := strings.Repeat("é", maxBody-frame)
	if got := Splice(full, just("x"), state); got != full {
		t.Errorf("a body without room was changed: %d characters", characters(got))
	}
}

func TestAnnounce(t *testing.T) {
	const notice = "\n<!-- nixferry:notice -->\n**Look.**\n<!-- nixferry:/notice -->"
	plain := "top\r\n\r\n" + stateLine + "\r\nreport\r\n<!-- nixferry:end -->\r\nbottom"
	with := "top\r\n\r\n" + stateLine + "\r" + notice + "\nreport\r\n<!-- nixferry:end -->\r\nbottom"
	browser := "a\r\n" + strings.ReplaceAll(stateLine+notice+"\nreport"+end, "\n", "\r\n")
	full := strings.Repeat("é", 5000) + "\n" + stateLine + "\n" + strings.Repeat("ü", maxBody-5002-len(stateLine)-len(end)) + end
	for _, test := range []struct{ name, body, text, want string }{
		{"added", plain, "**Look.**\r\n\n", with},
		{"there already", with, "**Look.**", with},
		{"there already, after a browser's edit", browser, "**Look.**", browser},
		{"replaced", with, "Well.", strings.Replace(with, "**Look.**", "Well.", 1)},
		{"taken away", with, "", plain},
		{"none to take away", plain, "", plain},
		{"no section", "people's", "**Look.**", "people's"},
		{"forged", plain, "a\n<!-- nixferry:/notice -->\n<!-- nixferry:end -->", strings.Replace(with, "**Look.**", "a\n<!- nixferry:/notice -->\n<!- nixferry:end -->", 1)},
		{"half of one lost", stateLine + "\n<!-- nixferry:notice -->\nold" + end, "**Look.**", stateLine + notice + "\n<!-- nixferry:notice -->\nold" + end},
		{"no room beside the report", full, "**Look.**", full[:strings.Index(full, "ü")-1] + notice + end},
		{"no room at all", full, strings.Repeat("x", maxBody), full},
	} {
		got := announce(test.body, test.text)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
		if Noticed(got) != strings.Contains(got, notice[1:25]) {
			t.Errorf("%s: noticed is %t", test.name, Noticed(got))
		}
	}
}

func TestRestate(t *testing.T) {
	closed := state
	closed.Closed = true
	body := "top\r\n" + stateLine + "\r\nreport\r\n<!-- nixferry:end -->\r\nbottom"
	got := restate(body, func(s *State) { s.Closed = true })
	if want := strings.Replace(body, stateLine, "<!-- nixferry:begin v1 "+closed.write()+" -->", 1); got != want {
		t.Errorf("mismatch (-want +got):\n%s", cmp.Diff(want, got))
	}
	full := body + strings.Repeat("x", maxBody-len(body))
	for _, body := range []string{"people's", "<!-- nixferry:begin -->\nx" + end, full} {
		if got := restate(body, func(s *State) { s.Closed = true }); got != body {
			t.Errorf("changed: %s", cmp.Diff(body, got))
		}
	}
}

// FuzzSplice holds Splice to its contract for any text: the state comes back,
// a second time changes nothing, what is outside stays, and GitHub takes it.
func FuzzSplice(f *testing.F) {
	f.Add(uint16(0), "", "text", "new")
	f.Add(uint16(9), "mine", "<!-- nixferry:end -->", stateLine)
	f.Add(uint16(0), "a\r\n"+stateLine+"\r\nx\r\n<!-- nixferry:end -->\r\nb", "```\n<!--", "\n<!-- nixferry:begin -->\n")
	f.Add(uint16(0), stateLine+"\n"+stateLine+"\n<!-- nixferry:end -->\n<!-- nixferry:end -->", "\r", "\r\r\n")
	f.Add(uint16(64_000), "", strings.Repeat("<!-- nixferry:", 20), "")
	f.Fuzz(func(t *testing.T, fill uint16, body, first, second string) {
		body = strings.Repeat("é", int(fill)) + body
		one := Splice(body, filling(first), state)
		if characters(one) > max(maxBody, characters(body)) {
			t.Fatalf("%d characters from %d", characters(one), characters(body))
		}
		if read, ok := ReadState(one); (!ok || !cmp.Equal(read, state)) && one != body {
			t.Fatalf("got %+v, %v back from %q", read, ok, one)
		}
		if again := Splice(one, filling(first), state); again != one {
			t.Fatalf("changed the second time:\n%s", cmp.Diff(one, again))
		}
		keptOutside(t, body, one)
		// Markers people left over can make the bot's own section look
		// different, but never twice: the second section replaces the first.
		if two := Splice(one, filling(second), state); strings.Count(two, end) > strings.Count(one, end) && one != body {
			t.Fatalf("the section is there twice: %q", two)
		}
	})
}

// FuzzNotice is the same for a notice: it comes, it goes, and nothing else does.
func FuzzNotice(f *testing.F) {
	f.Add(uint16(0), "mine", "report", "**Look.**")
	f.Add(uint16(0), "a\r\n"+stateLine+"\r\n<!-- nixferry:notice -->\r\n<!-- nixferry:end -->\r\nb", "<!-- nixferry:/notice -->", "<!-- nixferry:notice -->\nx\n<!-- nixferry:/notice -->")
	f.Add(uint16(8000), "", "ü", strings.Repeat("<!-- nixferry:", 200))
	f.Add(uint16(65_400), "", "ü", "x")
	f.Add(uint16(125), "0", "\x83\xc2", "\r")
	f.Fuzz(func(t *testing.T, fill uint16, body, section, text string) {
		body = strings.Repeat("é", int(fill)) + body
		plain := Splice(body, filling(section), state)
		if Noticed(plain) && plain != body {
			t.Fatalf("a forged notice in %q", plain)
		}
		with := announce(plain, text)
		if characters(with) > max(maxBody, characters(plain)) {
			t.Fatalf("%d characters from %d", characters(with), characters(plain))
		}
		keptOutside(t, plain, with)
		if again := announce(with, text); again != with {
			t.Fatalf("changed the second time:\n%s", cmp.Diff(with, again))
		}
		if gone := announce(with, ""); gone != plain && plain != body && characters(defuse(text)) < noticeRoom-100 {
			t.Fatalf("taking it away left other than before:\n%s", cmp.Diff(plain, gone))
		}
		read, ok := ReadState(with)
		if was, had := ReadState(plain); ok != had || !cmp.Equal(was, read) {
			t.Fatalf("got %+v, %v back from %q", read, ok, with)
		}
	})
}

// filling is a section that takes all the room there is where its text begins
// with ü, and otherwise the text as it is.
func filling(text string) func(int) string {
	return func(room int) string {
		if !strings.HasPrefix(text, "ü") {
			return text
		}
		return strings.Repeat(text, room/characters(text))
	}
}

// keptOutside holds what is outside the section against what it was.
func keptOutside(t *testing.T, before, after string) {
	t.Helper()
	at, ok := find(before)
	switch {
	case before == after, strings.TrimSpace(before) == "":
	case ok && (!strings.HasPrefix(after, before[:at.from]) || !strings.HasSuffix(after, before[at.to:])),
		!ok && !strings.HasPrefix(after, before):
		t.Fatalf("people's text was lost from %q: %q", before, after)
	}
}

var ran = report.Attempt{
	Revision: "b6a8526db03f735b89dd5ff348f53f752e7ddc8e", Verdict: "regressed", Builds: 6, Hosts: 8,
	Date: time.Date(2026, 11, 20, 4, 5, 6, 0, time.UTC), When: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
	Run: "https://github.com/octo/fleet/actions/runs/123456789012",
}
