package pull_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// An action is what the flow does with a pull request or an issue, and the
// operations that takes. It begins with pull request 1, which is open, with
// issue 2, a plea, and with what prepare does.
type action struct {
	name       string
	operations []string
	do         func(ctx context.Context, c *pull.Client) error
}

var actions = []action{
	{"Create", []string{"pulls/create"}, func(ctx context.Context, c *pull.Client) error {
		_, _, err := c.Create(ctx, pull.Proposal{Branch: "other", Base: "main", Title: "b"})
		return err
	}},
	{"Find", []string{"pulls/list"}, func(ctx context.Context, c *pull.Client) error {
		open, _, err := c.Find(ctx, branch, "main")
		return missing(err, open != nil)
	}},
	{"Superseded", []string{"pulls/list"}, func(ctx context.Context, c *pull.Client) error {
		others, err := c.Superseded(ctx, "fleet", "other", "main")
		return missing(err, len(others) == 1)
	}},
	{"Update", []string{"pulls/get", "pulls/update"}, func(ctx context.Context, c *pull.Client) error {
		_, _, err := c.Update(ctx, 1, pull.Change{Title: "new", Section: says("new")})
		return err
	}},
	{"Notice", []string{"pulls/get", "pulls/update"}, func(ctx context.Context, c *pull.Client) error {
		_, err := c.Notice(ctx, 1, "**Look.**")
		return err
	}},
	{"Close", []string{"pulls/get", "issues/list-comments", "issues/create-comment", "pulls/update"}, func(ctx context.Context, c *pull.Client) error {
		return c.Close(ctx, 1, "The base caught up.")
	}},
	{"Invite", []string{"pulls/request-reviewers", "issues/add-assignees"}, func(ctx context.Context, c *pull.Client) error {
		notes, err := c.Invite(ctx, 1, pull.People{Reviewers: []string{"ada"}, Assignees: []string{"ada"}})
		return errors.Join(err, noting(strings.Join(notes, " "), nil))
	}},
	{"Compare", []string{"repos/compare-commits-with-basehead"}, func(ctx context.Context, c *pull.Client) error {
		ahead, _, err := c.Compare(ctx, "old", "other")
		return missing(err, ahead == 2)
	}},
	{"Commits", []string{"repos/compare-commits-with-basehead"}, func(ctx context.Context, c *pull.Client) error {
		commits, err := c.Commits(ctx, "old", "other")
		return missing(err, len(commits) == 2)
	}},
	{"Plead", []string{"issues/list-for-repo", "issues/create"}, func(ctx context.Context, c *pull.Client) error {
		_, _, _, err := c.Plead(ctx, pull.Plea{Title: "Please", Section: says("please"), State: pull.State{Lane: "new"}})
		return err
	}},
	{"Plead again", []string{"issues/list-for-repo", "issues/update"}, func(ctx context.Context, c *pull.Client) error {
		_, _, _, err := c.Plead(ctx, pull.Plea{Title: "Please", Section: says("pretty please"), State: pull.State{Lane: "fleet"}})
		return err
	}},
	{"Unplead", []string{"issues/list-for-repo", "issues/list-comments", "issues/create-comment", "issues/update"}, func(ctx context.Context, c *pull.Client) error {
		return c.Unplead(ctx, "fleet", "There is #1 now.")
	}},
}

// says is a section that is the same in any room.
func says(text string) func(int) string { return func(int) string { return text } }

// missing makes it an error that something is not there.
func missing(err error, there bool) error {
	if err == nil && !there {
		return errors.New("it is not there")
	}
	return err
}

// TestFaults has every call of every action go wrong in every way, before and
// after it was done. Where that ends in an error, which only an answer that is
// final may, the next run does the same again. In the end everything is as
// without the fault: nothing is missing, and nothing is there twice.
func TestFaults(t *testing.T) {
	cells := 0
	for _, one := range actions {
		want := one.left(t, nil, nil)
		cell := func(name string, fault *github.Fault, carrier *late) {
			cells++
			t.Run(one.name+" "+name, func(t *testing.T) {
				t.Parallel()
				if diff := cmp.Diff(want, one.left(t, fault, carrier)); diff != "" {
					t.Errorf("mismatch (-undisturbed +disturbed):\n%s", diff)
				}
			})
		}
		for i, operation := range one.operations {
			for _, name := range slices.Sorted(maps.Keys(disturbances)) {
				fault := disturbances[name]
				fault.Operation, fault.Nth = operation, 1
				if !reads.MatchString(operation) || !strings.HasSuffix(name, " after") {
					cell(operation+" "+name, &fault, nil)
				}
			}
			cell(operation+" timed out", nil, &late{nth: i + 1})
			cell(operation+" timed out after", nil, &late{nth: i + 1, sent: true})
		}
	}
	t.Logf("%d cells", cells)
}

// reads are operations that do nothing, of which after is no other than before.
var reads = regexp.MustCompile(`/(get|list|compare)`)

