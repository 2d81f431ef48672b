package nix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/nixlog"
)

// ErrNoHosts means that a flake has no nixosConfigurations.
var ErrNoHosts = errors.New("the flake has no nixosConfigurations")

// Inputs reads the inputs of the flake.nix at the absolute path file, with
// their positions, without fetching anything. When it does not parse, the
// error is a *CommandError with Nix's own words and place.
func (c *CLI) Inputs(ctx context.Context, file string) (flake.Source, error) {
	args := c.args("eval", "--json", "--impure", "--restrict-eval", "-I", file, "--expr", flake.SourceExpr(file))
	out, log, err := c.runLogged(ctx, command{doing: "reading the inputs of flake.nix", tool: c.nix, args: args})
	if m, ok := log.Last(); err != nil && ok && blames(m, file) {
		return flake.Source{}, advise(err, "", "correct flake.nix; `nix flake metadata` shows the same error")
	}
	if err != nil {
		return flake.Source{}, err
	}
	return flake.ParseSource(out)
}

// blames reports whether an error is about a file: it names it or one beside it,
// or has a place in Nix code, which trouble with the store has not.
func blames(m nixlog.Message, file string) bool {
	return m.Place != (nixlog.Place{}) || strings.Contains(m.Text, filepath.Dir(file)+"/")
}

// Lock writes dir/flake.lock: the inputs that flake.nix in dir declares
// differently than the lock has them, and those named in update, are locked
// afresh; all others stay as they are. Nested inputs are named "a/b".
func (c *CLI) Lock(ctx context.Context, dir string, update []string) error {
	doing := "locking the inputs of flake.nix"
	if len(update) > 0 {
		doing = "relocking " + strings.Join(update, ", ")
	}
	return c.lock(ctx, command{doing: doing, tool: c.nix, args: c.lockArgs(update), dir: dir, fresh: true})
}

// Override writes dir/flake.lock with other references for some inputs than
// flake.nix in dir has, by the name of the input ("a/b" for one of an input's):
// the lock then says where they are taken from, and flake.nix stays as it is.
func (c *CLI) Override(ctx context.Context, dir string, refs map[string]string) error {
	names := slices.Sorted(maps.Keys(refs))
	args := []string{"flake", "lock", "--show-trace", flakeHere}
	for _, name := range names {
		args = append(args, "--override-input", name, refs[name])
	}
	doing := "relocking " + strings.Join(names, ", ") + " without an edit"
	return c.lock(ctx, command{doing: doing, tool: c.nix, args: c.args(args...), dir: dir, fresh: true})
}

func (c *CLI) lock(ctx context.Context, cmd command) error {
	if lock, err := os.ReadFile(filepath.Join(cmd.dir, "flake.lock")); err == nil && !json.Valid(lock) {
		return fmt.Errorf("%s: flake.lock is no JSON: %s", cmd.doing, c.next(nixlog.BadLock))
	}
	_, log, err := c.fetch(ctx, cmd)
	if err != nil {
		return c.fetchError(err)
	}
	if len(log.NoInput) > 0 {
		return fmt.Errorf("%s: flake.nix has no input %s: name one that it has", cmd.doing, strings.Join(log.NoInput, ", "))
	}
	return nil
}

// flakeHere is the flake in the working directory: 2.8 has no way to spell a
// path with a space.
const flakeHere = "path:."

// lockArgs chooses the command: since 2.19 `nix flake update` takes the names
// of inputs, before that it takes a flake.
func (c *CLI) lockArgs(update []string) []string {
	if len(update) > 0 && c.version.atLeast(2, 19) {
		args := append([]string{"flake", "update", "--show-trace", "--flake", flakeHere}, update...)
		return c.args(args...)
	}
	args := []string{"flake", "lock", "--show-trace", flakeHere}
	for _, input := range update {
		args = append(args, "--update-input", input)
	}
	return c.args(args...)
}

// Hosts lists the names in the nixosConfigurations of the flake ref. The error
// wraps ErrNoHosts when there is none.
func (c *CLI) Hosts(ctx context.Context, ref string) ([]string, error) {
	args := c.evalArgs(ref, "builtins.attrNames")
	out, _, err := c.fetch(ctx, command{doing: "evaluating nixosConfigurations", tool: c.nix, args: args})
	var failed *CommandError
	if errors.As(err, &failed) {
		if m, ok := failed.Log.Last(); ok && m.MissingAttribute() {
			return nil, errNoHosts()
		}
		return nil, c.fetchError(err)
	}
	if err != nil {
		return nil, err
	}
	var hosts []string
	if err := json.Unmarshal(out, &hosts); err != nil {
		return nil, fmt.Errorf("evaluating nixosConfigurations: reading nix's answer: %w", err)
	}
	if len(hosts) == 0 {
		return nil, errNoHosts()
	}
	return hosts, nil
}

func errNoHosts() error {
	return fmt.Errorf("evaluating nixosConfigurations: point `flake` at the directory of a flake.nix that has hosts: %w", ErrNoHosts)
}

// evalArgs applies a function to the nixosConfigurations of a flake, without
// ever touching its lock.
func (c *CLI) evalArgs(ref, function string) []string {
	return c.args("eval", "--json", "--show-trace", "--no-write-lock-file", ref+"#nixosConfigurations", "--apply", function)
}

// fetchError adds to an error of fetching or locking which input it is about,
// as far as Nix tells, and what to do.
func (c *CLI) fetchError(err error) error {
	var e *CommandError
	if !errors.As(err, &e) {
		return err
	}
	m, _ := e.Log.Last()
	return advise(err, m.Input(), c.next(m.Fault()))
}

// next is what to do about a fault.
func (c *CLI) next(fault nixlog.Fault) string {
	switch fault {
	case nixlog.NotFound:
		return "correct the input's ref in flake.nix, or, if it is private, give a `token` that can read it"
	case nixlog.RateLimited:
		return "give a `token`, or set access-tokens for the host in NIX_CONFIG; or run again in an hour"
	case nixlog.Unauthorized:
		return "the `token`, or the one in access-tokens of NIX_CONFIG, lacks access: renew it, and let it read the input"
	case nixlog.Unavailable:
		return "the input's host is in trouble: run again later"
	case nixlog.Unreachable:
		return "see that this machine reaches the input's host, and run again"
	case nixlog.Unfetched:
		return "correct the input's URL, or see that git and ssh run here and trust the host's certificate or key"
	case nixlog.BadHash:
		return "the input's content changed behind its lock: relock it with `nix flake update`"
	case nixlog.NewLock:
		return "flake.lock is newer than " + c.version.String() + " understands: " + install
	case nixlog.LooseLock:
		return "that entry of flake.lock pins no revision, as after locking an uncommitted input: relock it with `nix flake update`"
	case nixlog.BadLock:
		return "repair flake.lock (a merge may have left its marks) or write it anew with `nix flake lock`"
	}
	return ""
}

// advise fills in what a *CommandError is about and what to do.
func advise(err error, input, next string) error {
	var e *CommandError
	if errors.As(err, &e) {
		if e.Next = next; input != "" {
			e.Doing += ": input " + input
		}
	}
	return err
}
