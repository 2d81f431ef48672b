package github_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nixferry/nixferry/cmd/playground/github"
)

// TestAdvertisement asks twice after every change of a repository: both answers
// must be what git says now.
func TestAdvertisement(t *testing.T) {
	var dir string
	server := lawful(t, func(o *github.Options) { dir = filepath.Join(o.Dir, "octo/fleet.git") })
	sha := git(t, dir, "rev-parse", "main")
	for _, change := range [][]string{
		{"rev-parse"},
		{"branch", "new", "main"},
		{"branch", "-f", "new", "main~1"},
		{"tag", "-a", "-m", "v1", "v1", "main"},
		{"pack-refs", "--all"},
		{"branch", "-D", "new"},
		{"symbolic-ref", "HEAD", "refs/heads/side"},
		{"config", "transfer.hideRefs", "refs/tags"},
		{"update-ref", "--no-deref", "HEAD", sha},
		{"clone", "-q", "--bare", "--shared", ".", "../fork.git"},
		{"config", "receive.advertiseAtomic", "false"},
	} {
		git(t, dir, change...)
		for _, service := range []string{"upload-pack", "receive-pack"} {
			for _, protocol := range []string{"", "version=1", "version=2"} {
				want := saidByGit(t, dir, service, protocol)
				for range 2 {
					if got := advertised(t, server, "octo/fleet", service, protocol); got != want {
						t.Errorf("%v, %s, %q: got\n%q\nwant\n%q", change, service, protocol, got, want)
					}
				}
			}
		}
	}
	before := advertised(t, server, "octo/fork", "receive-pack", "")
	git(t, dir, "branch", "lent", sha+"~1")
	fork := filepath.Join(filepath.Dir(dir), "fork.git")
	if got, want := advertised(t, server, "octo/fork", "receive-pack", ""), saidByGit(t, fork, "receive-pack", ""); got != want {
		t.Errorf("of what is borrowed: got\n%q\nwant\n%q\nbefore\n%q", got, want, before)
	}
}

// advertised is what the server answers to a client that has a look at the refs.
func advertised(t *testing.T, server *github.Server, repo, service, protocol string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/"+repo+".git/info/refs?service=git-"+service, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Git-Protocol", protocol)
	request.SetBasicAuth("x-access-token", bot)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if kind := answer.Header.Get("Content-Type"); err != nil || kind != "application/x-git-"+service+"-advertisement" {
		t.Fatalf("%s, %v", kind, err)
	}
	return string(text)
}

// saidByGit is what git says itself, with what HTTP puts in front of it.
// https://git-scm.com/docs/http-protocol#_smart_server_response
func saidByGit(t *testing.T, dir, service, protocol string) string {
	t.Helper()
	cmd := exec.Command("git", service, "--http-backend-info-refs", dir)
	cmd.Env = append(os.Environ(), "GIT_PROTOCOL="+protocol, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=uploadpack.allowAnySHA1InWant", "GIT_CONFIG_VALUE_0=true",
		"GIT_CONFIG_KEY_1=uploadpack.allowFilter", "GIT_CONFIG_VALUE_1=true")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if protocol == "version=2" {
		return string(out)
	}
	first := map[string]string{"upload-pack": "001e# service=git-upload-pack\n0000", "receive-pack": "001f# service=git-receive-pack\n0000"}
	return first[service] + string(out)
}
