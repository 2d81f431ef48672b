package github_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

// everythingOf is all that is on a server, as far as anybody can ask.
func everythingOf(s *github.Server) map[string]any {
	return map[string]any{
		"pulls": s.Pulls("octo", "fleet"), "issues": s.Issues("octo", "fleet"), "labels": s.Labels("octo", "fleet"),
		"statuses": s.Statuses("octo", "fleet", s.Branches("octo", "fleet")["main"]), "branches": s.Branches("octo", "fleet"),
	}
}

// work does a bit of everything on a server.
func work(t *testing.T, server *github.Server, title string, issue int) {
	t.Helper()
	c, main := client(t, server, bot), server.Branches("octo", "fleet")["main"]
	ref := &api.Reference{Ref: api.String("refs/heads/" + title), Object: &api.GitObject{SHA: &main}}
	for _, do := range []func() error{
		func() error {
			_, _, err := c.Issues.Create(t.Context(), "octo", "fleet", &api.IssueRequest{Title: &title})
			return err
		},
		func() error {
			_, _, err := c.Issues.Edit(t.Context(), "octo", "fleet", issue, &api.IssueRequest{Body: &title})
			return err
		},
		func() error {
			_, _, err := c.Issues.CreateComment(t.Context(), "octo", "fleet", issue, &api.IssueComment{Body: &title})
			return err
		},
		func() error {
			_, _, err := c.Issues.AddLabelsToIssue(t.Context(), "octo", "fleet", issue, []string{title})
			return err
		},
		func() error {
			status := &api.RepoStatus{State: api.String("success"), Context: &title}
			_, _, err := c.Repositories.CreateStatus(t.Context(), "octo", "fleet", main, status)
			return err
		},
		func() error { _, _, err := c.Git.CreateRef(t.Context(), "octo", "fleet", ref); return err },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCopy copies a server that has something of everything: the two are alike,
// and what is done to one of them the other does not have.
func TestCopy(t *testing.T) {
	old := lawful(t)
	openPull(t, old)
	work(t, old, "first", 1)
	next, err := old.Copy(filepath.Join(t.TempDir(), "copy"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { next.Close() })
	before := everythingOf(old)
	if diff := cmp.Diff(before, everythingOf(next)); diff != "" {
		t.Fatalf("the copy mismatch (-old +copy):\n%s", diff)
	}
	if n := len(next.Log()); n > 0 {
		t.Errorf("the copy begins with %d calls", n)
	}
	first := int64(next.Pulls("octo", "fleet")[0].Comments[0].ID)
	edited := &api.IssueComment{Body: api.String("edited")}
	if _, _, err := client(t, next, bot).Issues.EditComment(t.Context(), "octo", "fleet", first, edited); err != nil {
		t.Error(err)
	}
	work(t, next, "second", 1)
	if second := next.Pulls("octo", "fleet")[0].Comments[1].ID; second <= int(first) {
		t.Errorf("the comment after %d is %d", first, second)
	}
	next.Configure("octo/fleet", github.Settings{NoIssues: true})
	if diff := cmp.Diff(before, everythingOf(old)); diff != "" {
		t.Errorf("what the copy did mismatch (-before +after):\n%s", diff)
	}
	copied := everythingOf(next)
	work(t, old, "third", 2)
	if diff := cmp.Diff(copied, everythingOf(next)); diff != "" {
		t.Errorf("what the old one did mismatch (-before +after):\n%s", diff)
	}
	if bad := next.Violations(); len(bad) > 0 {
		t.Errorf("violations: %q", bad)
	}
}
