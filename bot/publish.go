package bot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// publishing is how long the last step may take once it has begun.
const publishing = 5 * time.Minute

// A publication is a run's result on its way into the pull request. The steps
// come in the order that lets the next run repair what a killed one left: only
// the last of them says in the hidden state that all is said.
type publication struct {
	*crossing
	hub    hub
	was    standing
	report *report.Report
	holds  bool // the merge gate
	pull   *pull.Pull
	state  pull.State
}

// publish pushes what was judged and opens or updates the pull request. Once
// begun it is not interrupted: it takes seconds, and half of it would help
// nobody.
func (c *crossing) publish(ctx context.Context, h hub, s standing, n renewal, r *report.Report) error {
	c.progress.step("publishing to %s", s.branch)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishing)
	defer cancel()
	r.Pull = &report.Pull{Branch: s.branch, Operation: "none"}
	if err := c.holdBack(ctx, h, s, n, *r); err != nil {
		return err
	}
	head, err := c.push(ctx, h, s, &n)
	if err != nil {
		return err
	}
	r.Head.Rev = head
	p := c.publication(h, s, n, r)
	if err := p.open(ctx); err != nil || p.pull == nil {
		return err
	}
	for _, step := range []func(context.Context) error{p.label, p.invite, p.turn, p.autoMerge, p.post, p.say, p.supersede} {
		if err := p.optional(step(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// holdBack takes back auto-merge before commits are pushed that must not go in:
// GitHub may have all it waits for before the run comes to say otherwise.
func (c *crossing) holdBack(ctx context.Context, h hub, s standing, n renewal, r report.Report) error {
	holds, _ := lifecycle.Holds(c.cfg.MergeGate, r.Hosts)
	if holds || c.cfg.AutoMerge == config.Off || s.open == nil || s.tip == n.Tip || n.stands {
		return nil
	}
	return h.pulls.StopAutoMerge(ctx, s.open)
}

// publication gathers what the steps need.
func (c *crossing) publication(h hub, s standing, n renewal, r *report.Report) *publication {
	fleet := fleetVerdict(*r)
	p := &publication{crossing: c, hub: h, was: s, report: r}
	p.holds, _ = lifecycle.Holds(c.cfg.MergeGate, r.Hosts)
	r.Kept = kept(n)
	var earlier []report.Attempt
	if s.open != nil {
		earlier = s.state.Attempts
	}
	r.Attempts = lifecycle.Attempts(earlier, lifecycle.Attempt(*r, fleet, c.world.Now()))
	for _, lock := range n.Locks {
		r.Notes = append(r.Notes, fmt.Sprintf("What people's commits changed in %s did not merge with the bump and was left out; it was locked anew.", lock))
	}
	p.state = pull.State{
		Head: r.Head.Rev, Lane: c.lane(), Revision: r.Head.Nixpkgs.Rev, Scope: c.cfg.Scope(),
		Verdict: fleet, Invited: s.invited(), Attempts: r.Attempts,
	}
	return p
}

// kept are people's commits as the report tells them.
func kept(n renewal) (all []report.Kept) {
	for _, k := range n.Kept {
		all = append(all, report.Kept{SHA: cmp.Or(n.there[k.SHA], k.SHA), Author: k.Author, Subject: k.Subject})
	}
	return all
}

// lane is a digest of what there is one pull request for: the flakes, the
// channel they follow, and what of them moves.
func (c *crossing) lane() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %t %q",
		c.cfg.Flakes, c.cfg.Channel.Name, c.cfg.AlsoUpdate, c.cfg.Hold, c.cfg.Companions.Off, c.cfg.Companions.Refs))
	return hex.EncodeToString(sum[:8])
}

// optional makes a note of what GitHub does not let the run do and the pull
// request can do without. Trouble that passes is an error still, so that the
// next run makes up for it.
func (p *publication) optional(err error) error {
	for _, refusal := range []error{pull.ErrNoPermission, pull.ErrNoStatuses, pull.ErrInvalid, pull.ErrNotFound} {
		if errors.Is(err, refusal) {
			p.refused(err.Error())
			return nil
		}
	}
	return err
}

// refused notes what GitHub did not let the run do, if anything: a person who
// starts a run by hand has it tried again.
func (p *publication) refused(what string) {
	if what != "" {
		p.note("%s", what)
		p.state.Partial = true
	}
}

// note tells who watches, and who reads the pull request.
func (p *publication) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	p.progress.line("%s", text)
	p.report.Notes = append(p.report.Notes, text)
}

// open finds the pull request or opens it, as what is not finished yet. Where
// Actions may open none, an issue asks for it, and there is no pull request;
// nor is there where somebody closed it during the run.
func (p *publication) open(ctx context.Context) (err error) {
	if p.pull, _, err = p.hub.pulls.Find(ctx, p.was.branch, p.hub.base); err != nil {
		return err
	}
	switch {
	case p.pull != nil:
		if p.was.tip != p.report.Head.Rev {
			p.report.Pull.Operation = "updated"
		}
	case p.was.open != nil:
		p.note("%s", closedMeanwhile(p.was.open.Number))
		return nil
	default:
		if err := p.create(ctx); err != nil || p.pull == nil {
			return err
		}
	}
	p.report.Pull.Number, p.report.Pull.URL = p.pull.Number, p.pull.URL
	return nil
}

