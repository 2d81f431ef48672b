package pull_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// disturbances are the ways one call goes wrong; "after" that it was done. Who
// answers 200 has done it.
var disturbances = func() map[string]github.Fault {
	soon := http.Header{"Retry-After": {"0"}}
	all := map[string]github.Fault{
		"500": {Status: 500}, "502": {Status: 502, Body: "<html>"}, "dropped": {Drop: true}, "reset": {Reset: true},
		"429":             {Status: 429, Header: soon, Body: `{"message":"slow down"}`},
		"secondary limit": {Status: 403, Header: soon, Body: `{"message":"You have exceeded a secondary rate limit."}`},
		"404":             {Status: 404, Body: `{"message":"Not Found"}`}, "409": {Status: 409, Body: `{"message":"Conflict"}`},
		"422": {Status: 422, Body: `{"message":"Validation Failed"}`},
	}
	for name, fault := range maps.Clone(all) {
		fault.Done = true
		all[name+" after"] = fault
	}
	all["half an answer"] = github.Fault{Done: true, Status: 200, Body: `{"id": 1, "no`}
	all["no answer"] = github.Fault{Done: true, Status: 200}
	return all
}()

// An effect is a call that changes something, and the operations it makes. A
// note is an error here. Now is the pull request, where ofPull says that the
// effect is on one.
type effect struct {
	name       string
	ofPull     bool
	operations []string
	do         func(t *testing.T, h *hub, c *pull.Client, now *pull.Pull) error
}

var effects = []effect{
	{
		"SetLabels", true,
		[]string{"issues/create-label", "issues/add-labels", "issues/remove-label"},
		func(t *testing.T, _ *hub, c *pull.Client, now *pull.Pull) error {
			return c.SetLabels(t.Context(), now, []string{"dependencies"}, lifecycle.StateLabels[1:2])
		},
	},
	{"SetDraft", true, []string{"graphql/convertPullRequestToDraft"}, func(t *testing.T, _ *hub, c *pull.Client, now *pull.Pull) error {
		return noting(c.SetDraft(t.Context(), now, true))
	}},
	{"ready", true, []string{"graphql/markPullRequestReadyForReview"}, func(t *testing.T, _ *hub, c *pull.Client, now *pull.Pull) error {
		err := noting(c.SetDraft(t.Context(), now, true))
		now.Draft = true
		return errors.Join(err, noting(c.SetDraft(t.Context(), now, false)))
	}},
	{"AutoMerge", true, []string{"graphql/enablePullRequestAutoMerge"}, func(t *testing.T, h *hub, c *pull.Client, now *pull.Pull) error {
		return noting(c.AutoMerge(t.Context(), now, "squash", h.head))
	}},
	{"StopAutoMerge", true, []string{"graphql/disablePullRequestAutoMerge"}, func(t *testing.T, h *hub, c *pull.Client, now *pull.Pull) error {
		err := noting(c.AutoMerge(t.Context(), now, "merge", h.head))
		now.AutoMerge = true
		return errors.Join(err, c.StopAutoMerge(t.Context(), now))
	}},
	{"Post", false, []string{"repos/create-commit-status"}, func(t *testing.T, h *hub, c *pull.Client, _ *pull.Pull) error {
		has, err := c.Statuses(t.Context(), h.head) // as a run does
		missing := slices.DeleteFunc(some(2), func(one lifecycle.Status) bool { return slices.Contains(has, one) })
		return errors.Join(err, c.Post(t.Context(), h.head, missing))
	}},
	{"Statuses", false, []string{"repos/get-combined-status-for-ref"}, func(t *testing.T, h *hub, c *pull.Client, _ *pull.Pull) error {
		if has, err := c.Statuses(t.Context(), h.head); err != nil || len(has) != 1 {
			return fmt.Errorf("got %v: %w", has, err)
		}
		return nil
	}},
	{
		"MakeCommit", false,
		[]string{"git/get-commit", "git/create-blob", "git/create-tree", "git/create-commit"},
		func(t *testing.T, h *hub, c *pull.Client, _ *pull.Pull) error {
			_, _, err := c.MakeCommit(t.Context(), pull.CommitSpec{
				Parent: h.head, Tree: treeOfA, Message: "m",
				Changes: []pull.FileChange{{Path: "a", Mode: "100644", Content: []byte("a\n")}},
			})
			return err
		},
	},
	{"MoveBranch", false, []string{"repos/get", "graphql/updateRefs"}, moves},
	{
		"MoveBranch on an old server", false,
		[]string{"git/get-ref", "git/create-ref", "git/update-ref"},
		func(t *testing.T, h *hub, c *pull.Client, now *pull.Pull) error {
			h.server.Inject(old)
			return moves(t, h, c, now)
		},
	},
}

