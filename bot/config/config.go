// Package config turns the action's inputs into the settings of one run.
//
// The table [Inputs] is the only place where an input is named: action.yml,
// the command line's flags and the README are checked against it by the tests
// at the repository's root. Loading is pure: the caller passes how to look an
// input up.
package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/flake"
)

// A Config is every setting of one run. The fields are plain values; lists
// are never nil-sensitive.
type Config struct {
	// Token is the GitHub token; empty where none was given.
	Token string `json:"-"`
	// Flakes are the directories of the flakes, relative to the repository's
	// root, "." first by default.
	Flakes []string
	// Channel is where nixpkgs is to move.
	Channel channel.Channel
	// Hosts picks nixosConfigurations entries.
	Hosts Globs
	// Systems are the platforms this runner may build; empty asks Nix.
	Systems []string
	// Depth is Eval or Build.
	Depth string
	// Companions is how inputs tied to nixpkgs' release move along.
	Companions flake.Companions
	// AlsoUpdate are further inputs to relock; Hold inputs that may not move.
	AlsoUpdate, Hold []string
	// Base is the branch the pull request goes to; empty means the one
	// checked out. Branch is the bot's branch; empty means nixferry/<channel>.
	Base, Branch string
	// CommitMessage and Title replace the ones nixferry writes; empty keeps
	// them.
	CommitMessage, Title string
	// Author is the author and committer of the bump.
	Author Author
	// CommitMode is Git, or API to have GitHub make the commits and sign them.
	CommitMode string
	// SigningKey is an OpenSSH private key as it stands in its file; empty
	// signs nothing.
	SigningKey string `json:"-"`
	// Fork is owner/name of the repository the branch is pushed to; empty
	// means the one the pull request goes to.
	Fork string
	// Labels, Assignees, Reviewers and TeamReviewers go on the pull request.
	Labels, Assignees, Reviewers, TeamReviewers []string
	// Draft is Auto, Never or Always: when the pull request is a draft.
	Draft string
	// AutoMerge is Off, or how GitHub merges once MergeGate holds: "merge",
	// "squash" or "rebase".
	AutoMerge string
	MergeGate Gate
	// CoolDown is how long a pull request that a person closed stays closed
	// when there is a newer revision.
	CoolDown time.Duration
	// FailOn is Never, Regression or Any: when the run ends with status 3.
	FailOn string
	// EvalWorkers is how many hosts are evaluated at once, 0 for automatic;
	// EvalMemory how much memory one of them may be planned with, in bytes,
	// 0 for automatic.
	EvalWorkers int
	EvalMemory  int64
	// TimeBudget is how long the run may take; 0 for as long as it takes.
	TimeBudget time.Duration
	// NixOptions are Nix settings by name, for every nix command.
	NixOptions map[string]string
	// CacheDir is where closures of built toplevels are kept between runs;
	// empty means the user's cache directory.
	CacheDir string
	// ReportDir is where report.json and its companions go; empty means a
	// fresh directory below RUNNER_TEMP.
	ReportDir string
}

// How deep a run goes.
const (
	Eval  = "eval"
	Build = "build"
)

// How commits are made.
const (
	Git = "git"
	API = "api"
)

// When a pull request is a draft, beside [Never]: Auto is while its merge gate
// does not hold.
const (
	Auto   = "auto"
	Always = "always"
)

// Off leaves merging to people.
const Off = "off"

// When a run with red hosts ends with status 3.
const (
	Never      = "never"
	Regression = "regression"
	Any        = "any"
)

// Scope is a digest, in hex, of the inputs that decide which hosts are judged,
// how far, and what follows from it: what a pull request says within one scope
// says nothing about another.
func (c Config) Scope() string {
	var gate Globs
	if c.MergeGate.Hosts != nil {
		gate = *c.MergeGate.Hosts
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %t %q %q %q %q", c.Flakes, c.Depth, c.Hosts.include, c.Hosts.exclude, c.Systems,
		c.MergeGate.All, gate.include, gate.exclude, c.AutoMerge, c.Draft))
	return hex.EncodeToString(sum[:8])
}

// Format writes a Config for any verb of fmt, without its secrets.
func (c Config) Format(f fmt.State, verb rune) {
	type plain Config // has no Format
	for _, secret := range []*string{&c.Token, &c.SigningKey} {
		if *secret != "" {
			*secret = "(hidden)"
		}
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), plain(c))
}

// An Author is who commits.
type Author struct{ Name, Email string }

// An Input is one setting as its user sees it.
type Input struct {
	// Name is the input's name in action.yml and the flag's name.
	Name string
	// Default stands when the input is empty.
	Default string
	// Help is one sentence; it stands in action.yml and in --help.
	Help string
	// Secret inputs are no flags: every process of a machine sees command lines.
	Secret bool

	set func(*Config, string) error
}

// ErrUsage marks a configuration its user has to correct: exit status 2.
var ErrUsage = errors.New("see `nixferry help` or action.yml for the inputs")

// Load reads every input through get, which returns "" for one that was not
// given. Every problem is in the one error it returns, which wraps [ErrUsage].
func Load(get func(name string) string) (Config, error) {
	var c Config
	var problems []string
	for _, in := range Inputs {
		value := strings.TrimSpace(get(in.Name))
		if value == "" {
			value = in.Default
		}
		if value == "" {
			continue
		}
		if err := in.set(&c, value); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", in.Name, err))
		}
	}
	problems = append(problems, c.contradictions()...)
	if len(problems) > 0 {
		return Config{}, fmt.Errorf("reading the inputs: %s: %w", strings.Join(problems, "; "), ErrUsage)
	}
	return c, nil
}

// contradictions are inputs that are good alone and not together.
func (c Config) contradictions() (problems []string) {
	if c.CommitMode == API && c.SigningKey != "" {
		problems = append(problems, "signing-key: with `commit-mode: api` GitHub signs; leave out one of the two")
	}
	if c.Draft == Always && c.AutoMerge != "" && c.AutoMerge != Off {
		problems = append(problems, "auto-merge: GitHub merges no draft; set `draft` to auto or never")
	}
	return problems
}
