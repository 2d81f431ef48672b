package flake

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nixferry/nixferry/bot/channel"
)

const (
	stableURL   = "github:NixOS/nixpkgs/nixos-25.11"
	unstableURL = "github:NixOS/nixpkgs/nixos-unstable"
)

func request(text []byte, source Source) Request {
	target, _ := channel.Parse("nixos-unstable")
	return Request{File: "flake.nix", Text: text, Source: source, Target: target}
}

// TestBytes edits texts whose places are hard to count, with Nix doing the
// counting: the edit is the one replacement and nothing else.
func TestBytes(t *testing.T) {
	plain := "{\n  # häß 💥 \"${\n  inputs = {\n    nixpkgs.url = \"" + stableURL + "\";\n  };\n  outputs = _: { };\n}\n"
	texts := map[string][]byte{
		"lines":        []byte(plain),
		"crlf":         []byte(strings.ReplaceAll(plain, "\n", "\r\n")),
		"cr":           []byte(strings.ReplaceAll(plain, "\n", "\r")),
		"mixed":        []byte("{ description = ''a\r\nb\rc\nd''; /* \r\n\n\r\r */\n" + plain[1:]),
		"tabs":         []byte(strings.ReplaceAll(plain, "  ", "\t")),
		"no-final":     []byte(strings.TrimSuffix(plain, "\n")),
		"one-line":     []byte(`{ description = "é"; inputs = { /* é💥 */ "nixpkgs" . "url" = "` + stableURL + `"; }; outputs = _: { }; }`),
		"separators":   []byte("{ # a\f\v\u2028\u0085b\n" + plain[1:]),
		"long-strings": []byte("{ description = \"$$${\"}\" + ''${\"\"}''}\\${\"; x = ''a''${''\\n''' $$${\"'\"}'';\n" + plain[1:]),
	}
	before := askNix(t, texts)
	edited := map[string][]byte{}
	for name, text := range texts {
		plan := MakePlan(request(text, before[name]))
		if len(plan.Edits) != 1 {
			t.Fatalf("%s: %+v", name, plan)
		}
		if want := before[name].Inputs["nixpkgs"].Attrs["url"].At.Line; plan.Edits[0].Line != want {
			t.Errorf("%s: the edit is in line %d, for Nix it is %d", name, plan.Edits[0].Line, want)
		}
		got, err := Apply(text, plan.Edits)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := bytes.Replace(text, []byte(stableURL), []byte(unstableURL), 1); !bytes.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		edited[name] = got
	}
	for name, after := range askNix(t, edited) {
		if got := after.Inputs["nixpkgs"].Attrs["url"].Text; got != unstableURL {
			t.Errorf("%s: Nix reads %q after the edit", name, got)
		}
	}
}

func TestLocate(t *testing.T) {
	for _, test := range []struct{ text, value string }{
		{`a.url = "x";`, "x"},
		{`a . "url" /* c */ = # d` + "\n" + `"x" ;`, "x"},
		{`a.url = "a\"b\\c\$\{d\n$$";`, "a\"b\\c${d\n$$"},
		{`a.url = "$${x}";`, "$${x}"},
		{"a.url = # \"c\r\"x\";", "x"},
		{`a.url = ''x'';`, "x"},
		{`a.url = ''x'''y'';`, "x'''y"},
		{`a.url = ''$${x}''\';'';`, `$${x}''\';`},
		{"a.url = ''\n  x\n'';", "x"},
		{`a.url = github:o/r?x=y;`, "github:o/r?x=y"},
		{`a.url = "";`, ""},
	} {
		got, err := locate([]byte(test.text), Position{Line: 1, Column: 1}, "url")
		if err != nil || got.value != test.value {
			t.Errorf("%s: %q, %v; want %q", test.text, got.value, err, test.value)
		}
	}
}

func TestLocateErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`a.url = "x${y}";`, "interpolation"},
		{`a.url = ''x${"}"}'';`, "interpolation"},
		{`a.url = "x" + "y";`, "more than a string literal"},
		{`a.url = x;`, "not a string literal"},
		{`a.url = ("x");`, "not a string literal"},
		{`a.url = "x`, "not closed"},
		{`a.url = ''x'`, "not closed"},
		{`a.url = /* "x";`, "not closed"},
		{`a.url = "${";`, "not closed"},
		{`a.ref = "x";`, `is "ref", not "url"`},
		{`a.${"url"} = "x";`, "no plain attribute name"},
		{`a."u${"rl"}" = "x";`, "no plain attribute name"},
		{`inherit url;`, "no attribute is given a value"},
		{`url;`, "no attribute is given a value"},
		{`url =`, "not a string literal"},
		{``, "behind the end"},
		{`a.url = "` + strings.Repeat(`${"`, 60), "nested more than"},
	} {
		got, err := locate([]byte(test.text), Position{Line: 1, Column: 1}, "url")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.40s: %+v, %v; want an error with %q", test.text, got, err, test.want)
		}
	}
	for _, at := range []Position{{}, {Line: 1}, {Line: 2, Column: 1}, {Line: 1, Column: 99}, {Line: -1, Column: -1}} {
		if got, err := locate([]byte(`url = "x";`), at, "url"); err == nil {
			t.Errorf("%+v: %+v, want an error", at, got)
		}
	}
}

