package github_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

// address is where a repository is cloned from, token included.
func address(server *github.Server, token, repo string) string {
	if token == "" {
		return server.URL() + "/" + repo
	}
	return strings.Replace(server.URL(), "://", "://x-access-token:"+token+"@", 1) + "/" + repo + ".git"
}

func clone(t *testing.T, server *github.Server, token, repo string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "clone")
	git(t, "", "clone", "--quiet", address(server, token, repo), dir)
	return dir
}

func TestClone(t *testing.T) {
	server := lawful(t)
	for _, test := range []struct {
		name, token, repo string
		ok                bool
	}{
		{"public, nobody", "", "octo/fleet", true},
		{"public, somebody", bot, "octo/fleet", true},
		{"private, bad token", "ghs_wrong", "octo/secret", false},
		{"private, nobody", "", "octo/secret", false},
		{"private, somebody", bot, "octo/secret", true},
		{"private, another's token", reader, "octo/secret", false},
		{"none", bot, "octo/none", false},
		{"outside", bot, "octo/..", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, err := gitCommand("", "clone", "--quiet", address(server, test.token, test.repo), filepath.Join(t.TempDir(), "c")).CombinedOutput()
			if (err == nil) != test.ok {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestShallowFetchOfCommit(t *testing.T) {
	server := lawful(t)
	dir := t.TempDir()
	git(t, dir, "init", "--quiet")
	full := clone(t, server, "", "octo/fleet")
	sha := git(t, full, "rev-parse", "origin/main~1")
	// go-git speaks version 0, which fetches a commit by its SHA only if allowed.
	git(t, dir, "-c", "protocol.version=0", "fetch", "--quiet", "--depth=1", server.URL()+"/octo/fleet", sha)
	if got := git(t, dir, "rev-list", "--count", "FETCH_HEAD"); got != "1" {
		t.Errorf("got %s commits, want 1", got)
	}
}

func TestPush(t *testing.T) {
	for _, test := range []struct {
		name, token, ref string
		want             []string // nothing: the push works
	}{
		{"a branch", bot, "refs/heads/new", nil},
		{"reading token", reader, "refs/heads/new", []string{"The requested URL returned error: 403"}},
		{"no token", "", "refs/heads/new", []string{"could not read Username"}},
		{"protected branch", bot, "refs/heads/main", []string{
			"remote: error: GH006: Protected branch update failed for refs/heads/main.",
			"remote: - Changes must be made through a pull request.",
			"[remote rejected] HEAD -> main (protected branch hook declined)",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			dir := clone(t, server, "", "octo/fleet")
			before := git(t, dir, "rev-parse", "origin/main")
			git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "work")
			out, err := gitCommand(dir, "push", address(server, test.token, "octo/fleet"), "HEAD:"+test.ref).CombinedOutput()
			if (err == nil) != (test.want == nil) {
				t.Errorf("%v\n%s", err, out)
			}
			for _, want := range test.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("git does not say %q:\n%s", want, out)
				}
			}
			git(t, dir, "fetch", "--quiet", "origin")
			if got := git(t, dir, "rev-parse", "origin/main"); got != before {
				t.Errorf("main moved to %s", got)
			}
		})
	}
}

// TestBigPush goes past http.postBuffer, from where git sends in chunks.
func TestBigPush(t *testing.T) {
	server := lawful(t)
	dir := clone(t, server, bot, "octo/fleet")
	noise := make([]byte, 3<<20)
	for i := range noise {
		noise[i] = byte(i * i * i >> 7)
	}
	if err := os.WriteFile(filepath.Join(dir, "big"), noise, 0o644); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "add", "big")
	git(t, dir, "commit", "--quiet", "-m", "big")
	git(t, dir, "-c", "http.postBuffer=1024", "push", "--quiet", "origin", "HEAD:big")
}

func TestGoGit(t *testing.T) {
	server := lawful(t)
	auth := &githttp.BasicAuth{Username: "x-access-token", Password: bot}
	repo, err := gogit.PlainClone(t.TempDir(), false, &gogit.CloneOptions{URL: server.URL() + "/octo/fleet", Depth: 1})
	if err != nil {
		t.Fatal(err)
	}
	head, err := repo.Head()
	if err != nil {
		t.Fatal(err)
	}
	push := func(ref string) (string, error) {
		var remote strings.Builder
		err := repo.Push(&gogit.PushOptions{
			Auth: auth, Progress: &remote,
			RefSpecs: []config.RefSpec{config.RefSpec(head.Name().String() + ":" + ref)},
		})
		return remote.String(), err
	}
	if _, err := push("refs/heads/go-git"); err != nil {
		t.Error(err)
	}
	server.Configure("octo/fleet", github.Settings{Protected: []string{"locked"}})
	told, err := push("refs/heads/locked")
	if err == nil || !strings.Contains(err.Error(), "protected branch hook declined") || !strings.Contains(told, "GH006") {
		t.Errorf("protected: %v, remote said %q", err, told)
	}
}

func TestGitLog(t *testing.T) {
	server := lawful(t)
	clone(t, server, "", "octo/fleet")
	for _, call := range server.Log() {
		if call.Operation != "git/fetch-refs" && call.Operation != "git/fetch" || call.Status != http.StatusOK || call.Body+call.Answer != "" {
			t.Errorf("unexpected call %+v", call)
		}
	}
	if n := len(server.Log()); n < 2 {
		t.Errorf("%d calls logged", n)
	}
}
