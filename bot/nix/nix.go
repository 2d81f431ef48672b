// Package nix drives the nix command line: locking, evaluating, building, and
// asking the store. Every difference between Nix 2.8 and 2.34 that nixferry
// has to know about stands here, or in package nixlog for what they print.
//
// The caller's environment and Nix's own settings stay as they are, but for
// what a bot needs: flakes on, no eval cache (a cached evaluation keeps its
// warnings to itself), no configuration taken from the flake, no prompts.
// Credentials reach Nix in NIX_CONFIG and never in an argument.
package nix

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Options say how to run Nix.
type Options struct {
	// Path is the nix executable, with nix-store beside it; empty looks for
	// "nix" on Env's PATH.
	Path string
	// Env is the environment commands get, as os.Environ gives it.
	Env []string
	// Settings are the user's Nix settings, by name.
	Settings map[string]string
	// AccessToken lets Nix fetch from github.com; empty leaves it as it is.
	AccessToken string
	// Log, if not nil, gets each command line before it runs, from several
	// goroutines where several commands run.
	Log io.Writer
	// Wait, if not nil, hears of each pause of five seconds or more before
	// something is fetched again: for which command, because of what, and how
	// long. It is called from several goroutines where several commands run.
	// The cause is foreign text, cleaned as all of nixlog's.
	Wait func(doing, cause string, pause time.Duration)
}

// A CLI runs nix commands. Its methods may be called at the same time, and
// end soon after their context does, with all processes they started.
type CLI struct {
	nix, store string // executables
	version    Version
	systems    []string
	settings   []string // --option pairs of every command
	env        []string
	log        io.Writer
	grace      time.Duration // between asking nix to end and killing it
	wait       func(doing, cause string, pause time.Duration)
	sleep      func(context.Context, time.Duration)
}

// Open finds nix, checks that it is new enough, and reads its settings.
func Open(ctx context.Context, o Options) (*CLI, error) {
	path, err := find(o)
	if err != nil {
		return nil, err
	}
	c := &CLI{
		nix:   path,
		store: filepath.Join(filepath.Dir(path), "nix-store"),
		env:   environment(o.Env, o.Settings, o.AccessToken),
		log:   o.Log,
		grace: 5 * time.Second,
		wait:  o.Wait,
		sleep: sleep,
	}
	out, err := c.run(ctx, command{doing: "asking nix for its version", tool: c.nix, args: []string{"--version"}})
	if err != nil {
		return nil, advise(err, "", install)
	}
	if c.version, err = ParseVersion(string(out)); err != nil {
		return nil, err
	}
	if !c.version.atLeast(2, 8) {
		return nil, fmt.Errorf("checking Nix: %s is older than 2.8, the oldest that nixferry works with: %s", c.version, install)
	}
	c.settings = options()
	return c, c.configure(ctx)
}

const install = "install a newer one, as cachix/install-nix-action does or by the steps on https://nixos.org/download"

// Version is the version of Nix in use.
func (c *CLI) Version() Version { return c.version }

// Systems lists the systems this machine builds for, its own first. Those of
// remote builders are not among them.
func (c *CLI) Systems() []string { return c.systems }

// find locates the executable.
func find(o Options) (string, error) {
	if o.Path != "" {
		path, err := filepath.Abs(o.Path)
		if err != nil {
			return "", fmt.Errorf("looking for nix at %s: %w", o.Path, err)
		}
		return path, nil
	}
	for _, dir := range filepath.SplitList(lookup(o.Env, "PATH")) {
		path := filepath.Join(dir, "nix")
		if info, err := os.Stat(path); filepath.IsAbs(path) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("looking for nix on PATH: %s: %w", install, exec.ErrNotFound)
}

// lookup returns the value of a variable in an environment; the last counts.
func lookup(env []string, name string) string {
	for _, pair := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// environment is the caller's, in which Nix and git speak English and ask
// nobody. The user's settings, which may hold secrets as well, and the token
// are added to what NIX_CONFIG holds: everybody on the machine can read the
// arguments of a process.
func environment(env []string, settings map[string]string, token string) []string {
	var config []string
	if old := lookup(env, "NIX_CONFIG"); old != "" {
		config = append(config, old)
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		config = append(config, name+" = "+settings[name])
	}
	if token != "" {
		config = append(config, "extra-access-tokens = github.com="+token)
	}
	env = append(slices.Clone(env), "LC_ALL=C", "NO_COLOR=1", "GIT_TERMINAL_PROMPT=0")
	if len(config) > 0 {
		env = append(env, "NIX_CONFIG="+strings.Join(config, "\n"))
	}
	return env
}

// options are the --option arguments of every command: the settings nixferry
// does not let anyone change.
func options() []string {
	var args []string
	for _, name := range []string{"accept-flake-config", "eval-cache", "warn-dirty"} {
		args = append(args, "--option", name, "false")
	}
	return args
}

// configure reads Nix's settings: the systems, and whether root builds where
// there is no build user, which 2.26 refuses unless told.
func (c *CLI) configure(ctx context.Context) error {
	out, err := c.run(ctx, command{doing: "reading Nix's settings", tool: c.nix, args: c.configArgs()})
	if err != nil {
		return err
	}
	var config struct {
		System         struct{ Value string }
		ExtraPlatforms struct{ Value []string } `json:"extra-platforms"`
		Group          struct{ Value string }   `json:"build-users-group"`
	}
	if err := json.Unmarshal(out, &config); err != nil {
		return fmt.Errorf("reading Nix's settings: run `nix config show --json` to see what is wrong: %w", err)
	}
	c.systems = append([]string{config.System.Value}, config.ExtraPlatforms.Value...)
	if loneRoot(os.Geteuid(), config.Group.Value, lookup(c.env, "NIX_REMOTE"), daemonSocket) {
		c.settings = append(c.settings, "--option", "build-users-group", "")
	}
	return nil
}

// configArgs prints all settings as JSON; the command was renamed in 2.20.
func (c *CLI) configArgs() []string {
	if c.version.atLeast(2, 20) {
		return c.args("config", "show", "--json")
	}
	return c.args("show-config", "--json")
}

const daemonSocket = "/nix/var/nix/daemon-socket/socket"

// loneRoot reports whether root builds here itself, without a daemon, though
// the group of build users does not exist. A daemon has its own group, and
// must never be told to build as root.
func loneRoot(uid int, group, remote, socket string) bool {
	if uid != 0 || group == "" || remote != "" && remote != "local" {
		return false
	}
	if info, err := os.Stat(socket); err == nil && info.Mode().Type()&os.ModeSocket != 0 {
		return false
	}
	_, err := user.LookupGroup(group)
	return err != nil
}

// args builds the arguments of a nix command. --print-build-logs must not be
// among them: on 2.8 it turns the log format back into text.
func (c *CLI) args(args ...string) []string {
	common := []string{"--extra-experimental-features", "nix-command flakes", "--log-format", "internal-json"}
	return slices.Concat(common, c.settings, args)
}

// storeArgs builds the arguments of a nix-store command.
func (c *CLI) storeArgs(args ...string) []string {
	return slices.Concat([]string{"--log-format", "internal-json"}, c.settings, args)
}

// killGroup sends a signal to a command and all that it started.
func killGroup(pid int, signal syscall.Signal) error {
	err := syscall.Kill(-pid, signal)
	if err == syscall.ESRCH {
		return os.ErrProcessDone
	}
	return err
}
