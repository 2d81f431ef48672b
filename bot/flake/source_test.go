package flake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAskNix has Nix read every kind of input there is, and some that are none.
func TestAskNix(t *testing.T) {
	text := `{
  inputs = {
    a.url = "x:y";
    a.flake = false;
    b = { type = "github"; owner = "o"; inputs.c.inputs.d.follows = ""; };
    e = { };
    f = x: throw "not asked";
    g = throw "not an input";
    h.url = ./h;
    h.n = 1;
  };
  outputs = throw "not asked";
  description = throw "not asked";
}
`
	got := askNix(t, map[string][]byte{"all": []byte(text), "none": []byte("{ outputs = throw \"not asked\"; }"), "circle": []byte("{ inputs = rec { a.inputs = b; b.c = a; }; }")})
	if inputs := got["none"].Inputs; len(inputs) != 0 {
		t.Errorf("a flake without inputs has %+v", inputs)
	}
	at := func(line, column int) Position { return Position{Line: line, Column: column} }
	want := map[string]Input{
		"a": {At: at(3, 5), Type: "set", Attrs: map[string]Attr{
			"url": {At: at(3, 5), Type: "string", Text: "x:y"}, "flake": {At: at(4, 5), Type: "bool", Text: "false"},
		}},
		"b": {
			At: at(5, 5), Type: "set",
			Attrs: map[string]Attr{"type": {At: at(5, 11), Type: "string", Text: "github"}, "owner": {At: at(5, 28), Type: "string", Text: "o"}},
			Inputs: map[string]Input{"c": {At: at(5, 41), Type: "set", Inputs: map[string]Input{"d": {
				At: at(5, 41), Type: "set",
				Attrs: map[string]Attr{"follows": {At: at(5, 41), Type: "string"}},
			}}}},
		},
		"e": {At: at(6, 5), Type: "set"},
		"f": {At: at(7, 5), Type: "lambda"},
		"g": {At: at(8, 5), Type: "error"},
		"h": {At: at(9, 5), Type: "set", Attrs: map[string]Attr{"url": {At: at(9, 5), Type: "path"}, "n": {At: at(10, 5), Type: "int", Text: "1"}}},
	}
	file := got["all"].Inputs["a"].At.File
	if !strings.HasSuffix(file, "/all/flake.nix") {
		t.Errorf("the file is %q", file)
	}
	strip := cmp.Transformer("file", func(at Position) [2]int { return [2]int{at.Line, at.Column} })
	same := cmp.FilterValues(func(a, b map[string]Input) bool { return len(a)+len(b) == 0 }, cmp.Ignore())
	sameAttrs := cmp.FilterValues(func(a, b map[string]Attr) bool { return len(a)+len(b) == 0 }, cmp.Ignore())
	if diff := cmp.Diff(want, got["all"].Inputs, strip, same, sameAttrs); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestParseSourceErrors(t *testing.T) {
	for _, test := range []struct{ data, want string }{
		{"", "reading what Nix says"},
		{`{"type": "lambda"}`, "flake.nix is a lambda; write"},
		{`{"type": "set", "inputsType": "list"}`, "inputs of flake.nix is a list; write"},
	} {
		if _, err := ParseSource([]byte(test.data)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.data, err, test.want)
		}
	}
}

// FuzzSource: whatever follows whatever, every way through the inputs ends.
func FuzzSource(f *testing.F) {
	f.Add([]byte(`{"type":"set","inputs":{"nixpkgs":{"type":"set","at":null,"attrs":{"follows":{"type":"string","text":"a/b"}}},
		"a":{"type":"set","attrs":{"follows":{"type":"string","text":"nixpkgs/a"}}}}}`))
	f.Add([]byte(`{"type":"set","inputs":{"nixpkgs":{"type":"set","attrs":{"url":{"type":"string","text":"nixpkgs"}},"inputs":{"x":{"type":"list"}}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		source, err := ParseSource(data)
		if err != nil {
			return
		}
		if plan := MakePlan(request([]byte("{ }"), source)); len(plan.Edits) != 0 {
			t.Errorf("an edit in a text without inputs: %+v", plan)
		}
	})
}

// TestWithoutPipes has Nix read a flake that it would not parse, and find the
// input where it stands in the text as written.
func TestWithoutPipes(t *testing.T) {
	text := []byte(`{
  # |>
  inputs.a.url = "x:|>";
  outputs = _: 1 == 2 |> map (x: x)|>(f: f <| "<|${''|> ${1 |> "|>${2<|3}"}''}") || true -> { } |> [ ] == 3;
}
`)
	want := `1 == 2 || map (x: x)||(f: f || "<|${''|> ${1 || "|>${2||3}"}''}") || true -> { } || [ ] == 3;`
	plain := WithoutPipes(text)
	if len(plain) != len(text) || !strings.Contains(string(plain), want) {
		t.Errorf("got %s", plain)
	}
	in := askNix(t, map[string][]byte{"pipes": plain})["pipes"].Inputs["a"]
	if in.At.Line != 3 || in.At.Column != 3 || in.Attrs["url"].Text != "x:|>" {
		t.Errorf("Nix reads %+v", in)
	}
	for _, text := range []string{"", "{ a = \"|>\"; }", "{ a = \"|>", "a |> \"${", "a ||> b"} {
		if got := WithoutPipes([]byte(text)); string(got) != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
