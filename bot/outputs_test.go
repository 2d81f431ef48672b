package bot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sethvargo/go-githubactions"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

// published is a run that opened a pull request.
func published() result {
	return result{
		dir: "/report",
		report: report.Report{
			Head: report.Commit{Rev: "c0", Nixpkgs: report.Locked{Rev: "n0"}},
			Hosts: []report.Host{
				{Name: "web", Verdict: verdict.Regressed, Findings: []triage.Finding{{Message: "it broke\n::warning::a", File: "hosts/web.nix", Line: 7, Column: 3}}},
				{Name: "db", Verdict: verdict.Good},
				{Name: "lab#one", Verdict: verdict.StillFailing},
			},
			Pull: &report.Pull{Number: 7, URL: "https://x/7", Branch: "nixferry/a", Operation: "created"},
		},
	}
}

func TestOutputs(t *testing.T) {
	for _, test := range []struct {
		name string
		r    result
		want map[string]string
	}{
		{"published", published(), map[string]string{
			"pull-request-number": "7", "pull-request-url": "https://x/7", "pull-request-operation": "created",
			"branch": "nixferry/a", "head-sha": "c0", "channel-revision": "n0", "verdict": "regressed",
			"hosts": `{"db":"ok","lab#one":"still-failing","web":"regressed"}`, "failed-hosts": "web\nlab#one", "report": "/report",
		}},
		{"not published", result{dir: "/report"}, map[string]string{
			"pull-request-number": "", "pull-request-url": "", "pull-request-operation": "none", "branch": "", "head-sha": "",
			"channel-revision": "", "verdict": "none", "hosts": "{}", "failed-hosts": "", "report": "/report",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := map[string]string{}
			for _, out := range outputs(test.r) {
				got[out.name] = out.value
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// A host's name must not end an output early and begin another one.
func TestSetOutputKeepsInsideItsFrame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "output")
	action := githubactions.New(githubactions.WithGetenv(func(string) string { return path }))
	setOutput(action, "hosts", "a\n_GitHubActionsFileCommandDelimeter_\nreport<<x\n/etc\nx")
	setOutput(action, "verdict", "ok")
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), "/etc") || !strings.Contains(string(text), "\nok\n") {
		t.Errorf("the output file holds %q, %v", text, err)
	}
}

func TestPublishResult(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	w := World{Stdout: &out, Now: func() time.Time { return time.Unix(0, 42) }, Env: []string{
		"GITHUB_ACTIONS=true", "GITHUB_OUTPUT=" + filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary"),
	}}
	if err := publishResult(w, config.Config{FailOn: config.Any}, published()); !errors.Is(err, ErrRed) {
		t.Errorf("got %v, want ErrRed", err)
	}
	text := out.String()
	report, after, ended := strings.Cut(text, "\n::nixferry-42::\n")
	if !strings.HasPrefix(report, "::stop-commands::nixferry-42\n") || !ended {
		t.Errorf("the report is not between stop-commands and its token:\n%s", text)
	}
	if diff := cmp.Diff("::error col=3,file=hosts/web.nix,line=7,title=web::it broke%0A::warning::a\n", after); diff != "" {
		t.Errorf("annotations: mismatch (-want +got):\n%s", diff)
	}
	for _, name := range []string{"output", "summary"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), "web") {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
	}
}

// GitHub drops the whole summary of a step that writes more than 1 MiB.
func TestSummaryFits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	r := published()
	for i := range 2000 {
		r.report.Hosts[0].Findings = append(r.report.Hosts[0].Findings, triage.Finding{Message: fmt.Sprint(i, strings.Repeat("大", 400)), LogTail: []string{"😀"}})
	}
	w := World{Stdout: io.Discard, Now: time.Now, Env: []string{"GITHUB_STEP_SUMMARY=" + path}}
	for _, least := range []int64{1_000_000, 0} { // the second time there is no room
		if err := publishResult(w, config.Config{}, r); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() > 1<<20 || info.Size() < least {
			t.Errorf("the summary has %d bytes, %v", info.Size(), err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "findings more in `report.json`") && !strings.Contains(string(text), "all in `report.json`") {
		t.Errorf("nothing says what is missing, %v", err)
	}
}

// Whatever a finding says is one command to the runner, about one place.
func TestAnnotateKeepsToItsLine(t *testing.T) {
	var out bytes.Buffer
	evil := "x,line=9::y\r\n::set-output name=branch::main\n##[set-output name=branch;]main\n::stop-commands::x"
	r := report.Report{Hosts: []report.Host{{Name: evil, Verdict: verdict.Regressed, Findings: []triage.Finding{
		{Message: evil, Next: evil, File: evil, Line: 7}, {Message: evil, File: "b" + evil},
	}}}}
	annotate(World{Stdout: &out}.action(), r.Annotations())
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for _, line := range lines {
		command, _, _ := strings.Cut(strings.TrimPrefix(line, "::"), "::")
		if !strings.HasPrefix(line, "::error file=") || strings.Contains(line, "\r") || strings.Contains(command, ",line=9") {
			t.Errorf("the runner reads %q", line)
		}
	}
	if len(lines) != 2 {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}

func TestPublishResultWithoutAJob(t *testing.T) {
	var out bytes.Buffer
	w := World{Stdout: &out, Now: time.Now}
	if err := publishResult(w, config.Config{}, published()); err != nil || strings.Contains(out.String(), "\n::") {
		t.Errorf("got %v and\n%s", err, out.String())
	}
	w.Env = []string{"GITHUB_OUTPUT=" + filepath.Join(t.TempDir(), "gone", "output")}
	err := publishResult(w, config.Config{}, published())
	if err == nil || !strings.Contains(err.Error(), "GITHUB_OUTPUT names a file that can be written") {
		t.Errorf("got %v", err)
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "flake.nix")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(text string, err error) error {
		return writeFile(path, func(out io.Writer) error {
			_, wrong := io.WriteString(out, text)
			return errors.Join(wrong, err)
		})
	}
	if err := write("half", errors.New("disk full")); err == nil {
		t.Error("a write that went wrong is no error")
	}
	if text, _ := os.ReadFile(path); string(text) != "old" {
		t.Errorf("half a write left %q", text)
	}
	if err := write("new", nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if text, _ := os.ReadFile(path); err != nil || string(text) != "new" || info.Mode().Perm() != 0o600 {
		t.Errorf("it holds %q with mode %v, %v", text, info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".nixferry-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
