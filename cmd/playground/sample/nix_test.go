package sample_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/nixferry/nixferry/cmd/playground/sample"
)

// A side is the fleet at one commit, and further arguments for Nix.
type side struct {
	flake string
	args  []string
}

// sides gives one world for all tests that only read it, with the fleet as it
// was laid out and as it is with both inputs moved to their unstable branches.
func sides(t *testing.T) (world sample.World, stable, unstable side) {
	t.Helper()
	shared.once.Do(func() { shared.world, shared.bump = layBumped(t) })
	if shared.bump == "" {
		t.Fatal("no world: see the first test that failed")
	}
	flake := "git+file://" + shared.world.Fleet + "?ref=main&rev="
	return shared.world, side{flake: flake + shared.world.Main}, side{flake: flake + shared.bump}
}

// shared is the world that sides lays out once.
var shared struct {
	once  sync.Once
	world sample.World
	bump  string
}

// layBumped lays out a world and adds a commit to the fleet that moves it to
// unstable, as a person would.
func layBumped(t *testing.T) (sample.World, string) {
	t.Helper()
	world, err := sample.Lay(t.Context(), home, sample.Options{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	dir := checkout(t, world.Fleet)
	flake := strings.NewReplacer("ref=nixos-25.11", "ref=nixos-unstable", "ref=release-25.11", "ref=master").
		Replace(readFile(t, world.Fleet, "main", "flake.nix"))
	if err := os.WriteFile(filepath.Join(dir, "flake.nix"), []byte(flake), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, stderr, err := nix(t, "flake", "lock", dir); err != nil {
		t.Fatalf("nix flake lock: %v\n%s", err, stderr)
	}
	lock, err := os.ReadFile(filepath.Join(dir, "flake.lock"))
	if err != nil {
		t.Fatal(err)
	}
	bump, err := sample.Commit(t.Context(), world.Fleet, "main",
		map[string]string{"flake.nix": flake, "flake.lock": string(lock)}, "Move to nixos-unstable")
	if err != nil {
		t.Fatal(err)
	}
	return world, bump
}

// eval gives a host with a function applied, as JSON; what Nix says on the
// way, and the error it ends in, come in messages.
func (s side) eval(t *testing.T, host, apply string) (value string, messages string, ok bool) {
	t.Helper()
	args := append([]string{
		"eval", "--json", s.flake + `#nixosConfigurations."` + host + `"`, "--apply", apply,
		"--no-write-lock-file", "--log-format", "internal-json",
	}, s.args...)
	stdout, stderr, err := nix(t, args...)
	return strings.TrimSpace(stdout), rawMessages(stderr), err == nil
}

// query decodes what eval gives.
func query[T any](t *testing.T, s side, host, apply string) T {
	t.Helper()
	text, messages, ok := s.eval(t, host, apply)
	if !ok {
		t.Fatalf("evaluating %s: %s", host, messages)
	}
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("evaluating %s: %v in %s", host, err, text)
	}
	return value
}

// build builds derivations and gives the standard error.
func build(t *testing.T, drvs ...string) (string, bool) {
	t.Helper()
	args := []string{"build", "--no-link", "--keep-going", "--log-format", "internal-json"}
	for _, drv := range drvs {
		// Since 2.15 a bare derivation is only itself; before, it stood for its
		// outputs and nothing else was understood.
		if outputs := drv + "^*"; understands(t, outputs) {
			drv = outputs
		}
		args = append(args, drv)
	}
	_, stderr, err := nix(t, args...)
	return stderr, err == nil
}

// understands says whether this Nix knows an installable.
func understands(t *testing.T, installable string) bool {
	t.Helper()
	_, _, err := nix(t, "path-info", "--derivation", installable)
	return err == nil
}

// nix runs nix as root without a daemon, configured by nothing but this.
func nix(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "nix", args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + home,
		"GIT_CONFIG_NOSYSTEM=1",
		"NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nsandbox = false\nsubstitute = false\nwarn-dirty = false",
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	if failed := new(exec.ExitError); err != nil && !errors.As(err, &failed) {
		t.Fatalf("running nix: %v", err)
	}
	return out.String(), errs.String(), err
}

// home is where Nix keeps its caches during the tests.
var home string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "sample")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	home = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var (
	storeSource = regexp.MustCompile(`/nix/store/[a-z0-9]{32}-source/`)
	escapes     = regexp.MustCompile("\x1b\\[[0-9;]*m")
)

// plain takes the store's paths of sources and colours out of a text.
func plain(text string) string {
	return storeSource.ReplaceAllString(escapes.ReplaceAllString(text, ""), "")
}

// rawMessages gives the messages of an internal-json log, one after another.
func rawMessages(log string) string {
	var all []string
	for line := range strings.Lines(log) {
		record, found := strings.CutPrefix(line, "@nix ")
		var message struct {
			Action string `json:"action"`
			Msg    string `json:"msg"`
			Raw    string `json:"raw_msg"`
		}
		if !found || json.Unmarshal([]byte(record), &message) != nil || message.Action != "msg" {
			continue
		}
		if message.Raw == "" {
			message.Raw = message.Msg
		}
		all = append(all, plain(message.Raw))
	}
	return strings.Join(all, "\n")
}

// logLines gives what builders printed, of an internal-json log.
func logLines(log string) []string {
	var lines []string
	for line := range strings.Lines(log) {
		record, found := strings.CutPrefix(line, "@nix ")
		var result struct {
			Action string            `json:"action"`
			Type   int               `json:"type"`
			Fields []json.RawMessage `json:"fields"`
		}
		const buildLogLine = 101
		if !found || json.Unmarshal([]byte(record), &result) != nil || result.Action != "result" || result.Type != buildLogLine {
			continue
		}
		var text string
		if json.Unmarshal(result.Fields[0], &text) == nil {
			lines = append(lines, text)
		}
	}
	return lines
}

// checkout gives a work tree of a repository's branch main.
func checkout(t *testing.T, repo string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "fleet")
	cmd := exec.CommandContext(t.Context(), "git", "clone", "--quiet", repo, dir)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git clone: %v\n%s", err, out)
	}
	return dir
}
