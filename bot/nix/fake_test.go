package nix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain makes the test binary a nix: called by that name it plays the part
// that FAKE_NIX tells.
func TestMain(m *testing.M) {
	if base := filepath.Base(os.Args[0]); base == "nix" || base == "nix-store" {
		os.Exit(play(os.Getenv("FAKE_NIX"), os.Args[1:]))
	}
	os.Exit(m.Run())
}

const settingsJSON = `{"system":{"value":"x86_64-linux"},"extra-platforms":{"value":["i686-linux"]},"build-users-group":{"value":""}}`

func play(part string, args []string) int {
	if len(args) == 1 && args[0] == "--version" {
		version := os.Getenv("FAKE_VERSION")
		fmt.Println(version)
		return 0
	}
	if strings.HasSuffix(strings.Join(args, " "), "--json") && part != "all" {
		fmt.Print(settingsJSON)
		return 0
	}
	switch name, text, _ := strings.Cut(part, ":"); name {
	case "fail":
		fmt.Fprintf(os.Stderr, "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"m\",\"raw_msg\":%q}\n", text)
		return 1
	case "raw":
		fmt.Fprintln(os.Stderr, text)
		return 1
	case "print":
		fmt.Print(text)
		return 0
	case "env":
		fmt.Printf("[%q]", os.Getenv(text))
		return 0
	case "killed":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "huge":
		fmt.Fprintln(os.Stderr, strings.Repeat("x", 3<<20))
		fmt.Fprintf(os.Stderr, "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"m\",\"raw_msg\":\"after\"}\n")
		return 1
	case "queue":
		return next(text)
	case "deaf":
		return deaf(text)
	}
	return 0
}

// next takes the first line off a file: an error to fail with, or, if it is
// empty, none.
func next(file string) int {
	data, err := os.ReadFile(file)
	if err != nil {
		return 2
	}
	first, rest, _ := strings.Cut(string(data), "\n")
	if os.WriteFile(file, []byte(rest), 0o666) != nil {
		return 2
	}
	if first == "" {
		fmt.Print(`["a"]`)
		return 0
	}
	return play("fail:"+first, nil)
}

// deaf ignores every polite signal and starts a child that does the same; it
// writes the child's pid to the file.
func deaf(file string) int {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	child := exec.Command("/bin/sh", "-c", "trap '' TERM INT HUP; exec /bin/sleep 60")
	child.Stderr = os.Stderr
	if child.Start() != nil || os.WriteFile(file, fmt.Append(nil, child.Process.Pid), 0o666) != nil {
		return 2
	}
	time.Sleep(time.Minute)
	return 0
}

// fake opens a CLI whose nix plays a part.
func fake(t *testing.T, part string, o Options) *CLI {
	t.Helper()
	o.Env = append([]string{"PATH=" + fakePath(t), "FAKE_VERSION=nix (Nix) 2.26.3", "FAKE_NIX=" + part}, o.Env...)
	c, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fakePath(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"nix", "nix-store"} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpen(t *testing.T) {
	path := fakePath(t)
	for _, test := range []struct{ path, version, want string }{
		{path, "nix (Nix) 2.8.0", ""},
		{path, "nix (Nix) 2.7.0", "2.7.0 is older than 2.8, the oldest that nixferry works with: install"},
		{path, "v20.1.0", `"v20.1.0" is no version`},
		{"/nonexistent:relative", "", "looking for nix on PATH: install"},
	} {
		_, err := Open(context.Background(), Options{Env: []string{"PATH=" + test.path, "FAKE_VERSION=" + test.version}})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("Open with %q on PATH = %v, want %q in it", test.version, err, test.want)
		}
	}
	t.Chdir(path)
	if _, err := Open(context.Background(), Options{Env: []string{"PATH=.::", "FAKE_VERSION=nix (Nix) 2.8.0"}}); err == nil {
		t.Error("Open ran the nix of the working directory")
	}
	_, err := Open(context.Background(), Options{Path: "/nonexistent/nix"})
	if err == nil || !strings.Contains(err.Error(), "install") {
		t.Errorf("Open with a wrong path = %v", err)
	}
}

