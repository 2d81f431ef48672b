package github_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

// TestCommitsOfApps: GitHub signs what an app commits in no other's name.
func TestCommitsOfApps(t *testing.T) {
	ferry := everything
	ferry.Login, ferry.App = "ferry[bot]", true
	other := &api.CommitAuthor{Name: api.String("Olga"), Email: api.String("olga@example.org")}
	for _, test := range []struct {
		name, token       string
		author, committer *api.CommitAuthor
		want              string
	}{
		{"of workflows", bot, nil, nil, "valid"},
		{"of an app", "ghs_ferry", nil, nil, "valid"},
		{"of an app with an author", "ghs_ferry", other, nil, "unsigned"},
		{"of an app with a committer", "ghs_ferry", nil, other, "unsigned"},
		{"of a person", olga, nil, nil, "unsigned"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := ""
			server := lawful(t, func(o *github.Options) { dir = o.Dir })
			server.Grant("ghs_ferry", ferry)
			c := client(t, server, test.token).Git
			parent, _, err := c.GetRef(t.Context(), "octo", "fleet", "heads/main")
			if err != nil {
				t.Fatal(err)
			}
			sha := parent.GetObject().GetSHA()
			tree, _, err := c.GetTree(t.Context(), "octo", "fleet", sha, false)
			if err != nil {
				t.Fatal(err)
			}
			made, _, err := c.CreateCommit(t.Context(), "octo", "fleet", &api.Commit{
				Message: api.String("by the API"), Tree: tree, Parents: []*api.Commit{{SHA: &sha}},
				Author: test.author, Committer: test.committer,
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkVerified(t, made.GetVerification(), test.want)
			server.Configure("octo/fleet", github.Settings{RequireSignatures: []string{"~ALL"}})
			if err := move(t, server, "made", made.GetSHA()); (err == nil) != (test.want == "valid") {
				t.Errorf("making a branch of it: %v", err)
			}
			text := git(t, "", "--git-dir="+filepath.Join(dir, "octo/fleet.git"), "cat-file", "commit", made.GetSHA())
			if strings.Contains(text, "\ngpgsig -----BEGIN") != (test.want == "valid") {
				t.Errorf("the commit is\n%s", text)
			}
			again, _, err := c.GetCommit(t.Context(), "octo", "fleet", made.GetSHA())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(made, again); diff != "" {
				t.Errorf("read again: mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func checkVerified(t *testing.T, got *api.SignatureVerification, want string) {
	t.Helper()
	if got.GetReason() != want || got.GetVerified() != (want == "valid") {
		t.Errorf("verified %v for being %q, want %q", got.GetVerified(), got.GetReason(), want)
	}
	if signed := want != "unsigned"; (got.GetSignature() != "") != signed || strings.Contains(got.GetPayload(), "by") != signed {
		t.Errorf("signature %q of %q", got.GetSignature(), got.GetPayload())
	}
}

// TestSignedPush: real git signs by real keys, and only the key people signed
// up under the committer's address counts.
func TestSignedPush(t *testing.T) {
	keys := t.TempDir()
	public := map[string]string{}
	for _, name := range []string{"olga", "other"} {
		out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(keys, name)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		text, err := os.ReadFile(filepath.Join(keys, name+".pub"))
		if err != nil {
			t.Fatal(err)
		}
		public[name] = string(text)
	}
	server := lawful(t, func(o *github.Options) {
		o.SigningKeys = map[string]string{"olga@example.org": public["olga"]}
	})
	server.Configure("octo/fleet", github.Settings{RequireSignatures: []string{"signed"}})
	for _, test := range []struct {
		name, key, email, want string
	}{
		{"signed up", "olga", "olga@example.org", "valid"},
		{"not signed up", "other", "olga@example.org", "unknown_key"},
		{"another address", "olga", "bot@example.org", "no_user"},
		{"unsigned", "", "olga@example.org", "unsigned"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := clone(t, server, bot, "octo/fleet")
			args := []string{
				"-c", "gpg.format=ssh", "-c", "user.signingKey=" + filepath.Join(keys, test.key),
				"commit", "--quiet", "--allow-empty", "-m", "by hand",
			}
			if test.key != "" {
				args = append(args, "--gpg-sign")
			}
			commit := gitCommand(dir, args...)
			commit.Env = append(commit.Env, "GIT_COMMITTER_EMAIL="+test.email)
			if out, err := commit.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			git(t, dir, "push", "--quiet", "origin", "HEAD:"+test.want)
			got, _, err := client(t, server, bot).Repositories.GetCommit(t.Context(), "octo", "fleet", test.want, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkVerified(t, got.GetCommit().GetVerification(), test.want)
			git(t, dir, "push", "--quiet", "origin", ":"+test.want)
			if out, err := gitCommand(dir, "push", "--force", "origin", "HEAD:signed").CombinedOutput(); (err == nil) != (test.want == "valid") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestBadSigningKey(t *testing.T) {
	_, err := github.New(github.Options{Dir: t.TempDir(), SigningKeys: map[string]string{"olga@example.org": "ssh-ed25519"}})
	if err == nil || !strings.Contains(err.Error(), "signing key of olga@example.org") {
		t.Errorf("got %v", err)
	}
}
