package nixlog

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/nixferry/nixferry/bot/pattern"
)

// This file and fault.go hold all matching of Nix's human text. The tests run
// it on captured output of Nix 2.8, 2.26 and 2.34.

// A Reason says why a derivation was not built.
type Reason string

// The reasons told apart.
const (
	// Builder means that the builder failed, or made something Nix refuses.
	Builder Reason = "builder"
	// Dependency means that only something it needs was not built.
	Dependency Reason = "dependency"
	// Hash means that a fixed-output derivation fetched something else.
	Hash Reason = "hash"
	// Lacking means that this machine has not the system or the features.
	Lacking Reason = "lacking"
	// Timeout means that a limit of Nix ended the build: time, silence, or
	// the size of the log.
	Timeout Reason = "timeout"
	// Killed means SIGKILL, which is nearly always a lack of memory.
	Killed Reason = "killed"
	// DiskFull means that no space was left on a device.
	DiskFull Reason = "disk-full"
	// Network means that a substitute or a source could not be downloaded,
	// for want of a connection: a source that is gone is the Builder's.
	Network Reason = "network"
	// Interrupted means that someone stopped Nix.
	Interrupted Reason = "interrupted"
	// Unknown means that Nix does not tell.
	Unknown Reason = "unknown"
)

// Resources reports whether the runner is at fault and not the derivation.
func (r Reason) Resources() bool {
	return r == Timeout || r == Killed || r == DiskFull || r == Network || r == Interrupted
}

// A drv in a message stands in quotes, with its outputs after ! (2.8) or ^.
const drv = `'(/nix/store/[^'!^]+\.drv)(?:[!^][^']*)?'`

var (
	builderFailed  = pattern.New(`^builder for ` + drv + ` failed (?:with exit code (\d+)|due to signal (\d+))?`)
	cannotBuild    = pattern.New(`^Cannot build ` + drv + `\.\nReason: (.*)`)
	reasonBuilder  = pattern.New(`^builder failed (?:with exit code (\d+)|due to signal (\d+))`)
	dependencies   = pattern.New(`^\d+ dependenc(?:y|ies) (?:of derivation ` + drv + ` failed to build|failed)`)
	hashMismatch   = pattern.New(`^hash mismatch in fixed-output derivation ` + drv)
	lacking        = pattern.New(`^a '([^']*)' with features \{([^}]*)\} is required to build ` + drv + `, but I am a '([^']*)'`)
	limit          = pattern.New(`^(?:building (?:of|derivation) ` + drv + `(?: from \.drv file)? )?(?:timed out after \d+ seconds|killed after writing more than)`)
	refusedOutput  = pattern.New(`^(?:cycle detected in build of ` + drv + `|derivation ` + drv + ` may not be deterministic|output '/nix/store/[^']+' is not allowed to refer)`)
	substitute     = pattern.New(`^some substitutes for the outputs of derivation ` + drv + ` failed`)
	outputPath     = pattern.New(`^output '(/nix/store/[^']+)'`)
	requiredSystem = pattern.New(`\nRequired system: '([^']*)'`)
	requiredFeats  = pattern.New(`\nRequired features: \{([^}]*)\}`)
)

// kinds are the one-line build errors of all versions.
var kinds = []struct {
	sign   pattern.Pattern
	reason Reason
}{
	{builderFailed, Builder},
	{dependencies, Dependency},
	{hashMismatch, Hash},
	{limit, Timeout},
	{refusedOutput, Builder},
	{substitute, Network},
}

// classify reads an error of a build; ok is false for every other error.
func classify(text string) (f Failure, ok bool) {
	f.Text = text
	if m := cannotBuild().FindStringSubmatch(text); m != nil {
		f.Drv = m[1]
		f.explain(m[2])
		return f, true
	}
	for _, k := range kinds {
		if m := k.sign().FindStringSubmatch(text); m != nil {
			f.Drv, f.Reason = firstDrv(m), k.reason
			f.exit(builderFailed().FindStringSubmatch(text))
			return f, true
		}
	}
	if m := lacking().FindStringSubmatch(text); m != nil {
		f.Drv, f.Reason, f.Needs = m[3], Lacking, m[2]
		if m[1] != m[4] {
			f.Needs = m[1]
		}
		return f, true
	}
	return Failure{}, false
}

// explain reads the reason that Nix 2.29 and later give.
func (f *Failure) explain(reason string) {
	switch {
	case dependencies().MatchString(reason):
		f.Reason = Dependency
	case strings.HasPrefix(reason, "platform mismatch"):
		f.Reason, f.Needs = Lacking, submatch(requiredSystem, f.Text)
	case strings.HasPrefix(reason, "missing system features"):
		f.Reason, f.Needs = Lacking, submatch(requiredFeats, f.Text)
	case strings.Contains(f.Text, "\nnote: build failure may have been caused by lack of free disk space"):
		f.Reason = DiskFull
	default:
		f.Reason = Builder
		if m := reasonBuilder().FindStringSubmatch(reason); m != nil {
			f.exit([]string{"", "", m[1], m[2]})
		}
	}
}