func TestApply(t *testing.T) {
	text := `{ a = "old"; b = ''old''; c = x:old; }`
	edits := []Edit{
		{Input: "c", Old: "x:old", New: "x:new", Offset: strings.Index(text, "x:old")},
		{Input: "a", Old: "old", New: `n"e\w ${x}`, Offset: strings.Index(text, `"`)},
		{Input: "b", Old: "old", New: "new", Offset: strings.Index(text, "''")},
	}
	got, err := Apply([]byte(text), edits)
	if want := `{ a = "n\"e\\w \${x}"; b = ''new''; c = x:new; }`; err != nil || string(got) != want {
		t.Errorf("Apply = %s, %v; want %s", got, err, want)
	}
}

func TestApplyErrors(t *testing.T) {
	const text = `{ a = "old"; b = ''old''; c = x:old; d = "${x}"; e = "old" + "x"; }`
	at := func(what string) int { return strings.Index(text, what) }
	for _, test := range []struct {
		edits []Edit
		want  string
	}{
		{[]Edit{{Old: "other", New: "new", Offset: at(`"`)}}, `is "old", not "other"`},
		{[]Edit{{Old: "old", New: "new", Offset: at(`"`) - 1}}, "no literal stands there"},
		{[]Edit{{Old: "old", New: "new", Offset: at(`"`) + 1}}, "not a string literal"},
		{[]Edit{{Old: "old", New: "new", Offset: len(text)}}, "behind the end"},
		{[]Edit{{Old: "old", New: "new", Offset: -1}}, "behind the end"},
		{[]Edit{{Old: "old", New: "n''w", Offset: at("''")}}, "wants escapes"},
		{[]Edit{{Old: "old", New: "n\nw", Offset: at(`"`)}}, "control characters"},
		{[]Edit{{Old: "x:old", New: "x:n w", Offset: at("x:")}}, "wants quotes"},
		{[]Edit{{Old: "", New: "new", Offset: at(`"${x}"`)}}, "interpolation"},
		{[]Edit{{Old: "old", New: "new", Offset: at(`"old" +`)}}, "more than a string literal"},
		{[]Edit{{Old: "old", New: "a", Offset: at(`"`)}, {Old: "old", New: "b", Offset: at(`"`)}}, "two edits meet"},
	} {
		got, err := Apply([]byte(text), test.edits)
		if err == nil || got != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %q, %v; want an error with %q", test.edits, got, err, test.want)
		}
	}
}

func source(url string) Source {
	return Source{Inputs: map[string]Input{"nixpkgs": {Type: "set", Attrs: map[string]Attr{"url": {Type: "string", Text: url}}}}}
}

func TestVerify(t *testing.T) {
	edits := []Edit{{Input: "nixpkgs", Attr: "url", Old: "a", New: "b"}}
	if err := Verify(source("a"), source("b"), edits); err != nil {
		t.Error(err)
	}
	more := source("b")
	more.Inputs["other"] = Input{Type: "set"}
	changed := source("b")
	changed.Inputs["nixpkgs"].Attrs["flake"] = Attr{Type: "bool", Text: "false"}
	for _, test := range []struct {
		before, after Source
		want          string
	}{
		{source("a"), source("a"), `inputs.nixpkgs.url became "string a"`},
		{source("a"), Source{}, `became ""`},
		{source("a"), more, "were not there before"},
		{source("a"), changed, "were not there before"},
		{source("x"), source("b"), `was not "a" for Nix`},
		{Source{}, source("b"), `was not "a" for Nix`},
	} {
		if err := Verify(test.before, test.after, edits); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Verify = %v, want an error with %q", err, test.want)
		}
	}
}

