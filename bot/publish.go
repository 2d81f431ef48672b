package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

const (
	// bodyBudget is below GitHub's limit of 65,536 characters, as people's own
	// text has to fit beside the bot's.
	bodyBudget = 60_000
	// publishing is how long the last step may take once it has begun.
	publishing = 5 * time.Minute
)

// A standing is what GitHub has of the bot's branch before the run changes it.
type standing struct {
	branch string
	// tip is where the branch is, "" when there is none.
	tip string
	// open is the pull request to be kept current, closed the last one that
	// somebody closed; nil for none.
	open, closed *pull.Pull
	// state is what the open one, or else the closed one, says of itself.
	state pull.State
}

// standing asks GitHub, and finds out at once when the token may not push.
func (h hub) standing(ctx context.Context, branch string) (s standing, err error) {
	s.branch = branch
	if s.tip, err = h.remote.Head(ctx, branch); err != nil {
		return s, err
	}
	if s.open, s.closed, err = h.pulls.Find(ctx, branch); err != nil {
		return s, err
	}
	for _, p := range []*pull.Pull{s.closed, s.open} {
		if p != nil {
			s.state, _ = pull.ReadState(p.Body)
		}
	}
	return s, nil
}

// elsewhere is the error of a pull request that is open for another base: the
// branch has room for one.
func (s standing) elsewhere(base string) error {
	if s.open == nil || s.open.Base == base {
		return nil
	}
	return fmt.Errorf("renewing %s: its pull request #%d goes to %s, and this run is for %s: set `branch` to one of its own for each base, or close #%d: %w",
		s.branch, s.open.Number, s.open.Base, base, s.open.Number, config.ErrUsage)
}

// settled reports whether the pull request says all there is to say about
// head within this scope. Red hosts are judged again when a person asks.
func (s standing) settled(head, scope string, fresh bool) bool {
	done := s.open != nil && s.tip == head && s.state.Head == head && s.state.Scope == scope && s.state.Complete
	return done && (!fresh || s.state.Verdict == string(verdict.Good))
}

// declined reports whether a person closed the pull request for this very
// revision. Asking by hand opens it again.
func (s standing) declined(revision string, fresh bool) bool {
	return s.open == nil && s.closed != nil && !s.closed.Merged && !fresh &&
		revision != "" && s.state.Revision == revision
}

// foreign says why the branch may not be moved: it holds commits that are not
// the bot's.
func (c *crossing) foreign(ctx context.Context, h hub, s standing) error {
	if s.tip == "" || s.tip == s.state.Head {
		return nil
	}
	by, err := h.pulls.Makers(ctx, s.tip)
	if err != nil {
		return err
	}
	if own := c.cfg.Author.Email; by == (pull.Makers{Author: own, Committer: own}) {
		return nil
	}
	return fmt.Errorf("renewing %s: its last commit, %.7s, is by somebody else and is left alone: merge the pull request, or delete the branch to have it made anew", s.branch, s.tip)
}

// publish pushes the bump and opens or updates the pull request. Once begun it
// is not interrupted: it takes seconds, and half of it would help nobody.
func (c *crossing) publish(ctx context.Context, h hub, s standing, r *report.Report) error {
	c.progress.step("publishing to %s", s.branch)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishing)
	defer cancel()
	r.Pull = &report.Pull{Branch: s.branch, Operation: "none"}
	push := repo.Push{Branch: s.branch, SHA: r.Head.Rev, Lease: s.tip, Known: c.base}
	if err := c.repo.Push(ctx, h.remote, push); err != nil {
		return err
	}
	change := pull.Change{
		Title:   c.title(*r),
		Section: report.Markdown(*r, bodyBudget),
		State: pull.State{
			Head: r.Head.Rev, Revision: r.Head.Nixpkgs.Rev, Scope: c.cfg.Scope(),
			Verdict: fleetVerdict(*r), Complete: complete(*r),
		},
	}
	if s.open == nil {
		return c.openPull(ctx, h, change, r.Pull)
	}
	updated, changed, err := h.pulls.Update(ctx, s.open.Number, change)
	if err != nil {
		return err
	}
	r.Pull.Number, r.Pull.URL = updated.Number, updated.URL
	if !updated.Open {
		r.Notes = append(r.Notes, fmt.Sprintf("Pull request #%d was closed while this run was at work, and was left alone.", updated.Number))
		return nil
	}
	if changed || s.tip != r.Head.Rev {
		r.Pull.Operation = "updated"
	}
	return h.pulls.Label(ctx, updated, c.cfg.Labels)
}

