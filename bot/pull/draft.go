package pull

import (
	"context"
	"fmt"

	"github.com/google/go-github/v62/github"
)

// SetDraft makes the pull request a draft, or ready for review. Where GitHub
// does not take that, the note says why, and nothing else is lost: private
// repositories of a free plan have no drafts, and many tokens may not turn a
// pull request.
// https://docs.github.com/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/changing-the-stage-of-a-pull-request
func (c *Client) SetDraft(ctx context.Context, pull *Pull, draft bool) (note string, err error) {
	if pull.Draft == draft {
		return "", nil
	}
	mutation, is := "markPullRequestReadyForReview", "a draft"
	if draft {
		mutation, is = "convertPullRequestToDraft", "ready for review"
	}
	err = c.turn(ctx, pull, mutation, map[string]any{}, func(now *github.PullRequest) bool { return now.GetDraft() == draft })
	if declined(err) {
		return fmt.Sprintf("The pull request stays %s: %s.", is, because(err)), nil
	}
	return "", err
}

// turn calls a mutation on the pull request, and where its answer is none, or
// a no, looks whether the pull request is as wanted all the same.
func (c *Client) turn(ctx context.Context, pull *Pull, mutation string, input map[string]any, done func(*github.PullRequest) bool) error {
	input["pullRequestId"] = pull.NodeID
	return c.settle(ctx, fmt.Sprintf("calling %s for #%d", mutation, pull.Number), func(ctx context.Context) error {
		err := c.mutate(ctx, mutation, input)
		if err == nil {
			return nil
		}
		if now, _, lookErr := c.api.PullRequests.Get(ctx, c.owner, c.repo, pull.Number); lookErr == nil && done(now) {
			return nil
		}
		return err
	})
}
