package bot

import (
	"errors"
	"os/exec"
	"testing"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/event"
	"github.com/nixferry/nixferry/bot/repo"
)

// checkout is a repository with one commit on the branch dev, checked out as
// the branch or as a commit.
func checkout(t *testing.T, detached bool) *repo.Repo {
	t.Helper()
	dir := t.TempDir()
	commands := [][]string{
		{"init", "--quiet", "--initial-branch=dev"},
		{"-c", "user.name=o", "-c", "user.email=o@example.org", "commit", "--quiet", "--allow-empty", "--message=x"},
	}
	if detached {
		commands = append(commands, []string{"checkout", "--quiet", "--detach"})
	}
	for _, args := range commands {
		if out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The pull request goes where `base` says, else to the branch checked out,
// which may be another than the run was started for.
func TestBase(t *testing.T) {
	for _, test := range []struct {
		name, base string
		detached   bool
		request    event.Request
		want       string
	}{
		{"base", "release", false, event.Request{Branch: "main", DefaultBranch: "main"}, "release"},
		{"checked out", "", false, event.Request{Branch: "main", DefaultBranch: "main"}, "dev"},
		{"a commit checked out", "", true, event.Request{Branch: "main", DefaultBranch: "trunk"}, "main"},
		{"a tag checked out", "", true, event.Request{DefaultBranch: "trunk"}, "trunk"},
		{"nobody knows", "", true, event.Request{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.request.Owner, test.request.Repo = "octo", "fleet"
			h, err := newHub(World{}, config.Config{Token: "t", Base: test.base}, test.request, checkout(t, test.detached))
			if h.base != test.want || errors.Is(err, config.ErrUsage) != (test.want == "") {
				t.Errorf("base is %q, %v; want %q", h.base, err, test.want)
			}
		})
	}
}
