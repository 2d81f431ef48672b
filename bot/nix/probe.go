package nix

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/nixlog"
)

//go:embed probe.nix
var probeNix string

// Facts are what a host says about itself. A string is empty where the host
// does not know.
type Facts struct {
	// Drv and Out are the store paths of its toplevel; empty when it does not
	// evaluate.
	Drv string `json:"drv"`
	Out string `json:"out"`
	// Builder is the system that builds the toplevel, System the one that the
	// host runs on. They differ where a host is cross-compiled.
	Builder string `json:"builder"`
	System  string `json:"system"`
	// StateVersion is system.stateVersion, NixosVersion system.nixos.version.
	StateVersion string `json:"stateVersion"`
	NixosVersion string `json:"nixosVersion"`
	// PkgsPath is the store path of the nixpkgs that it is made from.
	PkgsPath string `json:"pkgsPath"`
	// Warnings are config.warnings, and after them what lib.warn said.
	Warnings []string `json:"warnings"`
	// Failed are the messages of all assertions that do not hold.
	Failed []string `json:"failed"`
	// Renamed are the options that are set under a former name, in files that
	// are not nixpkgs' own.
	Renamed []Renamed `json:"renamed"`
	// StateVersionFiles are the files that set system.stateVersion, but for
	// those of nixpkgs.
	StateVersionFiles []string `json:"stateVersionFiles"`
}

// A Renamed is an option that is set under a former name. Options of what has
// a configuration of its own, as home-manager's users have, are not among them.
type Renamed struct {
	Option string `json:"option"`
	Now    string `json:"now"`
	// Silent means that NixOS takes both names for good.
	Silent bool `json:"silent"`
	// Files set the former name; Nix names them.
	Files []string `json:"files"`
}

// Probe evaluates one host of the flake ref, in a process of its own. When it
// does not evaluate, the error is an *EvalError, and the facts hold what can
// be had without the toplevel: the throw of a failed assertion hides all
// warnings and the text of all others.
func (c *CLI) Probe(ctx context.Context, ref, host string) (Facts, error) {
	facts, log, err := c.probe(ctx, ref, host, true)
	var failed *CommandError
	if err == nil || !errors.As(err, &failed) {
		return facts, err
	}
	evalErr := &EvalError{failed}
	if evalErr.Resources() {
		return Facts{}, evalErr
	}
	facts, again, err := c.probe(ctx, ref, host, false)
	if err != nil && !errors.As(err, &failed) {
		return Facts{}, err
	}
	facts.Warnings = merge(facts.Warnings, log.Warnings, again.Warnings)
	return facts, evalErr
}

// probe asks once, and once more without the walk over all options when that
// is what failed: an option nobody uses may be broken.
func (c *CLI) probe(ctx context.Context, ref, host string, drv bool) (Facts, nixlog.Log, error) {
	facts, log, err := c.probeOnce(ctx, ref, host, drv, true)
	if last, ok := log.Last(); err != nil && ok && slices.ContainsFunc(last.Trace, looking) {
		return c.probeOnce(ctx, ref, host, drv, false)
	}
	return facts, log, err
}

// looking recognises probe.nix at its walk over all options.
func looking(frame nixlog.Frame) bool {
	return frame.Text == "while nixferry looks at all options"
}

func (c *CLI) probeOnce(ctx context.Context, ref, host string, drv, names bool) (Facts, nixlog.Log, error) {
	doing := "evaluating host " + host
	args := c.evalArgs(ref, probeExpr(host, drv, names))
	out, log, err := c.fetch(ctx, command{doing: doing, tool: c.nix, args: args})
	if err != nil {
		return Facts{}, log, err
	}
	var facts Facts
	if err := json.Unmarshal(out, &facts); err != nil {
		return Facts{}, log, fmt.Errorf("%s: reading nix's answer: %w", doing, err)
	}
	facts.Warnings = merge(facts.Warnings, log.Warnings)
	facts.Failed = merge(facts.Failed)
	return facts, log, nil
}

// probeExpr is the function that picks a host and asks it. The name is a
// string of the Nix language there: an attribute path after # could not hold
// quotes.
func probeExpr(host string, drv, names bool) string {
	return fmt.Sprintf("hosts: (%s) { drv = %t; names = %t; } hosts.%s", probeNix, drv, names, quote(host))
}

// quote writes a string of the Nix language.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s) + `"`
}

// merge joins lists of texts, cleaned, each text once.
func merge(lists ...[]string) []string {
	var all []string
	for _, text := range slices.Concat(lists...) {
		if text = strings.TrimSpace(nixlog.Clean(text)); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}
