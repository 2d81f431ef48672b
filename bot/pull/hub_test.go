package pull_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	branch = "nixferry/nixos-unstable"
	token  = "ghs_write"
)

// A hub is a GitHub with the repository octo/fleet: main, old behind it, and
// two branches ahead of it.
type hub struct {
	server *github.Server
	dir    string // of the repository
	head   string
	now    time.Time
}

func serve(t *testing.T) *hub {
	t.Helper()
	root, made := t.TempDir(), template()
	dir := filepath.Join(root, "octo/fleet.git")
	if made.err != nil {
		t.Fatal(made.err)
	}
	if err := os.CopyFS(dir, os.DirFS(made.dir)); err != nil {
		t.Fatal(err)
	}
	hub := &hub{dir: dir, head: made.head, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	server, err := github.New(github.Options{
		Dir: root, Now: func() time.Time { return hub.now },
		Tokens: map[string]github.Permissions{
			token:      {Contents: github.Write, PullRequests: github.Write, Issues: github.Write},
			"ghs_read": {Contents: github.Read, PullRequests: github.Read},
		},
		Repositories: map[string]github.Settings{"octo/fleet": {
			Collaborators: map[string]string{"ada": "write"}, Teams: []string{"infra"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	hub.server = server
	t.Cleanup(func() {
		if bad := server.Violations(); len(bad) > 0 {
			t.Errorf("calls GitHub's description does not know:\n%s", strings.Join(bad, "\n"))
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return hub
}

func (h *hub) options() pull.Options {
	return pull.Options{
		APIURL: h.server.APIURL(), Token: token, Owner: "octo", Repo: "fleet",
		Pause: time.Millisecond, Patience: time.Second,
	}
}

func (h *hub) client(t *testing.T) *pull.Client {
	t.Helper()
	c, err := pull.New(h.options())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (h *hub) create(t *testing.T, p pull.Proposal) *pull.Pull {
	t.Helper()
	created, fresh, err := h.client(t).Create(t.Context(), p)
	if err != nil || !fresh {
		t.Fatalf("got %v, %v", fresh, err)
	}
	return created
}

// operations are the calls so far.
func (h *hub) operations() (all []string) {
	for _, call := range h.server.Log() {
		all = append(all, call.Operation)
	}
	return all
}

// edit is a person changing a pull request or an issue in a browser.
func (h *hub) edit(t *testing.T, what, change string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, h.server.APIURL()+"/repos/octo/fleet/"+what, strings.NewReader(change))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("got %s, %v", answer.Status, err)
	}
}

// jsonBody is the change of a body.
func jsonBody(text string) string {
	raw, _ := json.Marshal(map[string]string{"body": text}) // a text: cannot go wrong
	return string(raw)
}

// git runs git in the repository.
func (h *hub) git(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", args...)
	command.Dir = h.dir
	command.Stdin = strings.NewReader(stdin)
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// grow sets a branch to n new commits on top of one, and returns its tip.
func (h *hub) grow(t *testing.T, branch, from string, n int) string {
	t.Helper()
	var stream strings.Builder
	for i := range n {
		fmt.Fprintf(&stream, "commit refs/heads/%s\ncommitter Ada <ada@example.org> %d +0000\ndata 2\n%c\n", branch, 1_900_000_000+i, 'a'+i%26)
		if i == 0 {
			fmt.Fprintf(&stream, "from %s\n", from)
		}
	}
	h.git(t, stream.String(), "fast-import", "--quiet", "--force")
	return h.git(t, "", "rev-parse", branch)
}

// log is what git says of the commits of head that base lacks, oldest first.
func (h *hub) log(t *testing.T, base, head string) []string {
	t.Helper()
	return strings.Fields(h.git(t, "", "rev-list", "--reverse", "--topo-order", base+".."+head))
}

// made is the repository every hub gets a copy of.
type made struct {
	dir, head string
	err       error
}

var template = sync.OnceValue(func() made {
	dir, err := os.MkdirTemp("", "nixferry-pull-test-")
	if err != nil {
		return made{err: err}
	}
	command := exec.Command("sh", "-ec", `
		git init --quiet --bare --template= -b main .
		tree=$(git mktree </dev/null)
		old=$(git commit-tree -m old $tree)
		main=$(git commit-tree -m main -p $old $tree)
		head=$(git commit-tree -m bump -p $main $tree)
		git update-ref refs/heads/old $old
		git update-ref refs/heads/main $main
		git update-ref refs/heads/other $head
		git update-ref refs/heads/`+branch+` $head
		git pack-refs --all; git repack -adq
		printf $head`)
	command.Dir = dir
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org")
	head, err := command.Output()
	return made{dir, string(head), err}
})

// TestMain keeps the repositories in memory where that can be: disks do not like
// many small files that soon go.
func TestMain(m *testing.M) {
	flag.Parse()
	memory, err := os.MkdirTemp("/dev/shm", "nixferry-pull-")
	if err == nil {
		_ = os.Setenv("TMPDIR", memory)
	}
	code := m.Run()
	for _, dir := range []string{template().dir, memory} {
		if err := os.RemoveAll(dir); err != nil {
			code = 1
		}
	}
	os.Exit(code)
}
