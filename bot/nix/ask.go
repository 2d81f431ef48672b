package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Source returns the store path Nix copies the repository of the flake ref to:
// messages name the owner's files below it.
func (c *CLI) Source(ctx context.Context, ref string) (string, error) {
	const doing = "asking where the flake's source is"
	args := c.args("flake", "metadata", "--json", "--no-write-lock-file", ref)
	out, _, err := c.fetch(ctx, command{doing: doing, tool: c.nix, args: args})
	if err != nil {
		return "", c.fetchError(err)
	}
	var metadata struct{ Path string }
	if err := json.Unmarshal(out, &metadata); err != nil {
		return "", fmt.Errorf("%s: reading nix's answer: %w", doing, err)
	}
	return metadata.Path, nil
}

// PkgsPath returns the store path of the nixpkgs that a host of the flake ref
// is made from. It needs neither the toplevel nor any option of the host's to
// be right. The error is an *EvalError when the host has none or does not get
// that far.
func (c *CLI) PkgsPath(ctx context.Context, ref, host string) (string, error) {
	doing := "asking host " + host + " for its nixpkgs"
	args := c.evalArgs(ref, "hosts: toString hosts."+quote(host)+".pkgs.path")
	out, _, err := c.fetch(ctx, command{doing: doing, tool: c.nix, args: args})
	var failed *CommandError
	if errors.As(err, &failed) {
		return "", &EvalError{failed}
	}
	if err != nil {
		return "", err
	}
	var path string
	if err := json.Unmarshal(out, &path); err != nil {
		return "", fmt.Errorf("%s: reading nix's answer: %w", doing, err)
	}
	return path, nil
}
