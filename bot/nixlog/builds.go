package nixlog

import (
	"slices"
	"strings"
)

// A Failure is a derivation that was not built.
type Failure struct {
	// Drv is its store path, "" when Nix does not tell.
	Drv    string
	Reason Reason
	// Text is what Nix said.
	Text string
	// Code is the exit code of the builder, or its signal where BySignal.
	Code     int
	BySignal bool
	// Needs is the system ("aarch64-linux") or the features ("kvm,
	// nixos-test") that the derivation asks for, with Reason Lacking.
	Needs string
	// Tail is the end of its build log, at most [TailLines] lines.
	Tail []string
}

// TailLines is how many lines of a failed build's log are kept.
const TailLines = 60

// maxStopped is how many ended builds are remembered: since 2.29 Nix says only
// after the end of a build that it failed.
const maxStopped = 64

// A build is one that runs or has just run.
type build struct {
	id   uint64
	drv  string
	tail []string
}

// builds are the builds under way and those that ended lately, oldest first.
type builds struct {
	running, stopped []build
}

func (p *Parser) started(id uint64, drv string) {
	p.builds.running = append(p.builds.running, build{id: id, drv: drv})
	if p.Sink != nil {
		p.Sink.Started(drv)
	}
}

func (p *Parser) logged(id uint64, line string) {
	i := p.builds.find(id)
	if i < 0 {
		return
	}
	b := &p.builds.running[i]
	if b.tail = append(b.tail, line); len(b.tail) > TailLines {
		b.tail = slices.Delete(b.tail, 0, 1)
	}
	if p.Sink != nil {
		p.Sink.Logged(b.drv, line)
	}
}

func (p *Parser) stopped(id uint64) {
	i := p.builds.find(id)
	if i < 0 {
		return
	}
	b := p.builds.running[i]
	p.builds.running = slices.Delete(p.builds.running, i, i+1)
	if p.builds.stopped = append(p.builds.stopped, b); len(p.builds.stopped) > maxStopped {
		p.builds.stopped = slices.Delete(p.builds.stopped, 0, 1)
	}
	if p.Sink != nil {
		p.Sink.Stopped(b.drv)
	}
}

// find returns the index of the running build with this activity, or -1.
func (bs *builds) find(id uint64) int {
	return slices.IndexFunc(bs.running, func(b build) bool { return b.id == id })
}

// attribute gives f the log of its build and, where Nix did not name the
// derivation, finds that out: by the output path it complains about, else it
// is the build that ended last (2.34 says "timed out after 2 seconds" and no
// more, right after the end of the build).
func (bs *builds) attribute(f *Failure) {
	recent := slices.Concat(bs.stopped, bs.running)
	slices.Reverse(recent)
	name := outputName(f.Text)
	i := slices.IndexFunc(recent, func(b build) bool {
		switch {
		case f.Drv != "":
			return b.drv == f.Drv
		case name != "":
			return isOutputOf(name, b.drv)
		}
		return !slices.ContainsFunc(bs.running, func(r build) bool { return r.id == b.id })
	})
	if i < 0 {
		return
	}
	f.Drv, f.Tail = recent[i].drv, recent[i].tail
	if fault := runnersFault(f.Tail); f.Reason == Builder && fault != "" {
		f.Reason = fault
	}
}

// isOutputOf reports whether a store object called name ("x-1.0-dev") can be
// an output of drv ("/nix/store/…-x-1.0.drv").
func isOutputOf(name, drv string) bool {
	base := strings.TrimSuffix(storeName(drv), ".drv")
	return name == base || strings.HasPrefix(name, base+"-")
}
