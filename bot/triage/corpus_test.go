package triage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/flake"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files in testdata")
	pack   = flag.String("pack", "", "rewrite testdata/corpus.tar.gz from this directory of captured cases")
)

// versions are those of Nix that the captured cases were run on.
var versions = []string{"2.8", "2.26", "2.34"}

// A capture is one case: its files by name, as captured output has them.
type capture map[string]string

// A label is what a case is about on one version of Nix. The captures came
// with the labels; a prototype made them, and people read them over.
type label struct {
	Class, Place, File, Option, Drv string
	Warnings                        []string
}

// corpus reads the captured cases by name.
func corpus(t *testing.T) map[string]capture {
	t.Helper()
	unpack.Do(func() { captures = unpacked(t) })
	return captures
}

var (
	unpack   sync.Once
	captures map[string]capture
)

func unpacked(t *testing.T) map[string]capture {
	t.Helper()
	file, err := os.Open("testdata/corpus.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]capture{}
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		name, rest, _ := strings.Cut(header.Name, "/")
		if all[name] == nil {
			all[name] = capture{}
		}
		all[name][rest] = string(data)
	}
}

// wanted are the files of a capture the tests read.
var wanted = regexp.MustCompile(`^(?:[\d.]+\.stderr|[\d.]+\.trace\.json|label\.json|src/.*)$`)

