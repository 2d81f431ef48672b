package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

func TestPullLife(t *testing.T) {
	server := lawful(t)
	c := client(t, server, bot)
	made := openPull(t, server)
	if got, want := made.GetHTMLURL(), server.URL()+"/octo/fleet/pull/1"; got != want {
		t.Errorf("html_url is %s, want %s", got, want)
	}

	got, _, err := c.PullRequests.Get(t.Context(), "octo", "fleet", 1)
	if err != nil {
		t.Fatal(err)
	}
	type facts struct {
		Head, Base, User, State, Mergeable string
		Commits, Files, Added, Removed     int
		Can                                bool
	}
	want := facts{branch, "main", github.Bot, "open", "clean", 1, 1, 1, 1, true}
	if diff := cmp.Diff(want, facts{
		got.GetHead().GetRef(), got.GetBase().GetRef(), got.GetUser().GetLogin(), got.GetState(), got.GetMergeableState(),
		got.GetCommits(), got.GetChangedFiles(), got.GetAdditions(), got.GetDeletions(), got.GetMergeable(),
	}); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}

	edited, _, err := c.PullRequests.Edit(t.Context(), "octo", "fleet", 1, &api.PullRequest{Body: api.String("new body")})
	if err != nil || edited.GetBody() != "new body" || edited.GetTitle() != "nixpkgs: bump" {
		t.Errorf("edit: %v, body %q, title %q", err, edited.GetBody(), edited.GetTitle())
	}
	for _, state := range []string{"closed", "open"} {
		edited, _, err := c.PullRequests.Edit(t.Context(), "octo", "fleet", 1, &api.PullRequest{State: &state})
		if err != nil || edited.GetState() != state || edited.GetClosedAt().IsZero() != (state == "open") {
			t.Errorf("%s: %v, %v, closed at %v", state, err, edited.GetState(), edited.GetClosedAt())
		}
	}
}

func TestPullList(t *testing.T) {
	server := lawful(t)
	c := client(t, server, bot)
	openPull(t, server)
	for _, test := range []struct {
		name string
		opts api.PullRequestListOptions
		want int
	}{
		{"open by default", api.PullRequestListOptions{}, 1},
		{"its head", api.PullRequestListOptions{Head: "octo:" + branch}, 1},
		{"another's head", api.PullRequestListOptions{Head: "tom:" + branch}, 0},
		{"another head", api.PullRequestListOptions{Head: "octo:side"}, 0},
		{"a head without owner filters nothing", api.PullRequestListOptions{Head: "side"}, 1},
		{"another base", api.PullRequestListOptions{Base: "side"}, 0},
		{"closed", api.PullRequestListOptions{State: "closed"}, 0},
		{"all", api.PullRequestListOptions{State: "all"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, _, err := c.PullRequests.List(t.Context(), "octo", "fleet", &test.opts)
			if err != nil || len(found) != test.want {
				t.Errorf("got %d, %v, want %d", len(found), err, test.want)
			}
		})
	}
}

func TestPullContents(t *testing.T) {
	server := lawful(t)
	c := client(t, server, "")
	openPull(t, server)
	commits, _, err := c.PullRequests.ListCommits(t.Context(), "octo", "fleet", 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, _, err := c.PullRequests.ListFiles(t.Context(), "octo", "fleet", 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(commits) != 1 || commits[0].GetCommit().GetMessage() != "nixpkgs: bump" {
		t.Errorf("commits: %v", commits)
	}
	if len(files) != 1 || files[0].GetFilename() != "flake.lock" || files[0].GetStatus() != "modified" {
		t.Fatalf("files: %v", files)
	}
	if diff := cmp.Diff("@@ -1 +1 @@\n-second\n+new", files[0].GetPatch()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestPullRefused(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	long := strings.Repeat("ä", 65537)
	for _, test := range []struct {
		name             string
		title, head      string
		base, body, want string
	}{
		{"twice", "t", branch, "main", "", "Validation Failed|PullRequest. custom A pull request already exists for octo:" + branch + "."},
		{"nothing new", "t", "main", "main", "", "Validation Failed|PullRequest. custom No commits between main and main"},
		{"no head", "t", "gone", "main", "", "Validation Failed|PullRequest.head invalid "},
		{"a stranger's head", "t", "tom:side", "main", "", "Validation Failed|PullRequest.head invalid "},
		{"no base", "t", "side", "gone", "", "Validation Failed|PullRequest.base invalid "},
		{"no title", "", "side", "main", "", "Validation Failed|Issue.title missing_field "},
		{"too long", "t", "side", "main", long, "Validation Failed|Issue.body custom body is too long (maximum is 65536 characters)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := client(t, server, bot).PullRequests.Create(t.Context(), "octo", "fleet", &api.NewPullRequest{
				Title: &test.title, Head: &test.head, Base: &test.base, Body: &test.body,
			})
			status, got := said(t, err)
			if status != http.StatusUnprocessableEntity || got != test.want {
				t.Errorf("got %d %q, want %q", status, got, test.want)
			}
		})
	}
}

// TestPullFollows has branches move by pushes and by the API.
func TestPullFollows(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, server *github.Server, dir string)
		state  string
		merged bool
	}{
		{"the branch moves on", func(t *testing.T, _ *github.Server, dir string) {
			git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "more")
			git(t, dir, "push", "--quiet", "origin", "HEAD:"+branch)
		}, "open", false},
		{"the branch is deleted by a push", func(t *testing.T, _ *github.Server, dir string) {
			git(t, dir, "push", "--quiet", "origin", ":"+branch)
		}, "closed", false},
		{"the branch is deleted by the API", func(t *testing.T, server *github.Server, _ string) {
			if _, err := client(t, server, bot).Git.DeleteRef(t.Context(), "octo", "fleet", "heads/"+branch); err != nil {
				t.Error(err)
			}
		}, "closed", false},
		{"the branch is reset to nothing", func(t *testing.T, _ *github.Server, dir string) {
			git(t, dir, "push", "--quiet", "--force", "origin", "origin/main:refs/heads/"+branch)
		}, "closed", false},
		{"the base takes it in", func(t *testing.T, server *github.Server, dir string) {
			server.Configure("octo/fleet", github.Settings{})
			git(t, dir, "push", "--quiet", "origin", "HEAD:main")
		}, "closed", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			before := openPull(t, server)
			dir := clone(t, server, olga, "octo/fleet")
			git(t, dir, "checkout", "--quiet", branch)
			test.change(t, server, dir)
			got, ok := server.Pull("octo", "fleet", 1)
			if !ok || got.State != test.state || got.Merged != test.merged {
				t.Errorf("state %q, merged %v, want %q, %v", got.State, got.Merged, test.state, test.merged)
			}
			want := git(t, dir, "rev-parse", "HEAD")
			if test.state == "open" && (got.Head.SHA != want || want == before.GetHead().GetSHA()) {
				t.Errorf("head is %s, want %s", got.Head.SHA, want)
			}
			after, _, err := client(t, server, bot).PullRequests.Get(t.Context(), "octo", "fleet", 1)
			if err != nil || after.GetMerged() != test.merged || after.GetCommits() == 0 && test.merged {
				t.Errorf("the API says merged %v with %d commits, %v", after.GetMerged(), after.GetCommits(), err)
			}
		})
	}
}

