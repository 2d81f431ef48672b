package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

func TestIssues(t *testing.T) {
	server := lawful(t)
	c := client(t, server, bot)
	openPull(t, server)
	made, _, err := c.Issues.Create(t.Context(), "octo", "fleet", &api.IssueRequest{
		Title: api.String("cannot open a pull request"), Body: api.String("why"),
		Labels: &[]string{"nixferry"}, Assignees: &[]string{"olga", "eve"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if made.GetNumber() != 2 || len(made.Labels) != 1 || len(made.Assignees) != 1 || made.GetAssignee().GetLogin() != "olga" {
		t.Errorf("made %v", made)
	}
	if _, _, err := c.Issues.Edit(t.Context(), "octo", "fleet", 2, &api.IssueRequest{State: api.String("closed")}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		state, label string
		want         []int
	}{
		{"open", "", []int{1}},
		{"all", "", []int{2, 1}},
		{"all", "nixferry", []int{2}},
	} {
		opts := &api.IssueListByRepoOptions{State: test.state}
		if test.label != "" {
			opts.Labels = []string{test.label}
		}
		found, _, err := c.Issues.ListByRepo(t.Context(), "octo", "fleet", opts)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, issue := range found {
			got = append(got, issue.GetNumber())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %s: mismatch (-want +got):\n%s", test.state, test.label, diff)
		}
	}
	pull, _, err := c.Issues.Get(t.Context(), "octo", "fleet", 1)
	if err != nil || !pull.IsPullRequest() || made.IsPullRequest() {
		t.Errorf("issue 1 should be a pull request and 2 none: %v", err)
	}
	if got := server.Issues("octo", "fleet"); len(got) != 1 || got[0].State != "closed" || got[0].Author != github.Bot {
		t.Errorf("state: %+v", got)
	}
}

func TestLabels(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	issues := client(t, server, bot).Issues
	steps := []struct {
		name string
		do   func() error
		want []string
	}{
		{"add", func() error {
			_, _, err := issues.AddLabelsToIssue(t.Context(), "octo", "fleet", 1, []string{"nixpkgs", "a/b c"})
			return err
		}, []string{"nixpkgs", "a/b c"}},
		{"add again", func() error {
			_, _, err := issues.AddLabelsToIssue(t.Context(), "octo", "fleet", 1, []string{"nixpkgs"})
			return err
		}, []string{"nixpkgs", "a/b c"}},
		{"remove", func() error {
			_, err := issues.RemoveLabelForIssue(t.Context(), "octo", "fleet", 1, "nixpkgs")
			return err
		}, []string{"a/b c"}},
		{"replace", func() error {
			_, _, err := issues.ReplaceLabelsForIssue(t.Context(), "octo", "fleet", 1, []string{"x"})
			return err
		}, []string{"x"}},
		{"edit", func() error {
			_, _, err := issues.Edit(t.Context(), "octo", "fleet", 1, &api.IssueRequest{Labels: &[]string{"y"}})
			return err
		}, []string{"y"}},
		{"clear", func() error {
			_, err := issues.RemoveLabelsForIssue(t.Context(), "octo", "fleet", 1)
			return err
		}, nil},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		got, _, err := issues.ListLabelsByIssue(t.Context(), "octo", "fleet", 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, label := range got {
			names = append(names, label.GetName())
		}
		if diff := cmp.Diff(step.want, names); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", step.name, diff)
		}
	}
	_, err := issues.RemoveLabelForIssue(t.Context(), "octo", "fleet", 1, "gone")
	if status, text := said(t, err); status != http.StatusNotFound || text != "Label does not exist" {
		t.Errorf("got %d %q", status, text)
	}
	_, _, err = issues.AddLabelsToIssue(t.Context(), "octo", "fleet", 1, []string{strings.Repeat("l", 51)})
	if status, text := said(t, err); status != http.StatusUnprocessableEntity || !strings.Contains(text, "name is too long (maximum is 50 characters)") {
		t.Errorf("got %d %q", status, text)
	}
}

func TestAssignees(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	issues := client(t, server, bot).Issues
	if _, _, err := issues.AddAssignees(t.Context(), "octo", "fleet", 1, []string{"olga", "tom", "eve"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := issues.RemoveAssignees(t.Context(), "octo", "fleet", 1, []string{"tom"}); err != nil {
		t.Fatal(err)
	}
	got, _ := server.Pull("octo", "fleet", 1)
	if diff := cmp.Diff([]string{"olga"}, got.Assignees); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestComments(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	issues := client(t, server, olga).Issues
	made, _, err := issues.CreateComment(t.Context(), "octo", "fleet", 1, &api.IssueComment{Body: api.String("/ferry retry")})
	if err != nil {
		t.Fatal(err)
	}
	if made.GetUser().GetLogin() != "olga" || made.GetAuthorAssociation() != "COLLABORATOR" ||
		made.GetIssueURL() != server.APIURL()+"/repos/octo/fleet/issues/1" {
		t.Errorf("made %v", made)
	}
	reactions := client(t, server, bot).Reactions
	var last *api.Reaction
	for _, status := range []int{http.StatusCreated, http.StatusOK} {
		var response *api.Response
		if last, response, err = reactions.CreateIssueCommentReaction(t.Context(), "octo", "fleet", made.GetID(), "eyes"); err != nil || response.StatusCode != status {
			t.Errorf("reaction: %v, want %d", err, status)
		}
	}
	if _, err := reactions.DeleteIssueCommentReaction(t.Context(), "octo", "fleet", made.GetID(), last.GetID()); err != nil {
		t.Error(err)
	}
	if left, _, err := reactions.ListIssueCommentReactions(t.Context(), "octo", "fleet", made.GetID(), nil); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if _, _, err := issues.EditComment(t.Context(), "octo", "fleet", made.GetID(), &api.IssueComment{Body: api.String("new")}); err != nil {
		t.Error(err)
	}
	got, _, err := issues.GetComment(t.Context(), "octo", "fleet", made.GetID())
	if err != nil || got.GetBody() != "new" {
		t.Errorf("got %v, %v", got, err)
	}
	_, _, err = issues.CreateComment(t.Context(), "octo", "fleet", 1, &api.IssueComment{Body: api.String(strings.Repeat("x", 65537))})
	want := "Validation Failed|IssueComment.data unprocessable Body is too long (maximum is 65536 characters)"
	if status, text := said(t, err); status != http.StatusUnprocessableEntity || text != want {
		t.Errorf("got %d %q", status, text)
	}
	if _, err := issues.DeleteComment(t.Context(), "octo", "fleet", made.GetID()); err != nil {
		t.Error(err)
	}
	_, _, err = issues.GetComment(t.Context(), "octo", "fleet", made.GetID())
	if status, _ := said(t, err); status != http.StatusNotFound {
		t.Errorf("a deleted comment answers %d", status)
	}
}

func TestPages(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	issues := client(t, server, bot).Issues
	for i := range 45 {
		if _, _, err := issues.CreateComment(t.Context(), "octo", "fleet", 1, &api.IssueComment{Body: api.String(strings.Repeat("x", i+1))}); err != nil {
			t.Fatal(err)
		}
	}
	var lengths []int
	opts := &api.IssueListCommentsOptions{ListOptions: api.ListOptions{PerPage: 20}}
	for {
		page, response, err := issues.ListComments(t.Context(), "octo", "fleet", 1, opts)
		if err != nil {
			t.Fatal(err)
		}
		lengths = append(lengths, len(page))
		if response.NextPage == 0 {
			break
		}
		if response.LastPage != 3 {
			t.Errorf("last page is %d, want 3", response.LastPage)
		}
		opts.Page = response.NextPage
	}
	if diff := cmp.Diff([]int{20, 20, 5}, lengths); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
