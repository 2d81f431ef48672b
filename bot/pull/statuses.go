package pull

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-github/v62/github"

	"github.com/nixferry/nixferry/bot/lifecycle"
)

// ErrNoStatuses is the answer to a token that has no right to statuses.
// https://docs.github.com/rest/authentication/permissions-required-for-github-apps#repository-permissions-for-commit-statuses
var ErrNoStatuses = errors.New("give the job `permissions: statuses: write`, or use a token that has it for this repository")

// Statuses returns the newest status of each context that a commit has, whoever
// posted it. ErrNoStatuses when the token may not see them.
// https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference
func (c *Client) Statuses(ctx context.Context, sha string) (all []lifecycle.Status, err error) {
	doing := "asking for the statuses of " + sha
	err = c.settle(ctx, doing, func(ctx context.Context) (err error) {
		all, err = c.statuses(ctx, sha)
		return err
	})
	return all, naming(doing, err)
}

// naming names the permission that statuses need, where it is missing.
func naming(doing string, err error) error {
	if errors.Is(err, ErrNoPermission) {
		return fmt.Errorf("%s: %w", doing, ErrNoStatuses)
	}
	return err
}

// statuses is one attempt of Statuses.
func (c *Client) statuses(ctx context.Context, sha string) (all []lifecycle.Status, err error) {
	options := &github.ListOptions{PerPage: 100, Page: 1}
	for options.Page != 0 {
		combined, response, err := c.api.Repositories.GetCombinedStatus(ctx, c.owner, c.repo, sha, options)
		if err != nil {
			return nil, err
		}
		for _, one := range combined.Statuses {
			all = append(all, lifecycle.Status{
				Context: one.GetContext(), State: one.GetState(), Description: one.GetDescription(), URL: one.GetTargetURL(),
			})
		}
		options.Page = response.NextPage
	}
	return all, nil
}

// Post puts statuses on a commit, one after the other, as GitHub asks for.
// Where an answer is lost, a status that is there is not posted again.
// ErrNoStatuses when the token may not.
// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#avoid-concurrent-requests
func (c *Client) Post(ctx context.Context, sha string, statuses []lifecycle.Status) error {
	for _, one := range statuses {
		doing := fmt.Sprintf("posting the status %q on %s", one.Context, sha)
		if err := c.post(ctx, doing, sha, one); err != nil {
			return naming(doing, err)
		}
	}
	return nil
}

// post puts one status on a commit.
func (c *Client) post(ctx context.Context, doing, sha string, one lifecycle.Status) error {
	sent := false
	return c.settle(ctx, doing, func(ctx context.Context) error {
		if sent { // and its answer was lost
			if has, err := c.statuses(ctx, sha); err != nil || slices.Contains(has, one) {
				return err
			}
		}
		status := &github.RepoStatus{State: &one.State, Context: &one.Context, Description: &one.Description}
		if one.URL != "" {
			status.TargetURL = &one.URL
		}
		_, _, err := c.api.Repositories.CreateStatus(ctx, c.owner, c.repo, sha, status)
		sent = sent || err != nil && lost(err)
		return err
	})
}
