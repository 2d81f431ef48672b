package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/triage"
)

// aLog fails in a file of the flake, in one that links out of it, and in an
// input, each by the store path of its source.
const aLog = "error: The option `services.gone' defined in `/nix/store/hzw194nphwxnkz9vkn158jhpjcqhyyw9-source/hosts/web.nix' does not exist.\n" +
	"error: The option `services.out' defined in `/nix/store/hzw194nphwxnkz9vkn158jhpjcqhyyw9-source/hosts/out.nix' does not exist.\n" +
	"error: The option `a.b' defined in `/nix/store/i1kb483k5if24mdn04fw8lfzzhhq464m-source/x.nix' does not exist.\n"

// aFlake lays out a flake with a lock and a host file.
func aFlake(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"flake/flake.lock":    `{"nodes":{"dotfiles":{"locked":{"narHash":"sha256-dKObuIGw6RLekOXZX829sVfiUla6qLjbq3s6+lpoEw8=","type":"path"}},"root":{"inputs":{"dotfiles":"dotfiles"}}},"root":"root","version":7}`,
		"flake/hosts/web.nix": "{\n  services.gone = 1;\n}\n",
		"out.nix":             "{ services.out = 1; }\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../../out.nix", filepath.Join(dir, "flake/hosts/out.nix")); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "flake")
}

func TestExplain(t *testing.T) {
	var out bytes.Buffer
	if err := Explain(World{Stdout: &out}, strings.NewReader(aLog), ExplainMode{Flake: aFlake(t), JSON: true}); err != nil {
		t.Fatal(err)
	}
	var got []triage.Finding
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := []triage.Finding{
		{Class: triage.OptionMissing, Bucket: triage.Yours, File: "hosts/web.nix", Line: 2, Option: "services.gone", Owner: triage.You},
		{Class: triage.OptionMissing, Bucket: triage.Yours, File: "hosts/out.nix", Option: "services.out", Owner: triage.You},
		{Class: triage.OptionMissing, Bucket: triage.Upstream, Option: "a.b", Owner: "dotfiles"},
	}
	for i := range got {
		got[i].Message, got[i].Next = "", ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestExplainForPeople(t *testing.T) {
	for _, test := range []struct{ log, want string }{
		{"", "No errors and no warnings of the flake in this log. If Nix ended all the same, it was killed: look for a lack of memory.\n"},
		{"error: x\n##[error]y\n       at /nix/store/hzw194nphwxnkz9vkn158jhpjcqhyyw9-source/hosts/a.nix:3:9:\n", "1. unknown\n   x\n   → Read the whole log, best with --show-trace: nixferry does not know this message.\n"},
		{"error: undefined variable 'x'\n\n       at /nix/store/hzw194nphwxnkz9vkn158jhpjcqhyyw9-source/hosts/a.nix:3:9:\n", "1. undefined-variable (in your configuration) at hosts/a.nix:3:9\n   undefined variable 'x'\n   → Correct the name x: it is not in scope, and no `with` provides it.\n"},
		{"error: builder for '/nix/store/hzw194nphwxnkz9vkn158jhpjcqhyyw9-x-1.drv' failed with exit code 1;\n       last 1 log lines:\n       > ##[error]z\n", "1. build-failed (upstream)\n   x-1: its builder ended with exit code 1\n   | ## [error]z\n   → Read its log: nix log /nix/store/hzw194nphwxnkz9vkn158jhpjcqhyyw9-x-1.drv\n"},
	} {
		var out bytes.Buffer
		if err := Explain(World{Stdout: &out}, strings.NewReader(test.log), ExplainMode{}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, out.String()); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

// TestExplainAnyFlake has flakes that do not help: an explanation needs none,
// but for a directory that is not there.
func TestExplainAnyFlake(t *testing.T) {
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "flake.lock"), []byte("<<<<<<< x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Explain(World{Stdout: &out}, strings.NewReader(""), ExplainMode{Flake: broken, JSON: true}); err != nil || out.String() != "[]\n" {
		t.Errorf("with a broken lock: %q, %v", out.String(), err)
	}
	if err := Explain(World{}, strings.NewReader(""), ExplainMode{Flake: filepath.Join(broken, "none")}); !errors.Is(err, config.ErrUsage) {
		t.Errorf("without the directory: %v", err)
	}
}
