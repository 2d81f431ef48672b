package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// demo runs nixferry as a scheduled workflow would, on a fresh depth-1
// checkout, and a second time to show that nothing is done twice. A request
// GitHub would not have taken is an error.
func (g *ground) demo(ctx context.Context, binary string, env []string, out io.Writer) error {
	checkout, err := g.checkout(ctx)
	if err != nil {
		return err
	}
	for _, title := range []string{"A scheduled run on the sample fleet", "The same run again, nothing having changed"} {
		fmt.Fprintf(out, "\n== %s\n\n", title)
		start := time.Now()
		if err := g.nixferry(ctx, binary, checkout, env, out); err != nil {
			return err
		}
		fmt.Fprintf(out, "took %.1f s\n", time.Since(start).Seconds())
	}
	fmt.Fprintf(out, "\n== On %s\n\n", g.server.URL())
	pulls := g.server.Pulls("octo", "fleet")
	for _, p := range pulls {
		fmt.Fprintf(out, "#%d %s: %s\n   %s/octo/fleet/pull/%d\n", p.Number, p.State, p.Title, g.server.URL(), p.Number)
	}
	writes := 0
	for _, call := range g.server.Log() {
		if call.Method != "GET" && !strings.HasPrefix(call.Operation, "git/") {
			writes++
		}
	}
	fmt.Fprintf(out, "%d pull request, %d calls to the API that write, each checked against GitHub's description\n", len(pulls), writes)
	return g.verify(len(pulls))
}

// verify is the demo's own test.
func (g *ground) verify(pulls int) error {
	if violations := g.server.Violations(); len(violations) > 0 {
		return fmt.Errorf("GitHub would have refused: %s", strings.Join(violations, "; "))
	}
	if pulls != 1 {
		return fmt.Errorf("there are %d pull requests where one was expected", pulls)
	}
	return nil
}

// checkout clones the fleet as actions/checkout does.
func (g *ground) checkout(ctx context.Context) (string, error) {
	dir := filepath.Join(g.dir, "fleet")
	clone := exec.CommandContext(ctx, "git", "clone", "--quiet", "--depth=1", g.server.URL()+"/octo/fleet", dir)
	if out, err := clone.CombinedOutput(); err != nil {
		return "", fmt.Errorf("checking out the fleet: %s: %w", out, err)
	}
	return dir, nil
}

// nixferry runs the binary in the environment of a scheduled run.
func (g *ground) nixferry(ctx context.Context, binary, checkout string, env []string, out io.Writer) error {
	path, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, "run")
	cmd.Dir = checkout
	cmd.Env = slices.Concat(env, g.environment(checkout))
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running %s: %w", binary, err)
	}
	return nil
}

// environment is what GitHub sets for a scheduled run, with Nix kept from
// asking binary caches for what only this sample world has.
func (g *ground) environment(checkout string) []string {
	return []string{
		"GITHUB_EVENT_NAME=schedule",
		"GITHUB_EVENT_PATH=",
		"GITHUB_REPOSITORY=octo/fleet",
		"GITHUB_REF=refs/heads/main",
		"GITHUB_SERVER_URL=" + g.server.URL(),
		"GITHUB_API_URL=" + g.server.APIURL(),
		"GITHUB_WORKSPACE=" + checkout,
		"GITHUB_OUTPUT=" + filepath.Join(g.dir, "output"),
		"GITHUB_STEP_SUMMARY=" + filepath.Join(g.dir, "summary"),
		"GITHUB_ACTIONS=",
		"RUNNER_TEMP=" + g.dir,
		"INPUT_TOKEN=" + token,
		"INPUT_LABELS=nixferry",
		"INPUT_REPORT-DIR=" + filepath.Join(g.dir, "report"),
		"NIX_CONFIG=" + os.Getenv("NIX_CONFIG") + "\nsubstitute = false\nsandbox = false",
	}
}
