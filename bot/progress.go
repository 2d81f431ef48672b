package bot

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// progress tells a person who watches what is being done, a line at a time.
// In GitHub's log each step is a group that folds.
type progress struct {
	mu      sync.Mutex
	out     io.Writer
	actions bool
	open    bool
}

func newProgress(w World) *progress {
	return &progress{out: w.Stderr, actions: w.inActions()}
}

// step begins a step of the flow.
func (p *progress) step(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.close()
	text := harmless(fmt.Sprintf(format, args...))
	if p.actions {
		fmt.Fprintf(p.out, "::group::%s\n", text)
		p.open = true
		return
	}
	fmt.Fprintf(p.out, "nixferry: %s\n", text)
}

// done ends the last step.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.close()
}

func (p *progress) close() {
	if p.open {
		fmt.Fprintln(p.out, "::endgroup::")
		p.open = false
	}
}

// line says something inside a step.
func (p *progress) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "  - %s\n", harmless(fmt.Sprintf(format, args...)))
}

// harmless is text of others behind a mark of ours, without what GitHub reads
// as a workflow command: two colons at the beginning of a line, white space or
// not, and "##[" anywhere.
// https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
func harmless(text string) string {
	return strings.NewReplacer("\r", " ", "\n", "\n  | ", "##[", "## [").Replace(text)
}

// host says how one step ended for one host.
func (p *progress) host(side, name, outcome string, took time.Duration) {
	p.line("%-4s %-12s %s (%.1f s)", side, name, outcome, took.Seconds())
}
