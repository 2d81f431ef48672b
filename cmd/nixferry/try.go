package main

import (
	"context"
	"flag"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/config"
)

// try is the whole flow on a local flake, without GitHub.
func try(ctx context.Context, w bot.World, args []string) error {
	var files bot.Files
	p, err := parse(w, "try", args, func(set *flag.FlagSet) {
		set.StringVar(&files.JSON, "json", "", "write report.json here, - for standard output")
		set.StringVar(&files.Markdown, "markdown", "", "write the pull request's text here, - for standard output")
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
	return bot.Try(ctx, w, cfg, dir, files)
}

// localToken lets Nix fetch from GitHub with the token people have in their
// shell; nothing else is read from the environment.
func localToken(w bot.World) func(string) string {
	return func(name string) string {
		if name != "token" {
			return ""
		}
		if token := w.Getenv("GH_TOKEN"); token != "" {
			return token
		}
		return w.Getenv("GITHUB_TOKEN")
	}
}
