package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// runs is how often each side of a whole run is measured.
const runs = 3

// wholeRun prints nixferry's cost beside that of the script, each round on a
// world of its own with an empty Nix store and an empty cache.
func (m meter) wholeRun(ctx context.Context) error {
	var bare, first, again []cost
	for range runs {
		b, err := round(ctx, m.files, m.env, func(g *ground, checkout string, env []string) ([]cost, error) {
			c, err := timed(ctx, filepath.Join(m.files, "bench", "bare.sh"), []string{checkout, g.dir, system()}, env)
			return []cost{c}, err
		})
		if err != nil {
			return err
		}
		n, err := round(ctx, m.files, m.env, func(g *ground, _ string, env []string) ([]cost, error) {
			return g.twice(ctx, m.binary, env)
		})
		if err != nil {
			return err
		}
		bare, first, again = append(bare, b[0]), append(first, n[0]), append(again, n[1])
	}
	printCosts(m.out, median(bare), median(first), median(again))
	return nil
}

func printCosts(out io.Writer, b, n, a cost) {
	fmt.Fprintf(out, "sample fleet, both sides, empty store and caches; median of %d\n\n", runs)
	fmt.Fprintf(out, "%-28s %8s %10s %10s\n", "", "wall", "own CPU", "all CPU")
	fmt.Fprintf(out, "%-28s %7.2fs %10s %9.2fs\n", "script with bare nix calls", b.wall.Seconds(), "", b.all.Seconds())
	for _, row := range []struct {
		name string
		cost
	}{{"nixferry run", n}, {"nixferry run, nothing new", a}} {
		fmt.Fprintf(out, "%-28s %7.2fs %9.3fs %9.2fs\n", row.name, row.wall.Seconds(), row.own.Seconds(), row.all.Seconds())
	}
	fmt.Fprintf(out, "\nwall, nixferry to script:           %.2f\n", ratio(n.wall, b.wall))
	fmt.Fprintf(out, "nixferry's own CPU to script's CPU: %.1f %%\n", 100*ratio(n.own, b.all))
	fmt.Fprintf(out, "wall, second run to first:          %.1f %%\n", 100*ratio(a.wall, n.wall))
}

// round makes a world and an empty store, and measures in it.
func round(ctx context.Context, files string, env []string, run func(*ground, string, []string) ([]cost, error)) ([]cost, error) {
	g, err := open(ctx, "127.0.0.1:0", files)
	if err != nil {
		return nil, err
	}
	defer g.close()
	checkout, err := g.checkout(ctx)
	if err != nil {
		return nil, err
	}
	store := filepath.Join(g.dir, "nix")
	env = append(slices.Clone(env), g.environment(checkout)...)
	return run(g, checkout, append(env,
		"HOME="+filepath.Join(g.dir, "home"),
		"NIX_STORE_DIR="+filepath.Join(store, "store"),
		"NIX_STATE_DIR="+filepath.Join(store, "var/nix"),
		"NIX_LOG_DIR="+filepath.Join(store, "var/log"),
		"TMPDIR="+g.dir,
	))
}

// twice measures a run that has everything to do and one that has nothing.
func (g *ground) twice(ctx context.Context, binary string, env []string) ([]cost, error) {
	var costs []cost
	for range 2 {
		c, err := timed(ctx, binary, []string{"run"}, env)
		if err != nil {
			return nil, err
		}
		if c.own, err = ownCPU(filepath.Join(g.dir, "report", "report.json")); err != nil {
			return nil, err
		}
		costs = append(costs, c)
	}
	return costs, g.verify(len(g.server.Pulls("octo", "fleet")))
}

// ownCPU reads from a report what nixferry itself used.
func ownCPU(path string) (time.Duration, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var report struct{ Timings struct{ OwnCPU float64 } }
	if err := json.Unmarshal(text, &report); err != nil {
		return 0, fmt.Errorf("reading %s: %w", path, err)
	}
	return time.Duration(report.Timings.OwnCPU * float64(time.Second)), nil
}

// system is this machine's, in Nix' words.
func system() string {
	return map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH] + "-linux"
}
