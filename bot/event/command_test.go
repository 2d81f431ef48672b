package event

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

const rev = "b6a8526db03f735b89dd5ff348f53f752e7ddc8e"

var known = Known{Hosts: []string{"web", "db-1", "mail.example.org", "no name"}, Inputs: []string{"nixpkgs", "home-manager"}}

func TestCommands(t *testing.T) {
	for _, test := range []struct {
		line string
		want Command
	}{
		{"help", Command{Verb: "help"}},
		{"STATUS", Command{Verb: "status"}},
		{"retry", Command{Verb: "retry"}},
		{"Retry web  db-1", Command{Verb: "retry", Args: []string{"web", "db-1"}}},
		{"rebase", Command{Verb: "rebase"}},
		{"recreate", Command{Verb: "recreate"}},
		{"use " + strings.ToUpper(rev), Command{Verb: "use", Args: []string{rev}}},
		{"use last-good", Command{Verb: "use", Args: []string{"last-good"}}},
		{"use nixos-25.11-small", Command{Verb: "use", Args: []string{"nixos-25.11-small"}}},
		{"hold home-manager nixpkgs", Command{Verb: "hold", Args: []string{"home-manager", "nixpkgs"}}},
		{"unhold nixpkgs", Command{Verb: "unhold", Args: []string{"nixpkgs"}}},
		{"skip db-1", Command{Verb: "skip", Args: []string{"db-1"}}},
		{"unskip db-1", Command{Verb: "unskip", Args: []string{"db-1"}}},
		{"bisect", Command{Verb: "bisect"}},
		{"bisect web", Command{Verb: "bisect", Args: []string{"web"}}},
		{"fix", Command{Verb: "fix"}},
		{"diff mail.example.org", Command{Verb: "diff", Args: []string{"mail.example.org"}}},
		{"why web gtk+3", Command{Verb: "why", Args: []string{"web", "gtk+3"}}},
		{"log web", Command{Verb: "log", Args: []string{"web"}}},
		{"check", Command{Verb: "check"}},
	} {
		if diff := cmp.Diff([]Command{test.want}, Commands("/ferry "+test.line, "/ferry", known)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.line, diff)
		}
	}
}

// TestProblems says what is wrong with a line, and what is nearest to it.
func TestProblems(t *testing.T) {
	for _, test := range []struct{ line, problem, nearest string }{
		{"", "The line names no command.", "help"},
		{"stauts", `There is no command "stauts".`, "status"},
		{"lgo wbe", `There is no command "lgo".`, "log web"},
		{"reset", `There is no command "reset".`, "retry"},
		{"abracadabra", `There is no command "abracadabra".`, "help"},
		{"help me", `There are too many arguments for "help".`, "help"},
		{"diff", `There are too few arguments for "diff".`, "diff HOST"},
		{"why web", `There are too few arguments for "why".`, "why HOST PACKAGE"},
		{"hold", `There are too few arguments for "hold".`, "hold INPUT…"},
		{"retry web dB-1", `There is no host called "dB-1".`, "retry web db-1"},
		{"retry laptop", `There is no host called "laptop".`, "retry [HOST…]"},
		{"skip noname", `There is no host called "noname".`, "skip HOST…"},
		{"why wbe curl", `There is no host called "wbe".`, "why web curl"},
		{"hold `home-manager`", "No input can be called \"`home-manager`\" here.", "hold home-manager"},
		{"hold *nixpkgs*", "No input can be called \"`nixpkgs`\" here.", "hold nixpkgs"},
		{"log web <!-- why -->", `There are too many arguments for "log".`, "log HOST"},
		{"log <!-- web -->", "No host can be called \"``\" here.", "log HOST"},
		{"log $(id)", `No host can be called "$(id)" here.`, "log HOST"},
		{"log www.example.com", `There is no host called "www.example.com".`, "log mail.example.org"},
		{"log --option", `No host can be called "--option" here.`, "log HOST"},
		{"log we\u200bb", `No host can be called "we\u200bb" here.`, "log web"},
		{"why web \"curl\"", `No package can be called "\"curl\"" here.`, "why HOST PACKAGE"},
		{"use unstable", `"unstable" is no revision of 40 hex digits, no channel and not last-good.`, "use nixos-unstable"},
		{"use 25.11", `"25.11" is no revision of 40 hex digits, no channel and not last-good.`, "use nixos-25.11"},
		{"use lastgood", `"lastgood" is no revision of 40 hex digits, no channel and not last-good.`, "use last-good"},
		{"use " + rev[:12], `"b6a8526db03f" is no revision of 40 hex digits, no channel and not last-good.`, "use REVISION|CHANNEL|last-good"},
		{"retry" + strings.Repeat(" web", 21), `There are too many arguments for "retry".`, "retry [HOST…]"},
		{"diff " + strings.Repeat("x", 50), `There is no host called "` + strings.Repeat("x", 40) + `…".`, "diff HOST"},
	} {
		for _, prefix := range []string{"/ferry", "/bot deps"} {
			want := []Command{{Problem: test.problem, Nearest: prefix + " " + test.nearest}}
			if diff := cmp.Diff(want, Commands(prefix+"  "+test.line, prefix, known)); diff != "" {
				t.Errorf("%s %s: mismatch (-want +got):\n%s", prefix, test.line, diff)
			}
		}
	}
}

