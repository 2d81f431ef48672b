package bot

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
)

func TestOptions(t *testing.T) {
	for _, test := range []struct{ server, want string }{
		{"", "secret"},
		{"https://github.com", "secret"},
		{"https://github.com/", "secret"},
		{"https://github.example.org", ""},
		{"http://127.0.0.1:80", ""},
	} {
		w := World{Env: []string{"PATH=/bin", "INPUT_TOKEN=secret", "GITHUB_TOKEN=secret", "GH_TOKEN=secret", "GITHUB_SERVER_URL=" + test.server}}
		got := w.options(config.Config{Token: "secret", NixOptions: map[string]string{"cores": "2"}}, nil)
		if got.AccessToken != test.want {
			t.Errorf("on %q github.com gets the token %q, want %q", test.server, got.AccessToken, test.want)
		}
		if diff := cmp.Diff([]string{"PATH=/bin", "GITHUB_SERVER_URL=" + test.server}, got.Env); diff != "" {
			t.Errorf("environment of nix: mismatch (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{"cores": "2"}, got.Settings); diff != "" {
			t.Errorf("settings of nix: mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestGetenv(t *testing.T) {
	w := World{Env: []string{"A=1", "AB=2", "A=3=4"}}
	for name, want := range map[string]string{"A": "3=4", "AB": "2", "B": ""} {
		if got := w.Getenv(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// Text of others in an error is no workflow command.
func TestComplain(t *testing.T) {
	var out bytes.Buffer
	World{Stderr: &out}.Complain(errors.New("evaluating: no\r\n  ::set-output name=a::b\n##[add-mask]c"))
	want := "nixferry: evaluating: no \n  |   ::set-output name=a::b\n  | ## [add-mask]c\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// In a workflow an error is an annotation too, on one line; red hosts, which
// the report is about, are none.
func TestComplainInActions(t *testing.T) {
	var out bytes.Buffer
	w := World{Stdout: &out, Stderr: io.Discard, Env: []string{"GITHUB_ACTIONS=true"}}
	w.Complain(ErrRed)
	w.Complain(errors.New("pushing:\n::set-output name=a::b"))
	if diff := cmp.Diff("::error title=nixferry::pushing:%0A::set-output name=a::b\n", out.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(World{Stderr: &out, Env: []string{"GITHUB_ACTIONS=true"}})
	p.step("building %d hosts", 2)
	p.host("head", "a\n::error::b", "ok", 0)
	p.step("comparing\n::error::c")
	p.done()
	p.done()
	want := "::group::building 2 hosts\n  - head a\n  | ::error::b ok (0.0 s)\n::endgroup::\n::group::comparing\n  | ::error::c\n::endgroup::\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// A directory nobody named goes when there is no report; a named one stays.
func TestReportDir(t *testing.T) {
	temp := t.TempDir()
	w := World{Env: []string{"RUNNER_TEMP=" + temp}}
	dir, discard, err := w.reportDir(config.Config{})
	if info, wrong := os.Stat(dir); err != nil || wrong != nil || !info.IsDir() || filepath.Dir(dir) != temp {
		t.Fatalf("%s: %v, %v", dir, err, wrong)
	}
	discard()
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	named := filepath.Join(temp, "report")
	dir, discard, err = w.reportDir(config.Config{ReportDir: named})
	discard()
	if info, wrong := os.Stat(dir); err != nil || wrong != nil || !info.IsDir() || dir != named {
		t.Errorf("%s: %v, %v", dir, err, wrong)
	}
}
