package nix

import (
	"context"
	"errors"
	"time"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// pauses are how long to leave a server alone before each further attempt, by
// what was wrong. Nix asks up to five times in five seconds before it says
// anything. What is not here will not pass by waiting.
var pauses = map[nixlog.Fault][]time.Duration{
	nixlog.Unreachable: {5 * time.Second, 15 * time.Second},
	nixlog.Unavailable: {5 * time.Second, 20 * time.Second, time.Minute},
	nixlog.RateLimited: {30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute},
}

// enough is how long all pauses and attempts of one command may take. At HTTP
// 429, Nix 2.34 waits for a quarter of an hour by itself; that is enough.
const enough = 15 * time.Minute

// again decides whether a command that failed the attempt-th time, counted
// from 1, runs again, and after which pause. Spent is how long all attempts
// took so far.
func again(m nixlog.Message, attempt int, spent time.Duration) (pause time.Duration, ok bool) {
	steps := pauses[m.Fault()]
	if attempt > len(steps) {
		return 0, false
	}
	pause = max(steps[attempt-1], m.RetryAfter())
	return pause, spent+pause <= enough
}

// passing reports whether an error is about a server in trouble that passes.
func passing(m nixlog.Message) bool { return len(pauses[m.Fault()]) > 0 }

// fetch is runLogged for commands that may download: while a server is in
// trouble that passes, they run again. When ctx ends in a pause, the next
// attempt says so.
func (c *CLI) fetch(ctx context.Context, cmd command) ([]byte, nixlog.Log, error) {
	start := time.Now()
	for attempt := 1; ; attempt++ {
		out, log, err := c.runLogged(ctx, cmd)
		var failed *CommandError
		if !errors.As(err, &failed) {
			return out, log, err
		}
		m, _ := log.Last()
		pause, ok := again(m, attempt, time.Since(start))
		if !ok {
			return out, log, err
		}
		c.waiting(cmd.doing, m.Brief(), pause)
		c.sleep(ctx, pause)
	}
}

// waiting tells that a command pauses, so that nobody takes it for hung.
func (c *CLI) waiting(doing, cause string, pause time.Duration) {
	if c.wait != nil {
		c.wait(doing, cause, pause)
	}
}

// sleep waits, at most until ctx ends.
func sleep(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
