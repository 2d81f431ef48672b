package nix

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// A CommandError is a nix command that failed.
type CommandError struct {
	// Doing names what the command was for.
	Doing string
	// Args is the command line; it never holds a secret.
	Args []string
	// Exit is the exit status, -1 when a signal ended the command.
	Exit int
	// Killed means that it was SIGKILL, which nobody but the kernel sends
	// when memory runs out.
	Killed bool
	// Log is what the command said.
	Log nixlog.Log
	// Next is what to do about it, where nixferry knows.
	Next string

	err error
}

func newError(cmd command, log nixlog.Log, err error) *CommandError {
	e := &CommandError{Doing: cmd.doing, Args: append([]string{cmd.tool}, cmd.args...), Exit: -1, Log: log, err: err}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		e.Exit = exit.ExitCode()
		status, ok := exit.Sys().(syscall.WaitStatus)
		e.Killed = ok && status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	return e
}

// Error says what was being done, what Nix says, and what to do next.
func (e *CommandError) Error() string {
	text := e.Doing + ": " + e.cause()
	if e.Next != "" {
		text += ": " + e.Next
	}
	return text
}

// Unwrap returns the error of running the process.
func (e *CommandError) Unwrap() error { return e.err }

// cause is Nix's last error; without one, how the process ended.
func (e *CommandError) cause() string {
	if m, ok := e.Log.Last(); ok {
		if m.Place.File != "" {
			return fmt.Sprintf("%s at %s:%d:%d", m.Brief(), m.Place.File, m.Place.Line, m.Place.Column)
		}
		return m.Brief()
	}
	if e.Killed {
		return "nix was killed: it ran out of memory, most likely"
	}
	cause := fmt.Sprintf("%s: %v", strings.Join(e.Args[:1], " "), e.err)
	if n := len(e.Log.Raw); n > 0 {
		cause += " (" + e.Log.Raw[n-1] + ")"
	}
	return cause
}

// Reason is what the runner lacked, or nixlog.Unknown.
func (e *CommandError) Reason() nixlog.Reason {
	if e.Killed {
		return nixlog.Killed
	}
	m, _ := e.Log.Last()
	switch {
	case m.Starved() != "":
		return m.Starved()
	case passing(m):
		return nixlog.Network
	}
	// A build during evaluation (import from derivation) that the runner
	// ended.
	for _, f := range e.Log.Failures {
		if f.Reason.Resources() {
			return f.Reason
		}
	}
	return nixlog.Unknown
}

// Resources reports whether the runner is at fault rather than the flake:
// memory, disk, time, an interrupt from outside, or a server that was in
// trouble for longer than nixferry has patience.
func (e *CommandError) Resources() bool { return e.Reason().Resources() }

// An EvalError is a host that does not evaluate.
type EvalError struct{ *CommandError }

// Unwrap returns the error underneath.
func (e *EvalError) Unwrap() error { return e.CommandError }
