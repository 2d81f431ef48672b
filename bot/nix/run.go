package nix

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// A command is one process to run.
type command struct {
	// doing names what it is for, as an error begins: "locking the inputs".
	doing string
	tool  string
	args  []string
	// fresh makes it an error that Nix went on with an old copy of what it did
	// not get from a server.
	fresh bool
	// dir is the working directory; empty is the caller's.
	dir string
	// sink, if not nil, hears of builds.
	sink nixlog.Sink
}

var errStale = errors.New("nix went on with an old copy")

// run runs a command to its end and returns its standard output. The error is
// the context's when that has ended, whatever the command says (Nix swallows
// interrupts at times), and else a *CommandError.
func (c *CLI) run(ctx context.Context, cmd command) ([]byte, error) {
	out, _, err := c.runLogged(ctx, cmd)
	return out, err
}

// runLogged is run, and also returns what the command logged.
func (c *CLI) runLogged(ctx context.Context, cmd command) ([]byte, nixlog.Log, error) {
	if c.log != nil {
		where := ""
		if cmd.dir != "" {
			where = "cd " + shown([]string{cmd.dir}) + " && "
		}
		fmt.Fprintln(c.log, "+", where+cmd.tool, shown(cmd.args))
	}
	var stdout bytes.Buffer
	parser := nixlog.Parser{Sink: cmd.sink, Retrying: func(cause string, pause time.Duration) {
		if pause >= 5*time.Second {
			c.waiting(cmd.doing, cause, pause)
		}
	}}
	process := c.process(ctx, cmd)
	process.Stdout, process.Stderr = &stdout, &parser
	err := process.Run()
	log := parser.Log()
	if ctx.Err() != nil {
		if process.Process != nil {
			// What ignored the first signal, and what was left behind.
			_ = killGroup(process.Process.Pid, syscall.SIGKILL)
		}
		return nil, log, fmt.Errorf("%s: %w", cmd.doing, context.Cause(ctx))
	}
	// ErrWaitDelay: nix ended well, but left a process (of git, of ssh) that
	// keeps its stderr open.
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return nil, log, newError(cmd, log, err)
	}
	if stale, ok := log.Stale(); ok && cmd.fresh {
		log.Errors = append(log.Errors, stale)
		return nil, log, newError(cmd, log, errStale)
	}
	return stdout.Bytes(), log, nil
}

// shown writes arguments on one line, long ones (the probe) cut.
func shown(args []string) string {
	var words []string
	for _, arg := range args {
		words = append(words, fmt.Sprintf("%.300q", arg))
	}
	return strings.Join(words, " ")
}

// process prepares a command in a process group of its own, so that its
// children end with it.
func (c *CLI) process(ctx context.Context, cmd command) *exec.Cmd {
	process := exec.CommandContext(ctx, cmd.tool, cmd.args...)
	process.Env, process.Dir = c.env, cmd.dir
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	process.Cancel = func() error { return killGroup(process.Process.Pid, syscall.SIGTERM) }
	process.WaitDelay = c.grace
	return process
}
