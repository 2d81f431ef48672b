// Package report holds the one value a run ends in, and renders it: as
// report.json, as Markdown for the pull request and the job summary, and as
// text for a terminal.
//
// A [Comparison] is what `nixferry diff` ends in. What changed in a fleet is
// written of it in the words, and by the code, that a report has for it.
//
// Every renderer reads only the [Report]. Everything in it that came from Nix,
// a package, a commit or a person is hostile text: renderers may not let it
// mention people, close a fence, forge a marker or break a table.
package report

import (
	"time"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/forecast"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
	"github.com/nixferry/nixferry/bot/workload"
)

// Schema is the version of report.json. It grows by one when a field changes
// its meaning or goes away, never for a new field.
const Schema = 1

// A Report is what a run knows at its end. Its JSON form is report.json,
// described by report.schema.json in this directory.
type Report struct {
	Schema int `json:"schema"`
	// Flake is the flake's directory inside the repository, "." at its root.
	// With several it is the one that Channel, Base and Head speak of.
	Flake string `json:"flake"`
	// Flakes are the directories of all of them, where there are several.
	// Hosts, inputs and inputs left alone say which one is theirs.
	Flakes  []string `json:"flakes,omitempty"`
	Channel Channel  `json:"channel"`
	Base    Commit   `json:"base"`
	Head    Commit   `json:"head"`
	// Depth is how far the run went: "eval" or "build".
	Depth  string              `json:"depth"`
	Edits  []flake.Edit        `json:"edits"`
	Left   []flake.Left        `json:"left"`
	Inputs []flake.InputChange `json:"inputs"`
	Hosts  []Host              `json:"hosts"`
	// Causes say which recipes the rebuilds of all hosts are due to; nil where
	// nobody looked.
	Causes *derivation.Causes `json:"causes,omitempty"`
	Pull   *Pull              `json:"pull,omitempty"`
	// Repository is the web address of the owner's repository, for links to
	// their files; empty away from GitHub.
	Repository string `json:"repository,omitempty"`
	// Run is the web address of the workflow run that made the report and
	// keeps it whole; empty away from GitHub.
	Run string `json:"run,omitempty"`
	// Quiet says in a sentence why no host was judged, where that is as it
	// should be: nothing moved, or the pull request says it all already.
	Quiet string `json:"quiet,omitempty"`
	// Blocked says that Quiet tells of something in the way, which only a
	// person can clear.
	Blocked bool `json:"blocked,omitempty"`
	// Verdict is that of the run which judged the fleet last, where this one
	// had nothing to judge.
	Verdict string `json:"verdict,omitempty"`
	// OldLock and StuckChannel say that the run found base's nixpkgs, or what
	// the channel stands at, too old; [Report.Aged] sets them.
	OldLock      bool `json:"oldLock,omitempty"`
	StuckChannel bool `json:"stuckChannel,omitempty"`
	// Notes are sentences of nixferry itself about this run, for its reader:
	// "the lock was out of step with flake.nix", say.
	Notes []string `json:"notes,omitempty"`
	// Kept are people's commits on the bot's branch, oldest first: head is the
	// bump with them on top.
	Kept []Kept `json:"kept,omitempty"`
	// Attempts are the runs that judged the pull request, one for a revision,
	// newest first; the first is this run.
	Attempts []Attempt `json:"attempts,omitempty"`
	Timings  Timings   `json:"timings"`
}

// A Channel is the target of the bump.
type Channel struct {
	// Name is nixos-unstable or another channel, or a full revision.
	Name string `json:"name"`
	// From names what the flake followed before, "nixos-25.11" say; it equals
	// Name where only the lock moves, and is empty where nobody knows.
	From string `json:"from,omitempty"`
	// Date is of the revision the channel stands at: when that was committed,
	// in UTC. Zero where the run did not ask for it, and for a revision.
	Date time.Time `json:"date,omitzero"`
}

