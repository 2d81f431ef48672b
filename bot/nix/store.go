package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// Realise builds what an installable names, a flake reference with the path of
// an attribute, and returns its output "out", or its only one.
func (c *CLI) Realise(ctx context.Context, installable string) (string, error) {
	doing := "building " + installable
	out, _, err := c.fetch(ctx, command{doing: doing, tool: c.nix, args: c.args("build", "--no-link", "--json", installable)})
	if err != nil {
		return "", c.fetchError(err)
	}
	var built []struct{ Outputs map[string]string }
	if err := json.Unmarshal(out, &built); err != nil {
		return "", fmt.Errorf("%s: reading nix's answer: %w", doing, err)
	}
	if len(built) != 1 {
		return "", fmt.Errorf("%s: it is %d derivations: name one", doing, len(built))
	}
	if path, ok := built[0].Outputs["out"]; ok {
		return path, nil
	}
	for _, path := range built[0].Outputs {
		return path, nil
	}
	return "", errors.New(doing + ": Nix names no output of it: name one of its outputs")
}

// Valid returns those of paths that are in the store, in their order.
func (c *CLI) Valid(ctx context.Context, paths []string) ([]string, error) {
	var valid []string
	for part := range slices.Chunk(paths, atOnce) {
		invalid, err := c.lines(ctx, "checking store paths", append([]string{"--check-validity", "--print-invalid"}, part...)...)
		if err != nil {
			return nil, err
		}
		slices.Sort(invalid)
		for _, path := range part {
			if _, found := slices.BinarySearch(invalid, path); !found {
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
