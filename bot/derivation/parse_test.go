package derivation

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// capture reads a file that Nix 2.34.8 (pcre: 2.8) wrote.
func capture(t testing.TB, name string) (path, text string) {
	t.Helper()
	found, err := filepath.Glob("testdata/*-" + name + ".drv")
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", name, found, err)
	}
	bytes, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return "/nix/store/" + filepath.Base(found[0]), string(bytes)
}

func TestParse(t *testing.T) {
	const (
		hello = "/nix/store/41hjr2s2ag627jgbn9yh4rs7ak90jdic-hello-2.12.drv"
		patch = "/nix/store/3570i1pinfyam8h5w6q6fbl6r3xrwx9c-CVE-2024-1234.patch"
	)
	for _, test := range []struct {
		name string
		want Derivation
	}{
		{"hello-2.12.tar.gz", Derivation{
			Outputs: []Output{{Name: "out", Path: "/nix/store/fqvgnazgadm4c2y3lxrxb25yigh878m0-hello-2.12.tar.gz", Fixed: true}},
			Args:    []string{"-c", "fetch"},
		}},
		{"hello-2.12", Derivation{
			Outputs: []Output{
				{Name: "man", Path: "/nix/store/95lbadinz5y5kpd1grpn7bw00ib67ljz-hello-2.12-man"},
				{Name: "out", Path: "/nix/store/yaxsrmydv1y4zyfqlcvsbr04gbwi4nad-hello-2.12"},
			},
			Inputs:  []Input{{Drv: "/nix/store/wcbjpq94vwxkcav6xpq560v7gzb7n6g3-hello-2.12.tar.gz.drv", Outputs: []string{"out"}}},
			Sources: []string{patch},
		}},
		{"tool-1.0-rc1", Derivation{
			Outputs: []Output{{Name: "out", Path: "/nix/store/b7hmfhb6hpdy9mdym9bl6gphhyrwy28m-tool-1.0-rc1"}},
			Inputs:  []Input{{Drv: hello, Outputs: []string{"man"}}},
			Sources: []string{patch},
		}},
		{"floating-1", Derivation{
			Outputs: []Output{{Name: "out"}},
			Inputs:  []Input{{Drv: hello, Outputs: []string{"out"}}},
		}},
		{"dynamic-1", Derivation{
			Outputs: []Output{{Name: "out"}},
			Inputs: []Input{
				{Drv: "/nix/store/gvplix8qdlmf3nbld1hr7gri0wg5l6h8-tool-1.0-rc1.drv", Outputs: []string{"out"}},
				{Drv: "/nix/store/n58m4q847gliikhmdin12lnf0fb7xp2l-made.drv.drv"},
			},
		}},
	} {
		path, text := capture(t, test.name)
		test.want.Path, test.want.Name = path, test.name
		test.want.System, test.want.Builder = "x86_64-linux", "/bin/sh"
		got, err := Parse(path, text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got, cmpopts.IgnoreUnexported(Derivation{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: mismatch (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestFacts(t *testing.T) {
	type facts struct {
		Pname, Version string
		True, Fixed    bool
		Patches        []string
	}
	for _, test := range []struct {
		name string
		want facts
	}{
		{"hello-2.12.tar.gz", facts{Fixed: true}},
		{"hello-2.12", facts{Pname: "hello", Version: "2.12", True: true, Patches: []string{"CVE-2024-1234.patch"}}},
		{"tool-1.0-rc1", facts{Pname: "tool", Version: "1.0-rc1", True: true, Patches: []string{"CVE-2024-1234.patch"}}},
		{"floating-1", facts{}},
		{"pcre-8.43", facts{Patches: []string{"stacksize-detection.patch"}}},
	} {
		path, text := capture(t, test.name)
		d, err := Parse(path, text)
		if err != nil {
			t.Fatal(err)
		}
		got := facts{Fixed: d.Fixed(), Patches: d.patches()}
		got.Pname, got.Version, got.True = d.Truth()
		if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: mismatch (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestImpureIsNotFixed(t *testing.T) {
	path, text := capture(t, "floating-1")
	d, err := Parse(path, strings.Replace(text, `"r:sha256",""`, `"r:sha256","impure"`, 1))
	if err != nil || d.Fixed() {
		t.Errorf("fixed: %v, %v", d.Fixed(), err)
	}
}

func TestEnv(t *testing.T) {
	d, err := Parse(capture(t, "hello-2.12"))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := d.Env("script"); got != "echo \"a\\b\"\n\tdone\r\n" || !ok {
		t.Errorf("got %q, %v", got, ok)
	}
	if got, ok := d.Env("scrip"); got != "" || ok {
		t.Errorf("got %q, %v of a variable that is not there", got, ok)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	const hash = "wcbjpq94vwxkcav6xpq560v7gzb7n6g3"
	const path = "/s/" + hash + "-x.drv"
	const tail = ": nix-store --verify --check-contents tells whether the store is damaged"
	for _, test := range []struct{ name, path, text, want string }{
		{"empty", path, ``, `byte 0: expected Derive(`},
		{"cut off", path, `Derive([("out","/s/` + hash + `-x","","`, `byte 59: expected a closing "`},
		{"unclosed list", path, `Derive([],[`, `byte 11: expected (`},
		{"more behind", path, `Derive([],[],[],"","",[],[])x`, `byte 28: expected the end`},
		{"stray comma", path, `Derive([,],[],[],"","",[],[])`, `byte 8: expected (`},
		{"no comma", path, `Derive([],[],[],"","",["a""b"],[])`, `byte 26: expected ,`},
		{"unknown version", path, `DrvWithVersion("next",[],[],[],"","",[],[])`, `byte 0: expected Derive(`},
		{"nested inputs in the old form", path, `Derive([],[("/s/` + hash + `-y.drv",(["out"],[]))],[],"","",[],[])`, `byte 56: expected [`},
		{"a source elsewhere", path, `Derive([],[],["/etc/passwd"],"","",[],[])`, `byte 27: expected "/etc/passwd" to be a path in "/s/"`},
		{"a source below", path, `Derive([],[],["/s/` + hash + `-a/b"],"","",[],[])`, `byte 55: expected "/s/` + hash + `-a/b" to be a path in "/s/"`},
		{"no hash", "/s/x.drv", `Derive([],[],[],"","",[],[])`, `byte 0: expected "/s/x.drv" to be a path in "/s/"`},
		{"no directory", "x.drv", ``, `byte 0: expected "x.drv" to be a path in ""`},
	} {
		_, err := Parse(test.path, test.text)
		if want := "reading " + test.path + ": " + test.want + tail; err == nil || err.Error() != want {
			t.Errorf("%s: got  %v\nwant %s", test.name, err, want)
		}
	}
}

// FuzzParse reads anything: what it accepts can be asked anything, too.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.drv")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("/nix/store/"+filepath.Base(file), string(text))
	}
	f.Add("/nix/store/00000000000000000000000000000000-0", `Derive([],[],[],"","",[],[("__json","{\"version\":\"0\"}")])`)
	f.Fuzz(func(t *testing.T, path, text string) {
		d, err := Parse(path, text)
		if err != nil {
			return
		}
		for _, in := range d.Inputs {
			if storeOf(in.Drv) != storeOf(path) {
				t.Errorf("%s is not in the store of %s", in.Drv, path)
			}
		}
		if pname, version, ok := d.Truth(); ok != (pname+version != "") {
			t.Errorf("%t of %q, %q", ok, pname, version)
		}
		if name, version := splitName(&d); len(name)+len(version) > len(d.Name) {
			t.Errorf("%q is %q and %q", d.Name, name, version)
		}
		for _, patch := range d.patches() {
			if strings.Contains(patch, "/") {
				t.Errorf("%s is no file name", patch)
			}
		}
		hashText(&d)
	})
}
