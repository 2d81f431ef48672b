package nix

import (
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func version(t *testing.T, text string) Version {
	t.Helper()
	v, err := ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestParseVersion(t *testing.T) {
	for _, test := range []struct {
		output       string
		major, minor int
		text         string
	}{
		{"nix (Nix) 2.8.0\n", 2, 8, "nix (Nix) 2.8.0"},
		{"nix (Nix) 2.26.3", 2, 26, "nix (Nix) 2.26.3"},
		{"nix (Nix) 2.34.8\nSystem type: x86_64-linux\n", 2, 34, "nix (Nix) 2.34.8"},
		{"nix (Nix) 2.19.0pre20230927_ac5cf2c", 2, 19, "nix (Nix) 2.19.0pre20230927_ac5cf2c"},
		{"nix (Nix) 3.0.1", 3, 0, "nix (Nix) 3.0.1"},
		{"nix (Determinate Nix 3.6.5) 2.29.1", 2, 29, "nix (Determinate Nix 3.6.5) 2.29.1"},
		{"nix (Lix, like Nix) 2.91.1\nSystem type: aarch64-darwin\n", 2, 18, "nix (Lix, like Nix) 2.91.1"},
		{"nix (Lix, like Nix) 2.90.0-beta.1", 2, 18, "nix (Lix, like Nix) 2.90.0-beta.1"},
		{"warning: $HOME is not owned by you\nnix (Nix) 2.11.1\n", 2, 11, "nix (Nix) 2.11.1"},
	} {
		want := Version{Text: test.text, major: test.major, minor: test.minor}
		got, err := ParseVersion(test.output)
		if err != nil || got != want {
			t.Errorf("ParseVersion(%q) = %+v, %v, want %+v", test.output, got, err, want)
		}
	}
	for _, output := range []string{"", "bash: nix: command not found", "nix (Nix)", "nix (Nix) 2", "nix 2.8.0"} {
		if v, err := ParseVersion(output); err == nil {
			t.Errorf("ParseVersion(%q) = %v, want an error", output, v)
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	f.Add("nix (Nix) 2.26.3")
	f.Add("nix (Lix, like Nix) 2.91.1\n")
	f.Fuzz(func(t *testing.T, output string) {
		v, err := ParseVersion(output)
		if err == nil && (v.Text == "" || !strings.Contains(output, v.Text)) {
			t.Errorf("ParseVersion(%q) = %+v", output, v)
		}
	})
}

// common begins every nix command.
const common = "--extra-experimental-features|nix-command flakes|--log-format|internal-json" +
	"|--option|accept-flake-config|false|--option|eval-cache|false|--option|warn-dirty|false|"

// TestArgs looks at the command lines, which differ by version.
func TestArgs(t *testing.T) {
	for _, test := range []struct {
		name    string
		args    func(*CLI) []string
		version string
		want    string
	}{
		{"settings", (*CLI).configArgs, "2.8.0", "show-config|--json"},
		{"settings", (*CLI).configArgs, "2.20.0", "config|show|--json"},
		{"lock edits", lock(), "2.8.0", "flake|lock|--show-trace|path:."},
		{"lock edits", lock(), "2.34.8", "flake|lock|--show-trace|path:."},
		{"lock names", lock("nixpkgs", "a/b"), "2.18.1", "flake|lock|--show-trace|path:.|--update-input|nixpkgs|--update-input|a/b"},
		{"lock names", lock("nixpkgs", "a/b"), "2.19.0", "flake|update|--show-trace|--flake|path:.|nixpkgs|a/b"},
		{"build", build, "2.8.0", "build|--no-link|--keep-going|/nix/store/a.drv|/nix/store/b.drv"},
		{"build", build, "2.14.1", "build|--no-link|--keep-going|/nix/store/a.drv|/nix/store/b.drv"},
		{"build", build, "2.15.0", "build|--no-link|--keep-going|/nix/store/a.drv^*|/nix/store/b.drv^*"},
		{"path info", pathInfo, "2.8.0", "path-info|-r|--json|/nix/store/a"},
		{"path info", pathInfo, "2.34.8", "path-info|-r|--json|--json-format|1|/nix/store/a"},
		{"eval", func(c *CLI) []string { return c.evalArgs("git+file:///r?rev=0", "f") }, "2.26.3", "eval|--json|--show-trace|--no-write-lock-file|git+file:///r?rev=0#nixosConfigurations|--apply|f"},
	} {
		c := &CLI{version: version(t, "nix (Nix) "+test.version), settings: options()}
		got := strings.Join(test.args(c), "|")
		if diff := cmp.Diff(common+test.want, got); diff != "" {
			t.Errorf("%s on %s: mismatch (-want +got):\n%s", test.name, test.version, diff)
		}
	}
}

func lock(update ...string) func(*CLI) []string {
	return func(c *CLI) []string { return c.lockArgs(update) }
}

func build(c *CLI) []string    { return c.buildArgs([]string{"/nix/store/a.drv", "/nix/store/b.drv"}) }
func pathInfo(c *CLI) []string { return c.pathInfoArgs([]string{"/nix/store/a"}) }

func TestEnvironment(t *testing.T) {
	given := []string{"HOME=/h", "LC_ALL=de_DE.UTF-8", "NIX_CONFIG=old", "NIX_CONFIG=cores = 1"}
	got := environment(given, map[string]string{"fallback": "true", "access-tokens": "x=s3cret"}, "t0ken")
	for name, want := range map[string]string{
		"HOME": "/h", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0",
		"NIX_CONFIG": "cores = 1\naccess-tokens = x=s3cret\nfallback = true\nextra-access-tokens = github.com=t0ken",
	} {
		if value := lookup(got, name); value != want {
			t.Errorf("%s = %q, want %q", name, value, want)
		}
	}
	if value := lookup(environment(given, nil, ""), "NIX_CONFIG"); value != "cores = 1" {
		t.Errorf("without a token NIX_CONFIG = %q", value)
	}
	if !slices.Contains(given, "LC_ALL=de_DE.UTF-8") {
		t.Error("the caller's environment was changed")
	}
}

func TestLoneRoot(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "socket")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	const none = "/nonexistent"
	for _, test := range []struct {
		uid                   int
		group, remote, socket string
		want                  bool
	}{
		{0, "no-such-group", "", none, true},
		{0, "no-such-group", "local", none, true},
		{0, "no-such-group", "daemon", none, false},
		{0, "no-such-group", "", socket, false},
		{0, "root", "", none, false},
		{0, "", "", none, false},
		{1000, "no-such-group", "", none, false},
	} {
		if got := loneRoot(test.uid, test.group, test.remote, test.socket); got != test.want {
			t.Errorf("loneRoot(%d, %q, %q, %q) = %v", test.uid, test.group, test.remote, test.socket, got)
		}
	}
}

func TestQuote(t *testing.T) {
	if got, want := quote(`a.b "c" ${x} \ $$`), `"a.b \"c\" \${x} \\ \$\$"`; got != want {
		t.Errorf("quote = %s, want %s", got, want)
	}
}

func TestMerge(t *testing.T) {
	got := merge([]string{"b\n", "\x1b[1ma\x1b[0m"}, []string{"a", "c", "b"})
	if diff := cmp.Diff([]string{"b", "a", "c"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
