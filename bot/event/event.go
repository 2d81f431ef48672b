// Package event turns the GitHub event that started a run into what is asked
// of nixferry. It is pure: the caller reads the payload.
package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
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
	// for a tag or a pull request.
	Branch string
	// Fresh is set when a person asked for a whole run: what is red is judged
	// again although nothing moved.
	Fresh bool
	// Comment is what a person wrote below a pull request, for the event
	// issue_comment and nil for all others.
	Comment *Comment
	// Pull is the pull request that was opened or pushed to, for the event
	// pull_request and nil for all others.
	Pull *Pull
	// Inputs are what a workflow_dispatch was started with, by name; there may
	// be none.
	Inputs map[string]string
}

// A Comment is a new comment that a person wrote below a pull request.
// https://docs.github.com/webhooks/webhook-events-and-payloads#issue_comment
type Comment struct {
	// ID is the comment's, Number the pull request's.
	ID     int64
	Number int
	// Author is the login of whoever wrote it: anybody on GitHub.
	Author string
	// Body is what they wrote, as Markdown.
	Body    string
	Created time.Time
}

// A Pull is a pull request that has something new to look at.
// https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request
type Pull struct {
	Number int
	// Head is the sha of its newest commit, on HeadBranch of HeadRepo
	// ("owner/name", empty when that repository is gone).
	Head, HeadRepo, HeadBranch string
	// BaseBranch is the branch it wants to go to.
	BaseBranch string
	// Fork is set unless HeadRepo is the repository of the run.
	Fork bool
}

// Vars are the environment variables GitHub sets for a run.
// https://docs.github.com/actions/reference/workflows-and-actions/variables
type Vars struct {
	// EventName is GITHUB_EVENT_NAME, Repository GITHUB_REPOSITORY
	// ("owner/name"), Ref GITHUB_REF ("refs/heads/main").
	EventName, Repository, Ref string
}

var (
	// ErrUnsupported marks an event nixferry cannot be started on.
	ErrUnsupported = errors.New("start nixferry on `schedule` or `workflow_dispatch`")
	// ErrNothing marks an event that asks for nothing: the run ends at once, and
	// well.
	ErrNothing = errors.New("nothing to do")
)

// payload is the part of the event's JSON that is read.
// https://docs.github.com/webhooks/webhook-events-and-payloads
type payload struct {
	Action     string
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	}
	Inputs map[string]string
	Issue  struct {
		Number int
		Pull   *struct{} `json:"pull_request"`
	}
	Comment struct {
		ID      int64
		Body    string
		Created time.Time `json:"created_at"`
		User    struct{ Login string }
		App     *struct{} `json:"performed_via_github_app"`
	}
	Sender struct{ Type string }
	Pull   struct {
		Number int
		Head   struct {
			Sha, Ref string
			Repo     struct {
				Name string `json:"full_name"`
			}
		}
		Base struct{ Ref string }
	} `json:"pull_request"`
}

// Parse reads an event. The payload may be empty, as it nearly is for a
// schedule. An event that is no reason to run gives an error that wraps
// [ErrUnsupported] or [ErrNothing].
func Parse(v Vars, body []byte) (Request, error) {
	r := Request{Event: v.EventName}
	switch v.EventName {
	case "schedule", "push", "issue_comment", "pull_request":
	case "workflow_dispatch", "repository_dispatch":
		r.Fresh = true
	default:
		return Request{}, fmt.Errorf("reading the event: nothing to do for %q: %w", v.EventName, ErrUnsupported)
	}
	var ok bool
	if r.Owner, r.Repo, ok = strings.Cut(v.Repository, "/"); !ok || r.Owner == "" || r.Repo == "" || strings.Contains(r.Repo, "/") {
		return Request{}, fmt.Errorf("reading the event: GITHUB_REPOSITORY is %q, not owner/name: run inside GitHub Actions, or use `nixferry try`", v.Repository)
	}
	if branch, ok := strings.CutPrefix(v.Ref, "refs/heads/"); ok {
		r.Branch = branch
	}
	var p payload
	if len(body) > 0 {
		if err := json.Unmarshal(body, &p); err != nil {
			return Request{}, fmt.Errorf("reading the event: the file at GITHUB_EVENT_PATH is no JSON object of GitHub's: run inside GitHub Actions, or use `nixferry try`: %w", err)
		}
	}
	r.DefaultBranch = p.Repository.DefaultBranch
	if err := r.fill(p, v.Repository); err != nil {
		return Request{}, fmt.Errorf("reading the event: %w", err)
	}
	return r, nil
}

// fill reads what only one event has.
func (r *Request) fill(p payload, repository string) (err error) {
	switch r.Event {
	case "workflow_dispatch":
		r.Inputs = p.Inputs
	case "issue_comment":
		r.Comment, err = p.comment()
	case "pull_request":
		r.Pull, err = p.pull(repository)
	}
	return err
}

// comment reads a comment, if it is one to answer: an edited one was answered
// when it was new, and bots that answer each other never stop.
func (p payload) comment() (*Comment, error) {
	c := Comment{ID: p.Comment.ID, Number: p.Issue.Number, Author: p.Comment.User.Login, Body: p.Comment.Body, Created: p.Comment.Created}
	switch {
	case c.ID == 0 || c.Number == 0 || c.Author == "" || c.Created.IsZero():
		return nil, errors.New("the payload lacks the comment's id, author or time, or the issue's number: start nixferry on GitHub's own `issue_comment`")
	case p.Action != "created":
		return nil, fmt.Errorf("the comment is not new but %q: %w", p.Action, ErrNothing)
	case p.Issue.Pull == nil:
		return nil, fmt.Errorf("the comment is on an issue, not on a pull request: %w", ErrNothing)
	case p.Sender.Type == "Bot" || p.Comment.App != nil:
		return nil, fmt.Errorf("the comment is a bot's: %w", ErrNothing)
	}
	return &c, nil
}

// pull reads a pull request, if there is something new to look at.
func (p payload) pull(repository string) (*Pull, error) {
	head := p.Pull.Head
	if p.Pull.Number == 0 || head.Sha == "" || head.Ref == "" || p.Pull.Base.Ref == "" {
		return nil, errors.New("the payload lacks the pull request's number, head or base: start nixferry on GitHub's own `pull_request`")
	}
	switch p.Action {
	case "opened", "synchronize", "reopened", "ready_for_review":
	default:
		return nil, fmt.Errorf("the pull request has nothing new to look at, it was %q: %w", p.Action, ErrNothing)
	}
	return &Pull{
		Number: p.Pull.Number, Head: head.Sha, HeadRepo: head.Repo.Name, HeadBranch: head.Ref, BaseBranch: p.Pull.Base.Ref,
		Fork: !strings.EqualFold(head.Repo.Name, repository),
	}, nil
}
