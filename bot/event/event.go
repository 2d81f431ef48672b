// Package event turns the GitHub event that started a run into what is asked
// of nixferry. It is pure: the caller reads the payload.
package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A Request is what an event asks for.
type Request struct {
	// Event is GitHub's name of the event, "schedule" say.
	Event string
	// Owner and Repo name the repository.
	Owner, Repo string
	// DefaultBranch is the repository's, as the payload has it; it may be
	// empty.
	DefaultBranch string
	// Branch is the branch the run was started for, empty when it was started
	// for a tag.
	Branch string
	// Fresh is set when a person asked: what is red is judged again although
	// nothing moved.
	Fresh bool
}

// Vars are the environment variables GitHub sets for a run.
// https://docs.github.com/actions/reference/workflows-and-actions/variables
type Vars struct {
	// EventName is GITHUB_EVENT_NAME, Repository GITHUB_REPOSITORY
	// ("owner/name"), Ref GITHUB_REF ("refs/heads/main").
	EventName, Repository, Ref string
}

// ErrUnsupported marks an event nixferry has nothing to do for.
var ErrUnsupported = errors.New("start nixferry on `schedule` or `workflow_dispatch`")

// payload is the part of the event's JSON that is read.
// https://docs.github.com/webhooks/webhook-events-and-payloads
type payload struct {
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

// Parse reads an event. The payload may be empty, as it nearly is for a
// schedule. An event that is no reason to run gives an error that wraps
// [ErrUnsupported].
func Parse(v Vars, body []byte) (Request, error) {
	r := Request{Event: v.EventName}
	switch v.EventName {
	case "schedule", "push":
	case "workflow_dispatch", "repository_dispatch":
		r.Fresh = true
	default:
		return Request{}, fmt.Errorf("reading the event: nothing to do for %q: %w", v.EventName, ErrUnsupported)
	}
	var ok bool
	if r.Owner, r.Repo, ok = strings.Cut(v.Repository, "/"); !ok || r.Owner == "" || r.Repo == "" || strings.Contains(r.Repo, "/") {
		return Request{}, fmt.Errorf("reading the event: GITHUB_REPOSITORY is %q, not owner/name: run inside GitHub Actions, or use `nixferry try`", v.Repository)
	}
	r.Branch, ok = strings.CutPrefix(v.Ref, "refs/heads/")
	if !ok {
		r.Branch = ""
	}
	if len(body) == 0 {
		return r, nil
	}
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return Request{}, fmt.Errorf("reading the event: the file at GITHUB_EVENT_PATH is no JSON object: %w", err)
	}
	r.DefaultBranch = p.Repository.DefaultBranch
	return r, nil
}