func (p *publication) create(ctx context.Context) (err error) {
	created := false
	p.pull, created, err = p.hub.pulls.Create(ctx, pull.Proposal{
		Branch: p.was.branch, Base: p.hub.base, Title: p.title(*p.report),
		Body:  pull.Splice("", p.section, p.state),
		Draft: lifecycle.Draft(p.cfg.Draft, p.holds),
	})
	if errors.Is(err, pull.ErrPullsForbidden) {
		p.pull = nil
		return p.plead(ctx, err)
	}
	if err != nil {
		return err
	}
	p.report.Pull.Operation = "updated"
	if created {
		p.report.Pull.Operation = "created"
	}
	return p.hub.pulls.Unplead(ctx, p.state.Lane, madeOf(p.pull.Number))
}

// madeOf is the last word in an issue whose pull request there is.
func madeOf(number int) string { return fmt.Sprintf("This is pull request #%d now.", number) }

// plead asks in an issue for what Actions may not do: to open the pull request.
func (p *publication) plead(ctx context.Context, why error) error {
	link := pull.ProposalURL(p.hub.page, p.hub.base, p.proposalHead(), p.title(*p.report), "")
	p.state.Complete = complete(*p.report)
	number, _, _, err := p.hub.pulls.Plead(ctx, pull.Plea{
		Title:   p.title(*p.report),
		Section: func(room int) string { return report.Plea(*p.report, link, room) },
		State:   p.state,
	})
	if err != nil {
		return errors.Join(why, err)
	}
	p.note("GitHub Actions may not open the pull request here; issue #%d has a link that does. To let them: %v.", number, pull.ErrPullsForbidden)
	return nil
}

// proposalHead is the branch as GitHub's pages call it.
func (p *publication) proposalHead() string {
	owner, _, fork := strings.Cut(p.cfg.Fork, "/")
	if !fork {
		return p.was.branch
	}
	return owner + ":" + p.was.branch
}

// section is the bot's part of the body.
func (p *publication) section(room int) string { return report.Markdown(*p.report, room) }

// label says by labels how the pull request stands.
func (p *publication) label(ctx context.Context) error {
	return p.hub.pulls.SetLabels(ctx, p.pull, p.cfg.Labels, lifecycle.Labels(*p.report))
}

// invite tells the people the owner named, once.
func (p *publication) invite(ctx context.Context) error {
	people := pull.People{Assignees: p.cfg.Assignees, Reviewers: p.cfg.Reviewers, TeamReviewers: p.cfg.TeamReviewers}
	if p.state.Invited || len(people.Assignees)+len(people.Reviewers)+len(people.TeamReviewers) == 0 {
		return nil
	}
	notes, err := p.hub.pulls.Invite(ctx, p.pull.Number, people)
	for _, note := range notes {
		p.progress.line("%s", note)
	}
	p.state.Invited = err == nil
	return err
}

// turn makes the pull request a draft while its merge gate does not hold, or
// ready for review.
func (p *publication) turn(ctx context.Context) error {
	note, err := p.hub.pulls.SetDraft(ctx, p.pull, lifecycle.Draft(p.cfg.Draft, p.holds))
	p.refused(note)
	return err
}

// autoMerge has GitHub merge once all it requires is green, or takes that back.
// GitHub takes it only while something is still to be waited for.
func (p *publication) autoMerge(ctx context.Context) error {
	switch {
	case p.cfg.AutoMerge == config.Off:
		return nil
	case !p.holds:
		return p.hub.pulls.StopAutoMerge(ctx, p.pull)
	case p.pull.AutoMerge:
		return nil
	}
	if err := p.hub.pulls.Post(ctx, p.report.Head.Rev, []lifecycle.Status{lifecycle.Pending(*p.report)}); err != nil {
		return err
	}
	note, err := p.hub.pulls.AutoMerge(ctx, p.pull, p.cfg.AutoMerge, p.report.Head.Rev)
	p.refused(note)
	return err
}

// post sets the commit statuses, the one that may let GitHub merge last.
func (p *publication) post(ctx context.Context) error {
	has, err := p.hub.pulls.Statuses(ctx, p.report.Head.Rev)
	if err != nil {
		return err
	}
	return p.hub.pulls.Post(ctx, p.report.Head.Rev, lifecycle.Statuses(*p.report, p.cfg.MergeGate, has))
}

// say writes the report into the pull request.
func (p *publication) say(ctx context.Context) error {
	p.state.Complete = complete(*p.report)
	updated, changed, err := p.hub.pulls.Update(ctx, p.pull.Number, pull.Change{Title: p.title(*p.report), Section: p.section, State: p.state})
	if err != nil {
		return err
	}
	if changed && p.report.Pull.Operation == "none" {
		p.report.Pull.Operation = "updated"
	}
	if !updated.Open && !updated.Merged {
		p.report.Notes = append(p.report.Notes, closedMeanwhile(updated.Number))
	}
	return nil
}

func closedMeanwhile(number int) string {
	return fmt.Sprintf("Pull request #%d was closed while this run was at work, and was left alone.", number)
}

// supersede closes what the bot has open elsewhere for the same flakes and
// channel: the branch was called otherwise then.
func (p *publication) supersede(ctx context.Context) error {
	others, err := p.hub.pulls.Superseded(ctx, p.state.Lane, p.was.branch, p.hub.base)
	for _, other := range others {
		if was, _ := pull.ReadState(other.Body); was.Scope != p.state.Scope {
			continue // of other hosts, as another workflow wants them
		}
		if err := p.hub.pulls.Close(ctx, other.Number, fmt.Sprintf("#%d takes the place of this pull request.", p.pull.Number)); err != nil {
			return err
		}
		if err := p.sweep(ctx, p.hub, standing{branch: other.Branch, tip: other.HeadSHA}); err != nil {
			return err
		}
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

func (c *crossing) title(r report.Report) string {
	return cmp.Or(c.cfg.Title, report.Title(r))
}
