package github_test

import (
	"net/http"
	"testing"

	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

const integration = "Resource not accessible by integration"

func createIn(repo string) func(*testing.T, *api.Client) error {
	return func(t *testing.T, c *api.Client) error {
		_, _, err := c.PullRequests.Create(t.Context(), "octo", repo, &api.NewPullRequest{
			Title: api.String("t"), Head: api.String(branch), Base: api.String("main"),
		})
		return err
	}
}

func readIn(repo string) func(*testing.T, *api.Client) error {
	return func(t *testing.T, c *api.Client) error {
		_, _, err := c.PullRequests.List(t.Context(), "octo", repo, nil)
		return err
	}
}

func label(t *testing.T, c *api.Client) error {
	_, _, err := c.Issues.AddLabelsToIssue(t.Context(), "octo", "fleet", 1, []string{"x"})
	return err
}

func protection(t *testing.T, c *api.Client) error {
	_, _, err := c.Repositories.GetBranchProtection(t.Context(), "octo", "fleet", "main")
	return err
}

func TestPermissions(t *testing.T) {
	for _, test := range []struct {
		name   string
		token  string
		grant  github.Permissions
		do     func(*testing.T, *api.Client) error
		status int
		text   string
	}{
		{"nobody reads", "", github.Permissions{}, readIn("fleet"), 200, ""},
		{"nobody creates", "", github.Permissions{}, createIn("fleet"), 401, "Requires authentication"},
		{"nobody sees private", "", github.Permissions{}, readIn("secret"), 404, "Not Found"},
		{"unknown token", "ghs_wrong", github.Permissions{}, readIn("fleet"), 401, "Bad credentials"},
		{"no such repository", bot, everything, readIn("none"), 404, "Not Found"},
		{"no right to pull requests", bot, github.Permissions{Contents: github.Write}, createIn("fleet"), 403, integration},
		{"reading is not writing", bot, github.Permissions{PullRequests: github.Read}, createIn("fleet"), 403, integration},
		{"a person's token", olga, github.Permissions{Login: "olga"}, createIn("fleet"), 403, "Resource not accessible by personal access token"},
		{"another repository's token", bot, github.Permissions{PullRequests: github.Write, Repositories: []string{"octo/secret"}}, createIn("fleet"), 403, integration},
		{"private for another", bot, github.Permissions{PullRequests: github.Write, Repositories: []string{"octo/fleet"}}, readIn("secret"), 404, "Not Found"},
		{"private without the right", bot, github.Permissions{Contents: github.Read}, readIn("secret"), 403, integration},
		{"private with the right", bot, github.Permissions{PullRequests: github.Read}, readIn("secret"), 200, ""},
		{"labels by issues", bot, github.Permissions{Issues: github.Write}, label, 200, ""},
		{"labels by pull requests", bot, github.Permissions{PullRequests: github.Write}, label, 200, ""},
		{"protection is not public", bot, github.Permissions{Contents: github.Write}, protection, 403, integration},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			openPull(t, server)
			if test.grant.Login != "" || test.token == bot {
				server.Grant(test.token, test.grant)
			}
			err := test.do(t, client(t, server, test.token))
			if test.status == http.StatusOK {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if status, text := said(t, err); status != test.status || text != test.text {
				t.Errorf("got %d %q, want %d %q", status, text, test.status, test.text)
			}
		})
	}
}

func TestActionsMayNotCreatePulls(t *testing.T) {
	server := lawful(t)
	server.Configure("octo/fleet", github.Settings{ActionsMayNotCreatePulls: true})
	ask := &api.NewPullRequest{Title: api.String("t"), Head: api.String(branch), Base: api.String("main")}
	_, _, err := client(t, server, bot).PullRequests.Create(t.Context(), "octo", "fleet", ask)
	if status, text := said(t, err); status != http.StatusForbidden || text != "GitHub Actions is not permitted to create or approve pull requests." {
		t.Errorf("got %d %q", status, text)
	}
	if _, _, err := client(t, server, olga).PullRequests.Create(t.Context(), "octo", "fleet", ask); err != nil {
		t.Errorf("a person's token: %v", err)
	}
}
