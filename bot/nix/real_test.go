package nix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/nixlog"
)

// The tests of this file run the real nix on PATH, on flakes that need nothing
// but /bin/sh.

func open(t *testing.T) *CLI {
	t.Helper()
	c, err := Open(context.Background(), Options{
		Env:      os.Environ(),
		Settings: map[string]string{"sandbox": "false", "substitute": "false"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fleet lays out testdata/fleet with derivations nobody has built before.
func fleet(t *testing.T) (ref string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/fleet")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "salt.nix"), fmt.Sprintf("%q", time.Now()))
	return "path:" + dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestRealHosts(t *testing.T) {
	c := open(t)
	got, err := c.Hosts(t.Context(), fleet(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"asserts", "away", "ends", "errs", "full", "long", `odd."name"$${x}\`, "one", "plain", "split", "three", "two", "typo", "unlooked"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	for name, text := range map[string]string{
		"without": "{ outputs = _: { }; }",
		"empty":   "{ outputs = _: { nixosConfigurations = { }; }; }",
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "flake.nix"), text)
		if _, err := c.Hosts(t.Context(), "path:"+dir); !errors.Is(err, ErrNoHosts) {
			t.Errorf("%s nixosConfigurations: %v, want ErrNoHosts", name, err)
		}
	}
}

// renamed is what the fleet's options in use under former names come to, by
// the years of nixpkgs that describe them so.
var renamed = []Renamed{
	{Option: `old."a b"`, Now: "new.b", Silent: true, Files: []string{"/etc/a.nix"}},
	{Option: `old."a b"`, Now: "new.b", Files: []string{"/etc/a.nix"}},
	{Option: `old."a b"`, Now: "new.b", Files: []string{"/etc/a.nix"}},
	{Option: `old."a b"`, Now: "new.b", Files: []string{"/etc/a.nix"}},
}

func TestRealProbe(t *testing.T) {
	c, ref := open(t), fleet(t)
	facts, err := c.Probe(t.Context(), ref, "full")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(facts.Drv, "-nixos-system-full.drv") || !strings.HasSuffix(facts.Out, "-nixos-system-full") || !strings.HasPrefix(facts.PkgsPath, "/nix/store/") {
		t.Errorf("paths are off: %+v", facts)
	}
	want := Facts{
		Drv: facts.Drv, Out: facts.Out, PkgsPath: facts.PkgsPath,
		Builder: "x86_64-linux", System: "x86_64-linux", StateVersion: "25.11", NixosVersion: "26.05.1",
		Warnings:          []string{"known as data", "said by lib.warn"},
		Renamed:           renamed,
		StateVersionFiles: []string{"/etc/a.nix"},
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("full: mismatch (-want +got):\n%s", diff)
	}
	for _, host := range []string{"plain", `odd."name"$${x}\`, "unlooked"} {
		facts, err := c.Probe(t.Context(), ref, host)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(Facts{Drv: facts.Drv, Out: facts.Out, Builder: "x86_64-linux"}, facts); diff != "" || facts.Drv == "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", host, diff)
		}
	}
}

func TestRealProbeFails(t *testing.T) {
	c, ref := open(t), fleet(t)
	facts, err := c.Probe(t.Context(), ref, "asserts")
	var failed *EvalError
	if !errors.As(err, &failed) || failed.Resources() {
		t.Fatalf("asserts: %v, want an EvalError of the flake", err)
	}
	want := Facts{
		PkgsPath: facts.PkgsPath, System: "x86_64-linux", StateVersion: "25.11", NixosVersion: "26.05.1",
		Warnings: []string{"hidden by the throw"}, Failed: []string{"first", "second\n- with a dash"},
		Renamed: renamed, StateVersionFiles: []string{"/etc/a.nix"},
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("asserts: mismatch (-want +got):\n%s", diff)
	}
	_, err = c.Probe(t.Context(), ref, "typo")
	if !errors.As(err, &failed) || len(failed.Log.Errors) != 1 {
		t.Fatalf("typo: %v, want an EvalError with one error", err)
	}
	m := failed.Log.Errors[0]
	if m.Text != "attribute 'teh' missing" || filepath.Base(m.Place.File) != "typo.nix" || m.Place.Line != 1 || len(m.Trace) == 0 {
		t.Errorf("typo: %q at %+v, %d frames", m.Text, m.Place, len(m.Trace))
	}
	if _, err = c.Probe(t.Context(), ref, "nobody"); !errors.As(err, &failed) || !strings.Contains(err.Error(), "evaluating host nobody: attribute 'nobody' missing") {
		t.Errorf("nobody: %v", err)
	}
}

// TestRealBuild builds hosts that share a failure, one that needs another
// system (where Nix before 2.29 builds nothing at all), and good ones.
func TestRealBuild(t *testing.T) {
	c, ref := open(t), fleet(t)
	drv := map[string]string{}
	var drvs, outs []string
	for _, host := range []string{"away", "full", "one", "plain", "split", "three", "two"} {
		facts, err := c.Probe(t.Context(), ref, host)
		if err != nil {
			t.Fatal(err)
		}
		drv[host] = facts.Drv
		drvs = append(drvs, facts.Drv)
		if host == "full" || host == "plain" {
			outs = append(outs, facts.Out)
		}
	}
	var sink recorder
	built, err := c.Build(t.Context(), drvs, &sink)
	if err != nil {
		t.Fatal(err)
	}
	wantOK := map[string]bool{drv["away"]: false, drv["full"]: true, drv["one"]: false, drv["plain"]: true, drv["split"]: true, drv["three"]: false, drv["two"]: false}
	if diff := cmp.Diff(wantOK, built.OK); diff != "" {
		t.Errorf("OK: mismatch (-want +got):\n%s", diff)
	}
	type failure struct {
		Name, Needs string
		Reason      nixlog.Reason
		Code        int
		Tail, Stops []string
	}
	var got []failure
	for _, f := range built.Failures {
		_, name, _ := strings.Cut(f.Drv, "-")
		got = append(got, failure{name, f.Needs, f.Reason, f.Code, f.Tail, f.Stops})
	}
	slices.SortFunc(got, func(a, b failure) int { return strings.Compare(a.Name, b.Name) })
	want := []failure{
		{"broken.drv", "", nixlog.Builder, 3, []string{"one", "two"}, []string{drv["one"], drv["two"]}},
		{"foreign.drv", "m68k-linux", nixlog.Lacking, 0, nil, []string{drv["away"]}},
		{"silent.drv", "", nixlog.Builder, 0, nil, []string{drv["three"]}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Failures: mismatch (-want +got):\n%s", diff)
	}
	if !slices.Contains(sink.lines, "broken.drv> one") || !slices.Contains(sink.lines, "started broken.drv") || !slices.Contains(sink.lines, "stopped broken.drv") {
		t.Errorf("the sink heard %q", sink.lines)
	}
	checkStore(t, c, outs)
}

// checkStore asks the store about what TestRealBuild left.
func checkStore(t *testing.T, c *CLI, outs []string) {
	t.Helper()
	const none = "/nix/store/00000000000000000000000000000000-none"
	valid, err := c.Valid(t.Context(), []string{none, outs[0], outs[1]})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(outs, valid); diff != "" {
		t.Errorf("valid: mismatch (-want +got):\n%s", diff)
	}
	info, err := c.PathInfo(t.Context(), outs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := closure.ParsePathInfo(bytes.NewReader(info)); err != nil {
		t.Errorf("PathInfo is not understood: %v", err)
	}
	if _, err := c.PathInfo(t.Context(), []string{none}); err == nil {
		t.Error("PathInfo of nothing is no error")
	}
}

// TestRealInterrupt stops a build that would go on for ever.
func TestRealInterrupt(t *testing.T) {
	c, ref := open(t), fleet(t)
	facts, err := c.Probe(t.Context(), ref, "long")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	sink := recorder{heard: func(line string) {
		if line == "long.drv> begun" {
			cancel()
		}
	}}
	start := time.Now()
	if _, err := c.Build(ctx, []string{facts.Drv}, &sink); !errors.Is(err, context.Canceled) {
		t.Errorf("Build = %v, want context.Canceled", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestRealInputs(t *testing.T) {
	c, dir := open(t), t.TempDir()
	file := filepath.Join(dir, "flake.nix")
	write(t, file, "{\n  inputs.a.url = \"github:o/r\";\n  outputs = throw \"not asked for\";\n}\n")
	source, err := c.Inputs(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	url := source.Inputs["a"].Attrs["url"]
	if url.Text != "github:o/r" || url.At.Line != 2 {
		t.Errorf("Inputs = %+v", source)
	}
	write(t, file, "{\n  inputs.a.url = ;\n}\n")
	_, err = c.Inputs(t.Context(), file)
	if err == nil || !strings.HasPrefix(err.Error(), "reading the inputs of flake.nix: syntax error, unexpected ';'") || !strings.Contains(err.Error(), "flake.nix:2:18: correct flake.nix") {
		t.Errorf("Inputs of a broken flake.nix: %v", err)
	}
}

// A recorder is a sink.
type recorder struct {
	mu    sync.Mutex
	lines []string
	heard func(line string)
}

func (r *recorder) Started(drv string)      { r.hear("started " + name(drv)) }
func (r *recorder) Logged(drv, line string) { r.hear(name(drv) + "> " + line) }
func (r *recorder) Stopped(drv string)      { r.hear("stopped " + name(drv)) }

func (r *recorder) hear(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
	if r.heard != nil {
		r.heard(line)
	}
}

func name(drv string) string {
	_, name, _ := strings.Cut(drv, "-")
	return name
}
