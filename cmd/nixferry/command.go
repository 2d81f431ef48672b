package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot"
	"github.com/nixferry/nixferry/bot/config"
)

// A command is one word after `nixferry`.
type command struct {
	name, args, help string
	run              func(ctx context.Context, w bot.World, args []string) error
}

// commands in the order of the usage text.
func commands() []command {
	return []command{
		{"run", "", "what the GitHub Action calls: bump, evaluate, build, compare, pull request", run},
		{"try", "[DIR]", "the same work on a local flake; nothing in the repository is touched", try},
		{"bump", "[DIR]", "edit and relock a flake in place", bump},
		{"diff", "OLD NEW", "say what changes between two toplevels, or of a whole fleet with --pairs FILE", diff},
		{"why", "ROOT PACKAGE", "say what keeps a package in a closure", why},
		{"explain", "[FILE]", "say what was wrong in a log of Nix, from a file or a pipe", explain},
		{"version", "", "print versions", version},
		{"help", "", "print this text", help},
	}
}

// Main runs the command the world's arguments name and returns the exit
// status: 0 done; 1 nixferry could not do its job; 2 bad usage or
// configuration; 3 hosts are red and `fail-on` asks for it.
func Main(ctx context.Context, w bot.World) int {
	err := dispatch(ctx, w)
	if err == nil || errors.Is(err, errHelp) {
		return 0
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%w while at work, and nothing was left half done: run again: %w", context.Cause(ctx), err)
	}
	if !errors.Is(err, bot.ErrRed) {
		w.Complain(err)
	}
	switch {
	case errors.Is(err, bot.ErrRed):
		return 3
	case errors.Is(err, config.ErrUsage):
		return 2
	}
	return 1
}

func dispatch(ctx context.Context, w bot.World) error {
	if len(w.Args) == 0 {
		usage(w.Stderr)
		return fmt.Errorf("a command is missing: %w", config.ErrUsage)
	}
	name := strings.TrimLeft(w.Args[0], "-")
	if name == "h" {
		name = "help"
	}
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		usage(w.Stderr)
		return fmt.Errorf("there is no command %q: %w", w.Args[0], config.ErrUsage)
	}
	return all[i].run(ctx, w, w.Args[1:])
}

func help(_ context.Context, w bot.World, _ []string) error {
	usage(w.Stdout)
	return nil
}

func usage(out io.Writer) {
	fmt.Fprint(out, "nixferry: know what nixos-unstable does to your machines before you switch\n\n")
	for _, c := range commands() {
		fmt.Fprintf(out, "  nixferry %-7s %-12s %s\n", c.name, c.args, c.help)
	}
	fmt.Fprint(out, "\nInputs of the action, as flags of run, try and bump:\n\n")
	for _, in := range config.Inputs {
		if in.Secret {
			fmt.Fprintf(out, "  %-17s %s\n", variable(in.Name), in.Help)
			continue
		}
		fmt.Fprintf(out, "  --%-15s %s", in.Name, in.Help)
		if in.Default != "" {
			fmt.Fprintf(out, " [%s]", in.Default)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "  -%-16s %s\n", "v", "Print every command that is run.")
}

// parsed is a command line: the inputs given as flags, and what is left.
type parsed struct {
	inputs  map[string]string
	args    []string
	verbose bool
}

// parse reads a command's flags: every input, and the ones extra declares.
func parse(w bot.World, name string, args []string, extra func(*flag.FlagSet)) (parsed, error) {
	set := flag.NewFlagSet("nixferry "+name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	p, exposed := parsed{inputs: map[string]string{}}, ""
	for _, in := range config.Inputs {
		set.Func(in.Name, in.Help, func(value string) error {
			p.inputs[in.Name] = value
			if in.Secret {
				exposed = in.Name // package flag would quote the value
			}
			return nil
		})
	}
	set.BoolVar(&p.verbose, "v", false, "print every command that is run")
	if extra != nil {
		extra(set)
	}
	for rest := args; ; rest = rest[1:] {
		err := set.Parse(rest)
		switch {
		case errors.Is(err, flag.ErrHelp):
			usage(w.Stdout)
			return parsed{}, errHelp
		case err != nil:
			return parsed{}, fmt.Errorf("reading the command line: %w: %w", err, config.ErrUsage)
		case exposed != "":
			return parsed{}, fmt.Errorf("reading the command line: --%s: every process of this machine can read what stands here: set %s in the environment (away from run, GH_TOKEN): %w", exposed, variable(exposed), config.ErrUsage)
		}
		// Flags may stand behind the directory as well.
		if rest = set.Args(); len(rest) == 0 {
			return p, nil
		}
		p.args = append(p.args, rest[0])
	}
}

// errHelp ends a command that only had to print its usage.
var errHelp = errors.New("help was asked for")

// directory is the one positional argument of try and bump.
func (p parsed) directory() (string, error) {
	switch len(p.args) {
	case 0:
		return ".", nil
	case 1:
		return p.args[0], nil
	}
	return "", fmt.Errorf("one directory at most, not %s: %w", strings.Join(p.args, " "), config.ErrUsage)
}

// lookup finds an input among the flags first and with fallback then.
func (p parsed) lookup(fallback func(string) string) func(string) string {
	return func(name string) string {
		if value, ok := p.inputs[name]; ok {
			return value
		}
		return fallback(name)
	}
}
