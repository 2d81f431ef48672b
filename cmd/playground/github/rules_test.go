package github_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

const unsigned = "- Commits must have verified signatures.\n  Found 1 violation:\n\n  HEAD"

// broken are rules and the words of GitHub for one who breaks them by moving a
// branch to a commit of his own. Without words, the rule lets him.
var broken = []struct {
	name     string
	settings github.Settings
	ref      string
	remote   string // HEAD stands for the commit, URL for the server
	ng       string // what git says of the ref
	rest     string
}{
	{
		"unsigned",
		github.Settings{RequireSignatures: []string{"nixferry/*"}},
		"nixferry/new",
		"error: GH013: Repository rule violations found for refs/heads/nixferry/new.\n" +
			"Review all repository rules at URL/octo/fleet/rules?ref=refs%2Fheads%2Fnixferry%2Fnew\n\n" + unsigned,
		"push declined due to repository rule violations",
		"Repository rule violations found\n\nCommits must have verified signatures.\n\n",
	},
	{
		"unsigned, branch protection",
		github.Settings{RequireSignatures: []string{"~ALL"}, ClassicRules: true},
		"new",
		"error: GH006: Protected branch update failed for refs/heads/new.\n\n" + unsigned,
		"protected branch hook declined", "Commits must have verified signatures.",
	},
	{
		"forced",
		github.Settings{NoForcePush: []string{"*/*"}},
		branch,
		"error: GH013: Repository rule violations found for refs/heads/" + branch + ".\n" +
			"Review all repository rules at URL/octo/fleet/rules?ref=refs%2Fheads%2Fnixferry%2Fnixos-unstable\n\n" +
			"- Cannot force-push to this branch",
		"push declined due to repository rule violations",
		"Repository rule violations found\n\nCannot force-push to this branch\n\n",
	},
	{
		"forced, branch protection",
		github.Settings{NoForcePush: []string{"*/*"}, ClassicRules: true},
		branch,
		"error: GH006: Protected branch update failed for refs/heads/" + branch + ".\n\n- Cannot force-push to this branch",
		"protected branch hook declined", "Cannot force-push to this branch",
	},
	{
		"created",
		github.Settings{NoCreation: []string{"~ALL"}},
		"new",
		"- Cannot create ref due to creations being restricted.",
		"push declined due to repository rule violations",
		"Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n",
	},
	{
		"updated",
		github.Settings{NoUpdate: []string{"main"}},
		"main", "- Cannot update this protected ref.",
		"push declined due to repository rule violations",
		"Repository rule violations found\n\nCannot update this protected ref.\n\n",
	},
	{"forward", github.Settings{NoForcePush: []string{"~ALL"}}, "main", "", "", ""},
	{"another branch", github.Settings{RequireSignatures: []string{"*"}, NoForcePush: []string{"main"}}, branch, "", "", ""},
	{"created where updates are forbidden", github.Settings{NoUpdate: []string{"~ALL"}}, "new", "", "", ""},
}

// TestRules pushes against every rule, and asks the same of the REST API.
func TestRules(t *testing.T) {
	for _, test := range broken {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := lawful(t)
			dir := clone(t, server, bot, "octo/fleet")
			git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "work")
			sha := git(t, dir, "rev-parse", "HEAD")

			// The commit is there before the rule is, for REST cannot bring one.
			git(t, dir, "push", "--quiet", "origin", "HEAD:refs/tags/work")
			git(t, dir, "push", "--quiet", "origin", ":refs/tags/work")
			server.Configure("octo/fleet", test.settings)

			out, err := gitCommand(dir, "push", "--force", "origin", "HEAD:refs/heads/"+test.ref).CombinedOutput()
			if (err == nil) != (test.ng == "") || err != nil && !strings.Contains(string(out), "("+test.ng+")") {
				t.Errorf("%v\n%s", err, out)
			}
			want := strings.NewReplacer("HEAD", sha, "URL", server.URL()).Replace(test.remote)
			if heard := remote(string(out)); !strings.Contains(heard, want) {
				t.Errorf("the remote does not say\n%s\nbut\n%s", want, heard)
			}
			if test.ng == "" {
				return
			}
			status, text := said(t, move(t, server, test.ref, sha))
			if status != http.StatusUnprocessableEntity || text != test.rest {
				t.Errorf("REST says %d %q, want %q", status, text, test.rest)
			}
		})
	}
}

