package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// rounds is how often a run tries to publish when others move the bot's branch
// under its hands.
const rounds = 3

// errStranded ends a run that finds no way on by itself.
var errStranded = errors.New("nothing was touched")

// A passage is a run's way to GitHub, where people and other runs are at work
// on the same branch.
type passage struct {
	*crossing
	hub hub
	all bumps
	// weigh judges a commit against base.
	weigh func(ctx context.Context, all bumps, head string) (report.Report, error)
	bump  string // the bump commit, "" when nothing moves
	// report is what the run has to say; weighed is what was found out about the
	// commit judged, before anything was published.
	report, weighed report.Report
	judged          string
	// made is when the bump was made that the run found on the branch at first.
	made time.Time
}

// through brings people's commits along, judges, and publishes; once more from
// the beginning where the branch moved meanwhile, so that nothing is pushed
// over a commit that nobody judged.
func (p *passage) through(ctx context.Context, now standing) error {
	for round := 1; ; round++ {
		err := p.round(ctx, now, round)
		if moved := errors.Is(err, repo.ErrLeaseLost) || errors.Is(err, pull.ErrMoved); !moved || round == rounds {
			return err
		}
		p.progress.line("%s was moved meanwhile: looking again", now.branch)
		if now, err = p.hub.standing(ctx, now.branch, p.lane()); err != nil {
			return err
		}
	}
}

func (p *passage) round(ctx context.Context, now standing, round int) (err error) {
	if p.bump == "" {
		p.report = p.quiet(p.all, "", p.all.still(p.hub.base, p.cfg.Channel.Name))
		p.report.Pull, err = p.retire(ctx, p.hub, now, p.all)
		return err
	}
	n, err := p.renew(ctx, p.hub, now, p.bump)
	if err != nil {
		return err
	}
	if round == 1 {
		p.made = n.made
	}
	if n.Conflict != nil {
		return p.stuck(ctx, now, n)
	}
	if why := p.nothing(now, n, round); why != "" {
		p.report = p.quiet(p.all, n.Tip, why)
		p.report.Verdict, p.report.Pull = now.verdict(), now.pull()
		return errors.Join(p.unsay(ctx, now), p.promote(ctx, now))
	}
	if p.judged != n.Tip {
		p.notes = nil // those of a round before
		if p.weighed, err = p.weigh(ctx, p.all, n.Tip); err != nil {
			return err
		}
		p.judged = n.Tip
	}
	p.report = p.weighed
	p.report.Notes = slices.Clone(p.weighed.Notes)
	if err = p.publish(ctx, p.hub, now, n, &p.report); err != nil {
		p.report.Notes = append(p.report.Notes, "This could not be published. "+err.Error())
	}
	return err
}

// nothing says in a sentence why there is nothing to judge: the pull request
// says all there is to say, a person does not want one, or another run was
// faster. It is "" where there is something.
func (p *passage) nothing(now standing, n renewal, round int) string {
	switch {
	case now.settled(n, p.cfg.Scope(), p.hub.request.Fresh):
		return fmt.Sprintf("neither %s nor %s has moved since the last run.", p.hub.base, p.cfg.Channel.Name)
	case round > 1 && p.overtaken(n):
		return "another run has renewed the pull request meanwhile, from what is at least as new."
	case now.open != nil:
		return ""
	}
	return p.declined(now)
}

// declined says in a sentence why a person wants no pull request now.
func (p *passage) declined(now standing) string {
	return now.closing().Declined(p.all.after().Rev, p.world.Now(), p.cfg.CoolDown, p.hub.request.Fresh)
}

// overtaken reports whether another run put a bump on the branch while this one
// was at work, and not an older one.
func (p *passage) overtaken(n renewal) bool {
	mine, err := p.repo.CommitDate(p.bump)
	return err == nil && !n.made.Equal(p.made) && !n.made.Before(mine)
}

// stuck says in the pull request that people's commits do not fit the newest
// bump, and leaves all else as it is.
func (p *passage) stuck(ctx context.Context, now standing, n renewal) error {
	r := p.quiet(p.all, n.bump, "")
	conflict := report.Conflict{
		SHA: n.Conflict.SHA, Author: n.Conflict.Author, Subject: n.Conflict.Subject, Paths: n.Conflict.Paths,
		Branch: now.branch, Base: p.hub.base, Bump: n.first, Fork: p.hub.forkURL(p.cfg),
	}
	r.Quiet, r.Blocked = conflict.Sentence(), true
	r.Verdict, r.Pull = now.verdict(), now.pull()
	p.report = r
	if now.open == nil {
		return p.stranded(now, conflict)
	}
	if _, err := p.hub.pulls.Notice(ctx, now.open.Number, conflict.Markdown(r)); err != nil {
		return err
	}
	return p.hub.pulls.SetLabels(ctx, now.open, nil, lifecycle.Conflicted(now.open.Labels))
}

// stranded is a conflict that no pull request can speak of: the run has to. It
// is no news where nobody wants one.
func (p *passage) stranded(now standing, conflict report.Conflict) error {
	if declined := p.declined(now); declined != "" {
		p.report.Quiet, p.report.Blocked = declined, false
		return nil
	}
	return fmt.Errorf("renewing %s: its commit %s does not go together with the newest bump, in %q: rebase it on %s, or delete the branch: %w",
		now.branch, conflict.SHA, conflict.Paths, p.hub.base, errStranded)
}

// unsay takes back a notice that no longer holds.
func (p *passage) unsay(ctx context.Context, now standing) error {
	if now.open == nil || !pull.Noticed(now.open.Body) || now.tip != now.state.Head {
		return nil
	}
	if _, err := p.hub.pulls.Notice(ctx, now.open.Number, ""); err != nil {
		return err
	}
	return p.hub.pulls.SetLabels(ctx, now.open, nil, lifecycle.Unconflicted(now.open.Labels))
}

// promote makes a pull request of the issue that stands in for it, where
// Actions may open one by now. The next run completes it.
func (p *passage) promote(ctx context.Context, now standing) error {
	if now.open != nil || now.plea == nil || !now.plea.Open {
		return nil
	}
	draft := lifecycle.Draft(p.cfg.Draft, now.plea.State.Verdict == string(verdict.Good))
	opened, _, err := p.hub.pulls.Create(ctx, now.plea.Proposal(now.branch, p.hub.base, draft))
	if errors.Is(err, pull.ErrPullsForbidden) {
		return nil
	}
	if err != nil {
		return err
	}
	p.report.Quiet = "the pull request could be opened now."
	p.report.Pull.Number, p.report.Pull.URL, p.report.Pull.Operation = opened.Number, opened.URL, "created"
	return p.hub.pulls.Unplead(ctx, p.lane(), madeOf(opened.Number))
}
