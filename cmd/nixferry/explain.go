package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/config"
)

// explain reads a log of Nix and says what was wrong.
func explain(_ context.Context, w bot.World, args []string) error {
	how := bot.ExplainMode{}
	p, err := parse(w, "explain", args, func(set *flag.FlagSet) {
		set.BoolVar(&how.JSON, "json", false, "print the findings as JSON")
	})
	if err != nil {
		return err
	}
	how.Flake = p.inputs["flake"]
	if len(p.args) > 1 {
		return fmt.Errorf("one log at most, not %s: %w", strings.Join(p.args, " "), config.ErrUsage)
	}
	log := w.Stdin
	if len(p.args) == 1 && p.args[0] != "-" {
		file, err := os.Open(p.args[0])
		if err != nil {
			return fmt.Errorf("opening the log: %w: %w", err, config.ErrUsage)
		}
		defer file.Close()
		log = file
	}
	return bot.Explain(w, log, how)
}
