package bot

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// A standing is what GitHub has of the bot's branch before the run changes it.
type standing struct {
	branch string
	// tip is where the branch is, "" when there is none.
	tip string
	// open is the pull request to be kept current, closed the last one that
	// somebody closed; nil for none.
	open, last *pull.Pull
	// state is what the open one, or else the closed one, says of itself; plea is
	// the issue that stands in for an open one, nil for none.
	state pull.State
	plea  *pull.Pleading
}

// standing asks GitHub, and finds out at once when the token may not push. Lane
// is what the pull request is about.
func (h hub) standing(ctx context.Context, branch, lane string) (s standing, err error) {
	s.branch = branch
	if s.tip, err = h.remote.Head(ctx, branch); err != nil {
		return s, err
	}
	if s.open, s.last, err = h.pulls.Find(ctx, branch, h.base); err != nil {
		return s, err
	}
	for _, p := range []*pull.Pull{s.last, s.open} {
		if p != nil {
			s.state, _ = pull.ReadState(p.Body)
		}
	}
	if s.tip == "" || s.open != nil {
		return s, nil
	}
	s.plea, err = h.pulls.Pleaded(ctx, lane)
	return s, err
}

// said is what GitHub has of the run that judged last, nil where there is
// neither a pull request nor an issue in its place.
func (s standing) said() *pull.State {
	switch {
	case s.open != nil:
		return &s.state
	case s.plea != nil:
		return &s.plea.State
	}
	return nil
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

// settled reports whether the pull request says all there is to say about a
// renewal within this scope. Red hosts are judged again when a person asks.
func (s standing) settled(n renewal, scope string, fresh bool) bool {
	said := s.said()
	if said == nil || s.tip == "" || s.tip != said.Head || s.tip != n.Tip && !n.stands {
		return false
	}
	done := said.Scope == scope && said.Complete
	return done && (!fresh || said.Verdict == string(verdict.Good) && !said.Partial)
}

// spent reports whether base has all that is on the branch, though it may lack
// the commits: its pull request was merged, by squashing say.
func (s standing) spent(base string) bool {
	return s.open == nil && s.last != nil && s.last.Merged && s.last.Base == base && s.last.HeadSHA == s.tip
}

// invited reports whether people were asked: by what the pull request says, or
// where it no longer says anything of itself, as they may have been.
func (s standing) invited() bool {
	return s.open != nil && (s.state.Invited || s.state.Head == "")
}

// closing is how the last pull request ended.
func (s standing) closing() lifecycle.Closing {
	if s.last == nil {
		return lifecycle.Closing{}
	}
	return lifecycle.Closing{
		Number: s.last.Number, At: s.last.Closed, Merged: s.last.Merged, ByBot: s.state.Closed, Revision: s.state.Revision,
	}
}

// verdict is that of the run which judged the fleet last.
func (s standing) verdict() string {
	if said := s.said(); said != nil {
		return said.Verdict
	}
	return s.state.Verdict
}

// pull is the pull request as the report of a run tells it that left it alone.
func (s standing) pull() *report.Pull {
	p := &report.Pull{Branch: s.branch, Operation: "none"}
	if s.open != nil {
		p.Number, p.URL = s.open.Number, s.open.URL
	}
	return p
}

// branchOf is the bot's branch: one for all flakes of the run. That of a single
// flake below the root has its directory in the name, as a workflow may run once
// for each of several.
func branchOf(cfg config.Config) string {
	usual := "nixferry/" + cfg.Channel.Name
	if len(cfg.Flakes) == 1 && cfg.Flakes[0] != "." {
		usual += "-" + strings.Trim(outsideBranch.ReplaceAllString(cfg.Flakes[0], "-"), "-.")
	}
	return cmp.Or(cfg.Branch, usual)
}

// outsideBranch is what stands in no branch's name that nixferry makes up.
var outsideBranch = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// ownBranch makes sure that the branch is the bot's alone: what the bot pushes
// replaces what is there.
func (h hub) ownBranch(cfg config.Config) error {
	switch branch := branchOf(cfg); {
	case cfg.Fork != "" && !strings.EqualFold(cfg.Fork, h.request.Owner+"/"+h.request.Repo):
		return nil // another repository's branches may be called the same
	case branch == h.base:
		return fmt.Errorf("choosing the bot's branch: %s is also where the pull request would go: set `base` or `branch` to another, or start the run for another branch: %w", branch, config.ErrUsage)
	case branch == h.request.DefaultBranch:
		return fmt.Errorf("choosing the bot's branch: %s is the default branch: set `branch` to one of the bot's own: %w", branch, config.ErrUsage)
	}
	return nil
}
