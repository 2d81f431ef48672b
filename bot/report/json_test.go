package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nixferry/nixferry/bot/flake"
)

func written(t *testing.T, r Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteJSON(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// schema compiles one of the schemas, with formats checked and with fields
// that it does not name forbidden, so that it is complete.
func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	const home = "https://github.com/nixferry/nixferry/bot/report/"
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for _, file := range []string{"report.schema.json", "diff.schema.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		closeObjects(document)
		if err := compiler.AddResource(home+file, document); err != nil {
			t.Fatal(err)
		}
	}
	compiled, err := compiler.Compile(home + name)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func closeObjects(document any) {
	switch document := document.(type) {
	case []any:
		for _, each := range document {
			closeObjects(each)
		}
	case map[string]any:
		if _, ok := document["properties"].(map[string]any); ok && document["type"] == "object" {
			document["additionalProperties"] = false
		}
		for _, each := range document {
			closeObjects(each)
		}
	}
}

// full has something in every field.
func full() Report {
	r := switchDay()
	r.Pull = &Pull{Number: 7, URL: "https://github.com/someone/fleet/pull/7", Branch: "nixferry/nixos-unstable", Operation: "created"}
	r.Inputs[0].Flake, r.Inputs[0].Before.Follows, r.Inputs[0].Before.Repository = "servers", "other/nixpkgs", "https://github.com/NixOS/nixpkgs"
	r.Inputs[1].Kind, r.Inputs[1].Behind, r.Inputs[1].Log = flake.Back, 12, "https://git.sr.ht/~octo/hm/log/b6a8526"
	r.OldLock, r.StuckChannel = true, true
	r.Kept, r.Attempts = citizen().Kept, citizen().Attempts
	for i := range r.Hosts {
		host := &r.Hosts[i]
		host.Base.Drv, host.Head.Drv = "/nix/store/a.drv", "/nix/store/b.drv"
		host.Base.NixosVersion, host.Base.StateVersion = "25.11", "24.05"
		host.Warnings.Gone = []string{"b", "a"}
	}
	return r
}

func TestWriteJSON(t *testing.T) {
	schema := schema(t, "report.schema.json")
	for _, test := range append(scenarios(), scenario{"full", full()}, scenario{"zero", Report{Depth: "build"}}) {
		text := written(t, test.report)
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if strings.Contains(text, "null") {
			t.Errorf("%s holds a null", test.name)
		}
	}
	golden(t, "full.json", written(t, full()))
}

// TestSchemaFields finds fields that the schemas have and the values have not.
func TestSchemaFields(t *testing.T) {
	report, comparison := map[string]bool{}, map[string]bool{}
	fieldsOf(reflect.TypeFor[Report](), report)
	fieldsOf(reflect.TypeFor[Comparison](), comparison)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(report)), slices.Sorted(maps.Keys(properties(t, "report.schema.json")))); diff != "" {
		t.Errorf("fields mismatch (-report +schema):\n%s", diff)
	}
	for name := range properties(t, "diff.schema.json") {
		if !comparison[name] {
			t.Errorf("diff.schema.json has %s, the comparison has not", name)
		}
	}
}

// properties are the names of all properties in a schema.
func properties(t *testing.T, file string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	propertiesOf(document, names)
	return names
}

func fieldsOf(typ reflect.Type, names map[string]bool) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		fieldsOf(typ.Elem(), names)
	case reflect.Struct:
		if typ == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if name == "-" {
				continue
			}
			if name != "" {
				names[name] = true
			}
			fieldsOf(typ.Field(i).Type, names)
		}
	}
}

func propertiesOf(document any, names map[string]bool) {
	switch document := document.(type) {
	case []any:
		for _, each := range document {
			propertiesOf(each, names)
		}
	case map[string]any:
		for key, each := range document {
			if properties, ok := each.(map[string]any); ok && key == "properties" {
				for name := range properties {
					names[name] = true
				}
			}
			propertiesOf(each, names)
		}
	}
}

