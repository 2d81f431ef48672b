package github_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

func TestRepository(t *testing.T) {
	server := lawful(t)
	got, response, err := client(t, server, bot).Repositories.Get(t.Context(), "octo", "fleet")
	if err != nil {
		t.Fatal(err)
	}
	if got.GetDefaultBranch() != "main" || got.GetPrivate() || !got.GetPermissions()["push"] ||
		got.GetCloneURL() != server.URL()+"/octo/fleet.git" {
		t.Errorf("got %v", got)
	}
	if response.Rate.Limit != 5000 || response.Rate.Remaining >= 5000 || response.Rate.Reset.IsZero() {
		t.Errorf("rate: %+v", response.Rate)
	}
	user, _, err := client(t, server, olga).Users.Get(t.Context(), "")
	if err != nil || user.GetLogin() != "olga" {
		t.Errorf("user %v, %v", user.GetLogin(), err)
	}
}

func TestBranches(t *testing.T) {
	server := lawful(t)
	c := client(t, server, bot)
	list, _, err := c.Repositories.ListBranches(t.Context(), "octo", "fleet", nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range list {
		names = append(names, b.GetName())
	}
	if diff := cmp.Diff([]string{"clash", "main", branch, "side"}, names); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	one, _, err := c.Repositories.GetBranch(t.Context(), "octo", "fleet", branch, 0)
	if err != nil || one.GetProtected() || one.GetCommit().GetCommit().GetMessage() != "nixpkgs: bump" {
		t.Errorf("branch %v, %v", one, err)
	}
	if _, _, err := c.Repositories.GetBranchProtection(t.Context(), "octo", "fleet", "main"); err != nil {
		t.Error(err)
	}
	_, _, err = c.Repositories.GetBranchProtection(t.Context(), "octo", "fleet", branch)
	if err == nil || !strings.Contains(err.Error(), "branch is not protected") {
		t.Errorf("protection of an unprotected branch: %v", err)
	}
	_, _, err = c.Repositories.GetBranch(t.Context(), "octo", "fleet", "gone", 0)
	if err == nil {
		t.Error("a branch that is gone was found")
	}
}

func TestRoles(t *testing.T) {
	server := lawful(t)
	for login, want := range map[string]string{"octo": "admin", "olga": "write", "tom": "read", "eve": "read"} {
		got, _, err := client(t, server, bot).Repositories.GetPermissionLevel(t.Context(), "octo", "fleet", login)
		if err != nil || got.GetPermission() != want {
			t.Errorf("%s: %s, %v, want %s", login, got.GetPermission(), err, want)
		}
	}
}

func TestActions(t *testing.T) {
	server := lawful(t)
	c := client(t, server, bot)
	if got, _, err := c.Repositories.GetActionsPermissions(t.Context(), "octo", "fleet"); err != nil || !got.GetEnabled() {
		t.Errorf("%v, %v", got, err)
	}
	server.Configure("octo/fleet", github.Settings{ActionsMayNotCreatePulls: true})
	got, _, err := c.Repositories.GetDefaultWorkflowPermissions(t.Context(), "octo", "fleet")
	if err != nil || got.GetCanApprovePullRequestReviews() {
		t.Errorf("%v, %v", got, err)
	}
	event := api.CreateWorkflowDispatchEventRequest{Ref: "main", Inputs: map[string]any{"host": "web"}}
	if _, err := c.Actions.CreateWorkflowDispatchEventByFileName(t.Context(), "octo", "fleet", "nixferry.yml", event); err != nil {
		t.Fatal(err)
	}
	want := []github.Dispatch{{Workflow: "nixferry.yml", Ref: "main", Inputs: map[string]string{"host": "web"}}}
	if diff := cmp.Diff(want, server.Dispatches("octo", "fleet")); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	_, err = c.Actions.CreateWorkflowDispatchEventByFileName(t.Context(), "octo", "fleet", "none.yml", event)
	if status, _ := said(t, err); status != http.StatusNotFound {
		t.Errorf("a workflow that is not there answers %d", status)
	}
}

func TestStatuses(t *testing.T) {
	server := lawful(t)
	pull := openPull(t, server)
	repos := client(t, server, bot).Repositories
	sha := pull.GetHead().GetSHA()
	for _, step := range []struct{ context, state, combined string }{
		{"nixferry/web", "pending", "pending"},
		{"nixferry/web", "success", "success"},
		{"nixferry/nas", "failure", "failure"},
	} {
		_, _, err := repos.CreateStatus(t.Context(), "octo", "fleet", sha, &api.RepoStatus{
			Context: &step.context, State: &step.state, Description: api.String("d"), TargetURL: api.String("http://127.0.0.1/"),
		})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := repos.GetCombinedStatus(t.Context(), "octo", "fleet", branch, nil)
		if err != nil || got.GetState() != step.combined {
			t.Errorf("%+v: %v, %v", step, got.GetState(), err)
		}
	}
	list, _, err := repos.ListStatuses(t.Context(), "octo", "fleet", sha, nil)
	if err != nil || len(list) != 3 || list[0].GetContext() != "nixferry/nas" {
		t.Errorf("list %v, %v", list, err)
	}
	if got := server.Statuses("octo", "fleet", sha); len(got) != 3 || got[0].State != "pending" || got[0].Author != github.Bot {
		t.Errorf("state %+v", got)
	}
	for _, test := range []struct{ sha, description, want string }{
		{strings.Repeat("0", 40), "", "No commit found for SHA: " + strings.Repeat("0", 40)},
		{sha, strings.Repeat("x", 141), "Validation Failed|Status.description custom description is too long (maximum is 140 characters)"},
	} {
		_, _, err := repos.CreateStatus(t.Context(), "octo", "fleet", test.sha, &api.RepoStatus{
			State: api.String("success"), Description: &test.description,
		})
		if status, text := said(t, err); status != http.StatusUnprocessableEntity || text != test.want {
			t.Errorf("got %d %q", status, text)
		}
	}
}

func TestChecks(t *testing.T) {
	server := lawful(t)
	pull := openPull(t, server)
	checks := client(t, server, bot).Checks
	made, _, err := checks.CreateCheckRun(t.Context(), "octo", "fleet", api.CreateCheckRunOptions{
		Name: "nixferry", HeadSHA: pull.GetHead().GetSHA(), Status: api.String("in_progress"),
	})
	if err != nil {
		t.Fatal(err)
	}
	done, _, err := checks.UpdateCheckRun(t.Context(), "octo", "fleet", made.GetID(), api.UpdateCheckRunOptions{
		Name: "nixferry", Conclusion: api.String("success"),
		Output: &api.CheckRunOutput{Title: api.String("t"), Summary: api.String("s")},
	})
	if err != nil || done.GetStatus() != "completed" || done.GetOutput().GetSummary() != "s" {
		t.Errorf("done %v, %v", done, err)
	}
	list, _, err := checks.ListCheckRunsForRef(t.Context(), "octo", "fleet", branch, nil)
	if err != nil || list.GetTotal() != 1 || list.CheckRuns[0].GetConclusion() != "success" {
		t.Errorf("list %v, %v", list, err)
	}
}

func TestCommits(t *testing.T) {
	server := lawful(t)
	repos := client(t, server, "").Repositories
	got, _, err := repos.GetCommit(t.Context(), "octo", "fleet", branch, nil)
	if err != nil || got.GetCommit().GetMessage() != "nixpkgs: bump" || len(got.Files) != 1 {
		t.Errorf("commit %v, %v", got, err)
	}
	for _, test := range []struct {
		base, head, status string
		ahead, behind      int
		files              []string
	}{
		{"main", branch, "ahead", 1, 0, []string{"flake.lock"}},
		{branch, "main", "behind", 0, 1, nil},
		{"main", "side", "diverged", 1, 1, []string{"notes/a b.txt"}},
		{"main", "main", "identical", 0, 0, nil},
	} {
		got, _, err := repos.CompareCommits(t.Context(), "octo", "fleet", test.base, test.head, nil)
		if err != nil {
			t.Fatal(err)
		}
		var files []string
		for _, f := range got.Files {
			files = append(files, f.GetFilename())
		}
		if got.GetStatus() != test.status || got.GetAheadBy() != test.ahead || got.GetBehindBy() != test.behind {
			t.Errorf("%s...%s: %s, %d ahead, %d behind", test.base, test.head, got.GetStatus(), got.GetAheadBy(), got.GetBehindBy())
		}
		if diff := cmp.Diff(test.files, files); diff != "" {
			t.Errorf("%s...%s: mismatch (-want +got):\n%s", test.base, test.head, diff)
		}
		got, _, err = repos.CompareCommits(t.Context(), "octo", "fleet", test.base, test.head, &api.ListOptions{Page: 2, PerPage: 1})
		if err != nil || got.GetTotalCommits() != test.ahead || len(got.Commits)+len(got.Files) != 0 {
			t.Errorf("%s...%s, page 2: %d commits, %v, %v", test.base, test.head, got.GetTotalCommits(), got.Files, err)
		}
	}
}
