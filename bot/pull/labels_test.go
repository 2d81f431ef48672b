package pull_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// found is the open pull request of the branch as GitHub has it now.
func (h *hub) found(t *testing.T) *pull.Pull {
	t.Helper()
	open, _, err := h.client(t).Find(t.Context(), branch, "main")
	if err != nil || open == nil {
		t.Fatalf("got %v, %v", open, err)
	}
	return open
}

// labels are those of pull request 1, one after the other.
func (h *hub) labels() string {
	one, _ := h.server.Pull("octo", "fleet", 1)
	return strings.Join(one.Labels, ", ")
}

func TestSetLabels(t *testing.T) {
	hub := serve(t)
	c, broken, reboot := hub.client(t), lifecycle.StateLabels[0], lifecycle.StateLabels[1]
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	for _, test := range []struct {
		always, has []string
		state       []lifecycle.Label
		want        string
		calls       int // besides looking
	}{
		{[]string{"dependencies"}, nil, []lifecycle.Label{broken}, "dependencies, " + broken.Name, 2},
		{[]string{"Dependencies"}, []string{"theirs"}, []lifecycle.Label{broken, reboot}, "dependencies, " + broken.Name + ", theirs, " + reboot.Name, 2},
		{[]string{"Dependencies"}, nil, []lifecycle.Label{broken, reboot}, "dependencies, " + broken.Name + ", theirs, " + reboot.Name, 0},
		{nil, nil, []lifecycle.Label{reboot}, "dependencies, theirs, " + reboot.Name, 1},
		{nil, nil, nil, "dependencies, theirs", 1},
		{nil, nil, []lifecycle.Label{broken}, "dependencies, theirs, " + broken.Name, 2},
	} {
		if err := c.SetLabels(t.Context(), &pull.Pull{Number: 1}, test.has, nil); err != nil {
			t.Fatal(err)
		}
		now := hub.found(t)
		before := len(hub.server.Log())
		if err := c.SetLabels(t.Context(), now, test.always, test.state); err != nil {
			t.Fatal(err)
		}
		if calls := len(hub.server.Log()) - before; calls != test.calls {
			t.Errorf("%d calls for %q, want %d", calls, test.want, test.calls)
		}
		if got := hub.labels(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// A label is made with its colour once; what people make of it stays.
func TestStateLabelsAreMadeOnce(t *testing.T) {
	hub := serve(t)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	painted := lifecycle.Label{Name: strings.ToUpper(lifecycle.StateLabels[0].Name), Color: "00ff00", Description: "ours"}
	for _, label := range []lifecycle.Label{painted, lifecycle.StateLabels[0], lifecycle.StateLabels[1]} {
		if err := hub.client(t).SetLabels(t.Context(), hub.found(t), nil, []lifecycle.Label{label}); err != nil {
			t.Fatal(err)
		}
	}
	want := []github.Label{{Name: painted.Name, Color: painted.Color, Description: painted.Description}, github.Label(lifecycle.StateLabels[1])}
	if diff := cmp.Diff(want, hub.server.Labels("octo", "fleet")); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// A person may take a label off between the look and the call.
func TestTakenOffMeanwhile(t *testing.T) {
	hub := serve(t)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	stale := &pull.Pull{Number: 1, Labels: []string{lifecycle.StateLabels[0].Name}}
	if err := hub.client(t).SetLabels(t.Context(), stale, nil, nil); err != nil {
		t.Errorf("got %v, want it to be fine", err)
	}
}
