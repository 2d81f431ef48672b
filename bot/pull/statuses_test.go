package pull_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// poster serves a hub whose token may post statuses.
func poster(t *testing.T) *hub {
	t.Helper()
	hub := serve(t)
	hub.server.Grant(token, github.Permissions{Contents: github.Write, PullRequests: github.Write, Statuses: github.Write})
	return hub
}

// some are statuses of that many hosts.
func some(hosts int) (all []lifecycle.Status) {
	for i := range hosts {
		all = append(all, lifecycle.Status{
			Context: fmt.Sprintf("nixferry/host%03d", i), State: "success", Description: "builds",
			URL: fmt.Sprintf("https://github.com/octo/fleet/pull/1#user-content-host%03d", i),
		})
	}
	return append(all, lifecycle.Status{Context: "nixferry", State: "failure", Description: "web does not build"})
}

func TestStatuses(t *testing.T) {
	hub := poster(t)
	c, want := hub.client(t), some(120) // two pages
	for _, before := range [][]lifecycle.Status{{{Context: "nixferry", State: "pending", Description: "is being judged"}}, want} {
		if err := c.Post(t.Context(), hub.head, before); err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Statuses(t.Context(), hub.head)
	if err != nil {
		t.Fatal(err)
	}
	byContext := map[string]lifecycle.Status{}
	for _, one := range got {
		byContext[one.Context] = one
	}
	for _, one := range want {
		if diff := cmp.Diff(one, byContext[one.Context]); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d statuses, want the newest of each of %d contexts", len(got), len(want))
	}
	if posted := hub.server.Log()[0]; strings.Contains(posted.Body, "target_url") {
		t.Errorf("an address nobody gave was posted: %s", posted.Body)
	}
	if none, err := c.Statuses(t.Context(), "main"); err != nil || none != nil {
		t.Errorf("got %v, %v, want none", none, err)
	}
}

func TestStatusesForbidden(t *testing.T) {
	hub := serve(t) // whose token may do other things
	err := hub.client(t).Post(t.Context(), hub.head, some(3))
	if !errors.Is(err, pull.ErrNoStatuses) || !strings.Contains(err.Error(), "statuses: write") {
		t.Errorf("got %v, want it to name the permission", err)
	}
	if calls := len(hub.operations()); calls != 1 {
		t.Errorf("%d calls, want one", calls)
	}
	hub.server.Configure("octo/fleet", github.Settings{Private: true})
	hub.server.Grant(token, github.Permissions{PullRequests: github.Write})
	if _, err := hub.client(t).Statuses(t.Context(), hub.head); !errors.Is(err, pull.ErrNoStatuses) {
		t.Errorf("got %v, want it to name the permission", err)
	}
}

// A commit that was just pushed is not known everywhere at once.
func TestPostWaitsForTheCommit(t *testing.T) {
	hub := poster(t)
	for _, operation := range []string{"repos/create-commit-status", "repos/get-combined-status-for-ref"} {
		hub.server.Inject(github.Fault{
			Operation: operation, Nth: 1, Status: http.StatusUnprocessableEntity, Body: `{"message":"No commit found for SHA: ` + hub.head + `"}`,
		})
	}
	if err := hub.client(t).Post(t.Context(), hub.head, some(0)); err != nil {
		t.Fatal(err)
	}
	got, err := hub.client(t).Statuses(t.Context(), hub.head)
	if diff := cmp.Diff(some(0), got); err != nil || diff != "" {
		t.Errorf("%v, mismatch (-want +got):\n%s", err, diff)
	}
	gone := strings.Repeat("5", 40)
	if err := hub.client(t).Post(t.Context(), gone, some(0)); !errors.Is(err, pull.ErrInvalid) {
		t.Errorf("got %v, want a refusal in the end", err)
	}
}
