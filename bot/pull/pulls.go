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
	// NodeID is what the GraphQL API calls it.
	NodeID string
	// URL is its page.
	URL    string
	Title  string
	Body   string
	Author string
	// Branch is its head, Base where it is to be merged, both without
	// refs/heads/; HeadSHA is the commit GitHub has seen last on Branch.
	Branch, Base, HeadSHA string
	Labels                []string
	// Assignees, Reviewers and Teams (by slug) are those who are asked at this
	// moment; who has reviewed is among them no more.
	Assignees, Reviewers, Teams []string
	// AutoMerge says that GitHub is to merge it when all is green.
	Draft, AutoMerge bool
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
	Title string
	// Section writes the bot's part of the body, in at most room characters.
	Section func(room int) string
	State   State
}

// Find returns the open pull request of a branch of this repository, and the
// one closed last; nil for none. Of several open ones it is the one to base,
// else one with the bot's section; others to another base are not its business.
func (c *Client) Find(ctx context.Context, branch, base string) (open, closed *Pull, err error) {
	err = c.call(ctx, "looking for the pull request of "+branch, func(ctx context.Context) (err error) {
		open, closed, err = c.look(ctx, branch, base)
		return err
	})
	return open, closed, err
}

// look is one attempt of Find.
func (c *Client) look(ctx context.Context, branch, base string) (open, closed *Pull, err error) {
	listed, _, err := c.api.PullRequests.List(ctx, c.owner, c.repo, &github.PullRequestListOptions{
		State: "all", Head: c.headOwner + ":" + branch, Sort: "created", Direction: "desc",
		ListOptions: github.ListOptions{PerPage: 100},
	})
	for _, one := range listed {
		// GitHub lists everything when it does not understand the head.
		if one.GetHead().GetRef() != branch || !c.ours(one) {
			continue
		}
		pull := read(one)
		switch {
		case pull.Open && pull.claim(base) > open.claim(base):
			open = pull
		case !pull.Open && pull.claim(base) > 0 && (closed == nil || pull.Closed.After(closed.Closed)):
			closed = pull
		}
	}
	return open, closed, err
}

// ours reports whether the branch of a pull request is in the repository that
// the bot pushes to.
func (c *Client) ours(p *github.PullRequest) bool {
	return strings.EqualFold(p.GetHead().GetRepo().GetFullName(), c.headOwner+"/"+c.headRepo)
}

// claim ranks a pull request by how much it looks like the one to be kept
// current: 0 for one that does not at all, and for none.
func (p *Pull) claim(base string) int {
	rank := 0
	if p == nil {
		return rank
	}
	if _, signed := find(p.Body); signed {
		rank++
	}
	if p.Base == base {
		rank += 2
	}
	return rank
}

