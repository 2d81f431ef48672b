package pull_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

func TestSetDraft(t *testing.T) {
	hub := serve(t)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	for _, draft := range []bool{false, true, true, false, false} {
		note, err := hub.client(t).SetDraft(t.Context(), hub.found(t), draft)
		if got := hub.found(t).Draft; got != draft || note != "" || err != nil {
			t.Errorf("got draft %v, %q, %v, want %v", got, note, err, draft)
		}
	}
	want := []string{"graphql/convertPullRequestToDraft", "graphql/markPullRequestReadyForReview"}
	if diff := cmp.Diff(want, hub.writes()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// writes are the calls of mutations so far.
func (h *hub) writes() (all []string) {
	for _, operation := range h.operations() {
		if strings.HasPrefix(operation, "graphql/") {
			all = append(all, operation)
		}
	}
	return all
}

// What GitHub does not let a token do is said, and is no failure.
func TestSetDraftRefused(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(*hub)
		want    string
	}{
		{
			"no drafts on this plan", func(hub *hub) { hub.server.Configure("octo/fleet", github.Settings{NoDrafts: true}) },
			"The pull request stays ready for review: GitHub has drafts in private repositories on paid plans only; set `draft: never`, or make the repository public.",
		},
		{
			"token without contents", func(hub *hub) { hub.server.Grant(token, github.Permissions{PullRequests: github.Write}) },
			"The pull request stays ready for review: the token may not; give the job `permissions: contents: write` and `pull-requests: write`, or use another token.",
		},
	} {
		hub := serve(t)
		now := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
		test.prepare(hub)
		note, err := hub.client(t).SetDraft(t.Context(), now, true)
		if diff := cmp.Diff(test.want, note); diff != "" || err != nil {
			t.Errorf("%s: %v, mismatch (-want +got):\n%s", test.name, err, diff)
		}
	}
}

// A person may have turned it since it was looked at.
func TestSetDraftStale(t *testing.T) {
	hub := serve(t)
	stale := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a", Draft: true})
	hub.server.Inject(github.Fault{
		Operation: "graphql/markPullRequestReadyForReview", Nth: 1, Done: true, Status: 200,
		Body: `{"data":{"markPullRequestReadyForReview":null},"errors":[{"type":"UNPROCESSABLE","message":"is ready for review"}]}`,
	})
	if note, err := hub.client(t).SetDraft(t.Context(), stale, false); note != "" || err != nil {
		t.Errorf("got %q, %v, want it to be fine", note, err)
	}
}
