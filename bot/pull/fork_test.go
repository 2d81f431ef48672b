package pull_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// fork serves a fork of the repository as well, and returns a client that works
// on pull requests from it.
func (h *hub) fork(t *testing.T, name string) *pull.Client {
	t.Helper()
	h.server.Configure(name, github.Settings{ForkOf: "octo/fleet"})
	options := h.options()
	options.Head = name
	c, err := pull.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The branch is in a fork, of another owner or of the same one; that of the
// same name in the repository itself is another's.
func TestPullFromAFork(t *testing.T) {
	for _, name := range []string{"bot/fleet", "octo/mirror"} {
		hub := serve(t)
		own := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "not from the fork"})
		c, ctx := hub.fork(t, name), t.Context()
		if open, closed, err := c.Find(ctx, branch, "main"); open != nil || closed != nil || err != nil {
			t.Errorf("%s: got %v, %v, %v, want none", name, open, closed, err)
		}
		created, fresh, err := c.Create(ctx, pull.Proposal{Branch: branch, Base: "main", Title: "from the fork", Body: pull.Splice("", says("x"), pull.State{Lane: "fleet"})})
		if err != nil || !fresh || created.Number == own.Number {
			t.Fatalf("%s: got %+v, %v, %v", name, created, fresh, err)
		}
		if is, _ := hub.server.Pull("octo", "fleet", created.Number); is.Head.Fork != name || is.Head.Name != branch {
			t.Errorf("%s: its branch is %+v", name, is.Head)
		}
		if open, _, err := c.Find(ctx, branch, "main"); !cmp.Equal(created, open) || err != nil {
			t.Errorf("%s: found %v: %s", name, err, cmp.Diff(created, open))
		}
		if again, fresh, err := c.Create(ctx, pull.Proposal{Branch: branch, Base: "main", Title: "again"}); fresh || again.Number != created.Number || err != nil {
			t.Errorf("%s: got %+v, %v, %v, want the one there is", name, again, fresh, err)
		}
		if others, err := c.Superseded(ctx, "fleet", "new", "main"); len(others) != 1 || err != nil {
			t.Errorf("%s: got %v, %v, want the one there is", name, others, err)
		}
		if commits, err := c.Commits(ctx, "old", hub.head); len(commits) != 2 || err != nil {
			t.Errorf("%s: got %v, %v", name, commits, err)
		}
		if err := c.Close(ctx, created.Number, "x"); err != nil {
			t.Error(err)
		}
	}
}
