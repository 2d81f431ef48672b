package pull_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// TestSettles has GitHub not know at first what it was just told, in its words.
func TestSettles(t *testing.T) {
	commit := func(t *testing.T, h *hub, c *pull.Client) error {
		_, _, err := c.MakeCommit(t.Context(), pull.CommitSpec{
			Parent: h.head, Tree: treeOfA, Changes: []pull.FileChange{{Path: "a", Mode: "100644", Content: []byte("a\n")}},
		})
		return err
	}
	branch := func(t *testing.T, h *hub, c *pull.Client) error {
		return c.MoveBranch(t.Context(), "fresh", h.head, "")
	}
	for _, test := range []struct {
		operation, says string
		do              func(t *testing.T, h *hub, c *pull.Client) error
	}{
		{"git/create-commit", "Parent SHA does not exist or is not a commit object", commit},
		{"git/create-tree", "tree.sha 5555 is not a valid blob", commit},
		{"git/create-tree", "base_tree is not a valid tree oid", commit},
		{"git/create-ref", "Object does not exist", branch},
		{"git/create-ref", "Reference already exists", branch},
		{"repos/create-commit-status", "No commit found for SHA: 5555", func(t *testing.T, h *hub, c *pull.Client) error {
			return c.Post(t.Context(), h.head, []lifecycle.Status{{Context: "nixferry", State: "pending"}})
		}},
	} {
		h := poster(t)
		body, err := json.Marshal(map[string]string{"message": test.says})
		if err != nil {
			t.Fatal(err)
		}
		h.server.Inject(old)
		h.server.Inject(github.Fault{Operation: test.operation, Nth: 1, Status: http.StatusUnprocessableEntity, Body: string(body)})
		if err := test.do(t, h, h.client(t)); err != nil {
			t.Errorf("%s: got %v, want it to be made again", test.says, err)
		}
	}
}

// GitHub may see a push to a branch before the pull request does.
func TestAutoMergeWaitsForThePush(t *testing.T) {
	hub := serve(t)
	hub.server.Configure("octo/fleet", waiting)
	now := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	hub.server.Inject(github.Fault{
		Operation: "graphql/enablePullRequestAutoMerge", Nth: 1, Status: http.StatusOK,
		Body: `{"data":{"enablePullRequestAutoMerge":null},"errors":[{"type":"UNPROCESSABLE","message":"Head sha didn't match expected head sha"}]}`,
	})
	note, err := hub.client(t).AutoMerge(t.Context(), now, "merge", hub.head)
	if note != "" || err != nil || !hub.found(t).AutoMerge {
		t.Errorf("got %q, %v, want it on", note, err)
	}
}
