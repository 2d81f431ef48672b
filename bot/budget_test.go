package bot

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nixferry/nixferry/bot/config"
)

func TestReserve(t *testing.T) {
	for budget, want := range map[time.Duration]time.Duration{
		10 * time.Second: time.Second,
		time.Hour:        6 * time.Minute,
		6 * time.Hour:    10 * time.Minute,
	} {
		if got := reserve(budget); got != want {
			t.Errorf("of %s, %s is kept, want %s", budget, got, want)
		}
	}
}

func TestWithin(t *testing.T) {
	c := &crossing{cfg: config.Config{TimeBudget: time.Hour}, began: time.Now().Add(-2 * time.Hour)}
	ctx, cancel := c.within(t.Context(), "head")
	defer cancel()
	if !overBudget(ctx) {
		t.Error("after two hours, a budget of one is not used up")
	}
	c.cfg.TimeBudget = 3 * time.Hour
	for side, want := range map[string]bool{"base": true, "head": false} {
		ctx, cancel = c.within(t.Context(), side)
		defer cancel()
		if overBudget(ctx) != want {
			t.Errorf("after two of three hours, the time of %s is over: %t, want %t", side, !want, want)
		}
	}
	c.cfg.TimeBudget = 0
	ctx, cancel = c.within(t.Context(), "head")
	defer cancel()
	if overBudget(ctx) {
		t.Error("no budget is used up")
	}
	outer, stop := context.WithCancelCause(t.Context())
	stop(errors.New("stopped from outside"))
	c.cfg.TimeBudget = time.Hour
	c.began = time.Now()
	ctx, cancel = c.within(outer, "head")
	defer cancel()
	if overBudget(ctx) {
		t.Error("what was stopped from outside did not run out of its budget")
	}
}
