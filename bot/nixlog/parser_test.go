package nixlog

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestCaptured reads what real Nix printed and compares all that was
// understood with a golden file. Captures are named case.version.log.
func TestCaptured(t *testing.T) {
	files, err := filepath.Glob("testdata/*.log")
	if err != nil || len(files) == 0 {
		t.Fatal("no captures in testdata", err)
	}
	var got bytes.Buffer
	for _, file := range files {
		fmt.Fprintf(&got, "== %s\n", strings.TrimSuffix(filepath.Base(file), ".log"))
		render(&got, parseFile(t, file))
	}
	const golden = "testdata/captured.golden"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestVersionsAgree checks that a capture of the same event is understood the
// same on every version of Nix.
func TestVersionsAgree(t *testing.T) {
	type essence struct{ Name, Reason, Needs, LastLine string }
	for _, test := range []struct {
		name string
		want []essence
	}{
		{"dependency-failed-two", []essence{
			{"other-1.0", "builder", "", "other"},
			{"nginx-1.28.0", "builder", "", "make: *** [Makefile:10: all] Error 1"},
			{"unit-nginx.service", "dependency", "", ""},
			{"etc", "dependency", "", ""},
			{"nixos-system-web", "dependency", "", ""},
		}},
		{"fod-hash-mismatch-dep", []essence{
			{"source", "hash", "", ""}, {"pkg-1.0", "dependency", "", ""}, {"nixos-system-web", "dependency", "", ""},
		}},
		{"build-timeout", []essence{{"slow-1.0", "timeout", "", "start"}}},
		{"build-log-limit", []essence{{"noisy-1.0", "timeout", "", ""}}},
		{"platform-mismatch", []essence{{"nixos-system-web", "lacking", "aarch64-linux", ""}}},
		{"missing-feature", []essence{{"vm-test-run", "lacking", "kvm, nixos-test", ""}}},
		{"build-failure-signal", []essence{{"x-1", "killed", "", ""}}},
		{"oom-killed-build", []essence{{"hog2-1.0", "killed", "", "Killed"}}},
		{"disallowed-reference", []essence{{"x-1", "builder", "", ""}}},
	} {
		for _, version := range []string{"2.8", "2.26", "2.34"} {
			var got []essence
			for _, f := range parseFile(t, "testdata/"+test.name+"."+version+".log").Failures {
				e := essence{Name: strings.TrimSuffix(storeName(f.Drv), ".drv"), Reason: string(f.Reason), Needs: f.Needs}
				if len(f.Tail) > 0 && test.name != "build-log-limit" {
					e.LastLine = f.Tail[len(f.Tail)-1]
				}
				got = append(got, e)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s on %s: mismatch (-want +got):\n%s", test.name, version, diff)
			}
		}
	}
}

func TestClean(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"plain\ttext\nmore", "plain\ttext\nmore"},
		{"\x1b[31;1merror:\x1b[0m x", "error: x"},
		{"\x1b]8;;http://evil\x1b\\link\x1b]8;;\x07 end", "link end"},
		{"nul\x00 bell\x07 back\b cr\r", "nul bell back cr"},
		{"bad \xff utf8", "bad \uFFFD utf8"},
		{"half \x1b", "half "},
		{"c1 \u009b31m", "c1 31m"},
	} {
		if got := Clean(test.in); got != test.want {
			t.Errorf("Clean(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

// TestStarved lists errors of the runner beside errors of the flake.
func TestStarved(t *testing.T) {
	for _, test := range []struct {
		text string
		want Reason
	}{
		{"writing to file: No space left on device", DiskFull},
		{"committing transaction: database or disk is full (in 'x')", DiskFull},
		{"out of memory", Killed},
		{"interrupted by the user", Interrupted},
		{"stack overflow; max-call-depth exceeded", ""},
		{"The option `services.x' does not exist. Definition values:\n", ""},
	} {
		if got := (Message{Text: test.text}).Starved(); got != test.want {
			t.Errorf("Starved(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestRunnersFault(t *testing.T) {
	for _, test := range []struct {
		tail []string
		want Reason
	}{
		{nil, ""},
		{[]string{"head: error writing: No space left on device", "make: *** Error 1"}, DiskFull},
		{[]string{"error: unable to download 'https://x/bash-4.4.tar.gz': Couldn't resolve host name (6)"}, Network},
		{[]string{"error:", "       error: unable to download 'https://x/y': Could not resolve hostname (6) Could not resolve host: x"}, Network},
		{[]string{"error: unable to download 'https://x/y': HTTP error 404"}, ""},
		{[]string{"trying https://x/y", "curl: (6) Could not resolve host: x", "error: cannot download y from any mirror"}, Network},
		{[]string{"curl: (22) The requested URL returned error: 404", "error: cannot download y from any mirror"}, ""},
		{[]string{"npm ERR! request failed: Could not resolve host: registry.npmjs.org"}, ""},
	} {
		if got := runnersFault(test.tail); got != test.want {
			t.Errorf("runnersFault(%q) = %q, want %q", test.tail, got, test.want)
		}
	}
}

// TestMessages has single records that the captures lack.
func TestMessages(t *testing.T) {
	for _, test := range []struct {
		name, record string
		want         Log
	}{
		{
			"obsolete option", `{"action":"msg","level":0,"msg":"trace: Obsolete option ` + "`a' is used. It was renamed to `b'." + `"}`,
			Log{Warnings: []string{"Obsolete option `a' is used. It was renamed to `b'."}},
		},
		{"plain trace", `{"action":"msg","level":0,"msg":"trace: hello"}`, Log{}},
		{"cancelled sibling on 2.8", `{"action":"msg","level":0,"msg":"error: ","raw_msg":""}`, Log{}},
		{"ignored error", `{"action":"msg","level":0,"msg":"error (ignored): error: interrupted by the user"}`, Log{}},
		{"a retry", `{"action":"msg","level":1,"msg":"warning: error: unable to download 'x'"}`, Log{}},
		{
			"source text as a file on 2.8", `{"action":"msg","level":0,"msg":"m","raw_msg":"x","file":"a\nb","line":4,"column":2}`,
			Log{Errors: []Message{{Text: "x", Full: "m"}}},
		},
		{
			"no position", `{"action":"msg","level":0,"msg":"m","raw_msg":"x","file":"«none»:0","line":0,"column":0}`,
			Log{Errors: []Message{{Text: "x", Full: "m"}}},
		},
	} {
		log, err := Parse(strings.NewReader("@nix " + test.record + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, log); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestNoInput(t *testing.T) {
	log, err := Parse(strings.NewReader(`@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m the flag '\u001b[35;1m--update-input a\u001b[0m' does not match any input"}
@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m '\u001b[35;1mb/c\u001b[0m' does not match any input of this flake"}
@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m the flag '\u001b[35;1m--override-input d github:o/r\u001b[0m' does not match any input"}
`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b/c", "d"}, log.NoInput); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestPieces feeds a log in pieces of every size: lines may be cut anywhere.
func TestPieces(t *testing.T) {
	data, err := os.ReadFile("testdata/keep-going.2.34.log")
	if err != nil {
		t.Fatal(err)
	}
	want := parseFile(t, "testdata/keep-going.2.34.log")
	for _, size := range []int{1, 7, 100, 4096} {
		var p Parser
		for rest := data; len(rest) > 0; {
			n := min(size, len(rest))
			if _, err := p.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if diff := cmp.Diff(want, p.Log()); diff != "" {
			t.Errorf("in pieces of %d: mismatch (-want +got):\n%s", size, diff)
		}
	}
}

func TestLongLine(t *testing.T) {
	long := `@nix {"action":"msg","level":0,"msg":"error: x","raw_msg":"` + strings.Repeat("x", 3<<20) + `"}` + "\n"
	log, err := Parse(strings.NewReader(long))
	if err != nil || len(log.Errors) != 1 || len(log.Errors[0].Text) != 3<<20 {
		t.Errorf("an error of 3 MiB was not read: %d errors, %v", len(log.Errors), err)
	}
	endless := strings.Repeat("x", maxLine+1) + "\n" + `@nix {"action":"msg","level":0,"msg":"e","raw_msg":"after"}`
	log, err = Parse(struct{ io.Reader }{strings.NewReader(endless)})
	if err != nil || len(log.Errors) != 1 || log.Errors[0].Text != "after" {
		t.Errorf("what follows an endless line was not read: %v, %v", log.Errors, err)
	}
}

// TestSink checks the live stream of two builds at once.
func TestSink(t *testing.T) {
	var sink recorder
	p := Parser{Sink: &sink}
	fmt.Fprint(&p, `@nix {"action":"start","id":1,"type":105,"fields":["/nix/store/a.drv","",1,1]}
@nix {"action":"start","id":2,"type":105,"fields":["/nix/store/b.drv","",1,1]}
@nix {"action":"result","id":2,"type":101,"fields":["\u001b[1mbee\u001b[0m"]}
@nix {"action":"result","id":1,"type":101,"fields":["ay"]}
@nix {"action":"result","id":9,"type":101,"fields":["nobody"]}
@nix {"action":"result","id":1,"type":105,"fields":[1,2,3,4]}
@nix {"action":"stop","id":2}
@nix {"action":"stop","id":7}
`)
	want := recorder{"started a", "started b", "b> bee", "a> ay", "stopped b"}
	if diff := cmp.Diff(want, sink); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestTimeoutWithoutName has a build running beside the one that timed out.
func TestTimeoutWithoutName(t *testing.T) {
	log, err := Parse(strings.NewReader(`@nix {"action":"start","id":1,"type":105,"fields":["/nix/store/a.drv","",1,1]}
@nix {"action":"start","id":2,"type":105,"fields":["/nix/store/b.drv","",1,1]}
@nix {"action":"stop","id":1}
@nix {"action":"msg","level":0,"msg":"x","raw_msg":"timed out after 2 seconds"}
`))
	if err != nil || len(log.Failures) != 1 || log.Failures[0].Drv != "/nix/store/a.drv" {
		t.Errorf("the timeout is not a.drv's: %+v, %v", log.Failures, err)
	}
}

// FuzzParse checks that hostile logs neither stop the parser nor get control
// bytes through it.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.2.8.log")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		log, err := Parse(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range log.Errors {
			if m.Text == "" || Clean(m.Text) != m.Text || Clean(m.Full) != m.Full {
				t.Errorf("not clean: %q", m.Text)
			}
			if m.Place.Line < 0 || m.Place.Column < 0 || m.Place.File == "" && m.Place != (Place{}) {
				t.Errorf("not a place: %+v", m.Place)
			}
		}
		for _, failure := range log.Failures {
			if failure.Reason == "" || len(failure.Tail) > TailLines {
				t.Errorf("not a failure: %+v", failure)
			}
		}
	})
}

type recorder []string

func (r *recorder) Started(drv string)      { *r = append(*r, "started "+short(drv)) }
func (r *recorder) Logged(drv, line string) { *r = append(*r, short(drv)+"> "+line) }
func (r *recorder) Stopped(drv string)      { *r = append(*r, "stopped "+short(drv)) }

func short(drv string) string { return strings.TrimSuffix(filepath.Base(drv), ".drv") }

func parseFile(t *testing.T, file string) Log {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	log, err := Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// render prints a log in short: enough to see that it was understood.
func render(w *bytes.Buffer, log Log) {
	for _, m := range log.Errors {
		fmt.Fprintf(w, "error %.160q", m.Brief())
		if m.Place != (Place{}) {
			fmt.Fprintf(w, " at %s:%d:%d", m.Place.File, m.Place.Line, m.Place.Column)
		}
		if len(m.Trace) > 0 {
			first := m.Trace[0]
			fmt.Fprintf(w, "\n  %d frames, innermost %q at %s:%d:%d", len(m.Trace), first.Text, first.File, first.Line, first.Column)
		}
		if fault := m.Fault(); fault != "" {
			fmt.Fprintf(w, "\n  fault %s of input %q", fault, m.Input())
		}
		fmt.Fprintf(w, " starved=%q missing=%v\n", m.Starved(), m.MissingAttribute())
	}
	for _, warning := range log.Warnings {
		fmt.Fprintf(w, "warning %q\n", warning)
	}
	for _, f := range log.Failures {
		fmt.Fprintf(w, "%s %s code=%d signal=%v needs=%q tail=%d", f.Reason, f.Drv, f.Code, f.BySignal, f.Needs, len(f.Tail))
		if n := len(f.Tail); n > 0 {
			fmt.Fprintf(w, " last=%q", f.Tail[n-1])
		}
		fmt.Fprintln(w)
	}
	for _, line := range log.Raw {
		fmt.Fprintf(w, "raw %q\n", line)
	}
	if last, ok := log.Last(); ok && last.Text != log.Errors[len(log.Errors)-1].Text {
		fmt.Fprintf(w, "last %q\n  fault %s\n", last.Text, last.Fault())
	}
}
