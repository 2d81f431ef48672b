package closure_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/cmd/playground/sample"
)

// Everything the sample world gives, hosts and packages of both releases, by
// the name and version that its recipe states.
func TestNamesAreThoseOfTheRecipes(t *testing.T) {
	recipes := evaluate(t)
	var listing closure.Listing
	for path, recipe := range recipes {
		for _, output := range recipe.Outputs {
			listing = append(listing, closure.Path{Path: output.Path, NarSize: 1, Deriver: path})
		}
	}
	asked := 0
	names := closure.Names{Derivation: func(drv string) (pname, version string, ok bool) {
		asked++
		return recipes[drv].Truth()
	}}
	for what, names := range map[string]closure.Names{"rules alone": {}, "rules and recipes": names} {
		g, err := closure.NewGraph(names, listing)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, path := range listing {
			want, ok := recipes[path.Deriver].name()
			if !ok {
				continue
			}
			chain, err := g.Why(path.Path, path.Path)
			if err != nil || len(chain) == 0 {
				t.Fatalf("%s is not there: %v", path.Path, err)
			}
			if got := chain[0][0].Name + " " + chain[0][0].Version; got != want {
				t.Errorf("%s: %s is %q and not %q", what, path.Path, want, got)
			}
			compared++
		}
		if compared < 100 {
			t.Errorf("%s: only %d names were compared", what, compared)
		}
	}
	if asked == 0 || asked*10 > len(recipes) {
		t.Errorf("%d of %d recipes were read", asked, len(recipes))
	}
}

type recipe struct{ *derivation.Derivation }

// name is the recipe's own less its version; that of a kernel module counts
// without the kernel's.
func (r recipe) name() (name string, ok bool) {
	pname, version, ok := r.Truth()
	if before, found := strings.CutSuffix(r.Name, "-"+version); found {
		pname = before
	}
	if pname == "zfs-kernel" {
		version, _, _ = strings.Cut(version, "-")
	}
	return pname + " " + version, ok && !r.Fixed()
}

// evaluate gives the recipes, by path, of all hosts and packages of the sample
// world, in a store that only this test has.
func evaluate(t *testing.T) map[string]recipe {
	t.Helper()
	dir := t.TempDir()
	world, err := sample.Lay(t.Context(), dir, sample.Options{Files: os.DirFS("../../testdata")})
	if err != nil {
		t.Fatal(err)
	}
	packages := func(branch string) string {
		return fmt.Sprintf(`builtins.attrValues (builtins.getFlake "git+file://%s?ref=%s&rev=%s").legacyPackages.x86_64-linux`, world.Nixpkgs, branch, world.Channels[branch])
	}
	hosts := fmt.Sprintf(`map (host: host.config.system.build.toplevel) (builtins.attrValues (builtins.getFlake "git+file://%s?ref=main&rev=%s").nixosConfigurations)`, world.Fleet, world.Main)
	expression := fmt.Sprintf(`
		builtins.filter (drv: (builtins.tryEval (drv.type or "" == "derivation" && drv.drvPath != "")).value)
			((%s) ++ (%s) ++ (%s))`, packages("nixos-25.11"), packages("nixos-unstable"), hosts)
	cmd := exec.CommandContext(t.Context(), "nix-instantiate", "--expr", expression)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "NIX_REMOTE=", "NIX_STORE_DIR=" + dir + "/store", "NIX_STATE_DIR=" + dir + "/var",
		"NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nsandbox = false\nsubstitute = false",
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	files, err := filepath.Glob(dir + "/store/*.drv")
	if err != nil {
		t.Fatal(err)
	}
	recipes := map[string]recipe{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := derivation.Parse(file, string(text))
		if err != nil {
			t.Fatal(err)
		}
		recipes[file] = recipe{&d}
	}
	return recipes
}
