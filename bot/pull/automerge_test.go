package pull_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// waiting is a repository in which auto-merge has something to wait for.
var waiting = github.Settings{AllowAutoMerge: true, RequiredStatuses: []string{"nixferry"}}

func TestAutoMerge(t *testing.T) {
	hub := poster(t)
	hub.server.Configure("octo/fleet", waiting)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	c := hub.client(t)
	on := func(want bool) {
		t.Helper()
		if got := hub.found(t).AutoMerge; got != want {
			t.Errorf("auto-merge is %v, want %v", got, want)
		}
	}
	for range 2 {
		if note, err := c.AutoMerge(t.Context(), hub.found(t), "squash", hub.head); note != "" || err != nil {
			t.Fatalf("got %q, %v", note, err)
		}
		on(true)
	}
	if one, _ := hub.server.Pull("octo", "fleet", 1); one.AutoMerge != "squash" {
		t.Errorf("to be merged by %q", one.AutoMerge)
	}
	for range 2 {
		if err := c.StopAutoMerge(t.Context(), hub.found(t)); err != nil {
			t.Fatal(err)
		}
		on(false)
	}
	stale := hub.found(t)
	if note, err := c.AutoMerge(t.Context(), stale, "merge", hub.head); note != "" || err != nil {
		t.Fatalf("got %q, %v", note, err)
	}
	green := []lifecycle.Status{{Context: "nixferry", State: "success", Description: "all hosts build"}}
	if err := c.Post(t.Context(), hub.head, green); err != nil {
		t.Fatal(err)
	}
	if one, _ := hub.server.Pull("octo", "fleet", 1); !one.Merged {
		t.Error("GitHub did not merge")
	}
	if note, err := c.AutoMerge(t.Context(), stale, "merge", hub.head); note != "" || err != nil {
		t.Errorf("got %q, %v, want no word about what is merged", note, err)
	}
	want := []string{"graphql/enablePullRequestAutoMerge", "graphql/disablePullRequestAutoMerge", "graphql/enablePullRequestAutoMerge", "graphql/enablePullRequestAutoMerge"}
	if diff := cmp.Diff(want, hub.writes()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestAutoMergeRefused holds what is said where GitHub does not take it; the
// pull request is never merged.
func TestAutoMergeRefused(t *testing.T) {
	green := []lifecycle.Status{{Context: "nixferry", State: "success"}}
	red := []lifecycle.Status{{Context: "nixferry", State: "success"}, {Context: "theirs", State: "failure"}}
	other := strings.Repeat("5", 40)
	for _, test := range []struct {
		name     string
		settings github.Settings
		statuses []lifecycle.Status
		head     string
		want     string
	}{
		{"not allowed", github.Settings{RequiredStatuses: []string{"nixferry"}}, nil, "", "tick \"Allow auto-merge\""},
		{"no rules", github.Settings{AllowAutoMerge: true}, nil, "", "GitHub has nothing to wait for; require the status `nixferry`"},
		{"clean", waiting, green, "", "nothing would hold the merge back; require the status `nixferry`"},
		{"unstable", waiting, red, "", "only a check that is not required"},
		{"pushed meanwhile", waiting, nil, other, "somebody pushed to the branch meanwhile"},
	} {
		hub := poster(t)
		hub.server.Configure("octo/fleet", test.settings)
		now := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
		if test.head == "" {
			test.head = hub.head
		}
		c := hub.client(t)
		if err := c.Post(t.Context(), hub.head, test.statuses); err != nil {
			t.Fatal(err)
		}
		note, err := c.AutoMerge(t.Context(), now, "merge", test.head)
		if err != nil || !strings.HasPrefix(note, "Auto-merge was not switched on: "+test.want) {
			t.Errorf("%s: got %q, %v", test.name, note, err)
		}
		if one, _ := hub.server.Pull("octo", "fleet", 1); one.Merged {
			t.Errorf("%s: merged", test.name)
		}
	}
}

// GitHub's words about merge methods, as there is no setting for them here,
// and words that nobody knows.
func TestAutoMergeOtherWords(t *testing.T) {
	for said, want := range map[string]string{
		"Merge method squash merging is not allowed on this repository": "allow that method",
		"no, \u001b[31m" + token: "calling enablePullRequestAutoMerge for #1: GitHub answers 422",
	} {
		hub := serve(t)
		now := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
		hub.refuse(t, "enablePullRequestAutoMerge", "UNPROCESSABLE", said)
		note, err := hub.client(t).AutoMerge(t.Context(), now, "squash", hub.head)
		if err != nil || !strings.HasPrefix(note, "Auto-merge was not switched on: "+want) || strings.Contains(note, token) {
			t.Errorf("got %q, %v", note, err)
		}
	}
}

// What could merge against the gate must not pass for switched off.
func TestStopAutoMergeRefused(t *testing.T) {
	hub := serve(t)
	hub.server.Configure("octo/fleet", waiting)
	now := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	if _, err := hub.client(t).AutoMerge(t.Context(), now, "merge", hub.head); err != nil {
		t.Fatal(err)
	}
	on := hub.found(t)
	hub.refuse(t, "disablePullRequestAutoMerge", "FORBIDDEN", "Resource not accessible by integration")
	if err := hub.client(t).StopAutoMerge(t.Context(), on); !errors.Is(err, pull.ErrNoPermission) {
		t.Errorf("got %v, want it refused", err)
	}
}

// One that was merged meanwhile still says how.
func TestStopAutoMergeTooLate(t *testing.T) {
	hub := serve(t)
	hub.refuse(t, "disablePullRequestAutoMerge", "UNPROCESSABLE", "Can't disable auto-merge for this pull request.")
	hub.server.Inject(github.Fault{Operation: "pulls/get", Status: 200, Body: `{"state":"closed","auto_merge":{"merge_method":"squash"}}`})
	if err := hub.client(t).StopAutoMerge(t.Context(), &pull.Pull{Number: 1, NodeID: "PR_1", AutoMerge: true}); err != nil {
		t.Errorf("got %v, want nothing left to do", err)
	}
}
