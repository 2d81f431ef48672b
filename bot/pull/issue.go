package pull

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/go-github/v62/github"
)

// pleaLabel is on every plea, and on nothing else.
const pleaLabel = "nixferry: needs a setting"

// A Plea is an issue in place of the pull request that the bot is not allowed
// to open.
type Plea struct {
	Title string
	// Section writes the bot's part of the body, in at most room characters.
	Section func(room int) string
	// State has the lane by which the plea is found again, and the revision.
	State State
}

// Plead opens the lane's issue, or brings the open one up to date; changed says
// whether it did anything. One that a person closed is left alone until there
// is another revision. ErrIssuesOff where the repository has no issues,
// ErrNoIssues where the token may not write them.
func (c *Client) Plead(ctx context.Context, p Plea) (number int, page string, changed bool, err error) {
	err = c.settle(ctx, "opening an issue in place of the pull request", func(ctx context.Context) error {
		issue, closed, err := c.pleas(ctx, p.State.Lane)
		switch {
		case err != nil:
			return err
		case issue == nil && declinedPlea(closed, p.State.Revision):
			issue = closed
		default:
			edit := p.edit(issue)
			if edit == nil {
				break
			}
			changed = true // though the answer be lost
			if issue, err = c.writeIssue(ctx, issue.GetNumber(), edit); err != nil {
				return err
			}
		}
		number, page = issue.GetNumber(), issue.GetHTMLURL()
		return nil
	})
	return number, page, changed && err == nil, err
}

// edit is what to do to the issue, nil for nothing.
func (p Plea) edit(issue *github.Issue) *github.IssueRequest {
	body := Splice(issue.GetBody(), p.Section, p.State)
	switch {
	case issue == nil:
		return &github.IssueRequest{Title: &p.Title, Body: &body, Labels: &[]string{pleaLabel}}
	case issue.GetTitle() == p.Title && issue.GetBody() == body:
		return nil
	}
	return &github.IssueRequest{Title: &p.Title, Body: &body}
}

// declinedPlea reports whether a person closed the issue for this revision.
func declinedPlea(closed *github.Issue, revision string) bool {
	was, ok := ReadState(closed.GetBody())
	return ok && !was.Closed && was.Revision == revision
}

// Unplead closes the lane's issue with a word why, to be called once there is a
// pull request. Where the token sees no issues there is none of the bot's.
func (c *Client) Unplead(ctx context.Context, lane, why string) error {
	doing := "closing the issue in place of the pull request"
	var open *github.Issue
	err := c.call(ctx, doing, func(ctx context.Context) (err error) {
		open, _, err = c.pleas(ctx, lane)
		return err
	})
	if errors.Is(err, ErrIssuesOff) || errors.Is(err, ErrNoIssues) {
		return nil
	}
	if err != nil || open == nil {
		return err
	}
	if err := c.comment(ctx, open.GetNumber(), why); err != nil {
		return err
	}
	body := restate(open.GetBody(), func(s *State) { s.Closed = true })
	return c.settle(ctx, doing, func(ctx context.Context) error {
		_, err := c.writeIssue(ctx, open.GetNumber(), &github.IssueRequest{State: github.String("closed"), Body: &body})
		return err
	})
}

// A Pleading is a plea as it stands on GitHub.
type Pleading struct {
	Title, Body string
	State       State
	// Open is false for one that a person closed.
	Open bool
}

// Proposal is the pull request that the plea asks for, in its words, and not
// complete yet.
func (p Pleading) Proposal(branch, base string, draft bool) Proposal {
	body := restate(p.Body, func(s *State) { s.Complete = false })
	return Proposal{Branch: branch, Base: base, Title: p.Title, Body: body, Draft: draft}
}

// Pleaded returns the lane's issue: the open one, or else the last that a
// person closed. It is nil where there is none, or the token may not see any.
func (c *Client) Pleaded(ctx context.Context, lane string) (plea *Pleading, err error) {
	err = c.call(ctx, "looking for an issue in place of the pull request", func(ctx context.Context) error {
		issue, closed, err := c.pleas(ctx, lane)
		if issue == nil {
			issue = closed
		}
		if said, ok := ReadState(issue.GetBody()); ok && !said.Closed {
			plea = &Pleading{issue.GetTitle(), issue.GetBody(), said, issue.GetState() == "open"}
		}
		return err
	})
	if errors.Is(err, ErrIssuesOff) || errors.Is(err, ErrNoIssues) {
		return nil, nil
	}
	return plea, err
}

// pleas is one attempt to find the lane's open issue, and the one that was
// closed last; nil for none.
func (c *Client) pleas(ctx context.Context, lane string) (open, closed *github.Issue, err error) {
	listed, _, err := c.api.Issues.ListByRepo(ctx, c.owner, c.repo, &github.IssueListByRepoOptions{
		State: "all", Labels: []string{pleaLabel}, ListOptions: github.ListOptions{PerPage: 100},
	})
	for _, one := range listed {
		state, ok := ReadState(one.GetBody())
		switch {
		case !ok, state.Lane != lane, one.IsPullRequest():
		case one.GetState() == "open" && open == nil:
			open = one
		case one.GetState() == "closed" && one.GetClosedAt().After(closed.GetClosedAt().Time):
			closed = one
		}
	}
	return open, closed, err
}

// writeIssue is one attempt to change an issue, or to open one where number is
// 0.
func (c *Client) writeIssue(ctx context.Context, number int, request *github.IssueRequest) (issue *github.Issue, err error) {
	if number == 0 {
		issue, _, err = c.api.Issues.Create(ctx, c.owner, c.repo, request)
	} else {
		issue, _, err = c.api.Issues.Edit(ctx, c.owner, c.repo, number, request)
	}
	return issue, whole(err, issue.GetHTMLURL())
}

// maxAddress is how long an address may be in characters, below what GitHub
// and browsers take.
const maxAddress = 8000

// ProposalURL is the address of the page on which a person opens the pull
// request with one click: page is the repository's, head the branch, with its
// owner and a colon in front where it is in a fork. It has at most 8,000
// characters; body is cut where it has more.
// https://docs.github.com/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/using-query-parameters-to-create-a-pull-request
func ProposalURL(page, base, head, title, body string) string {
	address := fmt.Sprintf("%s/compare/%s...%s?quick_pull=1&title=", page, refPath(base), refPath(head))
	address = appendQuery(address, title, maxAddress-len("&body="))
	return appendQuery(address+"&body=", body, maxAddress)
}

// appendQuery appends as much of text as fits into limit characters.
func appendQuery(address, text string, limit int) string {
	for _, c := range text {
		more := url.QueryEscape(string(c))
		if len(address)+len(more) > limit {
			break
		}
		address += more
	}
	return address
}

// refPath writes a branch's name as part of an address, its slashes as such.
func refPath(name string) string {
	return strings.ReplaceAll(url.PathEscape(name), "%2F", "/")
}