// exit reads the exit code (m[2]) or signal (m[3]) of a builder.
func (f *Failure) exit(m []string) {
	if m == nil {
		return
	}
	f.BySignal = m[3] != ""
	// Both groups hold digits only or nothing, which is 0.
	f.Code, _ = strconv.Atoi(m[2] + m[3])
	// 137 is a shell's word for a child that died of signal 9.
	if f.BySignal && f.Code == 9 || !f.BySignal && f.Code == 137 {
		f.Reason = Killed
	}
}

// firstDrv returns the first derivation among submatches.
func firstDrv(m []string) string {
	for _, s := range m[1:] {
		if strings.HasSuffix(s, ".drv") {
			return s
		}
	}
	return ""
}

// submatch returns what the first group of re matches in s, or "".
func submatch(re pattern.Pattern, s string) string {
	if m := re().FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// outputName returns the name, without hash, of the output path that an error
// complains about, or "".
func outputName(text string) string { return storeName(submatch(outputPath, text)) }

// storeName returns the name part of a store path: "x-1.0.drv".
func storeName(path string) string {
	_, name, _ := strings.Cut(strings.TrimPrefix(path, "/nix/store/"), "-")
	return name
}

// noNetwork is how Nix's own fetcher, and curl in that of nixpkgs, say that
// they reached nobody. The builders of packages have no network at all, so
// what they say of it counts for nothing.
var noNetwork = pattern.New(`^error: unable to download '[^']*': (?:Could ?n[o']t|Failed to|Timeout|SSL )` +
	`|^error: cannot download .* from any mirror`)

// curlReached tells a mirror that answered ("curl: (22) … error: 404").
var curlReached = pattern.New(`^curl: \(22\)`)

// runnersFault reads in the end of a failed build's log that it was not the
// builder's fault: DiskFull or Network; "" otherwise.
func runnersFault(tail []string) Reason {
	reason := Reason("")
	for _, line := range tail[max(0, len(tail)-8):] {
		switch {
		case strings.Contains(line, "No space left on device"):
			return DiskFull
		case curlReached().MatchString(line):
			return ""
		case noNetwork().MatchString(strings.TrimSpace(line)):
			reason = Network
		}
	}
	return reason
}

// starved lists the errors that are the runner's fault and name no derivation.
var starved = []struct {
	sign   string
	reason Reason
}{
	{"No space left on device", DiskFull},
	{"database or disk is full", DiskFull},
	{"out of memory", Killed},
	{"Cannot allocate memory", Killed},
	{"interrupted by the user", Interrupted},
}

// Starved returns what the runner lacked when this error is its fault and not
// the flake's: DiskFull, Killed or Interrupted; "" otherwise.
func (m Message) Starved() Reason {
	for _, s := range starved {
		if strings.Contains(m.Text, s.sign) {
			return s.reason
		}
	}
	return ""
}

// MissingAttribute reports whether the error says that a flake lacks the
// output that was asked for.
func (m Message) MissingAttribute() bool {
	return strings.HasPrefix(m.Text, "flake '") && strings.Contains(m.Text, "' does not provide attribute '")
}

// errorText returns the message of a text that is an error without raw_msg,
// or "". Errors that Nix says to ignore are none.
func errorText(text string) string {
	message, ok := strings.CutPrefix(text, "error: ")
	if !ok {
		return ""
	}
	return strings.TrimSpace(message)
}

var noInput = pattern.New(`^warning: (?:the flag '--(?:update-input|override-input) ([^' ]+)[^']*'|'([^']+)') does not match any input`)

// unknownInput returns the input that Nix was told to update and did not find
// in the flake, or "".
func unknownInput(full string) string {
	if m := noInput().FindStringSubmatch(full); m != nil {
		return m[1] + m[2]
	}
	return ""
}

// isWarning tells the warnings of a flake from those about Nix itself, among
// the messages of builtins.warn and of Nix.
func isWarning(full string) bool { return strings.HasPrefix(full, "evaluation warning:") }

// traceWarning returns the warning in the output of builtins.trace, which
// lib.warn uses before Nix 2.23 and old nixpkgs always.
func traceWarning(full string) (string, bool) {
	text, ok := strings.CutPrefix(full, "trace: ")
	if !ok {
		return "", false
	}
	for _, prefix := range []string{"warning: ", "evaluation warning: "} {
		if warning, ok := strings.CutPrefix(text, prefix); ok {
			return strings.TrimSpace(warning), true
		}
	}
	return strings.TrimSpace(text), strings.HasPrefix(text, "Obsolete option `")
}

// clean turns a record's position into a Place. Since 2.13 the file carries
// ":line:column"; a file that is the source text itself (2.8, for built-in
// expressions) and "«none»" are no place at all.
func (p place) clean() Place {
	if p.File == "" || p.Line <= 0 || strings.Contains(p.File, "\n") {
		return Place{}
	}
	file := strings.TrimSuffix(p.File, fmt.Sprintf(":%d:%d", p.Line, p.Column))
	return Place{File: Clean(file), Line: p.Line, Column: max(0, p.Column)}
}

// escape is an ANSI sequence: CSI (colours), OSC (links, titles), or a short one.
var escape = pattern.New("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[ -/]*[0-~])")

// Clean strips ANSI sequences and control bytes other than newline and tab
// from a text, and makes it valid UTF-8.
func Clean(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, escape().ReplaceAllString(text, ""))
}
