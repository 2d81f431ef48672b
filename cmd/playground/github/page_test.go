package github_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

func TestWebPages(t *testing.T) {
	server := lawful(t)
	pull := openPull(t, server)
	c := client(t, server, bot)
	if _, _, err := c.Issues.AddLabelsToIssue(t.Context(), "octo", "fleet", 1, []string{"nixpkgs"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Issues.CreateComment(t.Context(), "octo", "fleet", 1, &api.IssueComment{Body: api.String("**a comment**")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Repositories.CreateStatus(t.Context(), "octo", "fleet", pull.GetHead().GetSHA(), &api.RepoStatus{
		State: api.String("failure"), Context: api.String("nixferry/web"),
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Issues.Create(t.Context(), "octo", "fleet", &api.IssueRequest{Title: api.String("an issue")}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path   string
		status int
		want   []string
	}{
		{"/", 200, []string{`href="/octo/fleet/pulls"`, "private"}},
		{"/octo/fleet", 200, []string{`href="pull/1"`, "nixpkgs: bump", "an issue"}},
		{"/octo/fleet/pull/1", 200, []string{
			">open<", ">nixpkgs<", "<code>" + branch + "</code>", "nixferry/web", "<strong>a comment</strong>",
			`<span class="del">-second`, "<dd>unstable</dd>",
		}},
		{"/octo/fleet/issues/2", 200, []string{"an issue"}},
		{"/octo/fleet/pull/7", 404, nil},
		{"/octo/fleet/stargazers", 404, nil},
		{"/octo/none", 404, nil},
		{"/favicon.ico", 404, nil},
	} {
		response := raw(t, server, http.MethodGet, test.path, "", "")
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != test.status {
			t.Errorf("%s: status %d, %v", test.path, response.StatusCode, err)
		}
		for _, want := range test.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s does not contain %q:\n%s", test.path, want, text)
			}
		}
	}
}

func TestPageStates(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	server.Configure("octo/fleet", github.Settings{})
	dir := clone(t, server, olga, "octo/fleet")
	git(t, dir, "push", "--quiet", "origin", "origin/"+branch+":refs/heads/main")
	text, err := io.ReadAll(raw(t, server, http.MethodGet, "/octo/fleet/pull/1", "", "").Body)
	if err != nil || !strings.Contains(string(text), `<span class="state merged">merged</span>`) {
		t.Errorf("%v\n%s", err, text)
	}
}
