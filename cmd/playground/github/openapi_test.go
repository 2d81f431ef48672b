package github_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestViolations(t *testing.T) {
	const repo = "/api/v3/repos/octo/fleet"
	zeros := strings.Repeat("0", 40)
	for _, test := range []struct {
		name, method, path, body string
		want                     string
	}{
		{"unknown operation", "GET", repo + "/stargazers", "", "no such operation"},
		{"unknown method", "DELETE", repo + "/pulls", "", "no such operation"},
		{"other API", "POST", "/api/uploads", "{}", "no such operation"},
		{"missing field", "POST", repo + "/pulls", `{"title":"t","head":"x"}`, `"base" is missing`},
		{"wrong type", "PATCH", repo + "/issues/1", `{"body":7}`, "must be a string"},
		{"wrong word", "PATCH", repo + "/pulls/1", `{"state":"merged"}`, "not one of the allowed values"},
		{"unknown field", "POST", repo + "/pulls", `{"title":"t","head":"x","base":"main","labels":["a"]}`, `property "labels"`},
		{"unknown query", "GET", repo + "/pulls?branch=x", "", `query parameter "branch"`},
		{"wrong query", "GET", repo + "/pulls?state=merged", "", "not one of the allowed values"},
		{"wrong path", "GET", repo + "/pulls/first", "", "pull_number"},
		{"not JSON", "POST", repo + "/pulls", "title=t", "request body has an error"},
		{"a body where none belongs", "GET", repo + "/pulls", `{"state":"open"}`, "request body"},
		{"conclusion missing", "POST", repo + "/check-runs", `{"name":"n","head_sha":"` + zeros + `","status":"completed"}`, "conclusion"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := world(t)
			response := raw(t, server, test.method, test.path, bot, test.body)
			got := server.Violations()
			if response.StatusCode != http.StatusInternalServerError || len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("status %d, violations %q, want %q", response.StatusCode, got, test.want)
			}
		})
	}
}

func TestLog(t *testing.T) {
	server := world(t)
	raw(t, server, "POST", "/api/v3/repos/octo/fleet/issues?x=%20", olga, `{}`)
	raw(t, server, "POST", "/api/v3/repos/octo/fleet/issues/1/comments", olga, `{"body":"b"}`)
	raw(t, server, "GET", "/octo/fleet/pulls", "", "")
	type line struct {
		Operation, Method, Path, Login, Body string
		Status                               int
	}
	var got []line
	for _, c := range server.Log() {
		got = append(got, line{c.Operation, c.Method, c.Path, c.Login, c.Body, c.Status})
	}
	want := []line{
		{"issues/create", "POST", "/api/v3/repos/octo/fleet/issues?x=%20", "olga", "{}", 500},
		{"issues/create-comment", "POST", "/api/v3/repos/octo/fleet/issues/1/comments", "olga", `{"body":"b"}`, 404},
		{"page", "GET", "/octo/fleet/pulls", "", "", 200},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if answer := server.Log()[1].Answer; !strings.Contains(answer, "Not Found") {
		t.Errorf("answer %q", answer)
	}
}

// TestTogether has many callers at once, for the race detector.
func TestTogether(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			raw(t, server, "GET", "/api/v3/repos/octo/fleet/pulls", bot, "")
			raw(t, server, "POST", "/api/v3/repos/octo/fleet/issues/1/labels", bot, `["a"]`)
			raw(t, server, "GET", "/octo/fleet/pull/1", "", "")
			server.Log()
			server.Pulls("octo", "fleet")
		})
	}
	all.Wait()
}
