package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// program writes a shell script to measure.
func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBench measures a stand-in that looks at what nixferry would be given.
func TestBench(t *testing.T) {
	binary := program(t, `
[ "$1 $2" = "diff --pairs" ] && [ "$(wc -l <"$3")" = 200 ] || exit 1
read -r name before after <"$3"
[ "$(nix-store --query --size "$before")" -gt 0 ] && [ "$name" = web-01 ] && echo fine
`)
	var out strings.Builder
	if err := run(t.Context(), []string{"-bench", binary, "-only", "many"}, os.Environ(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`^== closures/many: 200 hosts, both sides; median of 5\n`,
		`\nnixferry diff --pairs +[0-9.]+ms +[0-9.]+ms +[1-9][0-9]*MiB\n`,
		`\nseconds of CPU +0\.[0-9]+, wanted at most 1: `,
		`\nMB of memory +[0-9.]+, wanted at most 300: `,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "fine") || strings.Count(out.String(), "==") != 1 {
		t.Errorf("printed what the program prints, or another bench:\n%s", out.String())
	}
}

func TestBenchErrors(t *testing.T) {
	for _, test := range []struct {
		only, want string
	}{
		{"(", "reading which benches to run: "},
		{"nothing", "no bench matches nothing: there are run, closures/fleet"},
	} {
		err := run(t.Context(), []string{"-bench", "nixferry", "-only", test.only}, nil, new(strings.Builder))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.only, err, test.want)
		}
	}
	broken := program(t, "echo no such thing >&2; exit 3\n")
	m := meter{env: os.Environ(), out: new(strings.Builder)}
	_, err := m.compare(t.Context(), 1, side{"broken", [][]string{{broken}}, nil})
	if want := "running " + broken + ": no such thing\n: exit status 3"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestCompare takes turns, adds up a side's commands and does not count the
// first round, in which one of them takes a second.
func TestCompare(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	slow := program(t, "sleep 0.02; echo slow >>"+log)
	fast := program(t, "grep -qs fast "+log+" || sleep 1; echo fast >>"+log)
	var out strings.Builder
	m := meter{env: os.Environ(), out: &out}
	costs, err := m.compare(t.Context(), 1, side{"slow", [][]string{{slow}, {slow}}, nil}, side{"fast", [][]string{{fast}}, nil})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("slow\nslow\nfast\n", 2); string(text) != want {
		t.Errorf("ran %q, not %q", text, want)
	}
	if costs[0].wall < 40*time.Millisecond || costs[1].wall >= time.Second || costs[0].memory == 0 || !strings.HasPrefix(out.String(), "median of 1\n") {
		t.Errorf("measured %+v and printed\n%s", costs, out.String())
	}
}
