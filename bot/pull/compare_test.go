package pull_test

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

func TestCompare(t *testing.T) {
	hub := serve(t)
	gone := strings.Repeat("5", 40)
	for _, test := range []struct {
		before, after string
		ahead, behind int
		want          error
	}{
		{"old", hub.head, 2, 0, nil},
		{hub.head, "old", 0, 2, nil},
		{hub.head, hub.head, 0, 0, nil},
		{gone, hub.head, 0, 0, pull.ErrNotFound},
	} {
		ahead, behind, err := hub.client(t).Compare(t.Context(), test.before, test.after)
		if ahead != test.ahead || behind != test.behind || !errors.Is(err, test.want) {
			t.Errorf("%s...%s: %d ahead, %d behind, %v", test.before, test.after, ahead, behind, err)
		}
	}
	for _, call := range hub.server.Log() {
		if !strings.Contains(call.Path, "page=2&per_page=1") {
			t.Errorf("patches are asked for: %s", call.Path)
		}
	}
}

func TestCommits(t *testing.T) {
	hub := serve(t)
	tip := hub.grow(t, "other", hub.head, 130)
	hub.grow(t, "far", tip, 121)
	for _, test := range []struct {
		base, head string
		want       int
	}{{"main", "main", 0}, {"main", branch, 1}, {"old", hub.head, 2}, {branch, "other", 130}, {"other", "old", 0}} {
		got, err := hub.client(t).Commits(t.Context(), test.base, test.head)
		if err != nil || len(got) != test.want {
			t.Errorf("%s..%s: got %d commits, %v, want %d", test.base, test.head, len(got), err, test.want)
		}
		if want := hub.log(t, test.base, test.head); !cmp.Equal(want, got, cmpopts.EquateEmpty()) {
			t.Errorf("%s..%s: mismatch (-want +got):\n%s", test.base, test.head, cmp.Diff(want, got))
		}
	}
	before := len(hub.operations())
	if _, err := hub.client(t).Commits(t.Context(), branch, "far"); err == nil || !strings.Contains(err.Error(), "there are 251 of them") {
		t.Errorf("got %v, want too many", err)
	}
	if calls := len(hub.operations()) - before; calls != 1 {
		t.Errorf("%d calls to find out that there are too many", calls)
	}
	if _, err := hub.client(t).Commits(t.Context(), branch, "gone"); !errors.Is(err, pull.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	orphan := exec.Command("sh", "-ec", "git update-ref refs/heads/orphan $(git commit-tree -m orphan main^{tree})")
	orphan.Dir = hub.dir
	orphan.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
	if out, err := orphan.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	if _, err := hub.client(t).Commits(t.Context(), "main", "orphan"); err == nil || !strings.Contains(err.Error(), "delete it to have it made anew") {
		t.Errorf("got %v, want what to do with a branch of another history", err)
	}
}

// GitHub sorts by date, which people may set: a parent comes first all the same.
func TestCommitsOfOddDates(t *testing.T) {
	hub := serve(t)
	hub.server.Inject(github.Fault{Operation: "repos/compare-commits-with-basehead", Status: 200, Body: `{"total_commits": 4, "commits": [
		{"sha": "d", "parents": [{"sha": "b"}, {"sha": "c"}]}, {"sha": "b", "parents": [{"sha": "a"}]},
		{"sha": "a", "parents": [{"sha": "base"}]}, {"sha": "c", "parents": [{"sha": "base"}]}]}`})
	got, err := hub.client(t).Commits(t.Context(), "main", "other")
	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, got); diff != "" || err != nil {
		t.Errorf("%v, mismatch (-want +got):\n%s", err, diff)
	}
}

func TestCompareErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		header http.Header
		want   error
	}{
		{"rate limit", 403, http.Header{"X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"99999999999"}}, pull.ErrRateLimited},
		{"too much to compare", 500, nil, pull.ErrUnavailable},
	} {
		hub := serve(t)
		hub.server.Inject(github.Fault{Operation: "repos/compare-commits-with-basehead", Status: test.status, Header: test.header, Body: `{"message":"no"}`})
		_, _, err := hub.client(t).Compare(t.Context(), "old", "main")
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
