package flake

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nixferry/nixferry/bot/channel"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what the tests got as what they want")

// askNix asks the Nix on PATH for the inputs of many flakes at once; the map
// is from a name to the text of a flake.nix.
func askNix(t *testing.T, flakes map[string][]byte) map[string]Source {
	t.Helper()
	dir := t.TempDir()
	var list strings.Builder
	list.WriteString("{\n")
	for name, text := range flakes {
		file := filepath.Join(dir, name, "flake.nix")
		if err := os.Mkdir(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o666); err != nil {
			t.Fatal(err)
		}
		list.WriteString(quote(name) + " = " + SourceExpr(file) + ";\n")
	}
	list.WriteString("}\n")
	all := filepath.Join(dir, "all.nix")
	if err := os.WriteFile(all, []byte(list.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	nix := exec.Command("nix", "eval", "--json", "--impure", "--restrict-eval", "-I", dir, "--file", all)
	nix.Env = append(os.Environ(), "HOME="+dir, "NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nsubstitute = false")
	var stderr bytes.Buffer
	nix.Stderr = &stderr
	out, err := nix.Output()
	if err != nil {
		t.Fatalf("asking Nix: %v\n%s", err, &stderr)
	}
	var answers map[string]json.RawMessage
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	sources := map[string]Source{}
	for name, answer := range answers {
		if sources[name], err = ParseSource(answer); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return sources
}

// A crossing is one case of testdata/plans: a flake, what is asked, and the
// plan that comes out.
type crossing struct {
	archive *txtar.Archive
	request Request
	want    string
}

// ask is the form of the request in a case; its zero value asks for
// nixos-unstable and nothing else.
type ask struct {
	Channel    string            `json:"channel"`
	Systems    map[string]string `json:"systems"`
	Companions string            `json:"companions"`
	Refs       map[string]string `json:"refs"`
	Hold       []string          `json:"hold"`
	AlsoUpdate []string          `json:"also-update"`
}

// loadCrossings reads all cases, with Source still empty.
func loadCrossings(t *testing.T) map[string]*crossing {
	t.Helper()
	files, err := filepath.Glob("testdata/plans/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	cases := map[string]*crossing{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := &crossing{archive: archive}
		asked := ask{Channel: "nixos-unstable"}
		for _, f := range archive.Files {
			switch f.Name {
			case "request.json":
				if err := json.Unmarshal(f.Data, &asked); err != nil {
					t.Fatalf("%s: %v", file, err)
				}
			case "flake.nix":
				c.request.Text = f.Data
			case "flake.lock":
				if c.request.Lock, err = ParseLock(f.Data); err != nil {
					t.Fatalf("%s: %v", file, err)
				}
			case "plan.json":
				c.want = string(f.Data)
			default:
				c.request.Modules = append(c.request.Modules, f.Data)
			}
		}
		target, err := channel.Parse(asked.Channel)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		c.request.File, c.request.Target = "flake.nix", target
		c.request.SystemInputs, c.request.Hold, c.request.AlsoUpdate = asked.Systems, asked.Hold, asked.AlsoUpdate
		c.request.Companions = Companions{Off: asked.Companions == "off", Refs: asked.Refs}
		cases[strings.TrimSuffix(filepath.Base(file), ".txtar")] = c
	}
	return cases
}

// TestPlans takes every case over the whole way: Nix reads the flake, the plan
// is made and applied, Nix reads it again, and what it sees differs by exactly
// the plan. Planning again finds nothing left to do.
func TestPlans(t *testing.T) {
	cases := loadCrossings(t)
	texts := map[string][]byte{}
	for name, c := range cases {
		texts[name] = c.request.Text
	}
	before := askNix(t, texts)
	plans, edited := map[string]Plan{}, map[string][]byte{}
	for name, c := range cases {
		c.request.Source = before[name]
		plans[name] = MakePlan(c.request)
		after, err := Apply(c.request.Text, plans[name].Edits)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		edited[name] = after
	}
	after := askNix(t, edited)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.check(t, name, plans[name])
			if err := Verify(before[name], after[name], plans[name].Edits); err != nil {
				t.Error(err)
			}
			again := c.request
			again.Text, again.Source = edited[name], after[name]
			if plan := MakePlan(again); len(plan.Edits) != 0 && plans[name].Verdict == VerdictEdit {
				t.Errorf("planning again edits again: %+v", plan)
			}
		})
	}
}

func (c *crossing) check(t *testing.T, name string, plan Plan) {
	t.Helper()
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(plan); err != nil {
		t.Fatal(err)
	}
	got := buffer.String()
	if *update && got != c.want {
		c.save(t, name, got)
		return
	}
	if diff := cmp.Diff(c.want, got); diff != "" {
		t.Errorf("plan mismatch (-want +got):\n%s", diff)
	}
}

func (c *crossing) save(t *testing.T, name, plan string) {
	t.Helper()
	c.archive.Files = slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == "plan.json" })
	c.archive.Files = append(c.archive.Files, txtar.File{Name: "plan.json", Data: []byte(plan)})
	if err := os.WriteFile("testdata/plans/"+name+".txtar", txtar.Format(c.archive), 0o666); err != nil {
		t.Fatal(err)
	}
}
