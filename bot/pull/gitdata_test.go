package pull_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// everything makes, with git, a commit that does all a commit can do on top of
// what it pushes to main, and one on top of that which undoes much of it.
const everything = `
	git clone --quiet "$0" . 2>/dev/null
	git config user.name Ada; git config user.email ada@example.org
	mkdir -p old/deep; echo a >old/deep/gone; echo b >old/stays; echo c >"a	tab and \"quotes\""; echo '#!/bin/sh' >run; ln -s stays old/link
	git add --all; git commit --quiet -m before; git push --quiet origin HEAD:main
	git rm --quiet -r old/deep "a	tab and \"quotes\""; chmod +x run; mkdir -p new/er/nested hosts/zürich
	printf '\000\377\r\n' >new/er/nested/binary; echo '{ }' >hosts/zürich/ñandú.nix; echo '#!/bin/sh' >new/tool; chmod +x new/tool
	ln -s ../old/stays new/link; ln -sf nowhere old/link; : >new/empty; echo long >old/stays
	git add --all; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),module
	git commit --quiet -m everything
	git mv hosts/zürich/ñandú.nix new/a.nix; git rm --quiet --cached module; rm -r new/link new/er; echo "a file" >new/er; echo "now a file" >new/link; chmod -x run
	git add --all; git commit --quiet -m "and back"
	git rev-parse HEAD~2 HEAD~1 HEAD`

// unpushed runs everything in a clone and opens it.
func (h *hub) unpushed(t *testing.T) (clone *repo.Repo, commits []string) {
	t.Helper()
	dir, address := t.TempDir(), strings.Replace(h.server.URL(), "http://", "http://x:"+token+"@", 1)
	command := exec.CommandContext(t.Context(), "sh", "-ec", everything, address+"/octo/fleet")
	command.Dir, command.Env = dir, append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	clone, err = repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return clone, strings.Fields(string(out))
}

// spec is a commit of the clone as it is asked for from the API.
func spec(t *testing.T, clone *repo.Repo, parent, sha string) pull.CommitSpec {
	t.Helper()
	commit, err := clone.Commit(sha)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := clone.Changes(commit.Parents[0], sha)
	if err != nil {
		t.Fatal(err)
	}
	made := pull.CommitSpec{Parent: parent, Tree: commit.Tree, Message: commit.Message}
	for _, change := range changes {
		made.Changes = append(made.Changes, pull.FileChange(change))
	}
	return made
}

