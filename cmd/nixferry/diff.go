package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/config"
)

// diff compares what machines are made of before and after.
func diff(ctx context.Context, w bot.World, args []string) error {
	var how bot.DiffMode
	var file string
	p, err := parse(w, "diff", args, func(set *flag.FlagSet) {
		set.BoolVar(&how.JSON, "json", false, "print JSON")
		set.BoolVar(&how.Markdown, "markdown", false, "print Markdown")
		set.BoolVar(&how.Causes, "causes", false, "say which recipes changed themselves")
		set.StringVar(&file, "pairs", "", "read a `NAME BEFORE AFTER` line a machine from this file, - for standard input")
	})
	if err != nil {
		return err
	}
	cfg, err := config.Load(p.lookup(localToken(w)))
	if err != nil {
		return err
	}
	pairs, err := pairsOf(w, file, p.args)
	if err != nil {
		return err
	}
	w.Verbose = p.verbose
	return bot.Diff(ctx, w, cfg, pairs, how)
}

// pairsOf are the machines a command line names.
func pairsOf(w bot.World, file string, args []string) ([]bot.Pair, error) {
	if file == "" {
		if len(args) != 2 {
			return nil, fmt.Errorf("diff takes what was and what will be, or --pairs, not %q: %w", args, config.ErrUsage)
		}
		return []bot.Pair{{Before: args[0], After: args[1]}}, nil
	}
	if len(args) > 0 {
		return nil, fmt.Errorf("diff takes --pairs or two sides, not both: %w", config.ErrUsage)
	}
	lines := w.Stdin
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("reading the pairs: %w: %w", err, config.ErrUsage)
		}
		defer opened.Close()
		lines = opened
	}
	return bot.ReadPairs(lines)
}
