package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

// TestNoIssues turns issues off in a repository that has one and a pull
// request, which stays what it is.
func TestNoIssues(t *testing.T) {
	server := lawful(t)
	c := client(t, server, bot)
	openPull(t, server)
	create := func() error {
		_, _, err := c.Issues.Create(t.Context(), "octo", "fleet", &api.IssueRequest{Title: api.String("t")})
		return err
	}
	if err := create(); err != nil {
		t.Fatal(err)
	}
	server.Configure("octo/fleet", github.Settings{NoIssues: true})
	for _, test := range []struct {
		name string
		do   func() error
	}{
		{"create", create},
		{"get", func() error { _, _, err := c.Issues.Get(t.Context(), "octo", "fleet", 2); return err }},
		{"comment", func() error {
			_, _, err := c.Issues.CreateComment(t.Context(), "octo", "fleet", 2, &api.IssueComment{Body: api.String("b")})
			return err
		}},
	} {
		if status, text := said(t, test.do()); status != http.StatusGone || text != "Issues has been disabled in this repository." {
			t.Errorf("%s: %d %q", test.name, status, text)
		}
	}
	if _, _, err := c.Issues.CreateComment(t.Context(), "octo", "fleet", 1, &api.IssueComment{Body: api.String("b")}); err != nil {
		t.Error(err)
	}
	found, _, err := c.Issues.ListByRepo(t.Context(), "octo", "fleet", nil)
	if err != nil || len(found) != 1 || !found[0].IsPullRequest() {
		t.Errorf("listed %v, %v", found, err)
	}
	if view, _, err := c.Repositories.Get(t.Context(), "octo", "fleet"); err != nil || view.GetHasIssues() {
		t.Errorf("the repository says it has issues: %v", err)
	}
}

func TestCreateNoDraft(t *testing.T) {
	server := lawful(t)
	server.Configure("octo/fleet", github.Settings{NoDrafts: true})
	create := func(draft bool) error {
		_, _, err := client(t, server, bot).PullRequests.Create(t.Context(), "octo", "fleet", &api.NewPullRequest{
			Title: api.String("t"), Head: api.String(branch), Base: api.String("main"), Draft: &draft,
		})
		return err
	}
	status, text := said(t, create(true))
	if status != http.StatusUnprocessableEntity || text != "Draft pull requests are not supported in this repository." {
		t.Errorf("%d %q", status, text)
	}
	if err := create(false); err != nil {
		t.Error(err)
	}
}

func TestIssuesByCreator(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	if _, _, err := client(t, server, olga).Issues.Create(t.Context(), "octo", "fleet", &api.IssueRequest{Title: api.String("t")}); err != nil {
		t.Fatal(err)
	}
	for creator, want := range map[string]int{"Olga": 2, github.Bot: 1} {
		found, _, err := client(t, server, bot).Issues.ListByRepo(t.Context(), "octo", "fleet", &api.IssueListByRepoOptions{Creator: creator})
		if err != nil || len(found) != 1 || found[0].GetNumber() != want {
			t.Errorf("by %s: %v, %v", creator, found, err)
		}
	}
}

// TestIssuesByOther keeps a filter that is not played from finding everything.
func TestIssuesByOther(t *testing.T) {
	server := world(t)
	raw(t, server, http.MethodGet, "/api/v3/repos/octo/fleet/issues?mentioned=olga", bot, "")
	if got := server.Violations(); len(got) != 1 || !strings.Contains(got[0], "mentioned") {
		t.Errorf("got %q", got)
	}
}

// TestCrowded goes to where GitHub takes no more of a thing.
func TestCrowded(t *testing.T) {
	server := lawful(t)
	sha := openPull(t, server).GetHead().GetSHA()
	server.Crowd(2499, sha, "nixferry", 999)
	answers := func(path, body string) (got []int) {
		for range 2 {
			got = append(got, raw(t, server, http.MethodPost, "/api/v3/repos/octo/fleet"+path, bot, body).StatusCode)
		}
		return got
	}
	if diff := cmp.Diff([]int{201, 403}, answers("/issues/1/comments", `{"body":"b"}`)); diff != "" {
		t.Errorf("comments: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{201, 422}, answers("/statuses/"+sha, `{"state":"success","context":"nixferry"}`)); diff != "" {
		t.Errorf("statuses: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{201, 201}, answers("/statuses/"+sha, `{"state":"success","context":"other"}`)); diff != "" {
		t.Errorf("another context: mismatch (-want +got):\n%s", diff)
	}
}