// remote is what git passes on of the other side's words.
func remote(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if text, ok := strings.CutPrefix(line, "remote:"); ok {
			lines = append(lines, strings.TrimRight(strings.TrimPrefix(text, " "), " \n"))
		}
	}
	return strings.Join(lines, "\n")
}

// move forces a branch to a commit by REST, and makes it when it is not there.
func move(t *testing.T, server *github.Server, name, sha string) error {
	t.Helper()
	c := client(t, server, bot).Git
	ref := &api.Reference{Ref: api.String("refs/heads/" + name), Object: &api.GitObject{SHA: &sha}}
	if _, _, err := c.GetRef(t.Context(), "octo", "fleet", "heads/"+name); err == nil {
		_, _, err := c.UpdateRef(t.Context(), "octo", "fleet", ref, true)
		return err
	}
	_, _, err := c.CreateRef(t.Context(), "octo", "fleet", ref)
	return err
}

// TestRulesRefuseWholePush: one ref's rule refuses its neighbours, too.
func TestRulesRefuseWholePush(t *testing.T) {
	server := lawful(t)
	dir := clone(t, server, bot, "octo/fleet")
	git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "one")
	git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "two")
	server.Configure("octo/fleet", github.Settings{RequireSignatures: []string{"held"}})
	out, err := gitCommand(dir, "push", "origin", "HEAD:refs/heads/held", "HEAD:refs/heads/free").CombinedOutput()
	for _, want := range []string{"  Found 2 violations:", "HEAD -> free (pre-receive hook declined)"} {
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("git does not say %q: %v\n%s", want, err, out)
		}
	}
	if left := git(t, dir, "ls-remote", "origin", "refs/heads/free", "refs/heads/held"); left != "" {
		t.Errorf("the push arrived: %s", left)
	}
	_, _, err = client(t, server, bot).Git.GetCommit(t.Context(), "octo", "fleet", git(t, dir, "rev-parse", "HEAD"))
	if status, _ := said(t, err); status != http.StatusNotFound {
		t.Errorf("a commit that was refused is there: %d", status)
	}
}

// A commit that only comes with the push may lose others, too.
func TestForcedByNewCommit(t *testing.T) {
	server := lawful(t)
	dir := clone(t, server, bot, "octo/fleet")
	git(t, dir, "commit", "--quiet", "--allow-empty", "-m", "work")
	server.Configure("octo/fleet", github.Settings{NoForcePush: []string{branch}})
	out, err := gitCommand(dir, "push", "--force", "origin", "HEAD:"+branch).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "Cannot force-push to this branch") {
		t.Errorf("%v\n%s", err, out)
	}
}

// What a branch of one repository has is new to another, be it the same commit.
func TestUnsignedElsewhere(t *testing.T) {
	person := &api.CommitAuthor{Name: api.String("Ada"), Email: api.String("ada@example.org"), Date: &api.Timestamp{Time: time.Unix(1_900_000_000, 0)}}
	for _, free := range []bool{true, false} {
		server := lawful(t)
		server.Configure("octo/fleet", github.Settings{RequireSignatures: []string{"strict"}})
		c, main := client(t, server, bot), server.Branches("octo", "fleet")["main"]
		parent, _, err := c.Git.GetCommit(t.Context(), "octo", "fleet", main)
		if err != nil {
			t.Fatal(err)
		}
		made, _, err := c.Git.CreateCommit(t.Context(), "octo", "fleet", &api.Commit{
			Message: api.String("hers"), Tree: parent.Tree, Parents: []*api.Commit{parent}, Author: person, Committer: person,
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if free {
			if err := move(t, server, "free", made.GetSHA()); err != nil {
				t.Fatal(err)
			}
		}
		if err := move(t, server, "strict", made.GetSHA()); (err == nil) != free {
			t.Errorf("on another branch already: %v; got %v", free, err)
		}
	}
}
