package repo_test

import (
	"context"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net/http/cgi"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// history adds commits to the hub: a branch that begins before main's tip, is
// dated before it, and is merged after it.
func (h *hub) history(t *testing.T) (old, young string) {
	t.Helper()
	old = rev(t, h.work, "HEAD")
	git(t, h.work, "checkout", "--quiet", "-b", "side", "HEAD~1")
	for _, text := range []string{"a", "b", "c"} {
		write(t, h.work+"/side", text)
		git(t, h.work, "add", ".")
		git(t, h.work, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--date=2001-01-01T00:00:00Z", "-m", text+strings.Repeat(" and so on", 200))
	}
	git(t, h.work, "checkout", "--quiet", "main")
	git(t, h.work, "merge", "--quiet", "--no-ff", "-m", "merge", "side")
	git(t, h.work, "push", "--quiet", h.bare, "main")
	return old, rev(t, h.work, "HEAD")
}

func TestCount(t *testing.T) {
	hub := serve(t)
	old, young := hub.history(t)
	gone := strings.Repeat("5", 40)
	for name, url := range map[string]string{"a forge": hub.remote.URL, "plain git": plainGit(t, filepath.Dir(hub.bare)) + "/fleet.git"} {
		for _, test := range []struct {
			before, after string
			want          int
			err           error
		}{
			{old, young, 4, nil},
			{young, old, 0, nil},
			{rev(t, hub.work, "side"), young, 2, nil},
			{old, rev(t, hub.work, "side~1"), 2, nil},
			{gone, young, 0, repo.ErrUncounted},
		} {
			got, err := (repo.Remote{URL: url}).Count(t.Context(), test.before, test.after)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("%s: %.7s..%.7s: %d, %v, want %d, %v", name, test.before, test.after, got, err, test.want, test.err)
			}
		}
	}
}

func TestCountErrors(t *testing.T) {
	for _, test := range []struct {
		name, path string
		fault      github.Fault
		want       string
	}{
		{"no repository", "/octo/none.git", github.Fault{}, "Repository not found"},
		{"no git", "/octo/fleet.git", github.Fault{Operation: "git/fetch-refs", Status: 200, Body: "<html>"}, "invalid pkt-len"},
		{"no answer", "/octo/fleet.git", github.Fault{Operation: "git/fetch", Drop: true}, "EOF"},
		{"no pack", "/octo/fleet.git", github.Fault{Operation: "git/fetch", Status: 200, Body: "0031ACK OLD\nPICK0000"}, "malformed pack file signature"},
		{"half a pack", "/octo/fleet.git", github.Fault{Operation: "git/fetch", Status: 200, Body: "0031ACK OLD\nPACK"}, "EOF"},
		{"down", "/octo/fleet.git", github.Fault{Operation: "git/fetch", Status: 503}, "503"},
	} {
		hub := serve(t)
		old, young := hub.history(t)
		if test.fault.Operation != "" {
			test.fault.Body = strings.Replace(test.fault.Body, "OLD", old, 1)
			hub.server.Inject(test.fault)
		}
		_, err := (repo.Remote{URL: hub.server.URL() + test.path}).Count(t.Context(), old, young)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	for url, want := range map[string]string{"http://127.0.0.1:1/o/r.git": "refused", "file:///srv/r": "not a git address", "ssh://git@127.0.0.1/r": "not a git address"} {
		_, err := (repo.Remote{URL: url}).Count(t.Context(), strings.Repeat("1", 40), strings.Repeat("2", 40))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
}

// A server that cannot leave files out sends no more of them than is worth it.
func TestCountIsBounded(t *testing.T) {
	hub := serve(t)
	old := rev(t, hub.work, "HEAD")
	noise := make([]byte, 21<<20)
	if _, err := rand.NewChaCha8([32]byte{}).Read(noise); err != nil {
		t.Fatal(err)
	}
	write(t, hub.work+"/a", string(noise))
	write(t, hub.work+"/b", "b")
	git(t, hub.work, "add", ".")
	git(t, hub.work, "commit", "--quiet", "-m", "big")
	git(t, hub.work, "push", "--quiet", hub.bare, "main")
	young := rev(t, hub.work, "HEAD")
	if got, err := hub.remote.Count(t.Context(), old, young); got != 1 || err != nil {
		t.Errorf("a forge: %d, %v", got, err)
	}
	plain := repo.Remote{URL: plainGit(t, filepath.Dir(hub.bare)) + "/fleet.git"}
	if got, err := plain.Count(t.Context(), old, young); !errors.Is(err, repo.ErrUncounted) {
		t.Errorf("plain git: %d, %v", got, err)
	}
}

func TestCountStops(t *testing.T) {
	hub := serve(t)
	old, young := hub.history(t)
	hub.server.Inject(github.Fault{Operation: "git/fetch", Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := hub.remote.Count(ctx, old, young); err == nil {
		t.Error("a count without an answer")
	}
}

// plainGit serves the repositories in dir as git's own http-backend does
// without any configuration: it filters nothing.
func plainGit(t *testing.T, dir string) string {
	t.Helper()
	backend := filepath.Join(git(t, dir, "--exec-path"), "git-http-backend")
	server := httptest.NewServer(&cgi.Handler{
		Path: backend, Stderr: io.Discard, Logger: log.New(io.Discard, "", 0), Env: []string{
			"GIT_PROJECT_ROOT=" + dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=/dev/null",
			"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
			"GIT_CONFIG_KEY_1=uploadpack.allowReachableSHA1InWant", "GIT_CONFIG_VALUE_1=true",
		},
	})
	t.Cleanup(server.Close)
	return server.URL
}