func TestPullConflict(t *testing.T) {
	server := lawful(t)
	pull, _, err := client(t, server, bot).PullRequests.Create(t.Context(), "octo", "fleet", &api.NewPullRequest{
		Title: api.String("clash"), Head: api.String("clash"), Base: api.String("main"), Draft: api.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	if pull.GetMergeable() || pull.GetMergeableState() != "dirty" || !pull.GetDraft() {
		t.Errorf("mergeable %v, %s, draft %v", pull.GetMergeable(), pull.GetMergeableState(), pull.GetDraft())
	}
}

func TestReopenRefused(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	c := client(t, server, olga)
	closed := &api.PullRequest{State: api.String("closed")}
	if _, _, err := c.PullRequests.Edit(t.Context(), "octo", "fleet", 1, closed); err != nil {
		t.Fatal(err)
	}
	dir := clone(t, server, olga, "octo/fleet")
	git(t, dir, "push", "--quiet", "--force", "origin", "origin/side:refs/heads/"+branch)
	_, _, err := c.PullRequests.Edit(t.Context(), "octo", "fleet", 1, &api.PullRequest{State: api.String("open")})
	want := "Validation Failed|PullRequest.state invalid state cannot be changed. The " + branch + " branch was force-pushed or recreated."
	if status, got := said(t, err); status != http.StatusUnprocessableEntity || got != want {
		t.Errorf("got %d %q", status, got)
	}
}

func TestReviewers(t *testing.T) {
	server := lawful(t)
	openPull(t, server)
	c := client(t, server, bot)
	stranger := "Reviews may only be requested from collaborators. One or more of the users or teams " +
		"you specified is not a collaborator of the octo/fleet repository."
	for _, test := range []struct {
		name string
		ask  api.ReviewersRequest
		want string
	}{
		{"author", api.ReviewersRequest{Reviewers: []string{github.Bot}}, "Review cannot be requested from pull request author."},
		{"stranger", api.ReviewersRequest{Reviewers: []string{"olga", "eve"}}, stranger},
		{"strange team", api.ReviewersRequest{TeamReviewers: []string{"red"}}, stranger},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := c.PullRequests.RequestReviewers(t.Context(), "octo", "fleet", 1, test.ask)
			if status, got := said(t, err); status != http.StatusUnprocessableEntity || got != test.want {
				t.Errorf("got %d %q, want %q", status, got, test.want)
			}
		})
	}
	ask := api.ReviewersRequest{Reviewers: []string{"olga", "tom"}, TeamReviewers: []string{"ops"}}
	if _, _, err := c.PullRequests.RequestReviewers(t.Context(), "octo", "fleet", 1, ask); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PullRequests.RemoveReviewers(t.Context(), "octo", "fleet", 1, api.ReviewersRequest{Reviewers: []string{"tom"}}); err != nil {
		t.Fatal(err)
	}
	got, _, err := c.PullRequests.ListReviewers(t.Context(), "octo", "fleet", 1, nil)
	if err != nil || len(got.Users) != 1 || got.Users[0].GetLogin() != "olga" || len(got.Teams) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}
