package pull_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// TestFaults makes every writing call go wrong in every way, before and after
// its effect, and looks for the effect: once, and never twice.
func TestFaults(t *testing.T) {
	faults := map[string]github.Fault{
		"500": {Status: 500}, "502": {Status: 502, Body: "<html>"}, "dropped": {Drop: true},
		"half an answer": {Status: 201, Body: `{"number": 1, "ti`},
	}
	for name, fault := range maps.Clone(faults) {
		fault.Done = true
		faults[name+" after it was done"] = fault
	}
	for _, write := range []struct {
		operation string
		do        func(ctx context.Context, c *pull.Client) error
	}{
		{"pulls/create", func(ctx context.Context, c *pull.Client) error {
			_, created, err := c.Create(ctx, pull.Proposal{Branch: "other", Base: "main", Title: "b"})
			if err == nil && !created {
				return errors.New("reported as another's")
			}
			return err
		}},
		{"pulls/list", func(ctx context.Context, c *pull.Client) error {
			open, _, err := c.Find(ctx, branch)
			if err == nil && open == nil {
				return errors.New("not found")
			}
			return err
		}},
		{"pulls/update", func(ctx context.Context, c *pull.Client) error {
			_, _, err := c.Update(ctx, 1, pull.Change{Title: "new", Section: "new"})
			return err
		}},
		{"issues/create-comment", func(ctx context.Context, c *pull.Client) error { return c.Comment(ctx, 1, "hello") }},
		{"issues/add-labels", func(ctx context.Context, c *pull.Client) error {
			return c.Label(ctx, &pull.Pull{Number: 1}, []string{"dependencies"})
		}},
		{"pulls/request-reviewers", func(ctx context.Context, c *pull.Client) error {
			notes, err := c.Invite(ctx, 1, pull.People{Reviewers: []string{"ada"}})
			return errors.Join(err, noted(notes))
		}},
		{"issues/add-assignees", func(ctx context.Context, c *pull.Client) error {
			notes, err := c.Invite(ctx, 1, pull.People{Assignees: []string{"ada"}})
			return errors.Join(err, noted(notes))
		}},
	} {
		want := outcome(t, write.do, nil)
		for name, fault := range faults {
			t.Run(write.operation+" "+name, func(t *testing.T) {
				fault.Operation, fault.Nth = write.operation, 1
				if diff := cmp.Diff(want, outcome(t, write.do, &fault)); diff != "" {
					t.Errorf("mismatch (-undisturbed +disturbed):\n%s", diff)
				}
			})
		}
	}
}

// TestRateLimits has GitHub refuse in all its ways to say "later".
func TestRateLimits(t *testing.T) {
	header := http.Header{"Retry-After": {"0"}}
	for name, fault := range map[string]github.Fault{
		"429":             {Status: 429, Header: header, Body: `{"message":"slow down"}`},
		"secondary limit": {Status: 403, Header: header, Body: `{"message":"You have exceeded a secondary rate limit.","documentation_url":"https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`},
		"other limit":     {Status: 403, Header: header, Body: `{"message":"Rate limit exceeded"}`},
		"primary limit":   {Status: 403, Header: http.Header{"X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"1"}}, Body: `{"message":"API rate limit exceeded"}`},
	} {
		hub := serve(t)
		fault.Operation, fault.Nth = "pulls/create", 1
		hub.server.Inject(fault)
		hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: name})
		if diff := cmp.Diff([]string{"pulls/create", "pulls/create"}, hub.operations()); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", name, diff)
		}
	}
}

// GitHub may take a moment to know a branch, or to list a pull request.
func TestCreateWaitsForGitHub(t *testing.T) {
	hub := serve(t)
	hub.server.Inject(github.Fault{
		Operation: "pulls/create", Nth: 1, Status: 422,
		Body: `{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"}]}`,
	})
	hub.server.Inject(github.Fault{Operation: "pulls/list", Nth: 1, Status: 200, Body: "[]"})
	p := pull.Proposal{Branch: branch, Base: "main", Title: "a"}
	hub.create(t, p)
	got, created, err := hub.client(t).Create(t.Context(), p)
	if err != nil || created || got == nil || got.Number != 1 {
		t.Errorf("got %+v, %v, %v, want the first", got, created, err)
	}
}

func TestLostCreationIsLookedFor(t *testing.T) {
	hub := serve(t)
	hub.server.Inject(github.Fault{Operation: "pulls/create", Nth: 1, Done: true, Status: 502})
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	if diff := cmp.Diff([]string{"pulls/create", "pulls/list"}, hub.operations()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// outcome is what a call leaves on the server.
func outcome(t *testing.T, do func(context.Context, *pull.Client) error, fault *github.Fault) []github.Pull {
	t.Helper()
	hub := serve(t)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	if fault != nil {
		hub.server.Inject(*fault)
	}
	if err := do(t.Context(), hub.client(t)); err != nil {
		t.Error(err)
	}
	pulls := hub.server.Pulls("octo", "fleet")
	for i := range pulls {
		for j := range pulls[i].Comments {
			pulls[i].Comments[j].ID = 0 // counts every call
		}
	}
	return pulls
}

// noted makes notes an error, where there should be none.
func noted(notes []string) error {
	if len(notes) == 0 {
		return nil
	}
	return errors.New(strings.Join(notes, " "))
}
