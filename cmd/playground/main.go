// Command playground is a GitHub in one process that holds the sample fleet:
// the demo, and the server to try things out on.
//
//	playground                  serve until interrupted
//	playground -demo BINARY     one scheduled run of nixferry, and a second one
//	playground -bench BINARY    nixferry beside nix
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/nixferry/nixferry/cmd/playground/github"
	"github.com/nixferry/nixferry/cmd/playground/sample"
)

// token is what the demo's run acts with, as a workflow does with GITHUB_TOKEN.
const token = "ghs_playground000000000000000000000001"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "playground: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args, env []string, out io.Writer) error {
	flags := flag.NewFlagSet("playground", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:0", "where to listen")
	files := flags.String("files", "testdata", "directory of the sample world's files")
	demo := flags.String("demo", "", "run this nixferry binary as a scheduled run would, twice")
	bench := flags.String("bench", "", "measure this nixferry binary beside nix")
	only := flags.String("only", "", "of the benches, take those whose name matches this `regexp`: "+benchNames())
	serve := flags.Bool("serve", false, "keep serving after the demo")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *bench != "" {
		return measure(ctx, *bench, *only, *files, env, out)
	}
	g, err := open(ctx, *addr, *files)
	if err != nil {
		return err
	}
	defer g.close()
	if *demo != "" {
		if err := g.demo(ctx, *demo, env, out); err != nil {
			return err
		}
		if !*serve {
			fmt.Fprintln(out, "make demo SERVE=1 keeps the pages and the report")
			return nil
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "GITHUB_SERVER_URL=%s\nGITHUB_API_URL=%s\nGITHUB_REPOSITORY=octo/fleet\nGITHUB_TOKEN=%s\n", g.server.URL(), g.server.APIURL(), token)
	fmt.Fprintf(out, "\nthe fleet's pull requests: %s/octo/fleet/pulls (Ctrl-C ends it)\n", g.server.URL())
	<-ctx.Done()
	return nil
}

// A ground is a running GitHub with the sample world, in a directory of its own.
type ground struct {
	dir    string
	server *github.Server
	world  sample.World
}

// open lays out the sample world and serves it.
func open(ctx context.Context, addr, files string) (*ground, error) {
	dir, err := os.MkdirTemp("", "nixferry-playground-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the playground: %w", err)
	}
	// Nix' build users have to get into it.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	g := &ground{dir: dir}
	repos := filepath.Join(dir, "repos")
	if err := os.Mkdir(repos, 0o777); err != nil {
		return nil, err
	}
	g.server, err = github.New(github.Options{Dir: repos, Addr: addr, Tokens: map[string]github.Permissions{
		token: {Contents: github.Write, PullRequests: github.Write, Issues: github.Write, Statuses: github.Write},
	}})
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	g.world, err = sample.Lay(ctx, repos, sample.Options{Files: os.DirFS(files), Base: g.server.URL()})
	if err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

func (g *ground) close() {
	_ = g.server.Close()
	os.RemoveAll(g.dir)
}
