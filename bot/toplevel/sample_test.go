package toplevel_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
	"github.com/nixferry/nixferry/cmd/playground/sample"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Real Nix builds hosts of the sample fleet, as they are and on unstable.
func TestSample(t *testing.T) {
	dir := t.TempDir()
	world, err := sample.Lay(t.Context(), dir, sample.Options{Files: os.DirFS("../../testdata")})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, host, nixpkgs, homeManager string }{
		{"desk", "desk", "nixos-25.11", "release-25.11"},
		{"nas-unstable", "nas", "nixos-unstable", "master"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := build(t, dir, "git+file://"+world.Fleet+"?ref=main#nixosConfigurations."+test.host+".config.system.build.toplevel",
				"--override-input", "nixpkgs", "git+file://"+world.Nixpkgs+"?ref="+test.nixpkgs,
				"--override-input", "home-manager", "git+file://"+world.HomeManager+"?ref="+test.homeManager)
			top, err := toplevel.Read(os.DirFS("/"), path)
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", test.name+".golden"), facts(t, top))
		})
	}
}

// build gives the path that Nix builds, as root without a daemon.
func build(t *testing.T, home string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "nix", append([]string{"build", "--no-link", "--json", "--no-write-lock-file"}, args...)...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1",
		"NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nsandbox = false\nsubstitute = false",
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	var built []struct{ Outputs struct{ Out string } }
	if err := json.Unmarshal(out, &built); err != nil || len(built) != 1 {
		t.Fatalf("nix build: %v in %s", err, out)
	}
	return built[0].Outputs.Out
}

var (
	storeHash = regexp.MustCompile(`/nix/store/[0-9a-z]{32}-`)
	revision  = regexp.MustCompile(`(2[56]\.[01][15]\.[0-9]{8})\.[0-9a-f]{7}`)
)

// facts writes one fact a line, without what depends on hashes. The environment
// that every service has is left out.
func facts(t *testing.T, top *toplevel.Toplevel) string {
	t.Helper()
	for _, unit := range top.Units {
		unit.Name = "" // is the key as well
		delete(unit.Sections["Service"], "Environment")
	}
	data, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	flatten(&b, "", value)
	return revision.ReplaceAllString(storeHash.ReplaceAllString(b.String(), "/nix/store/"), "$1")
}

// flatten writes the leaves of a JSON value with the way to them.
func flatten(b *strings.Builder, way string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			flatten(b, strings.TrimPrefix(way+" "+key, " "), value[key])
		}
	case []any:
		for _, item := range value {
			flatten(b, way, item)
		}
	case nil, bool:
		if value == true {
			fmt.Fprintf(b, "%s\n", way)
		}
	case string:
		if value != "" {
			fmt.Fprintf(b, "%s: %s\n", way, strings.ReplaceAll(strings.TrimSuffix(value, "\n"), "\n", "\n\t"))
		}
	default:
		fmt.Fprintf(b, "%s: %v\n", way, value)
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: mismatch (-want +got):\n%s", path, diff)
	}
}