// Create opens a pull request. If the branch turns out to have an open one
// already, that is returned, with created false and nothing in it changed.
func (c *Client) Create(ctx context.Context, p Proposal) (pull *Pull, created bool, err error) {
	sent := false
	err = c.call(ctx, "opening a pull request for "+p.Branch, func(ctx context.Context) (err error) {
		if sent { // and its answer was lost
			if pull, _, err = c.look(ctx, p.Branch, p.Base); err != nil || pull != nil {
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
			if open, _, lookErr := c.look(ctx, p.Branch, p.Base); lookErr != nil || open != nil {
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
	head := github.NewPullRequest{Title: &p.Title, Head: &p.Branch, Base: &p.Base, Body: &p.Body, Draft: &p.Draft}
	if fork := c.headOwner + ":" + p.Branch; !strings.EqualFold(c.headOwner, c.owner) {
		head.Head = &fork
	} else if !strings.EqualFold(c.headRepo, c.repo) {
		head.HeadRepo = &c.headRepo
	}
	opened, _, err := c.api.PullRequests.Create(ctx, c.owner, c.repo, &head)
	if p.Draft && says(err, saysNoDrafts) {
		p.Draft = false
		return c.open(ctx, p)
	}
	return read(opened), whole(err, opened.GetHTMLURL())
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

// Notice has the bot's section begin with a notice, or with none where text is
// empty, and leaves everything else as it is. It lasts until the next Update.
// A pull request without the section, or closed, gets none.
func (c *Client) Notice(ctx context.Context, number int, text string) (changed bool, err error) {
	doing := fmt.Sprintf("putting a notice into pull request #%d", number)
	pull, err := c.get(ctx, doing, number)
	if err != nil || !pull.Open {
		return false, err
	}
	body := announce(pull.Body, text)
	if body == pull.Body {
		return false, nil
	}
	_, err = c.edit(ctx, doing, number, &github.PullRequest{Body: &body})
	return err == nil, err
}

// Close comments why and closes the pull request, whose state then says that
// it was the bot. What an interrupted run did of it is not done again, and one
// that is closed already is left alone.
func (c *Client) Close(ctx context.Context, number int, why string) error {
	doing := fmt.Sprintf("closing pull request #%d", number)
	pull, err := c.get(ctx, doing, number)
	if err != nil || !pull.Open {
		return err
	}
	if err := c.comment(ctx, number, why); err != nil {
		return err
	}
	body := restate(pull.Body, func(s *State) { s.Closed = true })
	_, err = c.edit(ctx, doing, number, &github.PullRequest{State: github.String("closed"), Body: &body})
	return err
}

// Superseded returns the open pull requests to base that are the bot's for the
// same lane, but of another branch than this one.
func (c *Client) Superseded(ctx context.Context, lane, branch, base string) (others []*Pull, err error) {
	err = c.call(ctx, "looking for other pull requests to "+base, func(ctx context.Context) error {
		others = nil
		options := &github.PullRequestListOptions{State: "open", Base: base, ListOptions: github.ListOptions{PerPage: 100, Page: 1}}
		for options.Page != 0 {
			listed, response, err := c.api.PullRequests.List(ctx, c.owner, c.repo, options)
			if err != nil {
				return err
			}
			for _, one := range listed {
				state, ok := ReadState(one.GetBody())
				if ok && state.Lane == lane && c.ours(one) && one.GetHead().GetRef() != branch {
					others = append(others, read(one))
				}
			}
			options.Page = response.NextPage
		}
		return nil
	})
	return others, err
}

// get reads one pull request.
func (c *Client) get(ctx context.Context, doing string, number int) (pull *Pull, err error) {
	err = c.settle(ctx, doing, func(ctx context.Context) error {
		got, _, err := c.api.PullRequests.Get(ctx, c.owner, c.repo, number)
		pull = read(got)
		return whole(err, got.GetHTMLURL())
	})
	return pull, err
}

// edit changes the fields that are set. Doing it twice is as good as once.
func (c *Client) edit(ctx context.Context, doing string, number int, fields *github.PullRequest) (pull *Pull, err error) {
	err = c.settle(ctx, doing, func(ctx context.Context) error {
		got, _, err := c.api.PullRequests.Edit(ctx, c.owner, c.repo, number, fields)
		pull = read(got)
		return whole(err, got.GetHTMLURL())
	})
	return pull, err
}

// read takes over what nixferry wants to know.
func read(p *github.PullRequest) *Pull {
	pull := &Pull{
		Number: p.GetNumber(), NodeID: p.GetNodeID(), URL: p.GetHTMLURL(), Title: p.GetTitle(), Body: p.GetBody(), Author: p.GetUser().GetLogin(),
		Branch: p.GetHead().GetRef(), Base: p.GetBase().GetRef(), HeadSHA: p.GetHead().GetSHA(),
		Draft: p.GetDraft(), AutoMerge: p.GetAutoMerge() != nil,
		Open: p.GetState() == "open", Merged: !p.GetMergedAt().IsZero(), Closed: p.GetClosedAt().Time,
	}
	if p == nil {
		return pull
	}
	for _, label := range p.Labels {
		pull.Labels = append(pull.Labels, label.GetName())
	}
	for _, user := range p.Assignees {
		pull.Assignees = append(pull.Assignees, user.GetLogin())
	}
	for _, user := range p.RequestedReviewers {
		pull.Reviewers = append(pull.Reviewers, user.GetLogin())
	}
	for _, team := range p.RequestedTeams {
		pull.Teams = append(pull.Teams, team.GetSlug())
	}
	return pull
}