// TestJSONStable writes the same run met in another order.
func TestJSONStable(t *testing.T) {
	want := written(t, full())
	shuffled := full()
	slices.Reverse(shuffled.Hosts)
	slices.Reverse(shuffled.Inputs)
	slices.Reverse(shuffled.Edits)
	zone := time.FixedZone("CET", 3600)
	shuffled.Head.Nixpkgs.Date = shuffled.Head.Nixpkgs.Date.In(zone)
	shuffled.Attempts[0].When = shuffled.Attempts[0].When.In(zone)
	shuffled.Timings.Total += 0.0001
	for i := range shuffled.Hosts {
		slices.Reverse(shuffled.Hosts[i].Warnings.Gone)
	}
	before := shuffled.Hosts[0].Name
	if diff := cmp.Diff(want, written(t, shuffled)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if shuffled.Hosts[0].Name != before || shuffled.Attempts[0].When.Location() != zone {
		t.Error("writing settled the caller's report")
	}
}

func TestReadJSON(t *testing.T) {
	for _, test := range append(scenarios(), scenario{"full", full()}) {
		text := written(t, test.report)
		got, err := ReadJSON(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		// encoding/json escapes what stands for invalid bytes, and only that.
		want := strings.ReplaceAll(text, `\ufffd`, "\ufffd")
		if diff := cmp.Diff(want, written(t, got)); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestReadJSONErrors(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "reading report.json: it is not what nixferry writes, run nixferry again: EOF"},
		{"not JSON", "nix", "reading report.json: it is not what nixferry writes, run nixferry again: invalid character 'i' in literal null (expecting 'u')"},
		{"younger", `{"schema": 2}`, "reading report.json: it has schema 2 and this nixferry reads 1, use the nixferry that wrote it"},
		{"none", `{}`, "reading report.json: it has schema 0 and this nixferry reads 1, use the nixferry that wrote it"},
		{"more", `{"schema": 1} {}`, "reading report.json: there is more after the report, run nixferry again"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadJSON(strings.NewReader(test.text))
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

type brokenWriter struct{ error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.error }

func TestWriteErrors(t *testing.T) {
	disk := brokenWriter{errors.New("no space left on device")}
	if err := WriteJSON(disk, mixed()); !errors.Is(err, disk.error) {
		t.Errorf("WriteJSON: %v", err)
	}
	if err := Terminal(disk, mixed(), Options{Width: 80}); !errors.Is(err, disk.error) {
		t.Errorf("Terminal: %v", err)
	}
	endless := mixed()
	endless.Timings.Total = math.Inf(1)
	written(t, endless)
}

// FuzzReadJSON holds what can be read to being written and read alike, and to
// being rendered.
func FuzzReadJSON(f *testing.F) {
	for _, test := range scenarios() {
		if len(test.report.Hosts) <= 10 {
			var out bytes.Buffer
			if err := WriteJSON(&out, test.report); err != nil {
				f.Fatal(err)
			}
			f.Add(out.Bytes())
		}
	}
	f.Add([]byte(`{"schema":1,"hosts":[{"verdict":"x","closure":{"added":[{}],"changed":[{}]},"findings":[{"line":-1,"file":"a"}]}]}`))
	f.Add([]byte(`{"schema":1,"base":{"nixpkgs":{"date":"0000-01-01T00:00:00+23:59"}},"timings":{"total":1e308}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := ReadJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		text := written(t, first)
		second, err := ReadJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(text, written(t, second)); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		if text := []rune(Markdown(first, 3000)); len(text) > 3000 {
			t.Errorf("%d characters of Markdown", len(text))
		}
		if err := Terminal(&bytes.Buffer{}, first, Options{Width: 80, Color: true}); err != nil || len([]rune(Title(first))) > titleRunes {
			t.Errorf("title %q, terminal %v", Title(first), err)
		}
	})
}
