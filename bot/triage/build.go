package triage

import (
	"fmt"

	"github.com/nixferry/nixferry/bot/nixlog"
	"github.com/nixferry/nixferry/bot/pattern"
)

// ExplainBuild explains a derivation that was not built, as [Explain] does of
// a log, with the end of its own log. A derivation that only waits for another
// one tells nothing of its own: the other one does.
func ExplainBuild(f nixlog.Failure, from Source) Finding {
	m := nixlog.Message{Text: f.Text, Full: f.Text}
	r := bounded(reading{Log: nixlog.Log{Errors: []nixlog.Message{m}, Failures: []nixlog.Failure{f}}})
	a := from.survey(r.texts())
	return a.finish([]Finding{a.failed(r.Failures[0], problem{Message: r.Errors[0], atlas: &a})})[0]
}

// reason says in one line what happened to a derivation.
func reason(f nixlog.Failure) string {
	name := Name(f.Drv)
	switch {
	case f.Reason == nixlog.Builder && f.BySignal:
		return fmt.Sprintf("%s: its builder was ended by signal %d", name, f.Code)
	case f.Reason == nixlog.Builder && f.Code != 0:
		return fmt.Sprintf("%s: its builder ended with exit code %d", name, f.Code)
	case f.Reason == nixlog.Hash:
		return name + ": the source it fetched has another hash than expected"
	case f.Reason == nixlog.Timeout:
		return name + ": a limit of time or log size ended the build"
	case f.Reason == nixlog.Killed:
		return name + ": its builder was killed, which is nearly always a lack of memory"
	case f.Reason == nixlog.DiskFull:
		return name + ": no space left on the disk"
	case f.Reason == nixlog.Network:
		return name + ": a substitute could not be downloaded"
	case f.Reason == nixlog.Lacking:
		return name + ": this machine lacks " + f.Needs
	}
	return name + ": does not build"
}

var drvName = pattern.New(`^/nix/store/[0-9a-df-np-sv-z]{32}-(.+?)(?:\.drv)?$`)

// Name is a store path's name as a person says it: without the store, the hash
// and ".drv". What is no store path stays as it is.
func Name(path string) string {
	if m := drvName().FindStringSubmatch(path); m != nil {
		return m[1]
	}
	return path
}
