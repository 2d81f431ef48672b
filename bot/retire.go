package bot

import (
	"context"
	"fmt"

	"github.com/nixferry/nixferry/bot/report"
)

// retire closes the pull request that has become pointless, or the issue in its
// place, with a word why, and removes its branch where it holds nothing of
// anybody else.
func (c *crossing) retire(ctx context.Context, h hub, s standing, all bumps) (*report.Pull, error) {
	p := s.pull()
	if s.tip == "" && s.open == nil {
		return p, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishing)
	defer cancel()
	why := fmt.Sprintf("`%s` has caught up: its flake follows %s and is locked to its newest revision, so there is nothing left to merge here.", h.base, c.cfg.Channel.Name)
	if !all.caughtUp() {
		why = fmt.Sprintf("The nixpkgs of `%s` is not to move any more, so there is nothing left to merge here.", h.base)
	}
	if s.open == nil {
		if err := h.pulls.Unplead(ctx, c.lane(), why); err != nil {
			return p, err
		}
		return p, c.sweep(ctx, h, s)
	}
	p.Operation = "closed"
	if err := h.pulls.Close(ctx, s.open.Number, why); err != nil {
		return p, err
	}
	return p, c.sweep(ctx, h, s)
}

// sweep removes a branch that holds the bot's own work and nothing else.
func (c *crossing) sweep(ctx context.Context, h hub, s standing) error {
	if s.tip == "" {
		return nil
	}
	commits, err := h.pulls.Commits(ctx, h.base, s.tip)
	if err != nil {
		return err
	}
	tip, err := c.repo.Fetch(ctx, h.remote, s.branch, len(commits)+1)
	if err != nil || tip != s.tip {
		return err
	}
	for _, sha := range commits {
		if own, err := c.repo.Own(sha); err != nil || !own {
			return err
		}
	}
	return h.remote.Delete(ctx, s.branch, s.tip)
}
