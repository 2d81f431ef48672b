package closure

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The same closures as Nix 2.8, 2.26 and 2.34 print them.
var captures = []string{
	"testdata/path-info-2.8.json",
	"testdata/path-info-2.26.json",
	"testdata/path-info-2.34-format1.json",
	"testdata/path-info-2.34-format2.json",
}

func TestEveryNixGivesTheSameGraph(t *testing.T) {
	want := parseFile(t, captures[0])
	if len(want.nodes) != 29 {
		t.Fatalf("the capture has %d paths", len(want.nodes))
	}
	for _, capture := range captures[1:] {
		if diff := cmp.Diff(want, parseFile(t, capture), unexported); diff != "" {
			t.Errorf("%s: mismatch (-want +got)\n%s", capture, diff)
		}
	}
}

// Format 3, of Nix 2.35, is format 2 with objects for signatures, says
// https://nix.dev/manual/nix/2.35/protocols/json/store-object-info.
func TestFormat3(t *testing.T) {
	data, err := os.ReadFile("testdata/path-info-2.34-format2.json")
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.ReplaceAll(data, []byte(`"version":2`), []byte(`"version":3`))
	data = bytes.ReplaceAll(data, []byte(`"signatures":[]`), []byte(`"signatures":[{"keyName":"a","sig":"b"}]`))
	if diff := cmp.Diff(parseFile(t, captures[0]), parse(t, bytes.NewReader(data)), unexported); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

func TestParsePathInfoLeavesOutInvalidPaths(t *testing.T) {
	for _, listing := range []string{
		`[]`, `{}`, `{"version":2,"storeDir":"/nix/store","info":{}}`,
		`[{"path":"/nix/store/00000000000000000000000000000000-x","valid":false}]`,
		`{"/nix/store/00000000000000000000000000000000-x":null}`,
		`{"info":{"00000000000000000000000000000000-x":null},"storeDir":"/nix/store","version":2}`,
	} {
		g, err := ParsePathInfo(strings.NewReader(listing))
		if err != nil || len(g) != 0 {
			t.Errorf("%s: got %+v, %v", listing, g, err)
		}
	}
}

func TestParsePathInfoRefuses(t *testing.T) {
	const a, b = "/nix/store/00000000000000000000000000000000-a", "/nix/store/11111111111111111111111111111111-b"
	for _, test := range []struct{ listing, want string }{
		{``, "Nix printed nothing"},
		{`error: x`, "invalid character"},
		{`"x"`, "it is x, and neither a list nor an object"},
		{`null`, "neither a list nor an object"},
		{`[] []`, "something follows the listing"},
		{`[`, "EOF"},
		{`{`, "EOF"},
		{`{"` + a + `":{}`, "EOF"},
		{`[1]`, "entry 1 of the list"},
		{`[{"path":1}]`, "entry 1 of the list"},
		{`{"` + a + `":[]}`, `key "` + a + `"`},
		{`{"paths":{}}`, `key "paths": no such key is known`},
		{`{"version":4,"storeDir":"/nix/store","info":{}}`, "its format is 4, and only 1 to 3 are known"},
		{`{"storeDir":"/nix/store","info":{}}`, "its format is 0"},
		{`{"version":"2"}`, `key "version"`},
		{`{"version":2,"storeDir":"/nix/store"}`, `it has a format and no "info"`},
		{`{"version":2,"storeDir":"store","info":{}}`, `its store directory is "store"`},
		{`{"version":2,"storeDir":"/nix/store","info":[]}`, `key "info": it is [, and no object`},
		{`{"version":2,"storeDir":"/nix/store","info":{"x":{}}}`, `"/nix/store/x" is not a store path`},
		{`[{"path":"/nix/store/x"}]`, `"/nix/store/x" is not a store path`},
		{`[{"path":"` + a + `\n"}]`, `is not a store path`},
		{`[{"path":"` + a + `/bin"}]`, `is not a store path`},
		{`[{"path":"` + a[1:] + `"}]`, `is not a store path`},
		{`[{"path":"` + a + strings.Repeat("a", 211) + `"}]`, `is not a store path`},
		{`[{"path":"/nix/store/0000000000000000000000000000000%-a"}]`, `is not a store path`},
		{`[{"path":"/nix/store/000000000000000000000000000000000a"}]`, `is not a store path`},
		{`[{}]`, `"" is not a store path`},
		{`[{"path":"` + a + `"},{"path":"` + a + `"}]`, a + " is listed twice"},
		{`[{"path":"` + a + `","narSize":-1}]`, a + " has the size -1"},
		{`[{"path":"` + a + `","narSize":1e30}]`, "entry 1 of the list"},
		{`[{"path":"` + a + `","deriver":"x"}]`, a + ` has the deriver "x", which is not`},
		{`[{"path":"` + a + `","references":["` + b + `"]}]`, a + ` refers to "` + b + `", which is not listed`},
	} {
		_, err := ParsePathInfo(strings.NewReader(test.listing))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s\ngot  %v\nwant %s", test.listing, err, test.want)
		} else if !strings.HasPrefix(err.Error(), "reading the JSON of nix path-info: ") {
			t.Errorf("%s: %v does not say what was read", test.listing, err)
		}
	}
}

func FuzzParsePathInfo(f *testing.F) {
	for _, capture := range captures {
		data, err := os.ReadFile(capture)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"version":2,"storeDir":"/s","info":{"00000000000000000000000000000000-x":{"references":["00000000000000000000000000000000-x"]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		listing, err := ParsePathInfo(bytes.NewReader(data))
		if err != nil || len(listing) == 0 {
			return
		}
		g, err := NewGraph(Names{}, listing)
		if err != nil {
			return
		}
		before, after := g.nodes[0].path, g.nodes[len(g.nodes)-1].path
		if _, err := Diff(g, before, after); err != nil {
			t.Error(err)
		}
	})
}

// unexported lets cmp look into a graph.
var unexported = cmp.AllowUnexported(Graph{}, node{}, group{})

func parseFile(t *testing.T, path string) *Graph {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	return parse(t, file)
}

func parse(t *testing.T, r io.Reader) *Graph {
	t.Helper()
	listing, err := ParsePathInfo(r)
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGraph(Names{}, listing)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