// moves makes a branch and moves another one back.
func moves(t *testing.T, h *hub, c *pull.Client, _ *pull.Pull) error {
	return errors.Join(c.MoveBranch(t.Context(), "fresh", h.head, ""), c.MoveBranch(t.Context(), branch, h.tip(t, "old"), h.head))
}

// noting makes a note an error.
func noting(note string, err error) error {
	if note != "" {
		return errors.New(note)
	}
	return err
}

// TestEffects disturbs every call of everything that has an effect, in every
// way, before and after it was done; where that ends in an error, the next run
// tries again. In the end the effect is there, and once.
func TestEffects(t *testing.T) {
	cells := 0
	for _, one := range effects {
		want := one.left(t, nil)
		for _, operation := range one.operations {
			for _, name := range slices.Sorted(maps.Keys(disturbances)) {
				fault := disturbances[name]
				if fault.Done && fault.Status != http.StatusOK && reads.MatchString(operation) {
					continue
				}
				cells++
				t.Run(fmt.Sprint(one.name, " ", operation, " ", name), func(t *testing.T) {
					t.Parallel()
					fault.Operation, fault.Nth = operation, 1
					if diff := cmp.Diff(want, one.left(t, &fault)); diff != "" {
						t.Errorf("mismatch (-undisturbed +disturbed):\n%s", diff)
					}
				})
			}
		}
	}
	t.Logf("%d cells", cells)
}

// A state is what is left on GitHub.
type state struct {
	Pulls    []github.Pull
	Labels   []github.Label
	Statuses []github.Status
	Refs     string
}

// left plays the effect, with at most one call disturbed.
func (e effect) left(t *testing.T, fault *github.Fault) state {
	t.Helper()
	h := e.stage(t)
	run := func() error {
		var now *pull.Pull
		if e.ofPull {
			now = h.found(t)
		}
		return e.do(t, h, h.client(t), now)
	}
	before := len(h.server.Log())
	if fault != nil {
		h.server.Inject(*fault)
	}
	err := run()
	if err != nil && fault != nil && fault.Status == http.StatusUnprocessableEntity { // which is final
		err = run()
	}
	if err != nil {
		t.Error(err)
	}
	if fault != nil && !slices.Contains(h.operations()[before:], fault.Operation) {
		t.Errorf("%s was not called", fault.Operation)
	}
	return h.state(t)
}

// stage serves a repository that allows auto-merge, with a status, and where
// the effect is on one a pull request with a state label.
func (e effect) stage(t *testing.T) *hub {
	t.Helper()
	h := poster(t)
	h.server.Configure("octo/fleet", waiting)
	if e.ofPull {
		h.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
		if err := h.client(t).SetLabels(t.Context(), &pull.Pull{Number: 1}, []string{lifecycle.StateLabels[0].Name}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.client(t).Post(t.Context(), h.head, []lifecycle.Status{{Context: "nixferry", State: "pending"}}); err != nil {
		t.Fatal(err)
	}
	return h
}

// state is what is on GitHub now, without the numbers that count every call.
func (h *hub) state(t *testing.T) state {
	t.Helper()
	now := state{
		Pulls: h.server.Pulls("octo", "fleet"), Labels: h.server.Labels("octo", "fleet"),
		Statuses: h.server.Statuses("octo", "fleet", h.head), Refs: h.tip(t, ""),
	}
	for i := range now.Statuses {
		now.Statuses[i].ID = 0
	}
	return now
}
