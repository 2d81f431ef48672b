package pull_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// refuse has GitHub refuse a mutation from now on.
func (h *hub) refuse(t *testing.T, mutation, kind, message string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"data": map[string]any{mutation: nil}, "errors": []any{map[string]string{"type": kind, "message": message}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.server.Inject(github.Fault{Operation: "graphql/" + mutation, Status: http.StatusOK, Body: string(body)})
}

// TestGraphQLErrors holds what GraphQL's errors become, and whether the call is
// made again for them.
func TestGraphQLErrors(t *testing.T) {
	for _, test := range []struct {
		kind, message string
		want          error
		again         bool
	}{
		{"NOT_FOUND", "Could not resolve to a node with the global id of 'PR_1'", pull.ErrNotFound, true},
		{"FORBIDDEN", "Resource not accessible by integration", pull.ErrNoPermission, false},
		{"INSUFFICIENT_SCOPES", "Your token has not been granted the required scopes", pull.ErrNoPermission, false},
		{"RATE_LIMITED", "API rate limit exceeded", pull.ErrRateLimited, false}, // a minute is too long here
		{"RATE_LIMIT", "API rate limit already exceeded", pull.ErrRateLimited, false},
		{"UNPROCESSABLE", "no", pull.ErrInvalid, false},
		{"", "Something went wrong while executing your query on 2026-11-22.", pull.ErrUnavailable, true},
		{"SERVICE_UNAVAILABLE", "down", pull.ErrUnavailable, true},
		{"SOMETHING_NEW", "no", pull.ErrInvalid, false},
	} {
		hub := serve(t)
		hub.server.Configure("octo/fleet", waiting)
		hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
		now := hub.found(t)
		now.AutoMerge = true
		const mutation = "disablePullRequestAutoMerge"
		hub.server.Inject(github.Fault{Operation: "pulls/get", Status: http.StatusNotFound, Body: `{"message":"Not Found"}`})
		hub.refuse(t, mutation, test.kind, test.message)
		if err := hub.client(t).StopAutoMerge(t.Context(), now); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.kind, err, test.want)
		}
		calls := len(slices.DeleteFunc(hub.operations(), func(o string) bool { return o != "graphql/"+mutation }))
		if (calls > 1) != test.again {
			t.Errorf("%s: %d calls, want more than one: %v", test.kind, calls, test.again)
		}
	}
}
