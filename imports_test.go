package nixferry_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/nixferry/nixferry/"

// pure rooms import the standard library, pure libraries and purer rooms.
var pure = map[string]bool{
	"bot/channel": true, "bot/closure": true, "bot/config": true, "bot/derivation": true,
	"bot/event": true, "bot/flake": true, "bot/forecast": true, "bot/lifecycle": true, "bot/nixlog": true, "bot/pattern": true,
	"bot/report": true, "bot/toplevel": true, "bot/triage": true, "bot/verdict": true, "bot/workload": true,
}

// adapters act; they never import each other.
var adapters = map[string]bool{"bot/nix": true, "bot/repo": true, "bot/pull": true, "bot/cache": true, "bot/store": true, "bot/store/sqlite": true}

// owned are the modules only some packages may see.
var owned = map[string][]string{
	"github.com/sethvargo/go-githubactions": {"bot", "cmd/nixferry"},
	"github.com/go-git/":                    {"bot/repo"},
	"github.com/google/go-github/":          {"bot/pull"},
	"github.com/getkin/kin-openapi":         {"cmd/playground/github", "testdata/openapi/strip"},
	"github.com/vektah/gqlparser/":          {"cmd/playground/github", "testdata/graphql/strip"},
}

// impure are the parts of the standard library a pure room has no use for.
var impure = []string{"os", "os/exec", "net/http", "syscall", "io/ioutil"}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestImports enforces the table of rooms: cmd -> bot -> everything else.
func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, path := range p.Imports {
			if why := forbidden(from, path); why != "" {
				t.Errorf("%s imports %s: %s", from, path, why)
			}
		}
	}
}

func forbidden(from, path string) string {
	for prefix, owners := range owned {
		if strings.HasPrefix(path, prefix) && !contains(owners, from) {
			return "only " + strings.Join(owners, " and ") + " may"
		}
	}
	to, own := strings.CutPrefix(path, module)
	switch {
	case pure[from] && !own && contains(impure, path):
		return "a pure room does no I/O"
	case pure[from] && own && !pure[to]:
		return "a pure room imports only purer rooms"
	case adapters[from] && own && !pure[to] && !strings.HasPrefix(to, from+"/"):
		return "an adapter imports only pure rooms"
	case strings.HasPrefix(from, "bot") && own && strings.HasPrefix(to, "cmd/"):
		return "imports go from cmd to bot"
	}
	return ""
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// TestForbidden proves that the rules can fail.
func TestForbidden(t *testing.T) {
	for _, test := range []struct {
		from, path string
		ok         bool
	}{
		{"bot", module + "bot/nix", true},
		{"bot/nix", module + "bot/flake", true},
		{"bot/nix", module + "bot/repo", false},
		{"bot/store", module + "bot/store/sqlite", true},
		{"bot/flake", module + "bot/nix", false},
		{"bot/flake", "os/exec", false},
		{"bot/pull", "github.com/go-git/go-git/v5", false},
		{"bot", module + "cmd/playground/github", false},
		{"cmd/nixferry", module + "bot", true},
	} {
		if why := forbidden(test.from, test.path); (why == "") != test.ok {
			t.Errorf("%s importing %s: %q, want allowed %v", test.from, test.path, why, test.ok)
		}
	}
}