func TestSystems(t *testing.T) {
	if diff := cmp.Diff([]string{"x86_64-linux", "i686-linux"}, fake(t, "", Options{}).Systems()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestToken(t *testing.T) {
	var log bytes.Buffer
	c := fake(t, "env:NIX_CONFIG", Options{Env: []string{"NIX_CONFIG=cores = 1"}, AccessToken: "s3cret", Log: &log})
	got, err := c.Hosts(context.Background(), "ref")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cores = 1\nextra-access-tokens = github.com=s3cret"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if strings.Contains(log.String(), "s3cret") || !strings.Contains(log.String(), "+ ") {
		t.Errorf("the log has the token, or no commands: %s", log.String())
	}
	c = fake(t, "fail:x", Options{AccessToken: "s3cret"})
	_, err = c.Hosts(context.Background(), "ref")
	var failed *CommandError
	if !errors.As(err, &failed) || strings.Contains(fmt.Sprintf("%v %q", err, failed.Args), "s3cret") {
		t.Errorf("the error has the token: %v", err)
	}
}

// TestErrors looks at what a user reads for each way that Nix can end.
func TestErrors(t *testing.T) {
	for _, test := range []struct {
		part, want string
		resources  bool
	}{
		{"fail:unable to download 'https://api.github.com/x': HTTP error 403", "HTTP error 403: the `token`, or the one in access-tokens of NIX_CONFIG, lacks access: renew it, and let it read the input", false},
		{"fail:unable to download 'https://api.github.com/x': HTTP error 404", "HTTP error 404: correct the input's ref in flake.nix, or, if it is private, give a `token` that can read it", false},
		{"fail:unable to download 'https://x': SSL peer certificate was not OK (60)", "or see that git and ssh run here and trust the host's certificate or key", false},
		{"fail:lockfile contains mutable lock '{}'", "lockfile contains mutable lock '{}': that entry of flake.lock pins no revision, as after locking an uncommitted input: relock it with `nix flake update`", false},
		{"fail:Could not parse '/x/flake.lock': [json", "[json: repair flake.lock (a merge may have left its marks) or write it anew with `nix flake lock`", false},
		{"fail:lock file '/x/flake.lock' has unsupported version 99", "evaluating nixosConfigurations: lock file '/x/flake.lock' has unsupported version 99: flake.lock is newer than nix (Nix) 2.26.3 understands: " + install, false},
		{"fail:writing to file: No space left on device", "evaluating nixosConfigurations: writing to file: No space left on device", true},
		{"raw:error: stack overflow (possible infinite recursion)", "evaluating nixosConfigurations: stack overflow (possible infinite recursion)", false},
		{"raw:something odd", "nix: exit status 1 (something odd)", false},
		{"huge", "evaluating nixosConfigurations: after", false},
		{"killed", "evaluating nixosConfigurations: nix was killed: it ran out of memory, most likely", true},
		{"print:[", "evaluating nixosConfigurations: reading nix's answer: unexpected end of JSON input", false},
		{"print:[]", "evaluating nixosConfigurations: point `flake` at the directory of a flake.nix that has hosts: the flake has no nixosConfigurations", false},
	} {
		_, err := fake(t, test.part, Options{}).Hosts(context.Background(), "ref")
		if err == nil || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.part, err, test.want)
		}
		var failed *CommandError
		if resources := errors.As(err, &failed) && failed.Resources(); resources != test.resources {
			t.Errorf("%s: Resources() = %v", test.part, resources)
		}
	}
}

// TestInputsBlame lets Nix complain of flake.nix, and of other things: only of
// the first it is told to correct flake.nix.
func TestInputsBlame(t *testing.T) {
	for _, test := range []struct {
		text   string
		blames bool
	}{
		{"getting status of '/x/flake.nix': No such file or directory", true},
		{"cannot connect to socket at '/nix/var/nix/daemon-socket/socket': No such file or directory", false},
		{"opening lock file '/nix/var/nix/db/big-lock': Permission denied", false},
	} {
		_, err := fake(t, "fail:"+test.text, Options{}).Inputs(t.Context(), "/x/flake.nix")
		if err == nil || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "correct flake.nix") != test.blames {
			t.Errorf("Inputs = %v", err)
		}
	}
}

// TestProbeOfKilledHost has an evaluation that ran out of memory: asking again
// would only do so once more.
func TestProbeOfKilledHost(t *testing.T) {
	var log bytes.Buffer
	_, err := fake(t, "killed", Options{Log: &log}).Probe(context.Background(), "ref", "host")
	var failed *EvalError
	if !errors.As(err, &failed) || !failed.Resources() || failed.Exit != -1 {
		t.Errorf("Probe = %v", err)
	}
	if n := strings.Count(log.String(), "--apply"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestCancel cancels a nix that ignores polite signals: it and what it started
// are gone soon after.
func TestCancel(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	c := fake(t, "deaf:"+file, Options{})
	c.grace = 200 * time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		waitFor(func() bool { data, _ := os.ReadFile(file); return len(data) > 0 })
		cancel()
	}()
	start := time.Now()
	_, err := c.Hosts(ctx, "ref")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Hosts = %v, want context.Canceled", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !waitFor(func() bool { return gone(string(data)) }) {
		t.Errorf("process %s is still there", data)
	}
}

// TestCancelTrustsItself has a nix that ends well in spite of the interrupt.
func TestCancelTrustsItself(t *testing.T) {
	c := fake(t, "print:[\"a\"]", Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Hosts(ctx, "ref"); !errors.Is(err, context.Canceled) {
		t.Errorf("Hosts = %v, want context.Canceled", err)
	}
}

// gone reports whether a process ended, whether or not its parent looked.
func gone(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err != nil || bytes.Contains(stat, []byte(") Z "))
}

func waitFor(done func() bool) bool {
	for range 500 {
		if done() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
