package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/config"
)

// run is the action: inputs come from INPUT_* variables, flags win over them.
func run(ctx context.Context, w bot.World, args []string) error {
	p, err := parse(w, "run", args, nil)
	if err != nil {
		return err
	}
	if len(p.args) > 0 {
		return fmt.Errorf("run takes no arguments, not %s: %w", strings.Join(p.args, " "), config.ErrUsage)
	}
	cfg, err := config.Load(p.lookup(func(name string) string {
		return w.Getenv(variable(name))
	}))
	if err != nil {
		return err
	}
	w.Verbose = p.verbose
	return bot.Run(ctx, w, cfg)
}

// variable is the environment variable that has an input in a workflow.
// https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs
func variable(input string) string { return "INPUT_" + strings.ToUpper(input) }
