package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nixferry/nixferry/bot/report"
)

// errBudget ends what the time budget has no room for.
var errBudget = errors.New("the time budget is used up")

// reserve is how much of a time budget is kept for comparing and publishing:
// a tenth of it, and no more than ten minutes.
func reserve(budget time.Duration) time.Duration { return min(budget/10, 10*time.Minute) }

// within is the context of what a side may be stopped at when the time budget
// ends, so that what is known by then can still be published. Base has the
// first half only: without head there would be nothing to say.
func (c *crossing) within(ctx context.Context, side string) (context.Context, context.CancelFunc) {
	if c.cfg.TimeBudget == 0 {
		return context.WithCancel(ctx)
	}
	room := c.cfg.TimeBudget - reserve(c.cfg.TimeBudget)
	if side == "base" {
		room /= 2
	}
	return context.WithDeadlineCause(ctx, c.began.Add(room), errBudget)
}

// overBudget reports whether a context of within has ended by the budget.
func overBudget(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errBudget) }

// lateNote says what the reader should know of hosts that were not reached.
func (c *crossing) lateNote(hosts []report.Host, late int) []string {
	if late == 0 {
		return nil
	}
	return []string{fmt.Sprintf(
		"The time budget of %s ended before %d of %d hosts were judged; what was built is kept where the runner's store or cache is, and the next run goes on. Raise `time-budget`, add a binary cache, or judge fewer `hosts` a run.",
		c.cfg.TimeBudget, late, len(hosts))}
}
