package closure

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSnapshotIsTheClosure(t *testing.T) {
	f := newFleet(2)
	g := graphOf(t, f.infos)
	for host, roots := range f.hosts {
		var file bytes.Buffer
		if err := g.WriteSnapshot(&file, roots[0]); err != nil {
			t.Fatal(err)
		}
		paths := len(g.walk(place(t, g, roots[0])).nodes)
		if perPath := file.Len() / paths; perPath > 80 {
			t.Errorf("%s: %d bytes for %d paths", host, file.Len(), paths)
		}
		root, listing, err := ReadSnapshot(&file)
		if err != nil || root != roots[0] || len(listing) != paths {
			t.Fatalf("%s: got %s with %d of %d paths, %v", host, root, len(listing), paths, err)
		}
		// The snapshot of one side and Nix' listing of both give the same delta.
		mixed, err := NewGraph(Names{}, listing, listingOf(t, f.infos))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(g, mixed, unexported); diff != "" {
			t.Errorf("%s: mismatch (-want +got)\n%s", host, diff)
		}
	}
}

func TestSnapshotOfWhatNixBuilt(t *testing.T) {
	g := parseFile(t, captures[0])
	var file bytes.Buffer
	if err := g.WriteSnapshot(&file, capturedBefore); err != nil {
		t.Fatal(err)
	}
	root, listing, err := ReadSnapshot(&file)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := NewGraph(Names{}, listing)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range alone.nodes {
		same := g.nodes[place(t, g, n.path)]
		if n.deriver != same.deriver || n.size != same.size || len(n.refs) != len(same.refs) {
			t.Errorf("got %+v, want %+v", n, same)
		}
	}
	if place(t, alone, root); len(alone.nodes) == len(g.nodes) {
		t.Errorf("%s with %d paths", root, len(alone.nodes))
	}
}

func place(t *testing.T, g *Graph, path string) int32 {
	t.Helper()
	at, err := g.find(path)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestReadSnapshotRefuses(t *testing.T) {
	const path = `"00000000000000000000000000000000-a"`
	for _, test := range []struct{ text, want string }{
		{`{`, "unexpected EOF"},
		{`{"schema":2}`, "schema 2"},
		{`{"schema":1,"paths":["a"]}`, "not of one length"},
		{`{"schema":1}`, "its toplevel is not in it"},
		{`{"schema":1,"store":"/s","root":"a","paths":["a"],"sizes":[1],"deriver":[-1],"references":[[]]}`, `"/s/a" is not a store path`},
		{`{"schema":1,"store":"/s","root":` + path + `,"paths":[` + path + `],"sizes":[1],"deriver":[-1],"references":[[1]]}`, "refers to place 1 of 1"},
		{`{"schema":1,"store":"/s","root":` + path + `,"paths":[` + path + `],"sizes":[-1],"deriver":[0],"references":[[]]}`, "has the size -1"},
		{`{"schema":1,"store":"/s","root":` + path + `,"paths":[` + path + `],"sizes":[1],"derivers":["x"],"deriver":[0],"references":[[]]}`, "has the deriver"},
	} {
		_, _, err := ReadSnapshot(bytes.NewReader(pack(test.text)))
		if err == nil || !strings.HasPrefix(err.Error(), "reading a saved closure: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s\ngot  %v\nwant %s", test.text, err, test.want)
		}
	}
	if _, _, err := ReadSnapshot(strings.NewReader("no gzip")); err == nil {
		t.Error("read what is no gzip")
	}
}

func FuzzReadSnapshot(f *testing.F) {
	f.Add([]byte(`{"schema":1,"store":"/s","root":"00000000000000000000000000000000-a","paths":["00000000000000000000000000000000-a"],"sizes":[1],"derivers":["00000000000000000000000000000000-a.drv"],"deriver":[0],"references":[[0]]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		root, listing, err := ReadSnapshot(bytes.NewReader(pack(string(text))))
		if err != nil {
			return
		}
		if g, err := NewGraph(Names{}, listing); err == nil {
			if _, err := Diff(g, root, root); err != nil {
				t.Error(err)
			}
		}
	})
}

func pack(text string) []byte {
	var file bytes.Buffer
	packer := gzip.NewWriter(&file)
	_, _ = packer.Write([]byte(text)) // a buffer takes all
	_ = packer.Close()
	return file.Bytes()
}
