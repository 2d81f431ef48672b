package triage

import (
	"strings"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// failed is the finding for a derivation that was not built.
func (a *atlas) failed(f nixlog.Failure, p problem) Finding {
	found := Finding{Class: BuildFailed, Bucket: Upstream, Message: reason(f), Derivation: f.Drv, LogTail: tail(f.Tail)}
	switch {
	case strings.Contains(f.Text, "killed after writing"):
		found.Class, found.Bucket = LogLimit, Runner
		found.Message = Name(f.Drv) + ": it wrote more than max-build-log-size allows"
		found.Next = "Raise max-build-log-size in nix-options, or find out why the build says so much."
	case f.Reason == nixlog.Timeout:
		found.Class, found.Bucket = Timeout, Runner
		found.Message = Name(f.Drv) + ": " + timedOut(f)
		found.Next = "Raise timeout or max-silent-time in nix-options, or use a faster runner or a cache that has it."
	case f.Reason == nixlog.Hash:
		found.Class = FODHashMismatch
		found.Message += hashes(f.Text)
		found.Next = "The source behind a fixed hash changed: wait for nixpkgs to follow, or correct the hash if the package is yours."
	case f.Reason == nixlog.Lacking:
		found.Class, found.Bucket = WrongPlatform, Runner
		found.Next = "Build it where " + f.Needs + " is offered: a remote builder, another runner, emulation (extra-platforms), or system-features in nix-options."
	case f.Reason == nixlog.DiskFull:
		found.Class, found.Bucket = DiskFull, Runner
		found.Next = "Free disk space or use a runner with more, then run again."
	case f.Reason == nixlog.Killed:
		found.Bucket = Runner
		found.Next = "Use a runner with more memory, or lower max-jobs and cores, then run again."
	case f.Reason == nixlog.Network:
		found.Bucket = Runner
		found.Message = Name(f.Drv) + ": its source could not be downloaded"
		found.Next = "Check the network of this machine, then run again."
	case f.Reason == nixlog.Interrupted:
		found.Class, found.Bucket = Interrupted, Runner
	case f.Reason == nixlog.Dependency:
		found.Class, found.Bucket = DependencyFailed, ""
		found.Next = "Look for the derivation it depends on further up in the log."
	default:
		if r, groups, ok := match(f.Text); ok {
			found.Class, found.Bucket, found.Next = r.class, r.bucket, groups["next"]
			found.Message = essence(a.plain(f.Text))
		} else {
			found.readTail()
		}
	}
	if found.Derivation == "" {
		found.Message = essence(a.plain(strings.TrimPrefix(found.Message, ": ")))
	}
	found.settle(p)
	return found
}

// timedOut says which limit ended a build; 2.34 says neither.
func timedOut(f nixlog.Failure) string {
	if _, limit, ok := strings.Cut(f.Text, "timed out after"); ok {
		return "it timed out after" + limit
	}
	return "a time limit ended the build"
}

// hashes shows what a fixed-output derivation expected and got.
func hashes(text string) string {
	_, lines, ok := strings.Cut(text, "\n")
	if !ok {
		return ""
	}
	return " (" + strings.Join(strings.Fields(lines), " ") + ")"
}

// logSigns read in the end of a build log why its builder failed.
var logSigns = []struct {
	text, next string
	bucket     Bucket
}{
	{"collision between", "Two packages bring the same file: keep one of them, or give one lib.hiPrio.", Yours},
	{"Cannot allocate memory", "Use a runner with more memory, or lower max-jobs and cores, then run again.", Runner},
	{"virtual memory exhausted", "Use a runner with more memory, or lower max-jobs and cores, then run again.", Runner},
	{"out of memory", "Use a runner with more memory, or lower max-jobs and cores, then run again.", Runner},
	{"MemoryError", "Use a runner with more memory, or lower max-jobs and cores, then run again.", Runner},
	{"Killed", "Use a runner with more memory, or lower max-jobs and cores, then run again.", Runner},
	{"executing '/bin/sh': No such file or directory", "Let the sandbox have a /bin/sh (sandbox-paths), or set sandbox = false in nix-options.", Runner},
	{"trying https://", "The source is gone from where the package looks for it: update the package, or wait for nixpkgs.", Upstream},
}

// readTail looks for the reason of a failed builder in its log, and puts the
// last line that speaks of an error behind the message.
func (f *Finding) readTail() {
	f.Next = "Read its log: nix log " + f.Derivation
	if f.Derivation == "" {
		f.Next = "Read its log above."
	}
	for _, line := range f.LogTail {
		for _, s := range logSigns {
			if strings.Contains(line, s.text) {
				f.Bucket, f.Next = s.bucket, s.next
				f.Message += ": " + strings.TrimSpace(line)
				return
			}
		}
	}
	for i := len(f.LogTail) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(f.LogTail[i]); errorLine().MatchString(line) {
			f.Message += ": " + line
			return
		}
	}
}

var errorLine = on(`(?i)\berror(?:\[\w+\])?:|\bfatal:|\bFAILED\b|^E  `)

// maxTail and maxTailLine bound the log shown with a finding.
const (
	maxTail     = 20
	maxTailLine = 200
)

// tail is the end of a log, so that a finding fits a screen.
func tail(lines []string) []string {
	var end []string
	for _, line := range lines[max(0, len(lines)-maxTail):] {
		end = append(end, shorten(withoutSecrets(line), maxTailLine))
	}
	return end
}
