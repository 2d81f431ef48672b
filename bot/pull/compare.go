package pull

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

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

// saysUnrelated is GitHub's answer about two histories that never met.
const saysUnrelated = "no common ancestor"

// maxCommits is how many commits a branch may be ahead by.
const maxCommits = 250

// Commits returns the commits of head that base lacks: oldest first, and every
// one after its parents. Base and head are branches, or commits, also of a
// fork. More than 250 are an error, as that is no bump with fixes on top.
// ErrNotFound when base or head is not there.
func (c *Client) Commits(ctx context.Context, base, head string) ([]string, error) {
	doing, total := fmt.Sprintf("listing the commits of %s that %s lacks", head, base), 0
	var all []*github.RepositoryCommit
	err := c.call(ctx, doing, func(ctx context.Context) error {
		all = nil
		page := &github.ListOptions{PerPage: 100, Page: 1}
		for page.Page != 0 {
			compared, response, err := c.api.Repositories.CompareCommits(ctx, c.owner, c.repo, base, head, page)
			if err != nil {
				return err
			}
			if total = compared.GetTotalCommits(); total > maxCommits {
				return nil
			}
			all = append(all, compared.Commits...)
			page.Page = response.NextPage
		}
		if len(all) < total {
			return io.ErrUnexpectedEOF
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) && strings.Contains(strings.ToLower(err.Error()), saysUnrelated) {
		err = fmt.Errorf("%s: the branch was not made from %s: delete it to have it made anew", doing, base)
	}
	if err == nil && total > maxCommits {
		err = fmt.Errorf("%s: there are %d of them, more than %d: merge %s into the branch or rebase it, or delete it to have it made anew", doing, total, maxCommits, base)
	}
	if err != nil {
		return nil, err
	}
	return parentsFirst(all), nil
}

// parentsFirst puts each commit after its parents and keeps the order else:
// GitHub goes by dates, which people may set.
func parentsFirst(commits []*github.RepositoryCommit) (order []string) {
	left := map[string][]*github.Commit{}
	for _, commit := range commits {
		left[commit.GetSHA()] = commit.Parents
	}
	var put func(sha string)
	put = func(sha string) {
		parents, ok := left[sha]
		if !ok {
			return
		}
		delete(left, sha)
		for _, parent := range parents {
			put(parent.GetSHA())
		}
		order = append(order, sha)
	}
	for _, commit := range commits {
		put(commit.GetSHA())
	}
	return order
}
