package pull

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"
)

// A Pull is a pull request as GitHub has it.
type Pull struct {
	Number int
	// URL is its page.
	URL    string
	Title  string
	Body   string
	Author string
	// Branch is its head, Base where it is to be merged, both without
	// refs/heads/; HeadSHA is the commit GitHub has seen last on Branch.
	Branch, Base, HeadSHA string
	Labels                []string
	Draft                 bool
	// Open is false for one that is closed, merged or not.
	Open, Merged bool
	// Closed is when it was closed, zero while it is open.
	Closed time.Time
}

// A Proposal is a pull request to be opened.
type Proposal struct {
	Branch, Base, Title, Body string
	// Draft opens it as one where the repository's plan knows drafts.
	Draft bool
}

// A Change is what the bot wants a pull request to say.
type Change struct {
	Title   string
	Section string
	State   State
}

// Find returns the open pull request of a branch of this repository, and the
// one closed last; nil for none. Of several open ones (to different bases) it
// is one with the bot's section, if there is such a one.
func (c *Client) Find(ctx context.Context, branch string) (open, closed *Pull, err error) {
	err = c.call(ctx, "looking for the pull request of "+branch, func(ctx context.Context) (err error) {
		open, closed, err = c.look(ctx, branch)
		return err
	})
	return open, closed, err
}

// look is one attempt of Find.
func (c *Client) look(ctx context.Context, branch string) (open, closed *Pull, err error) {
	listed, _, err := c.api.PullRequests.List(ctx, c.owner, c.repo, &github.PullRequestListOptions{
		State: "all", Head: c.owner + ":" + branch, Sort: "created", Direction: "desc",
		ListOptions: github.ListOptions{PerPage: 100},
	})
	for _, one := range listed {
		// GitHub lists everything when it does not understand the head.
		if one.GetHead().GetRef() != branch || !strings.EqualFold(one.GetHead().GetRepo().GetFullName(), c.owner+"/"+c.repo) {
			continue
		}
		pull := read(one)
		switch {
		case pull.Open && (open == nil || !signed(open) && signed(pull)):
			open = pull
		case !pull.Open && (closed == nil || pull.Closed.After(closed.Closed)):
			closed = pull
		}
	}
	return open, closed, err
}

// signed reports whether the body has the bot's section.
func signed(p *Pull) bool {
	_, _, _, ok := find(p.Body)
	return ok
}

// Create opens a pull request. If the branch turns out to have an open one
// already, that is returned, with created false and nothing in it changed.
func (c *Client) Create(ctx context.Context, p Proposal) (pull *Pull, created bool, err error) {
	sent := false
	err = c.call(ctx, "opening a pull request for "+p.Branch, func(ctx context.Context) (err error) {
		if sent { // and its answer was lost
			if pull, _, err = c.look(ctx, p.Branch); err != nil || pull != nil {
				created = true
				return err
			}
		}
		if pull, err = c.open(ctx, p); err == nil {
			created = true
			return nil
		}
		sent = sent || lost(err)
		if says(err, saysExists) {
			if open, _, lookErr := c.look(ctx, p.Branch); lookErr != nil || open != nil {
				pull, created = open, sent
				return lookErr
			}
		}
		return err
	})
	return pull, created, err
}

// open is one attempt of Create; a second one where drafts are unknown.
func (c *Client) open(ctx context.Context, p Proposal) (*Pull, error) {
	opened, _, err := c.api.PullRequests.Create(ctx, c.owner, c.repo, &github.NewPullRequest{
		Title: &p.Title, Head: &p.Branch, Base: &p.Base, Body: &p.Body, Draft: &p.Draft,
	})
	if p.Draft && says(err, saysNoDrafts) {
		p.Draft = false
		return c.open(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	return read(opened), nil
}

// Update makes the pull request say what it should, editing only what differs
// from what GitHub has now, and returns it as it then is. A pull request that
// was closed meanwhile is left alone: changed is false and Open as well.
func (c *Client) Update(ctx context.Context, number int, to Change) (pull *Pull, changed bool, err error) {
	doing := fmt.Sprintf("updating pull request #%d", number)
	if pull, err = c.get(ctx, doing, number); err != nil || !pull.Open {
		return pull, false, err
	}
	var edit github.PullRequest
	if pull.Title != to.Title {
		edit.Title = &to.Title
	}
	if body := Splice(pull.Body, to.Section, to.State); body != pull.Body {
		edit.Body = &body
	}
	if edit.Title == nil && edit.Body == nil {
		return pull, false, nil
	}
	pull, err = c.edit(ctx, doing, number, &edit)
	return pull, err == nil, err
}

// Close comments why and closes the pull request. What an interrupted run did
// of the two is not done again.
func (c *Client) Close(ctx context.Context, number int, why string) error {
	doing := fmt.Sprintf("closing pull request #%d", number)
	said := false
	err := c.call(ctx, doing, func(ctx context.Context) (err error) {
		said, err = c.commented(ctx, number, why, time.Time{})
		return err
	})
	if err == nil && !said {
		err = c.Comment(ctx, number, why)
	}
	if err != nil {
		return err
	}
	_, err = c.edit(ctx, doing, number, &github.PullRequest{State: github.String("closed")})
	return err
}

// get reads one pull request.
func (c *Client) get(ctx context.Context, doing string, number int) (pull *Pull, err error) {
	err = c.call(ctx, doing, func(ctx context.Context) error {
		got, _, err := c.api.PullRequests.Get(ctx, c.owner, c.repo, number)
		if err == nil {
			pull = read(got)
		}
		return err
	})
	return pull, err
}

// edit changes the fields that are set. Doing it twice is as good as once.
func (c *Client) edit(ctx context.Context, doing string, number int, fields *github.PullRequest) (pull *Pull, err error) {
	err = c.call(ctx, doing, func(ctx context.Context) error {
		got, _, err := c.api.PullRequests.Edit(ctx, c.owner, c.repo, number, fields)
		if err == nil {
			pull = read(got)
		}
		return err
	})
	return pull, err
}

// read takes over what nixferry wants to know.
func read(p *github.PullRequest) *Pull {
	pull := &Pull{
		Number: p.GetNumber(), URL: p.GetHTMLURL(), Title: p.GetTitle(), Body: p.GetBody(), Author: p.GetUser().GetLogin(),
		Branch: p.GetHead().GetRef(), Base: p.GetBase().GetRef(), HeadSHA: p.GetHead().GetSHA(),
		Draft: p.GetDraft(), Open: p.GetState() == "open", Merged: p.MergedAt != nil, Closed: p.GetClosedAt().Time,
	}
	for _, label := range p.Labels {
		pull.Labels = append(pull.Labels, label.GetName())
	}
	return pull
}
