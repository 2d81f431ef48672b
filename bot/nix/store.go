package nix

import (
	"context"
	"slices"
	"strings"
)

// PathInfo returns what `nix path-info -r --json` tells of the closures of
// roots, which have to be in the store. Its shape depends on the version of
// Nix; package closure reads them all. Some ten thousand roots fit.
func (c *CLI) PathInfo(ctx context.Context, roots []string) ([]byte, error) {
	return c.run(ctx, command{doing: "reading the closures", tool: c.nix, args: c.pathInfoArgs(roots)})
}

// pathInfoArgs never has -S: it makes Nix sum up every closure by itself.
func (c *CLI) pathInfoArgs(roots []string) []string {
	args := []string{"path-info", "-r", "--json"}
	if c.version.atLeast(2, 33) {
		args = append(args, "--json-format", "1")
	}
	return c.args(append(args, roots...)...)
}

// requisites lists the closure of a store path: for a derivation, every
// derivation and source it needs, itself included.
func (c *CLI) requisites(ctx context.Context, path string) ([]string, error) {
	return c.lines(ctx, "reading what "+path+" needs", "--query", "--requisites", path)
}

// valid returns those of paths that are in the store.
func (c *CLI) valid(ctx context.Context, paths []string) ([]string, error) {
	var valid []string
	for part := range slices.Chunk(paths, atOnce) {
		invalid, err := c.lines(ctx, "checking store paths", append([]string{"--check-validity", "--print-invalid"}, part...)...)
		if err != nil {
			return nil, err
		}
		for _, path := range part {
			if !slices.Contains(invalid, path) {
				valid = append(valid, path)
			}
		}
	}
	return valid, nil
}

// outputs returns the output paths of derivations.
func (c *CLI) outputs(ctx context.Context, drvs ...string) ([]string, error) {
	var all []string
	for part := range slices.Chunk(drvs, atOnce) {
		paths, err := c.lines(ctx, "reading the outputs of derivations", append([]string{"--query", "--outputs"}, part...)...)
		if err != nil {
			return nil, err
		}
		all = append(all, paths...)
	}
	return all, nil
}

// lines runs nix-store and splits its answer into lines.
func (c *CLI) lines(ctx context.Context, doing string, args ...string) ([]string, error) {
	out, err := c.run(ctx, command{doing: doing, tool: c.store, args: c.storeArgs(args...)})
	return strings.Fields(string(out)), err
}
