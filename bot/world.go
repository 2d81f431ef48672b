package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/nix"
)

// A World is all of the outside that a command is handed: main passes the
// process's own, tests pass theirs.
type World struct {
	// Args are the command line without the program's name.
	Args []string
	// Env is the environment as os.Environ gives it.
	Env []string
	// Stdin is read by the commands that take a pipe.
	Stdin io.Reader
	// Stdout gets results, Stderr progress and errors.
	Stdout, Stderr io.Writer
	// Now is the clock.
	Now func() time.Time
	// Verbose prints every command that is run to Stderr.
	Verbose bool
}

// Getenv is the value of an environment variable, "" when unset. The last
// setting wins, as it does for a process.
func (w World) Getenv(name string) string {
	for i := len(w.Env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(w.Env[i], name+"="); ok {
			return value
		}
	}
	return ""
}

// ErrRed marks a run that did all of its work and found red hosts that
// `fail-on` wants to end with status 3.
var ErrRed = errors.New("hosts are red")

// Complain prints why a command ended, on Stderr. In a workflow it is an
// annotation of the run as well: there it stands where people look first.
func (w World) Complain(err error) {
	fmt.Fprintf(w.Stderr, "nixferry: %s\n", harmless(err.Error()))
	if w.inActions() && !errors.Is(err, ErrRed) {
		w.action().WithFieldsMap(map[string]string{"title": "nixferry"}).Errorf("%s", err)
	}
}

// options are the settings of the nix commands of one run. The inputs stay out
// of their environment: a build run without a sandbox could read the token.
func (w World) options(cfg config.Config, p *progress) nix.Options {
	env := slices.DeleteFunc(slices.Clone(w.Env), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return strings.HasPrefix(name, "INPUT_") || name == "GITHUB_TOKEN" || name == "GH_TOKEN"
	})
	o := nix.Options{Env: env, Settings: cfg.NixOptions}
	// Nix uses it for github.com, where another server's token opens nothing
	// and is nobody's business.
	if server := strings.TrimSuffix(w.Getenv("GITHUB_SERVER_URL"), "/"); server == "" || server == "https://github.com" {
		o.AccessToken = cfg.Token
	}
	if w.Verbose {
		o.Log = w.Stderr
	}
	o.Wait = func(doing, cause string, pause time.Duration) {
		p.line("%s: %s: trying again in %s", doing, cause, pause.Round(time.Second))
	}
	return o
}

// workspace makes a directory for one command's intermediate files. The
// caller calls the function it returns when it is done.
func (w World) workspace() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp(w.Getenv("RUNNER_TEMP"), "nixferry-")
	if err != nil {
		return "", nil, fmt.Errorf("making a directory for intermediate files: free some space or set TMPDIR: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// NixVersion is the version of the Nix on PATH, as `nixferry version` prints it.
func NixVersion(ctx context.Context, w World) (string, error) {
	cli, err := nix.Open(ctx, nix.Options{Env: w.Env})
	if err != nil {
		return "", err
	}
	return cli.Version().String(), nil
}