// fetched are facts about the commit that the branch "made" points to, as the
// clone gets it.
func fetched(t *testing.T, clone *repo.Repo, format string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-ec", `git fetch --quiet origin made && git log -1 --format="$0" FETCH_HEAD`, format)
	command.Dir = clone.Root()
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestSameCommit makes commits of git and of bot/repo through the API: trees and
// messages are the same, whatever is in them.
func TestSameCommit(t *testing.T) {
	hub := serve(t)
	clone, commits := hub.unpushed(t)
	own, err := clone.WriteCommit(commits[2], map[string][]byte{"flake.lock": []byte("{}\n"), "run": []byte("exec true\n"), "sub/flake.nix": []byte("{ }\n")},
		"nixpkgs: nixos-25.11 → nixos-unstable\n", repo.Signature{Name: "bot", Email: "bot@example.org"}, hub.now)
	if err != nil {
		t.Fatal(err)
	}
	parent, lease, kinds := commits[0], "", map[string]bool{}
	for _, sha := range []string{commits[1], commits[2], own} {
		want := spec(t, clone, parent, sha)
		for _, change := range want.Changes {
			kinds[change.Mode] = true
		}
		made, verified, err := hub.client(t).MakeCommit(t.Context(), want)
		if err != nil || !verified {
			t.Fatalf("got %v, %v, want it signed by GitHub", verified, err)
		}
		if err := hub.client(t).MoveBranch(t.Context(), "made", made, lease); err != nil {
			t.Fatal(err)
		}
		got := strings.Split(fetched(t, clone, "%H%n%T%n%P%n%B"), "\n")
		if diff := cmp.Diff(append([]string{made, want.Tree, parent}, strings.Split(strings.TrimSpace(want.Message), "\n")...), got); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
		parent, lease = made, made
	}
	if diff := cmp.Diff(map[string]bool{"": true, "100644": true, "100755": true, "120000": true, "160000": true}, kinds); diff != "" {
		t.Errorf("kinds of changes: mismatch (-want +got):\n%s", diff)
	}
	if clone, err = repo.Open(clone.Root()); err != nil {
		t.Fatal(err)
	}
	if is, err := clone.Own(parent); !is || err != nil {
		t.Errorf("got %v, %v, want the last one to count as the bot's own", is, err)
	}
}

// A commit with an author of its own is theirs, and unsigned.
func TestMakeCommitKeepsAuthor(t *testing.T) {
	hub := serve(t)
	clone, commits := hub.unpushed(t)
	want := spec(t, clone, commits[0], commits[1])
	want.Author = &pull.Person{Name: "Ada", Email: "ada@example.org", When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	made, verified, err := hub.client(t).MakeCommit(t.Context(), want)
	if err != nil || verified {
		t.Fatalf("got %v, %v, want it unsigned", verified, err)
	}
	if err := hub.client(t).MoveBranch(t.Context(), "made", made, ""); err != nil {
		t.Fatal(err)
	}
	if got := fetched(t, clone, "%an <%ae> %aI"); got != "Ada <ada@example.org> 2026-01-02T03:04:05+00:00" {
		t.Errorf("got %s", got)
	}
}

func TestMakeCommitRefuses(t *testing.T) {
	hub := serve(t)
	clone, commits := hub.unpushed(t)
	good := spec(t, clone, commits[0], commits[1])
	other, unknown := good, good
	other.Changes, unknown.Parent = other.Changes[1:], strings.Repeat("5", 40)
	for _, test := range []struct {
		spec pull.CommitSpec
		want error
	}{{other, pull.ErrOtherTree}, {unknown, pull.ErrNotFound}} {
		if sha, _, err := hub.client(t).MakeCommit(t.Context(), test.spec); !errors.Is(err, test.want) || sha != "" {
			t.Errorf("got %q, %v, want %v", sha, err, test.want)
		}
	}
}

// old is what a GitHub Enterprise Server before 3.13 says of updateRefs.
var old = github.Fault{
	Operation: "graphql/updateRefs", Status: http.StatusOK,
	Body: `{"errors":[{"message":"UpdateRefsInput isn't a defined input type (on $input)"},{"message":"Field 'updateRefs' doesn't exist on type 'Mutation'"}]}`,
}

func TestMoveBranch(t *testing.T) {
	for name, fault := range map[string]*github.Fault{
		"updateRefs": nil, "an old server": &old,
	} {
		hub := serve(t)
		if fault != nil {
			hub.server.Inject(*fault)
		}
		c, base := hub.client(t), hub.tip(t, "main")
		for _, test := range []struct {
			branch, to, lease string
			want              error
			at                string
		}{
			{"fresh", hub.head, "", nil, hub.head},
			{"fresh", hub.head, "", nil, hub.head},                      // is there already
			{"fresh", base, "", pull.ErrMoved, hub.head},                // is there, but should not be
			{"fresh", base, hub.tip(t, "old"), pull.ErrMoved, hub.head}, // is elsewhere
			{"fresh", base, hub.head, nil, base},                        // back: no fast forward
			{"gone", base, hub.head, pull.ErrMoved, ""},                 // somebody took it away
		} {
			if err := c.MoveBranch(t.Context(), test.branch, test.to, test.lease); !errors.Is(err, test.want) || err != nil && test.want == nil {
				t.Errorf("%s: %s to %s with lease %q: got %v, want %v", name, test.branch, test.to, test.lease, err, test.want)
			}
			if got := hub.tip(t, test.branch); got != test.at {
				t.Errorf("%s: %s is at %q, want %q", name, test.branch, got, test.at)
			}
		}
	}
}

// Where the rules want signatures, a person's commit is in the way.
func TestMoveBranchUnsigned(t *testing.T) {
	hub := serve(t)
	hub.server.Configure("octo/fleet", github.Settings{RequireSignatures: []string{"~ALL"}})
	c, ada := hub.client(t), &pull.Person{Name: "Ada", Email: "ada@example.org", When: hub.now}
	made, _, err := c.MakeCommit(t.Context(), pull.CommitSpec{
		Parent: hub.head, Tree: hub.git(t, "", "rev-parse", hub.head+"^{tree}"), Message: "hers", Author: ada, Committer: ada,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = c.MoveBranch(t.Context(), "new", made, "")
	if !errors.Is(err, pull.ErrUnsigned) || !strings.Contains(err.Error(), "signing-key") {
		t.Errorf("got %v", err)
	}
}

// A branch that a rule protects stays where it is.
func TestMoveBranchAgainstRules(t *testing.T) {
	all := []string{"~ALL"}
	for said, rules := range map[string]github.Settings{
		"Cannot force-push to this branch":                     {NoForcePush: all},
		"Cannot update this protected ref.":                    {NoUpdate: all},
		"Changes must be made through a pull request.":         {Protected: []string{"other"}},
		"Repository rule violations found Cannot update this ": {NoUpdate: all, NoForcePush: all},
	} {
		for _, fault := range []*github.Fault{nil, &old} {
			hub := serve(t)
			hub.server.Configure("octo/fleet", rules)
			if fault != nil {
				hub.server.Inject(*fault)
			}
			err := hub.client(t).MoveBranch(t.Context(), "other", hub.tip(t, "old"), hub.head)
			if !errors.Is(err, pull.ErrProtected) || !strings.Contains(err.Error(), said) {
				t.Errorf("got %v, want GitHub's words %q", err, said)
			}
			if got := hub.tip(t, "other"); got != hub.head {
				t.Errorf("the branch is at %s", got)
			}
		}
	}
}

// Commits and branches go where the pull request's branch is.
func TestFork(t *testing.T) {
	hub := serve(t)
	hub.server.Configure("ada/fleet", github.Settings{ForkOf: "octo/fleet"})
	options := hub.options()
	options.Head = "ada/fleet"
	c, err := pull.New(options)
	if err != nil {
		t.Fatal(err)
	}
	made, _, err := c.MakeCommit(t.Context(), pull.CommitSpec{
		Parent: hub.head, Tree: treeOfA, Message: "m", Changes: []pull.FileChange{{Path: "a", Mode: "100644", Content: []byte("a\n")}},
	})
	if err := errors.Join(err, c.MoveBranch(t.Context(), "fresh", made, "")); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, call := range hub.server.Log() {
		if call.Method == http.MethodPost {
			paths = append(paths, call.Path)
		}
	}
	want := []string{"/api/v3/repos/ada/fleet/git/blobs", "/api/v3/repos/ada/fleet/git/trees", "/api/v3/repos/ada/fleet/git/commits", "/api/graphql"}
	if diff := cmp.Diff(want, paths); diff != "" || hub.tip(t, "fresh") != "" {
		t.Errorf("made %s in octo/fleet too, mismatch (-want +got):\n%s", hub.tip(t, "fresh"), diff)
	}
}

// treeOfA is the tree with nothing but a file "a" that says "a".
const treeOfA = "aaff74984cccd156a469afa7d9ab10e4777beb24"

// tip is where a branch points, empty without one.
func (h *hub) tip(t *testing.T, branch string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "--git-dir="+h.dir, "for-each-ref", "--format=%(objectname)", "refs/heads/"+branch).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