// A Commit is one side of the comparison.
type Commit struct {
	// Rev is the commit in the owner's repository.
	Rev string `json:"rev"`
	// Ref is the branch it is on, as its owner calls it: "main".
	Ref string `json:"ref,omitempty"`
	// Nixpkgs is the locked nixpkgs that builds the hosts on this side; with
	// several, the first by input name.
	Nixpkgs Locked `json:"nixpkgs"`
}

// A Locked input is where an input stands on one side.
type Locked struct {
	Input string `json:"input,omitempty"`
	Ref   string `json:"ref,omitempty"`
	Rev   string `json:"rev,omitempty"`
	// Date is lastModified of the lock: when the revision was committed, UTC.
	Date time.Time `json:"date,omitzero"`
	// Repository is the http address git clones it from, where there is one.
	Repository string `json:"repository,omitempty"`
}

// A Host is everything known about one nixosConfigurations entry.
type Host struct {
	// Name is the entry's name; where the report is about several flakes, and
	// its own is not at the repository's root, after its directory: "lab#web".
	Name    string          `json:"name"`
	System  string          `json:"system,omitempty"`
	Verdict verdict.Verdict `json:"verdict"`
	// Reason says in one clause why the verdict is not-here, inconclusive or
	// skipped: "needs aarch64-linux", "ran out of memory".
	Reason   string           `json:"reason,omitempty"`
	Base     Side             `json:"base"`
	Head     Side             `json:"head"`
	Findings []triage.Finding `json:"findings"`
	Warnings Warnings         `json:"warnings"`
	// Closure is absent unless both sides were built.
	Closure *closure.Delta `json:"closure,omitempty"`
	// Work is what had to be built and fetched, as forecast before the build;
	// nil where nobody looked.
	Work *workload.Work `json:"work,omitempty"`
	// Switch is what a switch from base to head will do to the machine; absent
	// unless both sides were built here.
	Switch *forecast.Switch `json:"switch,omitempty"`
}

// A Side is a host on one commit.
type Side struct {
	verdict.Side
	// Seconds is the wall time of its evaluation.
	Seconds float64 `json:"seconds"`
	// StateVersion is system.stateVersion, which a bump never touches.
	StateVersion string `json:"stateVersion,omitempty"`
	// NixosVersion is config.system.nixos.version or its label.
	NixosVersion string `json:"nixosVersion,omitempty"`
}

// Warnings are a host's evaluation warnings, told apart by what the bump did
// to them.
type Warnings struct {
	New  []string `json:"new"`
	Gone []string `json:"gone"`
	Kept []string `json:"kept"`
}

// A Pull is what happened on GitHub.
type Pull struct {
	Number    int    `json:"number,omitempty"`
	URL       string `json:"url,omitempty"`
	Branch    string `json:"branch,omitempty"`
	Operation string `json:"operation"`
}

// A Kept commit is one that a person added to the bot's branch. Author is a
// name; it and Subject are the person's words.
type Kept struct {
	SHA     string `json:"sha"`
	Author  string `json:"author"`
	Subject string `json:"subject"`
}

// An Attempt is what one run said of one revision of the channel.
type Attempt struct {
	Revision string `json:"revision"`
	// Date is of the revision, When of the run; both are UTC.
	Date time.Time `json:"date,omitzero"`
	When time.Time `json:"when,omitzero"`
	// Verdict is that of the whole fleet; Builds of Hosts were fit for the bump.
	Verdict string `json:"verdict"`
	Builds  int    `json:"builds"`
	Hosts   int    `json:"hosts"`
	// Run is the web address of the run; empty where it has none.
	Run string `json:"run,omitempty"`
}

// Timings are wall seconds of the run's steps.
type Timings struct {
	Total    float64 `json:"total"`
	Bump     float64 `json:"bump"`
	Evaluate float64 `json:"evaluate"`
	Build    float64 `json:"build"`
	Compare  float64 `json:"compare"`
	// OwnCPU is the CPU time of nixferry itself, without the processes it ran.
	OwnCPU float64 `json:"ownCPU"`
}
