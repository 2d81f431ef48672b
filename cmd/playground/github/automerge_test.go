package github_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

const enable = "enablePullRequestAutoMerge"

var waiting = github.Settings{AllowAutoMerge: true, RequiredStatuses: []string{"nixferry"}, Protected: []string{"main"}}

// post puts a status on a commit.
func post(t *testing.T, server *github.Server, sha, context, state string) {
	t.Helper()
	_, _, err := client(t, server, bot).Repositories.CreateStatus(t.Context(), "octo", "fleet", sha, &api.RepoStatus{
		Context: &context, State: &state,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAutoMergeRefused(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings github.Settings
		prepare  func(t *testing.T, server *github.Server, pull *api.PullRequest)
		expected string
		want     string
	}{
		{"not allowed", github.Settings{RequiredStatuses: []string{"nixferry"}}, nil, "", "Auto merge is not allowed for this repository"},
		{"no rules", github.Settings{AllowAutoMerge: true}, nil, "", "Protected branch rules not configured for this branch"},
		{"nothing required", github.Settings{AllowAutoMerge: true, Protected: []string{"main"}}, nil, "", "Pull request is in clean status"},
		{"green already", waiting, func(t *testing.T, server *github.Server, pull *api.PullRequest) {
			post(t, server, pull.GetHead().GetSHA(), "nixferry", "success")
		}, "", "Pull request is in clean status"},
		{"another is red", waiting, func(t *testing.T, server *github.Server, pull *api.PullRequest) {
			post(t, server, pull.GetHead().GetSHA(), "nixferry", "success")
			post(t, server, pull.GetHead().GetSHA(), "other", "failure")
		}, "", "Pull request is in unstable status"},
		{"draft", waiting, func(t *testing.T, server *github.Server, pull *api.PullRequest) {
			mutate(t, server, bot, "convertPullRequestToDraft", map[string]any{"pullRequestId": pull.GetNodeID()})
		}, "", "Pull request is in draft status"},
		{"another head", waiting, nil, "1111111111111111111111111111111111111111", "Head sha didn't match expected head sha"},
		{"closed", waiting, func(t *testing.T, server *github.Server, _ *api.PullRequest) {
			if _, _, err := client(t, server, bot).PullRequests.Edit(t.Context(), "octo", "fleet", 1, &api.PullRequest{State: api.String("closed")}); err != nil {
				t.Fatal(err)
			}
		}, "", "Pull request is closed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			pull := openPull(t, server)
			server.Configure("octo/fleet", test.settings)
			if test.prepare != nil {
				test.prepare(t, server, pull)
			}
			input := map[string]any{"pullRequestId": pull.GetNodeID()}
			if test.expected != "" {
				input["expectedHeadOid"] = test.expected
			}
			_, got := mutate(t, server, bot, enable, input)
			if diff := cmp.Diff(refused(enable, "UNPROCESSABLE", test.want), got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// moveOn puts a commit on main and one on the pull request's branch, and gives
// the clone it did so in and the branch's new head.
func moveOn(t *testing.T, server *github.Server) (dir, head string) {
	t.Helper()
	dir = clone(t, server, olga, "octo/fleet")
	server.Configure("octo/fleet", github.Settings{})
	git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "meanwhile")
	git(t, dir, "push", "--quiet", "origin", "HEAD:main")
	git(t, dir, "checkout", "--quiet", branch)
	if err := os.WriteFile(filepath.Join(dir, "flake.lock"), []byte("newer"), 0o644); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "commit", "--quiet", "-am", "again")
	git(t, dir, "push", "--quiet", "origin", "HEAD")
	return dir, git(t, dir, "rev-parse", "HEAD")
}

// TestAutoMerge waits for the required status and looks what is in main then,
// which has moved meanwhile: two commits on the same line of flake.lock.
func TestAutoMerge(t *testing.T) {
	for _, test := range []struct {
		method  string
		parents int
		message string
	}{
		{"MERGE", 2, "Merge pull request #1 from octo/nixferry/nixos-unstable\n\nnixpkgs: bump"},
		{"SQUASH", 1, "nixpkgs: bump (#1)"},
		{"REBASE", 1, "again"},
	} {
		t.Run(test.method, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			pull := openPull(t, server)
			dir, head := moveOn(t, server)
			server.Configure("octo/fleet", waiting)
			post(t, server, head, "nixferry", "pending")
			_, got := mutate(t, server, bot, enable, map[string]any{
				"pullRequestId": pull.GetNodeID(), "mergeMethod": test.method, "expectedHeadOid": head,
			})
			if diff := cmp.Diff(done(enable), got); diff != "" {
				t.Fatalf("mismatch (-want +got):\n%s", diff)
			}
			post(t, server, head, "nixferry/web", "failure")
			on, _, err := client(t, server, bot).PullRequests.Get(t.Context(), "octo", "fleet", 1)
			if err != nil || on.AutoMerge == nil || on.AutoMerge.GetEnabledBy().GetLogin() != github.Bot || on.GetMergeableState() != "blocked" {
				t.Errorf("before: %v, %s, %v", on.AutoMerge, on.GetMergeableState(), err)
			}
			post(t, server, head, "nixferry", "success")
			git(t, dir, "fetch", "--quiet", "origin")
			tip, _, err := client(t, server, bot).Git.GetCommit(t.Context(), "octo", "fleet", git(t, dir, "rev-parse", "origin/main"))
			if err != nil || len(tip.Parents) != test.parents || tip.GetMessage() != test.message {
				t.Errorf("main is at %v, %v", tip, err)
			}
			if lock := git(t, dir, "show", "origin/main:flake.lock"); lock != "newer" {
				t.Errorf("main has %q", lock)
			}
			merged, _, err := client(t, server, bot).PullRequests.Get(t.Context(), "octo", "fleet", 1)
			if err != nil || !merged.GetMerged() || merged.GetMergeCommitSHA() != tip.GetSHA() || merged.GetMergedBy().GetLogin() != github.Bot || merged.AutoMerge != nil {
				t.Errorf("after: %v, %v", merged, err)
			}
		})
	}
}

// TestAutoMergeGoesOff has what takes a merge back that was to come.
func TestAutoMergeGoesOff(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(t *testing.T, server *github.Server, pull *api.PullRequest)
	}{
		{"switched off", func(t *testing.T, server *github.Server, pull *api.PullRequest) {
			input := map[string]any{"pullRequestId": pull.GetNodeID()}
			mutate(t, server, bot, "disablePullRequestAutoMerge", input)
			_, got := mutate(t, server, bot, "disablePullRequestAutoMerge", input)
			want := refused("disablePullRequestAutoMerge", "UNPROCESSABLE", "Auto merge is not enabled for this pull request")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		}},
		{"a draft again", func(t *testing.T, server *github.Server, pull *api.PullRequest) {
			mutate(t, server, bot, "convertPullRequestToDraft", map[string]any{"pullRequestId": pull.GetNodeID()})
		}},
		{"closed", func(t *testing.T, server *github.Server, _ *api.PullRequest) {
			if _, _, err := client(t, server, bot).PullRequests.Edit(t.Context(), "octo", "fleet", 1, &api.PullRequest{State: api.String("closed")}); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			pull := openPull(t, server)
			server.Configure("octo/fleet", waiting)
			mutate(t, server, bot, enable, map[string]any{"pullRequestId": pull.GetNodeID(), "mergeMethod": "SQUASH"})
			if now, _ := server.Pull("octo", "fleet", 1); now.AutoMerge != "squash" {
				t.Fatalf("auto-merge is %q", now.AutoMerge)
			}
			test.do(t, server, pull)
			post(t, server, pull.GetHead().GetSHA(), "nixferry", "success")
			if now, _ := server.Pull("octo", "fleet", 1); now.AutoMerge != "" || now.Merged {
				t.Errorf("auto-merge is %q, merged %v", now.AutoMerge, now.Merged)
			}
		})
	}
}
