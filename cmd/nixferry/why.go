package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/config"
)

// why says what keeps a package in a closure.
func why(ctx context.Context, w bot.World, args []string) error {
	var asJSON bool
	p, err := parse(w, "why", args, func(set *flag.FlagSet) {
		set.BoolVar(&asJSON, "json", false, "print JSON")
	})
	if err != nil {
		return err
	}
	cfg, err := config.Load(p.lookup(localToken(w)))
	if err != nil {
		return err
	}
	if len(p.args) != 2 {
		return fmt.Errorf("why takes a toplevel and a package, not %q: %w", p.args, config.ErrUsage)
	}
	w.Verbose = p.verbose
	return bot.Why(ctx, w, cfg, p.args[0], p.args[1], asJSON)
}
