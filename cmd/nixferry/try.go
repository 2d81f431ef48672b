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
	local, err := readLocal(w, "try", args, func(set *flag.FlagSet) {
		set.StringVar(&files.JSON, "json", "", "write report.json here, - for standard output")
		set.StringVar(&files.Markdown, "markdown", "", "write the pull request's text here, - for standard output")
	})
	if err != nil {
		return err
	}
	return bot.Try(ctx, local.world, local.cfg, local.dir, files)
}

// A local is what the commands for a flake on this machine start from.
type local struct {
	world bot.World
	cfg   config.Config
	dir   string
}

// readLocal reads the command line of a command that takes a directory.
func readLocal(w bot.World, name string, args []string, extra func(*flag.FlagSet)) (local, error) {
	p, err := parse(w, name, args, extra)
	if err != nil {
		return local{}, err
	}
	dir, err := p.directory()
	if err != nil {
		return local{}, err
	}
	cfg, err := config.Load(p.lookup(localToken(w)))
	w.Verbose = p.verbose
	return local{w, cfg, dir}, err
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
