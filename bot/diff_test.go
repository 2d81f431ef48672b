package bot

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
)

func TestReadPairs(t *testing.T) {
	got, err := ReadPairs(strings.NewReader("# the fleet\n\nweb  /a\t/b\n db 41 .#db\r\n"))
	want := []Pair{{"web", "/a", "/b"}, {"db", "41", ".#db"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, mismatch (-want +got)\n%s", err, diff)
	}
	for text, want := range map[string]string{
		"":                          "there are none",
		"# nothing":                 "there are none",
		"web /a":                    "line 1 is not",
		"a b c\n\na b c":            "line 3 names a again",
		"a b c\na b c d":            "line 2 is not",
		strings.Repeat("x", 70_000): "token too long",
	} {
		if _, err := ReadPairs(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got %v, want %s", text, err, want)
		}
	}
}

func FuzzReadPairs(f *testing.F) {
	f.Add("web /a /b\n# x\n")
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := ReadPairs(strings.NewReader(text))
		if err == nil && len(pairs) == 0 {
			t.Error("nothing, and no error")
		}
		for _, pair := range pairs {
			if pair.Name == "" || pair.Before == "" || pair.After == "" {
				t.Errorf("got %+v", pair)
			}
		}
	})
}

func TestInstallable(t *testing.T) {
	for ref, want := range map[string]string{
		".#web":                     `.#nixosConfigurations."web".config.system.build.toplevel`,
		`/etc/nixos#"web"`:          `/etc/nixos#nixosConfigurations."web".config.system.build.toplevel`,
		"github:o/r?dir=x#web-01":   `github:o/r?dir=x#nixosConfigurations."web-01".config.system.build.toplevel`,
		".#packages.x86_64-linux.a": ".#packages.x86_64-linux.a",
		".#hello^out":               ".#hello^out",
		".#":                        ".#",
	} {
		if got := installable(ref); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
}

func TestSystemName(t *testing.T) {
	const hash = "/nix/store/00000000000000000000000000000000-"
	for name, want := range map[string]string{
		"nixos-system-web-01-25.11.20251120.b6a8526": "web-01",
		"nixos-system-web-26.05pre-git.drv":          "web",
		"nixos-system-desk":                          "desk",
		"hello-2.12.1":                               "hello-2.12.1",
	} {
		if got := systemName(hash + name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestFollowLink(t *testing.T) {
	dir := t.TempDir()
	link := func(name, to string) string {
		path := filepath.Join(dir, name)
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	generation := link("system-42-link", webSystem)
	for _, path := range []string{generation, link("system", "system-42-link"), link("current", generation)} {
		if got, err := followLink(path); got != webSystem || err != nil {
			t.Errorf("%s: got %s, %v", path, got, err)
		}
	}
	for _, path := range []string{dir, link("loop", "loop"), link("inside", webSystem+"/bin"), link("nowhere", "x")} {
		if got, err := followLink(path); !errors.Is(err, config.ErrUsage) {
			t.Errorf("%s: got %s, %v", path, got, err)
		}
	}
}
