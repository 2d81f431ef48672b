package bot

import (
	"context"
	"slices"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
)

// push brings the bot's branch to what was judged and returns the commit that
// it is there: GitHub makes another one of it where it is to sign.
func (c *crossing) push(ctx context.Context, h hub, s standing, n *renewal) (head string, err error) {
	if c.cfg.CommitMode != config.API {
		return n.Tip, c.repo.Push(ctx, h.remote, repo.Push{Branch: s.branch, SHA: n.Tip, Lease: s.tip, Known: c.base})
	}
	if n.stands {
		return s.tip, nil
	}
	if head, err = c.remake(ctx, h, n); err != nil {
		return "", err
	}
	return head, h.pulls.MoveBranch(ctx, s.branch, head, s.tip)
}

// compareMade finds out whether the branch, which is fetched, holds what GitHub
// made of this very head before: commit by commit the same files, on the same
// base.
func (c *crossing) compareMade(s standing, n *renewal) error {
	if c.cfg.CommitMode != config.API || n.first == n.bump {
		return nil
	}
	here, err := c.line(n.Tip)
	if err != nil {
		return err
	}
	at, there := s.tip, map[string]string{}
	for _, commit := range slices.Backward(here) {
		made, err := c.repo.Commit(at)
		if err != nil || made.Tree != commit.Tree || len(made.Parents) != 1 {
			return nil // on another base, which the clone may lack
		}
		there[commit.SHA], at = at, made.Parents[0]
	}
	if at == c.base {
		n.stands, n.there = true, there
	}
	return nil
}

// remake has GitHub make the commits from base to the tip, and returns the
// last. The bot's own are in nobody's name, so that GitHub signs them.
func (c *crossing) remake(ctx context.Context, h hub, n *renewal) (head string, err error) {
	line, err := c.line(n.Tip)
	if err != nil {
		return "", err
	}
	head, n.there = c.base, map[string]string{}
	for _, commit := range line {
		spec := pull.CommitSpec{Parent: head, Tree: commit.Tree, Message: commit.Message}
		if own, err := c.repo.Own(commit.SHA); err != nil {
			return "", err
		} else if !own {
			author, committer := pull.Person(commit.Author), pull.Person(commit.Committer)
			spec.Author, spec.Committer = &author, &committer
		}
		changes, err := c.repo.Changes(commit.Parents[0], commit.SHA)
		if err != nil {
			return "", err
		}
		for _, change := range changes {
			spec.Changes = append(spec.Changes, pull.FileChange(change))
		}
		if head, _, err = h.pulls.MakeCommit(ctx, spec); err != nil {
			return "", err
		}
		n.there[commit.SHA] = head
	}
	return head, nil
}

// line are the commits from base to tip, oldest first.
func (c *crossing) line(tip string) (commits []repo.Commit, err error) {
	for sha := tip; sha != c.base; {
		commit, err := c.repo.Commit(sha)
		if err != nil {
			return nil, err
		}
		commits, sha = append(commits, commit), commit.Parents[0]
	}
	slices.Reverse(commits)
	return commits, nil
}
