package pull_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

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