// unnumbered are operations on nothing that GitHub has named before, and so may
// find late.
var unnumbered = regexp.MustCompile(`^(pulls/(create|list)|issues/list-for-repo|repos/.*)$`)

// left is what the action leaves on the server, with at most one call disturbed.
func (a action) left(t *testing.T, fault *github.Fault, carrier *late) outcome {
	t.Helper()
	hub := serve(t)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a", Body: pull.Splice("", says("old"), pull.State{Lane: "fleet"})})
	if _, _, _, err := hub.client(t).Plead(t.Context(), pull.Plea{Title: "Please", Section: says("please"), State: pull.State{Lane: "fleet"}}); err != nil {
		t.Fatal(err)
	}
	before := len(hub.server.Log())
	options := hub.options()
	if fault != nil {
		hub.server.Inject(*fault)
	}
	if carrier != nil {
		options.HTTP = &http.Client{Transport: carrier}
	}
	c, err := pull.New(options)
	if err != nil {
		t.Fatal(err)
	}
	err = a.do(t.Context(), c)
	if errors.Is(err, pull.ErrInvalid) || errors.Is(err, pull.ErrNotFound) && unnumbered.MatchString(fault.Operation) {
		err = a.do(t.Context(), c)
	}
	if err != nil {
		t.Error(err)
	}
	if fault != nil && !slices.Contains(hub.operations()[before:], fault.Operation) {
		t.Errorf("%s was not called", fault.Operation)
	}
	if carrier != nil && carrier.nth > 0 {
		t.Error("there were fewer calls")
	}
	return hub.outcome()
}

// An outcome is what there is on GitHub, without the numbers that count every
// call.
type outcome struct {
	Pulls  []github.Pull
	Issues []github.Issue
}

func (h *hub) outcome() outcome {
	all := outcome{h.server.Pulls("octo", "fleet"), h.server.Issues("octo", "fleet")}
	for _, one := range all.Pulls {
		all.Issues = append(all.Issues, one.Issue)
	}
	for _, one := range all.Issues {
		for i := range one.Comments {
			one.Comments[i].ID = 0
		}
	}
	return all
}

// A late carrier has one call time out, before or after it reached the server.
type late struct {
	nth  int // counts down
	sent bool
}

// RoundTrip is that of a connection on which an answer comes too late.
func (l *late) RoundTrip(request *http.Request) (*http.Response, error) {
	l.nth--
	if l.nth != 0 {
		return http.DefaultTransport.RoundTrip(request)
	}
	if l.sent {
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		if err := answer.Body.Close(); err != nil {
			return nil, err
		}
	}
	return nil, os.ErrDeadlineExceeded
}

// TestRateLimits has GitHub refuse in all its ways to say "later".
func TestRateLimits(t *testing.T) {
	header := http.Header{"Retry-After": {"0"}}
	for name, fault := range map[string]github.Fault{
		"429":              {Status: 429, Header: header, Body: `{"message":"slow down"}`},
		"secondary limit":  {Status: 403, Header: header, Body: `{"message":"You have exceeded a secondary rate limit.","documentation_url":"https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`},
		"other limit":      {Status: 403, Header: header, Body: `{"message":"Rate limit exceeded"}`},
		"429 with a reset": {Status: 429, Header: http.Header{"X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"1"}}, Body: `{"message":"API rate limit exceeded"}`},
		"primary limit":    {Status: 403, Header: http.Header{"X-RateLimit-Remaining": {"0"}, "X-RateLimit-Reset": {"1"}}, Body: `{"message":"API rate limit exceeded"}`},
	} {
		hub := serve(t)
		fault.Operation, fault.Nth = "pulls/create", 1
		hub.server.Inject(fault)
		hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: name})
		if diff := cmp.Diff([]string{"pulls/create", "pulls/list", "pulls/create"}, hub.operations()); diff != "" {
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
	p := pull.Proposal{Branch: branch, Base: "main", Title: "a"}
	hub.create(t, p)
	hub.server.Inject(github.Fault{Operation: "pulls/list", Nth: 1, Status: 200, Body: "[]"})
	got, created, err := hub.client(t).Create(t.Context(), p)
	if err != nil || created || got == nil || got.Number != 1 {
		t.Errorf("got %+v, %v, %v, want the first", got, created, err)
	}
}

// A server may not answer at all, or with nothing.
func TestFindWaitsForAnAnswer(t *testing.T) {
	for name, fault := range map[string]github.Fault{"no answer": {Delay: time.Minute}, "an empty one": {Status: 200}} {
		hub := serve(t)
		hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
		fault.Operation, fault.Nth = "pulls/list", 1
		hub.server.Inject(fault)
		options := hub.options()
		options.HTTP = &http.Client{Timeout: time.Second}
		c, err := pull.New(options)
		if err != nil {
			t.Fatal(err)
		}
		if open, _, err := c.Find(t.Context(), branch, "main"); open == nil || err != nil {
			t.Errorf("%s: got %v, %v", name, open, err)
		}
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
