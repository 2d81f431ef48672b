package github_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

const forked = "ferry-bot/fleet"

// fork adds ferry-bot/fleet, a fork of octo/fleet with one commit of its own on
// a branch, which a clone of the parent pushed.
func fork(t *testing.T, server *github.Server) (sha string) {
	t.Helper()
	server.Configure(forked, github.Settings{ForkOf: "octo/fleet"})
	dir := clone(t, server, bot, "octo/fleet")
	git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "bump in the fork")
	git(t, dir, "push", "--quiet", address(server, bot, forked), "HEAD:bump")
	return git(t, dir, "rev-parse", "HEAD")
}

func TestForkPull(t *testing.T) {
	server := lawful(t)
	sha := fork(t, server)
	c := client(t, server, bot)
	opened, _, err := c.PullRequests.Create(t.Context(), "octo", "fleet", &api.NewPullRequest{
		Title: api.String("t"), Head: api.String("ferry-bot:bump"), Base: api.String("main"),
	})
	if err != nil {
		t.Fatal(err)
	}
	head := opened.GetHead()
	got := []string{head.GetLabel(), head.GetRef(), head.GetSHA(), head.GetRepo().GetFullName(), opened.GetBase().GetLabel()}
	if diff := cmp.Diff([]string{"ferry-bot:bump", "bump", sha, forked, "octo:main"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if opened.GetCommits() != 1 || opened.GetMergeableState() != "clean" {
		t.Errorf("%d commits, %s", opened.GetCommits(), opened.GetMergeableState())
	}
	for head, want := range map[string]int{"ferry-bot:bump": 1, "octo:bump": 0, "ferry-bot:main": 0} {
		found, _, err := c.PullRequests.List(t.Context(), "octo", "fleet", &api.PullRequestListOptions{Head: head})
		if err != nil || len(found) != want {
			t.Errorf("head %s: %d pull requests, %v", head, len(found), err)
		}
	}
	page, err := io.ReadAll(raw(t, server, http.MethodGet, "/octo/fleet/pull/1", "", "").Body)
	if err != nil || !strings.Contains(string(page), "from <code>ferry-bot:bump</code>") {
		t.Errorf("the page does not name the fork: %v\n%s", err, page)
	}
}

func TestForkRefusals(t *testing.T) {
	server := lawful(t)
	fork(t, server)
	server.Configure("stranger/secret", github.Settings{ForkOf: "octo/secret"})
	create := func(head, repo string) error {
		pull := &api.NewPullRequest{Title: api.String("t"), Head: &head, Base: api.String("main")}
		if repo != "" {
			pull.HeadRepo = &repo
		}
		_, _, err := client(t, server, bot).PullRequests.Create(t.Context(), "octo", "fleet", pull)
		return err
	}
	if err := create("ferry-bot:bump", "fleet"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, head, repo, want string }{
		{"twice", "ferry-bot:bump", "", "A pull request already exists for ferry-bot:bump."},
		{"no such branch", "ferry-bot:none", "", "PullRequest.head invalid"},
		{"no such fork", "nobody:bump", "", "PullRequest.head invalid"},
		{"another network", "stranger:side", "", "PullRequest.head invalid"},
		{"no such repository", "ferry-bot:bump", "ship", "PullRequest.head invalid"},
		{"nothing new", "ferry-bot:main", "", "No commits between main and main"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, text := said(t, create(test.head, test.repo))
			if status != http.StatusUnprocessableEntity || !strings.Contains(text, test.want) {
				t.Errorf("got %d %q, want %q", status, text, test.want)
			}
		})
	}
}

// TestForkFollows has the pull request follow its branch in the fork, and
// closed with it, for a moment as for ever.
func TestForkFollows(t *testing.T) {
	server := lawful(t)
	fork(t, server)
	if _, _, err := client(t, server, bot).PullRequests.Create(t.Context(), "octo", "fleet", &api.NewPullRequest{
		Title: api.String("t"), Head: api.String("ferry-bot:bump"), Base: api.String("main"),
	}); err != nil {
		t.Fatal(err)
	}
	dir := clone(t, server, bot, forked)
	git(t, dir, "checkout", "--quiet", "bump")
	git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "more")
	git(t, dir, "push", "--quiet")
	sha := git(t, dir, "rev-parse", "HEAD")
	got, _ := server.Pull("octo", "fleet", 1)
	if diff := cmp.Diff(github.Branch{Name: "bump", SHA: sha, Fork: forked}, got.Head); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	git(t, dir, "push", "--quiet", "--delete", "origin", "bump")
	git(t, dir, "push", "--quiet", "origin", "bump")
	if got, _ := server.Pull("octo", "fleet", 1); got.State != "closed" {
		t.Errorf("the pull request is %s", got.State)
	}
	git(t, dir, "push", "--quiet", "--delete", "origin", "bump")
	if _, _, err := client(t, server, bot).PullRequests.Edit(t.Context(), "octo", "fleet", 1, &api.PullRequest{State: api.String("open")}); err == nil {
		t.Error("the pull request opened again without its branch")
	}
}

// TestForkSharesObjects: statuses go to the parent, and so do comparisons.
func TestForkSharesObjects(t *testing.T) {
	server := lawful(t)
	sha := fork(t, server)
	c := client(t, server, bot).Repositories
	if _, _, err := c.CreateStatus(t.Context(), "octo", "fleet", sha, &api.RepoStatus{State: api.String("success")}); err != nil {
		t.Error(err)
	}
	for _, head := range []string{"ferry-bot:bump", sha} {
		got, _, err := c.CompareCommits(t.Context(), "octo", "fleet", "octo:main", head, nil)
		if err != nil || got.GetAheadBy() != 1 {
			t.Errorf("%s: %d ahead, %v", head, got.GetAheadBy(), err)
		}
	}
	_, _, err := c.CompareCommits(t.Context(), "octo", "fleet", "main", "stranger:bump", nil)
	if status, _ := said(t, err); status != http.StatusNotFound {
		t.Errorf("a stranger's branch: %d", status)
	}
	view, _, err := c.Get(t.Context(), "ferry-bot", "fleet")
	if err != nil || !view.GetFork() || view.GetParent().GetFullName() != "octo/fleet" {
		t.Errorf("the fork is %v, %v", view, err)
	}
}

// TestForkGoGit pushes as nixferry does: from a clone of the parent, only what
// the parent lacks, and what the fork's own refs do not reach.
func TestForkGoGit(t *testing.T) {
	server := lawful(t)
	fork(t, server)
	parent := clone(t, server, bot, "octo/fleet")
	git(t, parent, "commit", "--quiet", "--allow-empty", "-m", "newer than the fork")
	git(t, parent, "push", "--quiet", "origin", "HEAD:newer")
	git(t, parent, "commit", "--quiet", "--allow-empty", "-m", "bump")

	repo, err := gogit.PlainOpen(parent)
	if err != nil {
		t.Fatal(err)
	}
	err = repo.Push(&gogit.PushOptions{
		RemoteURL: server.URL() + "/" + forked,
		Auth:      &githttp.BasicAuth{Username: "x-access-token", Password: bot},
		RefSpecs:  []config.RefSpec{"refs/heads/main:refs/heads/by-go-git"},
	})
	if err != nil {
		t.Error(err)
	}
}

// TestForkOfNothing keeps a misspelt parent from passing as a test that holds.
func TestForkOfNothing(t *testing.T) {
	server := world(t)
	server.Configure(forked, github.Settings{ForkOf: "octo/float"})
	if got := server.Violations(); len(got) != 1 || !strings.Contains(got[0], "forking octo/float") {
		t.Errorf("got %q", got)
	}
}
