package triage

import (
	"fmt"
	"regexp"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// FromBuild explains a derivation that was not built, with the end of its log.
// A derivation that only waits for another one is no finding of its own: the
// other one is.
func FromBuild(f nixlog.Failure) Finding {
	found := Finding{
		Class:      BuildError,
		Message:    reason(f),
		Derivation: f.Drv,
		LogTail:    f.Tail,
	}
	switch {
	case f.Reason.Resources():
		found.Class, found.Bucket = Resources, Runner
		found.Next = "Run again on a runner with more memory, disk or time."
	case f.Reason == nixlog.Hash:
		found.Class = FixedHash
		found.Next = "The source behind a fixed hash changed: wait for nixpkgs to follow, or correct the hash if the package is yours."
	case f.Reason == nixlog.Dependency:
		found.Class = Dependency
	}
	return found
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

var drvName = regexp.MustCompile(`^/nix/store/[0-9a-df-np-sv-z]{32}-(.+?)(?:\.drv)?$`)

// Name is a store path's name as a person says it: without the store, the hash
// and ".drv". What is no store path stays as it is.
func Name(path string) string {
	if m := drvName.FindStringSubmatch(path); m != nil {
		return m[1]
	}
	return path
}
