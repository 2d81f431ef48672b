package pull

import (
	"context"

	"github.com/google/go-github/v62/github"
)

// Compare counts the commits between two revisions of the client's repository,
// which may be anybody's that the token can read: ahead are reachable from
// after and not from before, behind the reverse. ErrNotFound when the
// repository or a revision is not there.
func (c *Client) Compare(ctx context.Context, before, after string) (ahead, behind int, err error) {
	// Only the first page carries the patches of up to 300 files.
	// https://docs.github.com/rest/commits/commits#compare-two-commits
	page := &github.ListOptions{Page: 2, PerPage: 1}
	err = c.call(ctx, "comparing two revisions of "+c.owner+"/"+c.repo, func(ctx context.Context) error {
		compared, _, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.repo, before, after, page)
		ahead, behind = compared.GetTotalCommits(), compared.GetBehindBy()
		return err
	})
	return ahead, behind, err
}
