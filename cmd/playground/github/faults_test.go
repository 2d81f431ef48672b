package github_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

func TestFaultAnswers(t *testing.T) {
	server := lawful(t)
	server.Inject(github.Fault{
		Operation: "pulls/list", Nth: 2, Status: http.StatusServiceUnavailable,
		Header: http.Header{"Retry-After": {"7"}}, Body: `{"message":"busy"}`,
	})
	var got []int
	for range 3 {
		response := raw(t, server, http.MethodGet, "/api/v3/repos/octo/fleet/pulls", bot, "")
		got = append(got, response.StatusCode)
		if response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != "7" {
			t.Error("the fault's header is missing")
		}
	}
	if diff := cmp.Diff([]int{200, 503, 200}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestDoneButLost is GitHub doing what it was asked and answering 502.
func TestDoneButLost(t *testing.T) {
	server := lawful(t)
	server.Inject(github.Fault{Operation: "pulls/create", Nth: 1, Done: true, Status: http.StatusBadGateway, Body: "<html>"})
	_, _, err := client(t, server, bot).PullRequests.Create(t.Context(), "octo", "fleet", &api.NewPullRequest{
		Title: api.String("t"), Head: api.String(branch), Base: api.String("main"),
	})
	if status, _ := said(t, err); status != http.StatusBadGateway {
		t.Errorf("status %d", status)
	}
	if got := server.Pulls("octo", "fleet"); len(got) != 1 {
		t.Errorf("%d pull requests, want 1", len(got))
	}
}

func TestFaultDrops(t *testing.T) {
	server := lawful(t)
	server.Inject(github.Fault{Operation: "repos/get", Drop: true})
	_, _, err := client(t, server, bot).Repositories.Get(t.Context(), "octo", "fleet")
	if !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the connection closed", err)
	}
	if log := server.Log(); len(log) != 1 || log[0].Status != 0 {
		t.Errorf("log %+v", log)
	}
}

func TestFaultDelays(t *testing.T) {
	server := lawful(t)
	server.Inject(github.Fault{Operation: "repos/get", Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := client(t, server, bot).Repositories.Get(ctx, "octo", "fleet"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestGitFaults(t *testing.T) {
	for _, test := range []struct {
		fault github.Fault
		want  string
	}{
		{github.Fault{Operation: "git/push-refs", Status: http.StatusInternalServerError}, "The requested URL returned error: 500"},
		{github.Fault{Operation: "git/push", Done: true, Status: http.StatusBadGateway}, "HTTP 502"},
		{github.Fault{Operation: "git/push", Drop: true}, "RPC failed"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			dir := clone(t, server, bot, "octo/fleet")
			git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "work")
			server.Inject(test.fault)
			out, err := gitCommand(dir, "push", "origin", "HEAD:new").CombinedOutput()
			if err == nil || !strings.Contains(string(out), test.want) {
				t.Errorf("%v\n%s", err, out)
			}
			left := git(t, dir, "ls-remote", "origin", "refs/heads/new")
			if (left != "") != test.fault.Done {
				t.Errorf("the branch is %q, done: %v", left, test.fault.Done)
			}
		})
	}
}

// TestUnknownFault keeps a misspelt fault from passing as a test that holds.
func TestUnknownFault(t *testing.T) {
	server := world(t)
	server.Inject(github.Fault{Operation: "pulls/crate", Status: 500})
	if got := server.Violations(); len(got) != 1 || !strings.Contains(got[0], "pulls/crate") {
		t.Errorf("got %q", got)
	}
}

// TestFaultFrom is a run that is killed: from one call on, nothing arrives.
func TestFaultFrom(t *testing.T) {
	server := lawful(t)
	server.Inject(github.Fault{From: 2, Status: http.StatusServiceUnavailable, Body: `{"message":"busy"}`})
	var got []int
	for _, path := range []string{"/pulls", "/issues", "/pulls"} {
		got = append(got, raw(t, server, http.MethodGet, "/api/v3/repos/octo/fleet"+path, bot, "").StatusCode)
	}
	if diff := cmp.Diff([]int{200, 503, 503}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestFaultResets(t *testing.T) {
	server := lawful(t)
	server.Inject(github.Fault{Operation: "repos/get", Reset: true})
	_, _, err := client(t, server, bot).Repositories.Get(t.Context(), "octo", "fleet")
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want the connection reset", err)
	}
}

func TestFaultHalfAnAnswer(t *testing.T) {
	server := lawful(t)
	server.Inject(github.Fault{
		Operation: "repos/get", Done: true, Status: http.StatusOK, Header: http.Header{"Content-Length": {"900"}}, Body: `{"id":1,"na`,
	})
	_, _, err := client(t, server, bot).Repositories.Get(t.Context(), "octo", "fleet")
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want half an answer", err)
	}
}
