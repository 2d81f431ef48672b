package main

import (
	"context"
	"flag"

	"github.com/nixferry/nixferry/bot"
)

// bump edits and relocks a flake in place.
func bump(ctx context.Context, w bot.World, args []string) error {
	var how bot.BumpMode
	local, err := readLocal(w, "bump", args, func(set *flag.FlagSet) {
		set.BoolVar(&how.NoLock, "no-lock", false, "edit flake.nix only, without network")
		set.BoolVar(&how.DryRun, "dry-run", false, "change nothing")
		set.BoolVar(&how.JSON, "json", false, "print the plan as JSON")
	})
	if err != nil {
		return err
	}
	return bot.Bump(ctx, local.world, local.cfg, local.dir, how)
}
