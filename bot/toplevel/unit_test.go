package toplevel

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       Sections
	}{
		{"nothing", "", Sections{}},
		{"keys", "[Unit]\nDescription=a b\nAfter = x\n", Sections{"Unit": {"Description": {"a b"}, "After": {"x"}}}},
		{"no newline at the end", "[Unit]\nA=1", Sections{"Unit": {"A": {"1"}}}},
		{"repeated key", "[Service]\nExecStart=a\nExecStart=b\n", Sections{"Service": {"ExecStart": {"a", "b"}}}},
		{"empty assignment", "[Service]\nExecStart=a\nExecStart=\nExecStart=b\n", Sections{"Service": {"ExecStart": {"b"}}}},
		{"empty at the end", "[Service]\nExecStart=a\nExecStart=\n", Sections{"Service": {"ExecStart": {}}}},
		{"section in two parts", "[Unit]\nA=1\n[Service]\nB=2\n[Unit]\nA=3\n", Sections{"Unit": {"A": {"1", "3"}}, "Service": {"B": {"2"}}}},
		{"empty section", "[Service]\n", Sections{"Service": {}}},
		{"comments", "# a\n[Unit]\n  ; b=1\nA=1 # no comment\n", Sections{"Unit": {"A": {"1 # no comment"}}}},
		{"continued", "[Unit]\nA=1 \\\n   2\\\n3\nB=4\n", Sections{"Unit": {"A": {"1  2 3"}, "B": {"4"}}}},
		{"comment between continued lines", "[Unit]\nA=1\\\n# no\n; no\n 2\n", Sections{"Unit": {"A": {"1 2"}}}},
		{"continued into an empty line", "[Unit]\nA=1\\\n\nB=2\n", Sections{"Unit": {"A": {"1"}, "B": {"2"}}}},
		{"continued into the end", "[Unit]\nA=1\\\n", Sections{"Unit": {"A": {"1"}}}},
		{"escaped backslash", "[Unit]\nA=1\\\\\nB=2\n", Sections{"Unit": {"A": {`1\\`}, "B": {"2"}}}},
		{"quotes stay", "[Service]\nEnvironment=\"A=b c\" 'D=e'\n", Sections{"Service": {"Environment": {`"A=b c" 'D=e'`}}}},
		{"equals signs", "[Service]\nEnvironment=A=b=c\n", Sections{"Service": {"Environment": {"A=b=c"}}}},
		{"DOS lines", "[Unit]\r\nA=1\r\n", Sections{"Unit": {"A": {"1"}}}},
		{"no key", "[Unit]\n=1\nword\n", Sections{"Unit": {}}},
		{"before any section", "A=1\n[Unit]\nB=2\n", Sections{"Unit": {"B": {"2"}}}},
		{"broken section", "[Unit]\nA=1\n[Serv\nB=2\n[Unit]\nC=3\n", Sections{"Unit": {"A": {"1"}, "C": {"3"}}}},
	} {
		got := Sections{}
		got.parse(test.text)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

// A drop-in is read after the unit: it adds, and it can take away.
func TestParseDropIn(t *testing.T) {
	got := Sections{}
	got.parse("[Service]\nExecStart=old\nEnvironment=A=1\n")
	got.parse("[Service]\nExecStart=\nExecStart=new\nEnvironment=B=2\n")
	want := Sections{"Service": {"ExecStart": {"new"}, "Environment": {"A=1", "B=2"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// FuzzParse holds that what was read reads the same again once written out.
func FuzzParse(f *testing.F) {
	f.Add("[Unit]\nA=1 \\\n 2\n# c\n[Service]\nExecStart=\n")
	f.Add("[[]\n]]=\\\\\n;\n=\n[")
	f.Fuzz(func(t *testing.T, text string) {
		first, again := Sections{}, Sections{}
		first.parse(text)
		var b strings.Builder
		for name, keys := range first {
			b.WriteString("[" + name + "]\n")
			for key, values := range keys {
				b.WriteString(key + "=\n")
				for _, value := range values {
					if value == "" || strings.ContainsRune(value, '\n') {
						t.Errorf("%s=%q came out of %q", key, value, text)
					}
					b.WriteString(key + "=" + value + "\n")
				}
			}
		}
		// A value may end in a backslash only where a space was cut off behind it,
		// and a section may be called anything: such a text cannot be written.
		if slices.ContainsFunc(strings.Split(b.String(), "\n"), continues) {
			return
		}
		again.parse(b.String())
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%q: mismatch (-first +again):\n%s", text, diff)
		}
	})
}