// openPull opens the pull request and tells the people the owner named, once.
func (c *crossing) openPull(ctx context.Context, h hub, change pull.Change, to *report.Pull) error {
	opened, created, err := h.pulls.Create(ctx, pull.Proposal{
		Branch: to.Branch, Base: h.base, Title: change.Title,
		Body: pull.Splice("", change.Section, change.State),
	})
	if err != nil {
		return err
	}
	to.Number, to.URL, to.Operation = opened.Number, opened.URL, "created"
	if !created {
		to.Operation = "updated"
		if opened, _, err = h.pulls.Update(ctx, opened.Number, change); err != nil {
			return err
		}
	}
	if err := h.pulls.Label(ctx, opened, c.cfg.Labels); err != nil {
		return err
	}
	notes, err := h.pulls.Invite(ctx, opened.Number, pull.People{
		Assignees: c.cfg.Assignees, Reviewers: c.cfg.Reviewers, TeamReviewers: c.cfg.TeamReviewers,
	})
	for _, note := range notes {
		c.progress.line("%s", note)
	}
	return err
}

// complete reports whether every host was judged as far as this flake allows.
// One that the runner gave out on is to be judged again though nothing moves.
func complete(r report.Report) bool {
	return !slices.ContainsFunc(r.Hosts, func(h report.Host) bool {
		outcomes := []verdict.Outcome{h.Base.Eval, h.Base.Build, h.Head.Eval, h.Head.Build}
		return h.Verdict == verdict.Undecided && slices.Contains(outcomes, verdict.Inconclusive)
	})
}

// retire closes the pull request that has become pointless, with a word why,
// and removes its branch where nobody else has touched it.
func (c *crossing) retire(ctx context.Context, h hub, s standing, all bumps) (*report.Pull, error) {
	p := &report.Pull{Branch: s.branch, Operation: "none"}
	if s.open == nil {
		return p, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishing)
	defer cancel()
	p.Number, p.URL, p.Operation = s.open.Number, s.open.URL, "closed"
	why := fmt.Sprintf("`%s` has caught up: its flake follows %s and is locked to its newest revision, so there is nothing left to merge here.", h.base, c.cfg.Channel.Name)
	if !all.caughtUp() {
		why = fmt.Sprintf("The nixpkgs of `%s` is not to move any more, so there is nothing left to merge here.", h.base)
	}
	if err := h.pulls.Close(ctx, s.open.Number, why); err != nil {
		return p, err
	}
	if s.tip != "" && s.tip == s.state.Head {
		return p, h.remote.Delete(ctx, s.branch, s.tip)
	}
	return p, nil
}

func (c *crossing) title(r report.Report) string {
	if c.cfg.Title != "" {
		return c.cfg.Title
	}
	return report.Title(r)
}

// branchOf is the bot's branch: one for all flakes of the run.
func branchOf(cfg config.Config) string {
	return cmp.Or(cfg.Branch, "nixferry/"+cfg.Channel.Name)
}

// ownBranch makes sure that the branch is the bot's alone: what the bot pushes
// replaces what is there.
func (h hub) ownBranch(cfg config.Config) error {
	switch branch := branchOf(cfg); branch {
	case h.base:
		return fmt.Errorf("choosing the bot's branch: %s is also where the pull request would go: set `base` or `branch` to another, or start the run for another branch: %w", branch, config.ErrUsage)
	case h.request.DefaultBranch:
		return fmt.Errorf("choosing the bot's branch: %s is the default branch: set `branch` to one of the bot's own: %w", branch, config.ErrUsage)
	}
	return nil
}
