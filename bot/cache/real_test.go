package cache_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nixferry/nixferry/bot/cache"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/workload"
)

// A store is a store of its own with the real nix on PATH, which takes what it
// can from one binary cache.
type store struct {
	t   *testing.T
	env []string
}

func newStore(t *testing.T) store {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return store{t, []string{
		"HOME=" + dir, "XDG_CACHE_HOME=" + dir + "/cached", "NIX_REMOTE=local", "NIX_CONF_DIR=" + dir,
		"NIX_STORE_DIR=" + dir + "/store", "NIX_STATE_DIR=" + dir + "/var", "NIX_LOG_DIR=" + dir + "/log",
	}}
}

// run runs a command of Nix, which takes what it can from the substituter.
func (s store) run(substituter, tool string, args ...string) (stdout, stderr string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), tool, args...)
	cmd.Env = append(os.Environ(), "NIX_CONFIG=experimental-features = nix-command\nbuild-users-group =\nsandbox = false\nrequire-sigs = false\nsubstituters = "+substituter)
	cmd.Env = append(cmd.Env, s.env...)
	var notes strings.Builder
	cmd.Stderr = &notes
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%s %q: %v\n%s", tool, args, err, notes.String())
	}
	return string(out), notes.String()
}

// instantiate returns the derivation of an attribute of world.nix.
func (s store) instantiate(name string) string {
	drv, _ := s.run("", "nix-instantiate", "testdata/world.nix", "-A", name)
	return strings.TrimSpace(drv)
}

// valid is a [workload.World]'s Valid.
func (s store) valid(_ context.Context, paths []string) (valid []string, err error) {
	invalid, _ := s.run("", "nix-store", append([]string{"--check-validity", "--print-invalid"}, paths...)...)
	for _, path := range paths {
		if !strings.Contains(invalid, path+"\n") {
			valid = append(valid, path)
		}
	}
	return valid, nil
}

var (
	toBuild = regexp.MustCompile(`derivations? will be built:\n(?:  /.+\n)+`)
	toFetch = regexp.MustCompile(`paths? will be fetched .+:\n(?:  /.+\n)+`)
)

// dryRun is how many derivations Nix says it would build, and how many paths it
// would fetch.
func (s store) dryRun(substituter string, drvs ...string) (build, fetch int) {
	s.t.Helper()
	_, out := s.run(substituter, "nix-store", append([]string{"--realise", "--dry-run"}, drvs...)...)
	count := func(list *regexp.Regexp) int {
		return strings.Count(list.FindString(out+"\n"), "\n  ")
	}
	return count(toBuild), count(toFetch)
}

// forecast is what nixferry says. What Nix does not say is left out.
func (s store) forecast(substituter string, hosts map[string]string) workload.Forecast {
	s.t.Helper()
	var roots []string
	for _, drv := range hosts {
		roots = append(roots, drv)
	}
	all, err := derivation.Load(os.ReadFile, roots)
	if err != nil {
		s.t.Fatal(err)
	}
	client := cache.Open(s.t.Context(), []string{substituter})
	world := workload.World{Derivations: all, Valid: s.valid, Ask: client.Look, Substitute: true}
	forecast, err := workload.Look(s.t.Context(), world, hosts)
	if err != nil || len(client.Passed()) > 0 {
		s.t.Fatalf("Look: %v; passed over %v", err, client.Passed())
	}
	return forecast
}

// compare holds the forecast to what Nix itself says.
func (s store) compare(substituter string, hosts map[string]string) workload.Work {
	s.t.Helper()
	forecast := s.forecast(substituter, hosts)
	works := map[string]workload.Work{"one": forecast.Hosts["one"], "two": forecast.Hosts["two"], "one two": forecast.All}
	for names, work := range works {
		var drvs []string
		for _, name := range strings.Fields(names) {
			drvs = append(drvs, hosts[name])
		}
		if build, fetch := s.dryRun(substituter, drvs...); work.Build != build || work.Fetch != fetch || work.Unknown > 0 {
			s.t.Errorf("%s from %s: %+v, but Nix builds %d and fetches %d", names, substituter, work, build, fetch)
		}
	}
	return forecast.All
}

// TestRealForecast forecasts for a store that is empty, and for one that has a
// part, with a cache that Nix made.
func TestRealForecast(t *testing.T) {
	s, folder := newStore(t), t.TempDir()
	var outs []string
	for _, name := range []string{"lib", "tool", "glue"} {
		out, _ := s.run("", "nix-store", "--realise", s.instantiate(name))
		outs = append(outs, strings.Fields(out)...)
	}
	s.run("", "nix", append([]string{"copy", "--to", "file://" + folder}, outs...)...)
	s.run("", "nix-store", "--gc")
	hosts := map[string]string{"one": s.instantiate("one"), "two": s.instantiate("two")}
	server := httptest.NewServer(http.FileServerFS(os.DirFS(folder)))
	defer server.Close()

	want := workload.Work{Build: 5, Fetch: 3} // glue is in the cache for nothing
	want.Download, want.Unpacked = sizes(t, folder)
	for _, substituter := range []string{"file://" + folder, server.URL} {
		got := s.compare(substituter, hosts)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(got, "Heavy")); diff != "" || len(got.Heavy) != 4 {
			t.Errorf("%s: mismatch (-want +got):\n%s", substituter, diff)
		}
	}
	s.run(server.URL, "nix-store", "--realise", s.instantiate("tool"))
	if got := s.compare(server.URL, hosts); got.Fetch != 1 {
		t.Errorf("with tool in the store: %+v", got)
	}
}

// said finds the sizes in the narinfo of what is to be fetched.
var said = regexp.MustCompile(`(?s)^StorePath: \S+/[0-9a-z]+-(?:lib|lib-dev|tool)\n.*\nFileSize: (\d+)\n.*\nNarSize: (\d+)\n`)

// sizes sums up what the cache's files say.
func sizes(t *testing.T, folder string) (download, unpacked int64) {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.narinfo")
	if err != nil || len(files) != 4 {
		t.Fatalf("the cache has %q, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := said.FindSubmatch(text); m != nil {
			size, _ := strconv.ParseInt(string(m[1]), 10, 64)
			nar, _ := strconv.ParseInt(string(m[2]), 10, 64)
			download, unpacked = download+size, unpacked+nar
		}
	}
	return download, unpacked
}