// FuzzPlan: whatever the text and wherever the attribute is said to be, a plan
// either edits one literal, which then reads as planned, with all around it
// untouched, or it leaves the text alone.
func FuzzPlan(f *testing.F) {
	for _, seed := range []string{
		`inputs = { nixpkgs.url = "` + stableURL + `"; }; m = { a = nixpkgs; b = nixpkgs; }; x = m.${o.k or "a"}; nixosConfigurations = { a = x.lib.nixosSystem { }; }; y = { n ? nixpkgs }: "${n}/nixos/lib/eval-config.nix";`,
		`inputs.nixpkgs.url = "` + stableURL + `";`, `url = ''` + stableURL + `'';`, `url = ` + stableURL + `;`,
		"url\r = # é\r\n \"github:NixOS/n\\ixpkgs/nixos-25.11\"\t;", `url = "${''}''}";`, `"url" = "$${" ;`,
	} {
		f.Add([]byte("{ "+seed+" }"), 1, 3, stableURL)
	}
	f.Fuzz(func(t *testing.T, text []byte, line, column int, url string) {
		before := source(url)
		in := before.Inputs["nixpkgs"]
		in.Attrs["url"] = Attr{Type: "string", Text: url, At: Position{Line: line, Column: column}}
		asked := request(text, before)
		asked.Modules = [][]byte{text}
		plan := MakePlan(asked)
		if r, ok := newReader(text, names{inputs: []string{"nixpkgs"}, isInput: func(string) bool { return true }, given: func(string) map[string]int { return nil }}); ok {
			r.systemCalls()
		}
		after, err := Apply(text, plan.Edits)
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Edits) == 0 {
			if !bytes.Equal(text, after) {
				t.Error("a plan without edits changed the text")
			}
			return
		}
		start := plan.Edits[0].Offset
		old, err := nextToken(text, start)
		if err != nil {
			t.Fatal(err)
		}
		young, err := nextToken(after, start)
		if err != nil || young.kind != old.kind || decode(after, young).value != plan.Edits[0].New {
			t.Errorf("the literal became %q, %v", after[young.start:young.end], err)
		}
		if !bytes.Equal(text[:start], after[:start]) || !bytes.Equal(text[old.end:], after[young.end:]) {
			t.Error("bytes outside of the literal changed")
		}
		in.Attrs["url"] = Attr{Type: "string", Text: plan.Edits[0].New, At: Position{Line: line, Column: column}}
		asked.Text = after
		if again := MakePlan(asked); len(again.Edits) > 0 {
			t.Errorf("planning again edits again: %+v", again)
		}
	})
}

// FuzzWithoutPipes: a text keeps its length, and only pipes change.
func FuzzWithoutPipes(f *testing.F) {
	for _, seed := range []string{`a |> b`, `f<|"${x |> ''${y}|>''}"`, `a ||> b`, `# |>`, `"|>"`, `x:y|>z`, `|`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		plain := WithoutPipes(text)
		if len(plain) != len(text) {
			t.Fatalf("%q became %q", text, plain)
		}
		for i := range text {
			if pair := string(text[max(0, i-1):min(len(text), i+2)]); text[i] != plain[i] && (plain[i] != '|' || !strings.Contains(pair, "|>") && !strings.Contains(pair, "<|")) {
				t.Errorf("byte %d of %q became %q", i, text, plain)
			}
		}
	})
}

// FuzzLiteral: what is written as a literal reads as what was meant.
func FuzzLiteral(f *testing.F) {
	f.Add(`a"\${}''$`)
	f.Add("''")
	f.Fuzz(func(t *testing.T, value string) {
		for _, form := range []string{`"old"`, "''old''", "x:old"} {
			text := []byte("a = " + form + ";")
			old, err := locate(text, Position{Line: 1, Column: 1}, "a")
			if err != nil {
				t.Fatal(err)
			}
			after, err := Apply(text, []Edit{{Old: old.value, New: value, Offset: old.start}})
			if err != nil {
				continue
			}
			got, err := locate(after, Position{Line: 1, Column: 1}, "a")
			if err != nil || got.value != value {
				t.Errorf("%q in %s is %s, which reads as %q, %v", value, form, after, got.value, err)
			}
		}
	})
}

// TestQuote has Nix read what quote and the escapes of a literal write.
func TestQuote(t *testing.T) {
	var want []string
	texts := map[string][]byte{}
	for i, value := range []string{`a"b`, `a\b`, "${x}", "$${x}", "$", "a\nb\r\tc", "é💥", `\${`, `''`} {
		want = append(want, value)
		texts[strconv.Itoa(i)] = []byte("{ inputs.a.url = " + quote(value) + "; }")
	}
	got := make([]string, len(want))
	for name, source := range askNix(t, texts) {
		var i int
		if _, err := fmt.Sscan(name, &i); err != nil {
			t.Fatal(err)
		}
		got[i] = source.Inputs["a"].Attrs["url"].Text
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
