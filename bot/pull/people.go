package pull

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"
)

// People are those to be told of a new pull request, by login; teams by slug,
// with or without the organisation in front.
type People struct {
	Assignees, Reviewers, TeamReviewers []string
}

// Invite asks for reviews and assigns people, to be called once, when the pull
// request is new. People whom GitHub does not take (its author, somebody
// without access, a team the token cannot see) are no failure: they come back
// as notes, one sentence each.
func (c *Client) Invite(ctx context.Context, number int, people People) (notes []string, err error) {
	refused, err := c.assign(ctx, number, people.Assignees)
	if err != nil {
		return nil, err
	}
	for _, login := range refused {
		notes = append(notes, login+" was not assigned: GitHub assigns only people with access to the repository.")
	}
	var everybody github.ReviewersRequest
	everybody.Reviewers = people.Reviewers
	for _, team := range people.TeamReviewers {
		everybody.TeamReviewers = append(everybody.TeamReviewers, path.Base(team))
	}
	if len(people.Reviewers)+len(people.TeamReviewers) == 0 {
		return notes, nil
	}
	_, err = c.ask(ctx, number, everybody)
	if declined(err) {
		var more []string
		more, err = c.askEach(ctx, number, everybody)
		notes = append(notes, more...)
	}
	return notes, err
}

// declined reports whether a request failed because of whom it named.
func declined(err error) bool {
	return errors.Is(err, ErrInvalid) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrNoPermission)
}

// askEach asks one by one: GitHub refuses all when it refuses one.
func (c *Client) askEach(ctx context.Context, number int, everybody github.ReviewersRequest) (notes []string, err error) {
	var single []github.ReviewersRequest
	for _, login := range everybody.Reviewers {
		single = append(single, github.ReviewersRequest{Reviewers: []string{login}})
	}
	for _, team := range everybody.TeamReviewers {
		single = append(single, github.ReviewersRequest{TeamReviewers: []string{team}})
	}
	for _, one := range single {
		said, err := c.ask(ctx, number, one)
		if err == nil {
			continue
		}
		if !declined(err) {
			return notes, err
		}
		whom := strings.Join(slices.Concat(one.Reviewers, one.TeamReviewers), "")
		notes = append(notes, fmt.Sprintf("%s was not asked for a review: GitHub says %q.", whom, said))
	}
	return notes, nil
}

// ask requests reviews and returns GitHub's words where it does not take them.
// Doing it twice is as good as once.
func (c *Client) ask(ctx context.Context, number int, whom github.ReviewersRequest) (said string, err error) {
	err = c.settle(ctx, fmt.Sprintf("asking for reviews of pull request #%d", number), func(ctx context.Context) error {
		_, _, err := c.api.PullRequests.RequestReviewers(ctx, c.owner, c.repo, number, whom)
		said = words(err, c.token)
		return err
	})
	return said, err
}

// assign assigns people and returns those whom GitHub left out, which it does
// without a word.
func (c *Client) assign(ctx context.Context, number int, logins []string) (refused []string, err error) {
	if len(logins) == 0 {
		return nil, nil
	}
	var now *github.Issue
	err = c.settle(ctx, fmt.Sprintf("assigning pull request #%d", number), func(ctx context.Context) (err error) {
		now, _, err = c.api.Issues.AddAssignees(ctx, c.owner, c.repo, number, logins)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, login := range logins {
		if !slices.ContainsFunc(now.Assignees, func(user *github.User) bool { return strings.EqualFold(user.GetLogin(), login) }) {
			refused = append(refused, login)
		}
	}
	return refused, nil
}

// comment writes a comment on a pull request or issue, unless it has one of the
// same text.
func (c *Client) comment(ctx context.Context, number int, text string) error {
	return c.settle(ctx, fmt.Sprintf("commenting on #%d", number), func(ctx context.Context) error {
		if said, err := c.commented(ctx, number, text); err != nil || said {
			return err
		}
		_, _, err := c.api.Issues.CreateComment(ctx, c.owner, c.repo, number, &github.IssueComment{Body: &text})
		return err
	})
}

// commented is one attempt to find out whether there is a comment of this text.
func (c *Client) commented(ctx context.Context, number int, text string) (bool, error) {
	options := &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 100, Page: 1}}
	for options.Page != 0 {
		comments, response, err := c.api.Issues.ListComments(ctx, c.owner, c.repo, number, options)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(comments, func(comment *github.IssueComment) bool {
			return unixLines(comment.GetBody()) == unixLines(text)
		}) {
			return true, nil
		}
		options.Page = response.NextPage
	}
	return false, nil
}
