package repo_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

var update = flag.Bool("update", false, "write the golden files anew")

const branch = "nixferry/nixos-unstable"

func TestPush(t *testing.T) {
	for _, depth := range []string{"1", "2", "999"} {
		t.Run("depth "+depth, func(t *testing.T) {
			hub := serve(t)
			dir := hub.clone(t, "--depth="+depth)
			r, ctx := open(t, dir+"/fleet"), t.Context()
			base := rev(t, dir, "HEAD")
			hub.advance(t) // main moves on: base is no tip of the remote's any more
			before := git(t, dir, "for-each-ref")
			first, second := bump(t, r, base, "1"), bump(t, r, base, "2")

			steps := []struct {
				name string
				do   func() error
				want error
				at   string
			}{
				{"lease on what is not there", func() error {
					return r.Push(ctx, hub.remote, repo.Push{Branch: branch, SHA: first, Lease: base, Known: base})
				}, repo.ErrLeaseLost, ""},
				{"create", func() error {
					return r.Push(ctx, hub.remote, repo.Push{Branch: branch, SHA: first, Lease: "", Known: base})
				}, nil, first},
				{"again", func() error {
					return r.Push(ctx, hub.remote, repo.Push{Branch: branch, SHA: first, Lease: "", Known: base})
				}, nil, first},
				{"create what is there", func() error {
					return r.Push(ctx, hub.remote, repo.Push{Branch: branch, SHA: second, Lease: "", Known: base})
				}, repo.ErrLeaseLost, first},
				{"wrong lease", func() error {
					return r.Push(ctx, hub.remote, repo.Push{Branch: branch, SHA: second, Lease: base, Known: base})
				}, repo.ErrLeaseLost, first},
				{"replace", func() error {
					return r.Push(ctx, hub.remote, repo.Push{Branch: branch, SHA: second, Lease: first, Known: base})
				}, nil, second},
				{"back to base", func() error {
					return r.Push(ctx, hub.remote, repo.Push{Branch: branch, SHA: base, Lease: second, Known: base})
				}, nil, base},
				{"delete, wrong lease", func() error { return hub.remote.Delete(ctx, branch, first) }, repo.ErrLeaseLost, base},
				{"delete", func() error { return hub.remote.Delete(ctx, branch, base) }, nil, ""},
				{"delete again", func() error { return hub.remote.Delete(ctx, branch, base) }, nil, ""},
				{"history unknown to the remote", func() error {
					return r.Push(ctx, hub.remote, repo.Push{Branch: branch, SHA: first, Lease: "", Known: ""})
				}, nil, first},
			}
			for _, step := range steps {
				if err := step.do(); !errors.Is(err, step.want) {
					t.Errorf("%s: got %v, want %v", step.name, err, step.want)
				}
				if at, err := hub.remote.Head(ctx, branch); err != nil || at != step.at {
					t.Errorf("%s: the branch is at %q, %v, want %q", step.name, at, err, step.at)
				}
			}
			git(t, hub.bare, "fsck", "--strict", "--connectivity-only")
			if diff := cmp.Diff(before, git(t, dir, "for-each-ref")); diff != "" {
				t.Errorf("local refs changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestPushPeoplesCommitsOnTop(t *testing.T) {
	hub := serve(t)
	dir := hub.clone(t, "--depth=1")
	r, base := open(t, dir), rev(t, dir, "HEAD")
	sha := bump(t, r, base, "1")
	for _, file := range []string{"fleet/hosts/web.nix", "fleet", "new/dir/file"} { // "fleet" cannot be a file there
		next, err := r.WriteCommit(sha, map[string][]byte{file: []byte("fixed\n")}, "fix", bot, when)
		if err == nil {
			sha = next
		}
	}
	if err := r.Push(t.Context(), hub.remote, repo.Push{Branch: branch, SHA: sha, Lease: "", Known: base}); err != nil {
		t.Fatal(err)
	}
	if got := git(t, hub.bare, "rev-list", "--count", "main.."+branch); got != "3" {
		t.Errorf("got %s commits, want 3", got)
	}
	git(t, hub.bare, "fsck", "--strict", "--connectivity-only")
}

func TestPushAtTheSameTime(t *testing.T) {
	hub := serve(t)
	dir := hub.clone(t, "--depth=1")
	base := rev(t, dir, "HEAD")
	var group sync.WaitGroup
	results := make([]error, 4)
	shas := make([]string, len(results))
	for i := range results {
		r := open(t, dir)
		shas[i] = bump(t, r, base, strconv.Itoa(i))
		group.Go(func() {
			results[i] = r.Push(t.Context(), hub.remote, repo.Push{Branch: branch, SHA: shas[i], Lease: "", Known: base})
		})
	}
	group.Wait()
	at := rev(t, hub.bare, branch)
	for i, err := range results {
		if won := shas[i] == at; won != (err == nil) || !won && !errors.Is(err, repo.ErrLeaseLost) {
			t.Errorf("push %d: got %v, won: %v", i, err, won)
		}
	}
}

func TestLostAnswers(t *testing.T) {
	for _, test := range []struct {
		name   string
		fault  github.Fault
		want   string
		pushes int
	}{
		{"502 after it was done", github.Fault{Operation: "git/push", Nth: 1, Done: true, Status: 502}, "", 1},
		{"502 before", github.Fault{Operation: "git/push", Nth: 1, Status: 502}, "", 2},
		{"dropped after it was done", github.Fault{Operation: "git/push", Nth: 1, Done: true, Drop: true}, "", 1},
		{"dropped before", github.Fault{Operation: "git/push", Nth: 1, Drop: true}, "", 2},
		{"half an answer after it was done", github.Fault{Operation: "git/push", Nth: 1, Done: true, Status: 200, Body: "0030\x01000eunpack ok\n"}, "", 1},
		{"told to wait", github.Fault{Operation: "git/push-refs", Nth: 1, Status: 429}, "", 1},
		{"never", github.Fault{Operation: "git/push", Status: 503}, "no answer in 3 attempts", 3},
		{"refused", github.Fault{Operation: "git/push", Nth: 1, Status: 413, Body: "too\x1b[31m big"}, `answers 413 "too big"`, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			hub := serve(t)
			dir := hub.clone(t, "--depth=1")
			r, base := open(t, dir), rev(t, dir, "HEAD")
			sha := bump(t, r, base, "1")
			hub.server.Inject(test.fault)
			err := r.Push(t.Context(), hub.remote, repo.Push{Branch: branch, SHA: sha, Lease: "", Known: base})
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want it to say %q", err, test.want)
			case test.want == "" && rev(t, hub.bare, branch) != sha:
				t.Error("the branch is not there")
			}
			if got := hub.calls("git/push"); got != test.pushes {
				t.Errorf("got %d pushes, want %d", got, test.pushes)
			}
		})
	}
}

func TestRemoteStops(t *testing.T) {
	hub := serve(t)
	hub.server.Inject(github.Fault{Operation: "git/push-refs", Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := hub.remote.Head(ctx, "main"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline's error", err)
	}
}

// TestRefusals holds the texts of refused pushes against a golden file.
func TestRefusals(t *testing.T) {
	const printed = "#!/bin/sh\ncat >/dev/null\n"
	var out strings.Builder
	for _, test := range []struct {
		name    string
		prepare func(t *testing.T, hub *hub)
		want    error
	}{
		{"read-only token", func(_ *testing.T, hub *hub) { hub.remote.Token = "read" }, repo.ErrForbidden},
		{"unknown token", func(_ *testing.T, hub *hub) { hub.remote.Token = "nonsense" }, repo.ErrBadCredentials},
		{"no token", func(_ *testing.T, hub *hub) { hub.remote.Token = "" }, repo.ErrBadCredentials},
		{"no repository", func(_ *testing.T, hub *hub) { hub.remote.URL = hub.server.URL() + "/octo/other.git" }, repo.ErrNotFound},
		{"protected branch", func(_ *testing.T, hub *hub) {
			hub.server.Configure("octo/fleet", github.Settings{Protected: []string{branch}})
		}, repo.ErrProtected},
		{"signatures", func(t *testing.T, hub *hub) {
			hub.hook(t, "pre-receive", printed+"printf 'error: GH013: Repository rule violations found for refs/heads/"+branch+".\\n\\n- Commits must have verified signatures.\\n  Found 1 violation:\\n' >&2; exit 1")
		}, repo.ErrUnsigned},
		{"no force pushes", func(t *testing.T, hub *hub) {
			hub.hook(t, "pre-receive", printed+"printf 'error: GH013: Repository rule violations found for refs/heads/"+branch+".\\n\\n- Cannot force-push to this branch\\n' >&2; exit 1")
		}, repo.ErrNoForce},
		{"workflow scope", func(t *testing.T, hub *hub) {
			hub.hook(t, "pre-receive", printed+"echo 'refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission' >&2; exit 1")
		}, repo.ErrWorkflowScope},
		{"a branch in the way", func(t *testing.T, hub *hub) { git(t, hub.bare, "branch", "nixferry", "main") }, repo.ErrNameTaken},
		{"own rules, hostile text", func(t *testing.T, hub *hub) {
			hub.hook(t, "pre-receive", printed+"printf '\\033[31mno pushes on %s\\a with write-token\\r\\n::error::x\\n' Friday >&2; exit 1")
		}, repo.ErrRefused},
	} {
		hub := serve(t)
		test.prepare(t, hub)
		dir := hub.clone(t, "--depth=1")
		r, base := open(t, dir), rev(t, dir, "HEAD")
		err := r.Push(t.Context(), hub.remote, repo.Push{Branch: branch, SHA: bump(t, r, base, "1"), Lease: "", Known: base})
		if !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
			continue
		}
		fmt.Fprintf(&out, "# %s\n%s\n\n", test.name, strings.ReplaceAll(err.Error(), hub.server.URL(), "https://github.example"))
	}
	if strings.Contains(out.String(), "write-token") {
		t.Error("the token is in an error")
	}
	golden(t, "testdata/refusals.golden", out.String())
}

func TestRemoteNeverShowsSecrets(t *testing.T) {
	remote := repo.Remote{URL: "https://me:s3cret@127.0.0.1:1/o/r.git", Token: "s3cret", Pause: time.Nanosecond}
	_, err := remote.Head(t.Context(), "main")
	if err == nil || strings.Contains(fmt.Sprintf("%v %+v %s", remote, remote, err), "s3cret") {
		t.Errorf("got %v for %v", err, remote)
	}
}

func TestFetch(t *testing.T) {
	for _, test := range []struct {
		clone   []string
		depth   int
		commits string // how many of the branch's history are there afterwards
	}{
		{[]string{"--depth=1"}, 1, "1"},
		{[]string{"--depth=1"}, 2, "2"},
		{[]string{"--depth=2"}, 3, "3"},
		{[]string{"--single-branch"}, 1, "4"},
	} {
		t.Run(fmt.Sprintf("%v fetch %d", test.clone, test.depth), func(t *testing.T) {
			hub := serve(t)
			git(t, hub.bare, "branch", "side", "main")
			git(t, hub.work, "checkout", "--quiet", "-b", "side")
			for _, text := range []string{"a", "b"} {
				write(t, hub.work+"/side", text)
				git(t, hub.work, "add", ".")
				git(t, hub.work, "commit", "--quiet", "-m", text)
			}
			git(t, hub.work, "push", "--quiet", hub.bare, "side")
			dir := hub.clone(t, test.clone...)
			before := git(t, dir, "for-each-ref")
			r := open(t, dir)
			for range 2 {
				sha, err := r.Fetch(t.Context(), hub.remote, "side", test.depth)
				if err != nil || sha != rev(t, hub.bare, "side") {
					t.Fatalf("got %q, %v, want %s", sha, err, rev(t, hub.bare, "side"))
				}
				if got, err := r.ReadFile(sha, "side"); err != nil || string(got) != "b" {
					t.Errorf("got %q, %v", got, err)
				}
			}
			if got := git(t, dir, "rev-list", "--count", rev(t, hub.bare, "side")); got != test.commits {
				t.Errorf("got %s commits, want %s", got, test.commits)
			}
			if diff := cmp.Diff(before, git(t, dir, "for-each-ref")); diff != "" {
				t.Errorf("local refs changed (-before +after):\n%s", diff)
			}
			git(t, dir, "fsck")
			if _, err := r.Fetch(t.Context(), hub.remote, "gone", 1); !errors.Is(err, repo.ErrNotFound) {
				t.Errorf("got %v, want ErrNotFound", err)
			}
		})
	}
}

func TestHeadOfNothing(t *testing.T) {
	hub := serve(t)
	git(t, filepath.Dir(hub.bare), "init", "--quiet", "--bare", "empty.git")
	remote := hub.remote
	remote.URL = hub.server.URL() + "/octo/empty"
	if got, err := remote.Head(t.Context(), "main"); got != "" || err != nil {
		t.Errorf("got %q, %v, want no branch", got, err)
	}
}

func TestHeadFindsOutWhoMayNotPush(t *testing.T) {
	hub := serve(t)
	hub.remote.Token = "read"
	if _, err := hub.remote.Head(t.Context(), "main"); !errors.Is(err, repo.ErrForbidden) {
		t.Errorf("got %v, want ErrForbidden", err)
	}
}

// A hub is a GitHub with the repository octo/fleet of two commits.
type hub struct {
	server     *github.Server
	remote     repo.Remote
	bare, work string
}

func serve(t *testing.T) *hub {
	t.Helper()
	work, root := sample(t), realTempDir(t)
	write(t, work+"/README", "second\n")
	git(t, work, "commit", "--quiet", "-am", "second")
	bare := filepath.Join(root, "octo/fleet.git")
	git(t, work, "clone", "--quiet", "--bare", work, bare)
	server, err := github.New(github.Options{Dir: root, Tokens: map[string]github.Permissions{
		"write-token": {Contents: github.Write},
		"read":        {Contents: github.Read},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &hub{server: server, bare: bare, work: work, remote: repo.Remote{
		URL: server.URL() + "/octo/fleet.git", Token: "write-token", Pause: time.Millisecond,
	}}
}

func (h *hub) clone(t *testing.T, args ...string) string {
	t.Helper()
	dir := filepath.Join(realTempDir(t), "clone")
	git(t, h.work, append(append([]string{"clone", "--quiet"}, args...), h.server.URL()+"/octo/fleet.git", dir)...)
	return dir
}

// advance adds a commit to the server's main.
func (h *hub) advance(t *testing.T) {
	t.Helper()
	write(t, h.work+"/README", "third\n")
	git(t, h.work, "commit", "--quiet", "-am", "third")
	git(t, h.work, "push", "--quiet", h.bare, "main")
}

func (h *hub) hook(t *testing.T, name, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.bare, "hooks", name), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

func (h *hub) calls(operation string) (n int) {
	for _, call := range h.server.Log() {
		if call.Operation == operation && call.Method == http.MethodPost {
			n++
		}
	}
	return n
}

func bump(t *testing.T, r *repo.Repo, base, text string) string {
	t.Helper()
	sha, err := r.WriteCommit(base, map[string][]byte{"fleet/flake.nix": []byte(text)}, "bump "+text, bot, when)
	if err != nil {
		t.Fatal(err)
	}
	return sha
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		write(t, path, got)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
