package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

// history is a small repository: main has two commits, bump one more on top,
// clash changes the same line of flake.lock, and side stands on the first.
const history = `reset refs/heads/main
commit refs/heads/main
mark :1
committer Olga <olga@example.org> 1700000000 +0000
data 6
first

M 100644 inline flake.nix
data 3
{ }
M 100644 inline flake.lock
data 4
old

commit refs/heads/side
committer Olga <olga@example.org> 1700000100 +0000
data 5
side

from :1
M 100644 inline notes/a b.txt
data 2
x

commit refs/heads/clash
committer Olga <olga@example.org> 1700000100 +0000
data 6
clash

from :1
M 100644 inline flake.lock
data 6
clash

commit refs/heads/main
mark :2
committer Olga <olga@example.org> 1700000200 +0000
data 7
second

from :1
M 100644 inline flake.lock
data 7
second
M 100644 inline .github/workflows/nixferry.yml
data 3
on:

commit refs/heads/nixferry/nixos-unstable
committer Olga <olga@example.org> 1700000300 +0000
data 14
nixpkgs: bump

from :2
M 100644 inline flake.lock
data 4
new
`

const (
	bot    = "ghs_bot"
	olga   = "ghp_olga"
	reader = "ghs_reader"
	branch = "nixferry/nixos-unstable"
)

var everything = github.Permissions{
	Contents: github.Write, PullRequests: github.Write, Issues: github.Write, Statuses: github.Write,
	Checks: github.Write, Actions: github.Write, Administration: github.Write,
}

// template holds octo/fleet.git and octo/secret.git, made once.
var template string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// run keeps the repositories in memory where that can be: disks do not like many
// small files that soon go.
func run(m *testing.M) int {
	if memory, err := os.MkdirTemp("/dev/shm", "playground-"); err == nil {
		defer os.RemoveAll(memory)
		_ = os.Setenv("TMPDIR", memory)
	}
	dir, err := os.MkdirTemp("", "playground-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	template = dir
	for _, name := range []string{"octo/fleet", "octo/secret"} {
		repo := filepath.Join(dir, name+".git")
		setup := gitCommand("", "init", "--quiet", "--bare", "--template=", "--initial-branch=main", repo)
		fill := gitCommand("", "--git-dir="+repo, "fast-import", "--quiet")
		fill.Stdin = strings.NewReader(history)
		for _, cmd := range []*exec.Cmd{setup, fill} {
			if out, err := cmd.CombinedOutput(); err != nil {
				panic(fmt.Sprintf("%v: %v\n%s", cmd, err, out))
			}
		}
	}
	return m.Run()
}

// world is a server with octo/fleet (public) and octo/secret (private), and
// what a test changes of its options.
func world(t *testing.T, changes ...func(*github.Options)) *github.Server {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(template)); err != nil {
		t.Fatal(err)
	}
	person := everything
	person.Login = "olga"
	options := github.Options{
		Dir: dir,
		Now: func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) },
		Tokens: map[string]github.Permissions{
			bot: everything, olga: person, reader: {Contents: github.Read, Repositories: []string{"octo/fleet"}},
		},
		Repositories: map[string]github.Settings{
			"octo/fleet": {
				Protected: []string{"main"}, Teams: []string{"ops"},
				Collaborators: map[string]string{"olga": "maintain", "tom": "triage"},
			},
			"octo/secret": {Private: true},
		},
	}
	for _, change := range changes {
		change(&options)
	}
	server, err := github.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

// lawful is a world whose calls all fit GitHub's description.
func lawful(t *testing.T, changes ...func(*github.Options)) *github.Server {
	t.Helper()
	server := world(t, changes...)
	t.Cleanup(func() {
		for _, violation := range server.Violations() {
			t.Errorf("violation: %s", violation)
		}
	})
	return server
}

func client(t *testing.T, server *github.Server, token string) *api.Client {
	t.Helper()
	c := api.NewClient(nil)
	if token != "" {
		c = c.WithAuthToken(token)
	}
	c, err := c.WithEnterpriseURLs(server.APIURL(), server.APIURL())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func gitCommand(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Olga", "GIT_AUTHOR_EMAIL=olga@example.org",
		"GIT_COMMITTER_NAME=Olga", "GIT_COMMITTER_EMAIL=olga@example.org")
	return cmd
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := gitCommand(dir, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// openPull opens the pull request that most tests are about.
func openPull(t *testing.T, server *github.Server) *api.PullRequest {
	t.Helper()
	pull, _, err := client(t, server, bot).PullRequests.Create(t.Context(), "octo", "fleet", &api.NewPullRequest{
		Title: api.String("nixpkgs: bump"), Head: api.String(branch), Base: api.String("main"), Body: api.String("body"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return pull
}

// said is what an error of go-github says: the status, the message, and the
// first detail.
func said(t *testing.T, err error) (int, string) {
	t.Helper()
	var response *api.ErrorResponse
	if !errors.As(err, &response) {
		t.Fatalf("want an answer of GitHub, got %v", err)
	}
	text := []string{response.Message}
	for _, detail := range response.Errors {
		text = append(text, fmt.Sprintf("%s.%s %s %s", detail.Resource, detail.Field, detail.Code, detail.Message))
	}
	return response.Response.StatusCode, strings.Join(text, "|")
}

// raw makes a call no client would make.
func raw(t *testing.T, server *github.Server, method, path, token, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, server.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "token "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}
