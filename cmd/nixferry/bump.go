package main

import (
	"context"
	"flag"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/config"
)

// bump edits and relocks a flake in place.
func bump(ctx context.Context, w bot.World, args []string) error {
	var how bot.BumpMode
	p, err := parse(w, "bump", args, func(set *flag.FlagSet) {
		set.BoolVar(&how.NoLock, "no-lock", false, "edit flake.nix only, without network")
		set.BoolVar(&how.DryRun, "dry-run", false, "change nothing")
		set.BoolVar(&how.JSON, "json", false, "print the plan as JSON")
	})
	if err != nil {
		return err
	}
	dir, err := p.directory()
	if err != nil {
		return err
	}
	cfg, err := config.Load(p.lookup(localToken(w)))
	if err != nil {
		return err
	}
	w.Verbose = p.verbose
	return bot.Bump(ctx, w, cfg, dir, how)
}