// TestPack makes the archive anew when it is asked to.
func TestPack(t *testing.T) {
	if *pack == "" {
		return
	}
	var out bytes.Buffer
	zipped, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	archive := tar.NewWriter(zipped)
	root := os.DirFS(*pack)
	if err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		_, rest, _ := strings.Cut(name, "/")
		if err != nil || !entry.Type().IsRegular() || !wanted.MatchString(rest) {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			return err
		}
		_, err = archive.Write(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("testdata/corpus.tar.gz", out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// source is the case's flake, as `explain --flake` sees it.
func (c capture) source(t *testing.T) Source {
	t.Helper()
	s := Source{Read: func(name string) (string, bool) {
		text, ok := c[path.Join("src", name)]
		return text, ok
	}}
	if lock, err := flake.ParseLock([]byte(c["src/flake.lock"])); err == nil {
		s.Inputs = Inputs(lock)
	}
	return s
}

func (c capture) labels(t *testing.T) map[string]label {
	t.Helper()
	var all map[string]label
	if err := json.Unmarshal([]byte(c["label.json"]), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// brief is a finding in one line.
func brief(f Finding) string {
	text := fmt.Sprintf("%s [%s] %s:%d:%d", f.Class, f.Bucket, f.File, f.Line, f.Column)
	text = strings.Join([]string{text, f.Option, f.Replacement, f.Owner}, " | ")
	if f.Derivation != "" {
		text += " | " + Name(f.Derivation)
	}
	return fmt.Sprintf("%s\n      %s\n      %s", text, strings.ReplaceAll(f.Message, "\n", "⏎"), f.Next)
}

// TestCorpus explains every captured case in both forms of output, and
// compares with findings.golden.
func TestCorpus(t *testing.T) {
	var out bytes.Buffer
	cases := corpus(t)
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		c := cases[name]
		from := c.source(t)
		before := "-"
		for _, version := range versions {
			for _, form := range []string{"stderr", "trace.json"} {
				log, ok := c[version+"."+form]
				if !ok {
					continue
				}
				var text strings.Builder
				for i, f := range Explain([]byte(log), from) {
					if i == 6 {
						fmt.Fprintf(&text, "    …\n")
						break
					}
					fmt.Fprintf(&text, "    %s\n", brief(f))
				}
				fmt.Fprintf(&out, "%s %s %s\n", name, version, form)
				if text.String() == before {
					fmt.Fprintf(&out, "    likewise\n")
				} else if before = text.String(); text.Len() > 0 {
					out.WriteString(before)
				} else {
					out.WriteString("    nothing\n")
				}
			}
		}
	}
	compare(t, "testdata/findings.golden", out.String())
}

// compare holds got against a golden file, or makes the file of it.
func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("mismatch (-want +got), accept with -update:\n%s", diff)
	}
}

// disagrees says what the first finding tells otherwise than the label: "" for
// nothing, else the first thing. Places are known for certain with a trace.
func (l label) disagrees(all []Finding, withTrace bool) string {
	var main Finding
	if len(all) > 0 && all[0].Class != Warning {
		main = all[0]
	}
	class := map[string]Class{"ok": "", "other": Unknown, "alias?": Alias}
	want, special := class[l.Class]
	if !special {
		want = Class(l.Class)
	}
	place := main.File
	if strings.Contains(l.Place, ":") {
		place = fmt.Sprintf("%s:%d:%d", main.File, main.Line, main.Column)
	}
	switch {
	case main.Class != want:
		return fmt.Sprintf("class %q for %q", main.Class, want)
	case l.Option != "" && main.Option != l.Option:
		return fmt.Sprintf("option %q for %q", main.Option, l.Option)
	case l.Place != "" && withTrace && place != l.Place && !strings.HasPrefix(place, l.File+":"):
		return fmt.Sprintf("place %q for %q", place, l.Place)
	case l.Place == "" && l.File != "" && main.File != l.File:
		return fmt.Sprintf("file %q for %q", main.File, l.File)
	case l.Drv != "" && !slices.ContainsFunc(all, func(f Finding) bool { return strings.HasPrefix(l.Drv, f.Derivation) && f.Derivation != "" }):
		return "no finding of " + l.Drv
	}
	return ""
}

// TestLabels compares with the labels: labels.golden has the table, and every
// case that differs. Those are meant so: a warning or an ignored error of
// `nix flake check` is told as what it is, a full disk as a full disk, the
// place is the innermost one, and files of nixpkgs are not the owner's.
func TestLabels(t *testing.T) {
	var table, differ strings.Builder
	cases := corpus(t)
	for _, form := range []string{"stderr", "trace.json"} {
		for _, version := range versions {
			right, unknown, wrong := 0, 0, 0
			for _, name := range slices.Sorted(maps.Keys(cases)) {
				c := cases[name]
				log, ok := c[version+"."+form]
				if !ok {
					continue
				}
				all := Explain([]byte(log), c.source(t))
				said := c.labels(t)[version].disagrees(all, form != "stderr")
				switch {
				case said == "":
					right++
					continue
				case len(all) > 0 && all[0].Class == Unknown:
					unknown++
				default:
					wrong++
				}
				fmt.Fprintf(&differ, "%s %s %s: %s\n", name, version, form, said)
			}
			fmt.Fprintf(&table, "Nix %s, %s: %d right, %d other, %d unknown\n", version, form, right, wrong, unknown)
		}
	}
	compare(t, "testdata/labels.golden", table.String()+differ.String())
}

// TestWithoutFlake has the same findings, but for what only the flake tells:
// lines of options, which input it was and, with the real paths of 2.34, where
// the repository begins.
func TestWithoutFlake(t *testing.T) {
	cases := corpus(t)
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		c := cases[name]
		for _, version := range versions {
			for _, form := range []string{".stderr", ".trace.json"} {
				log := []byte(c[version+form])
				with, without := Explain(log, c.source(t)), Explain(log, Source{})
				for _, found := range append(with, without...) {
					check(t, found)
				}
				if len(with) != len(without) {
					t.Errorf("%s %s%s: %d findings, with the flake %d", name, version, form, len(without), len(with))
					continue
				}
				for i := range with {
					if a, b := with[i], without[i]; a.Class != b.Class || a.File != b.File && version != "2.34" || a.Option != b.Option {
						t.Errorf("%s %s%s: %s\n  with the flake %s", name, version, form, brief(b), brief(a))
					}
				}
			}
		}
	}
}
