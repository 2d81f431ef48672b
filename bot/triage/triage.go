// Package triage turns what Nix says about a failure into findings: what
// class of problem it is, where in the owner's repository it comes from, and
// what to do next. It is pure.
package triage

// A Finding is one problem of one host, in terms its owner can act on.
type Finding struct {
	// Class names the kind of problem; see the Class constants.
	Class Class `json:"class"`
	// Bucket is whose turn it is, empty where nixferry cannot tell.
	Bucket Bucket `json:"bucket,omitempty"`
	// Message is what Nix or NixOS said, without colours and store hashes.
	Message string `json:"message"`
	// File is relative to the repository's root and empty where Nix names no
	// file of the owner; Line and Column count from 1, 0 is unknown.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Option is the NixOS option at fault; Replacement what NixOS offers.
	Option      string `json:"option,omitempty"`
	Replacement string `json:"replacement,omitempty"`
	// Owner is whose code it is, where that is known: [You] or an input's
	// name.
	Owner string `json:"owner,omitempty"`
	// Next is what to do, as one sentence.
	Next string `json:"next,omitempty"`
	// Derivation is the one that failed, for build failures.
	Derivation string `json:"derivation,omitempty"`
	// LogTail is the end of its build log; LogFile its place in the report
	// directory, whole.
	LogTail []string `json:"logTail,omitempty"`
	LogFile string   `json:"logFile,omitempty"`
	// Links are for a package of nixpkgs' own.
	Links
}

// A Class is a kind of problem.
type Class string

// A Bucket says whose turn it is.
type Bucket string

// The buckets.
const (
	// Yours is the owner's own configuration.
	Yours Bucket = "yours"
	// Upstream is nixpkgs or another input.
	Upstream Bucket = "upstream"
	// Runner is the machine this ran on.
	Runner Bucket = "runner"
	// Gap is something the configuration depends on that cannot be had: a
	// package that is gone or refused, an input or a path nobody serves.
	Gap Bucket = "gap"
)
