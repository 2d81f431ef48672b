package event

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/testdata/events"
)

type object = map[string]any

// sent is a payload that GitHub sent, changed, and held to GitHub's schema.
func sent(t *testing.T, name string, change func(p object)) []byte {
	t.Helper()
	text, err := events.Payloads.ReadFile(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var p object
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	change(p)
	if text, err = json.Marshal(p); err != nil {
		t.Fatal(err)
	}
	event, _, _ := strings.Cut(name, ".")
	if err := events.Check(event, text); err != nil {
		t.Fatal(err)
	}
	return text
}

// onPull makes the comment one on a pull request.
func onPull(p object) {
	p["issue"].(object)["pull_request"] = object{"url": "https://api.github.com/repos/Codertocat/Hello-World/pulls/1"}
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name string
		vars Vars
		body string
		want Request
	}{
		{
			name: "schedule",
			vars: Vars{EventName: "schedule", Repository: "octo/fleet", Ref: "refs/heads/main"},
			body: `{"schedule":"17 4 * * *","repository":{"default_branch":"main"}}`,
			want: Request{Event: "schedule", Owner: "octo", Repo: "fleet", DefaultBranch: "main", Branch: "main"},
		},
		{
			name: "dispatch on another branch",
			vars: Vars{EventName: "workflow_dispatch", Repository: "octo/fleet", Ref: "refs/heads/feature/x"},
			body: `{"inputs":null,"repository":{"default_branch":"main"}}`,
			want: Request{Event: "workflow_dispatch", Owner: "octo", Repo: "fleet", DefaultBranch: "main", Branch: "feature/x", Fresh: true},
		},
		{
			name: "tag without a payload",
			vars: Vars{EventName: "workflow_dispatch", Repository: "octo/fleet", Ref: "refs/tags/v1"},
			want: Request{Event: "workflow_dispatch", Owner: "octo", Repo: "fleet", Fresh: true},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.vars, []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPayloads reads what GitHub sends.
func TestPayloads(t *testing.T) {
	const head = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
	comment := Comment{
		ID: 492700400, Number: 1, Author: "Codertocat", Body: "You are totally right! I'll get this fixed right away.",
		Created: time.Date(2019, 5, 15, 15, 20, 21, 0, time.UTC),
	}
	pull := Pull{Number: 2, Head: head, HeadRepo: "Codertocat/Hello-World", HeadBranch: "changes", BaseBranch: "master"}
	fork, gone := pull, pull
	fork.HeadRepo, fork.Fork = "stranger/Hello-World", true
	gone.HeadRepo, gone.Fork = "", true
	headOf := func(p object) object { return p["pull_request"].(object)["head"].(object) }
	for _, test := range []struct {
		name, payload string
		change        func(p object)
		want          Request
	}{
		{"comment", "issue_comment.created", onPull, Request{Comment: &comment}},
		{"opened", "pull_request.opened", func(object) {}, Request{Pull: &pull}},
		{"pushed to", "pull_request.synchronize", func(object) {}, Request{Pull: &pull}},
		{"reopened", "pull_request.opened", func(p object) { p["action"] = "reopened" }, Request{Pull: &pull}},
		{"out of draft", "pull_request.opened", func(p object) {
			p["action"] = "ready_for_review"
			p["pull_request"].(object)["draft"] = false
		}, Request{Pull: &pull}},
		{"fork", "pull_request.opened", func(p object) {
			headOf(p)["repo"].(object)["full_name"] = "stranger/Hello-World"
		}, Request{Pull: &fork}},
		{"fork that is gone", "pull_request.opened", func(p object) { headOf(p)["repo"] = nil }, Request{Pull: &gone}},
		{"dispatch", "workflow_dispatch", func(p object) {
			p["inputs"] = object{"command": "retry web", "pr": "7"}
		}, Request{Fresh: true, Inputs: map[string]string{"command": "retry web", "pr": "7"}}},
		{"dispatch without inputs", "workflow_dispatch", func(p object) { p["inputs"] = nil }, Request{Fresh: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			name, _, _ := strings.Cut(test.payload, ".")
			want := test.want
			want.Event, want.Owner, want.Repo, want.DefaultBranch, want.Branch = name, "codertocat", "Hello-World", "master", "main"
			got, err := Parse(Vars{name, "codertocat/Hello-World", "refs/heads/main"}, sent(t, test.payload, test.change))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNothing has the events that end a run quietly.
func TestNothing(t *testing.T) {
	app := object{
		"id": 1, "node_id": "A", "name": "app", "description": nil, "slug": "app", "external_url": "https://example.org",
		"html_url": "https://github.com/apps/app", "created_at": "2019-05-15T15:20:21Z", "updated_at": "2019-05-15T15:20:21Z",
	}
	for _, test := range []struct {
		name, payload string
		change        func(p object)
		want          string
	}{
		{"edited", "issue_comment.edited", onPull, `not new but "edited"`},
		{"deleted", "issue_comment.deleted", onPull, `not new but "deleted"`},
		{"issue", "issue_comment.created", func(object) {}, "on an issue"},
		{"bot", "issue_comment.created", func(p object) {
			onPull(p)
			p["sender"].(object)["type"] = "Bot"
		}, "a bot's"},
		{"app", "issue_comment.created", func(p object) {
			onPull(p)
			app["owner"] = p["sender"]
			p["comment"].(object)["performed_via_github_app"] = app
		}, "a bot's"},
		{"closed", "pull_request.opened", func(p object) {
			p["action"] = "closed"
			pull := p["pull_request"].(object)
			pull["state"], pull["closed_at"] = "closed", pull["created_at"]
		}, `was "closed"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			name, _, _ := strings.Cut(test.payload, ".")
			_, err := Parse(Vars{EventName: name, Repository: "a/b"}, sent(t, test.payload, test.change))
			if !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want ErrNothing with %q", err, test.want)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct {
		name, body, want string
		vars             Vars
		unsupported      bool
	}{
		{name: "foreign event", vars: Vars{EventName: "fork", Repository: "octo/fleet"}, want: `nothing to do for "fork"`, unsupported: true},
		{name: "outside Actions", vars: Vars{}, want: `nothing to do for ""`, unsupported: true},
		{name: "no repository", vars: Vars{EventName: "schedule"}, want: "nixferry try"},
		{name: "bad repository", vars: Vars{EventName: "schedule", Repository: "a/b/c"}, want: "not owner/name"},
		{name: "no JSON", vars: Vars{EventName: "schedule", Repository: "a/b"}, body: "{", want: "no JSON object"},
		{name: "comment without a payload", vars: Vars{EventName: "issue_comment", Repository: "a/b"}, want: "lacks the comment's id"},
		{name: "comment without an id", vars: Vars{EventName: "issue_comment", Repository: "a/b"}, body: `{"issue":{"number":1},"comment":{"created_at":"2019-05-15T15:20:21Z","user":{"login":"x"}}}`, want: "lacks the comment's id"},
		{name: "pull request without a payload", vars: Vars{EventName: "pull_request", Repository: "a/b"}, want: "lacks the pull request's number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(test.vars, []byte(test.body))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want one with %q", err, test.want)
			}
			if errors.Is(err, ErrNothing) {
				t.Error("the run would end quietly")
			}
			if got := errors.Is(err, ErrUnsupported); got != test.unsupported {
				t.Errorf("unsupported is %v, want %v", got, test.unsupported)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("schedule", "octo/fleet", "refs/heads/main", []byte(`{"repository":{"default_branch":"main"}}`))
	f.Add("push", "/", "", []byte(`[]`))
	f.Add("workflow_dispatch", "a/b", "", []byte(`{"inputs":{"a":1}}`))
	f.Add("issue_comment", "a/b", "", []byte(`{"action":"created","issue":{"number":1,"pull_request":{}},"comment":{"id":1,"created_at":"2019-05-15T15:20:21Z","user":{"login":"x"}}}`))
	f.Add("pull_request", "a/b", "", []byte(`{"action":"opened","pull_request":{"number":1,"head":{"sha":"a","ref":"b","repo":null},"base":{"ref":"c"}}}`))
	f.Fuzz(func(t *testing.T, name, repository, ref string, body []byte) {
		r, err := Parse(Vars{EventName: name, Repository: repository, Ref: ref}, body)
		if err == nil && (r.Owner == "" || r.Repo == "" || strings.Contains(r.Repo, "/")) {
			t.Errorf("accepted repository %q as %q/%q", repository, r.Owner, r.Repo)
		}
		if err == nil && ((r.Comment != nil) != (name == "issue_comment") || (r.Pull != nil) != (name == "pull_request")) {
			t.Errorf("%s gives comment %v and pull request %v", name, r.Comment, r.Pull)
		}
	})
}
