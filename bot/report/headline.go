package report

import (
	"cmp"

	"github.com/nixferry/nixferry/bot/triage"
)

// A sentence of what is wrong, around one name that may be hostile.
type sentence struct{ before, name, after string }

// builds are what is said of a derivation.
var builds = map[triage.Class]string{
	triage.BuildFailed:        "does not build",
	triage.FODHashMismatch:    "has another hash than the package states",
	triage.DependencyFailed:   "is not built, for want of a dependency",
	triage.WrongPlatform:      "needs another machine",
	triage.LogLimit:           "writes too long a log",
	triage.Nondeterministic:   "does not build the same twice",
	triage.ForbiddenReference: "refers to what it must not",
	triage.Cycle:              "has outputs that refer to each other",
}

// A heading is what is said of a host: before the option it is about, and
// without one.
type heading struct{ before, alone string }

const lacking = "stopped for want of memory, disk, time or network"

var headings = map[triage.Class]heading{
	triage.OutOfMemory: {alone: lacking},
	triage.DiskFull:    {alone: lacking},
	triage.Timeout:     {alone: lacking},
	triage.Interrupted: {alone: lacking},

	triage.Assertions:        {"NixOS refuses", "NixOS refuses the configuration"},
	triage.OptionMissing:     {"there is no option", "sets an option that does not exist"},
	triage.RemovedOptionRead: {"reads the removed option", "reads a removed option"},
	triage.TypeMismatch:      {"wrong type of value for", "a value has the wrong type"},
	triage.Conflict:          {"definitions that exclude each other of", "definitions exclude each other"},
	triage.OptionTwice:       {"two modules declare", "two modules declare an option"},
	triage.NotDefined:        {"no value for", "an option has no value"},
	triage.ReadOnly:          {"only NixOS may set", "sets an option that only NixOS may set"},

	triage.RefusedPackage:    {alone: "nixpkgs refuses a package"},
	triage.Alias:             {alone: "a package is gone or has another name"},
	triage.FileMissing:       {alone: "a file is missing"},
	triage.FileUntracked:     {alone: "a file is not in git"},
	triage.Fetch:             {alone: "an input cannot be fetched"},
	triage.HashMismatchInput: {alone: "an input is not what flake.lock says"},
	triage.LockBad:           {alone: "flake.lock cannot be read"},
	triage.LockStale:         {alone: "flake.lock does not fit flake.nix"},
}

// headline says in a few words what a finding is about.
func headline(f triage.Finding) sentence {
	text, built := builds[f.Class]
	said, known := headings[f.Class]
	switch {
	case built && f.Class == triage.BuildFailed && f.Bucket == triage.Runner:
		text = "could not be built on this runner"
	case f.Class == triage.StateVersion:
		return sentence{name: f.Option, after: "would move with nixpkgs"}
	case !known && f.Bucket == triage.Runner:
		said = heading{alone: "could not be evaluated on this runner"}
	case !known:
		said = heading{"does not evaluate:", "does not evaluate"}
	}
	switch {
	case built:
		return sentence{name: cmp.Or(derivationName(f.Derivation), "a package"), after: text}
	case f.Option != "" && said.before != "":
		return sentence{before: said.before, name: f.Option}
	}
	return sentence{before: said.alone}
}