// TestUnknownNames takes names that nobody could check by their form, and none
// when it is known that there are none.
func TestUnknownNames(t *testing.T) {
	for _, test := range []struct {
		name  string
		known Known
		want  bool
	}{
		{"web", Known{}, true},
		{"mÿ-höst@x/y", Known{}, true},
		{strings.Repeat("ö", maxName), Known{}, true},
		{"web", Known{Hosts: []string{}}, false},
		{strings.Repeat("ö", maxName+1), Known{}, false},
		{"a\xffb", Known{}, false},
		{"a\\b", Known{}, false},
		{"a\u2066b", Known{}, false},
		{"a&amp;b", Known{}, false},
	} {
		if got := Commands("/ferry log "+test.name, "/ferry", test.known); len(got) != 1 || (got[0].Problem == "") != test.want {
			t.Errorf("%q: %q, want accepted %v", test.name, got, test.want)
		}
	}
}

func TestTooManyCommands(t *testing.T) {
	got := Commands(strings.Repeat("/ferry help\n", 30), "/ferry", Known{})
	want := slices.Repeat([]Command{{Verb: "help"}}, 20)
	want = append(want, Command{Problem: "A comment holds at most 20 commands, those behind it were not read.", Nearest: "/ferry help"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if got := Commands("/ferry help", " ", Known{}); got != nil {
		t.Errorf("without a prefix: %q", got)
	}
}

func TestParseLine(t *testing.T) {
	got, err := ParseLine(" Why  web curl ")
	if diff := cmp.Diff(Command{Verb: "why", Args: []string{"web", "curl"}}, got); diff != "" || err != nil {
		t.Errorf("%v, mismatch (-want +got):\n%s", err, diff)
	}
	want := "reading the command: There is no command \"statsu\": write it as `status`"
	if _, err := ParseLine("statsu"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestUsage has each command once, in a form whose verb is read.
func TestUsage(t *testing.T) {
	lines := Usage("/ferry")
	want := []string{
		"/ferry help", "/ferry status", "/ferry retry [HOST…]", "/ferry rebase", "/ferry recreate", "/ferry use REVISION|CHANNEL|last-good",
		"/ferry hold INPUT…", "/ferry unhold INPUT…", "/ferry skip HOST…", "/ferry unskip HOST…", "/ferry bisect [HOST…]", "/ferry fix",
		"/ferry diff HOST", "/ferry why HOST PACKAGE", "/ferry log HOST", "/ferry check",
	}
	var got []string
	for _, line := range lines {
		usage, does, _ := strings.Cut(line, ": ")
		if got = append(got, usage); does == "" {
			t.Errorf("%q does not say what the command does", line)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func FuzzCommands(f *testing.F) {
	for _, body := range []string{
		"/ferry help", "a\r\n- /ferry retry web db-1\n  /ferry hold `nixpkgs`", "```\n/ferry help\n```\n> /ferry help",
		"<b><code></b>\n\n/ferry help", "<!--\n/ferry help\n-->\n/ferry use " + rev, "<div title=\"\n\n/ferry help\n\n\">",
		"/ferry log $(id)\n/ferry log ::add-mask::web\n/ferry why web <!-- curl -->", "/ferry diff *web* www.example.com",
		"<a href='\n/ferry help\n'>/ferry status</a>\n/ferry status\n---\n", "[^1]\n\n[^1]: /ferry help\n    /ferry help", "| /ferry help |\n|-|\n",
	} {
		f.Add(body, "/ferry", true)
		f.Add(body, "/bot deps", false)
	}
	f.Fuzz(func(t *testing.T, body, prefix string, checked bool) {
		names := Known{}
		if checked {
			names = known
		}
		commands := Commands(body, "/ferry", names)
		if Commands(body, prefix, names); len(commands) > maxCommands+1 {
			t.Fatalf("%d commands", len(commands))
		}
		if commands == nil {
			return
		}
		shown := shown(t, body)
		for _, c := range commands {
			if (c.Problem == "") == (c.Verb == "") || (c.Problem == "") != (c.Nearest == "") || c.Problem != "" && c.Args != nil {
				t.Errorf("both a command and a problem, or neither: %#v", c)
			}
			if c.Problem == "" && !strings.Contains(shown, " /ferry "+strings.ToLower(c.String())+" ") {
				t.Errorf("%q is a command, but GitHub shows %q", c, shown)
			}
			if !printable(c.Problem) || utf8.RuneCountInString(c.Problem) > 500 || c.Problem != "" && !strings.HasPrefix(c.Nearest, "/ferry ") {
				t.Errorf("not to be shown: %#v", c)
			}
			checkLine(t, c, names)
		}
	})
}

func FuzzParseLine(f *testing.F) {
	for _, line := range []string{"help", "use " + rev, "RETRY a b", "why a b", "log -x", "skip \u202ea", "hold a\nb", "use nixos-25.11"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if c, err := ParseLine(line); err == nil {
			checkLine(t, c, Known{})
		}
	})
}

// checkLine holds a command to what may be in it, and reads it again.
func checkLine(t *testing.T, c Command, names Known) {
	t.Helper()
	for _, arg := range c.Args {
		if strings.ContainsAny(arg, " \t\r\n\"'`$\\<>&\x00\u200b\u200f\u202e") || strings.HasPrefix(arg, "-") || utf8.RuneCountInString(arg) > 100 {
			t.Errorf("argument %q", arg)
		}
		if all := slices.Concat(names.Hosts, names.Inputs); all != nil && c.Verb != "use" && c.Verb != "why" && !slices.Contains(all, arg) {
			t.Errorf("argument %q does not exist", arg)
		}
	}
	if len(c.Args) > maxArguments {
		t.Errorf("%d arguments", len(c.Args))
	}
	if c.Problem == "" {
		again, err := ParseLine(c.String())
		if diff := cmp.Diff(c, again); diff != "" || err != nil {
			t.Errorf("reading %q again: %v, mismatch (-want +got):\n%s", c, err, diff)
		}
	}
}

func TestNearest(t *testing.T) {
	// Of two that are equally near, the first.
	if got := nearest("wxb", []string{"mail", "web", "wob"}); got != "web" {
		t.Errorf("nearest is %q, want web", got)
	}
	// What is long is near to nothing, however the bytes are counted.
	if got := nearest(strings.Repeat("x", 1<<16+2), []string{"web"}); got != "" {
		t.Errorf("nearest is %q, want none", got)
	}
}
