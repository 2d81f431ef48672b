package github

import (
	"net/http"
	"time"
)

// Options says what a [Server] serves and to whom.
type Options struct {
	// Dir holds the repositories, bare, as Dir/<owner>/<name>.git. One that
	// appears later is served as well.
	Dir string
	// Addr is where to listen, "127.0.0.1:0" when empty.
	Addr string
	// Tokens are the tokens the server knows and what each may do.
	Tokens map[string]Permissions
	// Repositories are settings by "owner/name"; a repository without any is
	// public and unprotected.
	Repositories map[string]Settings
	// SigningKeys are the SSH keys people signed up to sign with, each a line of
	// an authorized_keys file, by the e-mail address of the account.
	// https://docs.github.com/authentication/managing-commit-signature-verification
	SigningKeys map[string]string
	// Now is the clock of everything dated, time.Now when nil.
	Now func() time.Time
}

// An Access is how far a token reaches into one part of a repository: none
// when empty. Write includes Read.
type Access string

// The accesses GitHub knows for the parts nixferry uses.
const (
	Read  Access = "read"
	Write Access = "write"
)

// Bot is the login that workflows act as with their GITHUB_TOKEN.
const Bot = "github-actions[bot]"

// Permissions is what one token may do, as in a workflow's `permissions:`.
type Permissions struct {
	// Login is whom the token acts as, [Bot] when empty.
	Login string
	// App says that Login is a GitHub App, as [Bot] is without saying: GitHub
	// signs what it commits.
	App bool
	// Repositories the token reaches, as "owner/name"; all when empty. For
	// any other private repository the answer is 404.
	Repositories []string

	Contents, PullRequests, Issues, Statuses, Checks, Actions, Administration Access
}

// Settings are one repository's settings, as its administrators make them.
type Settings struct {
	// Private hides the repository from everybody without a token for it.
	Private bool
	// ForkOf is the "owner/name" this repository is a fork of. A fork that does
	// not exist yet is made, with the parent's branches. The two see each other's
	// objects, as all repositories of a network do on GitHub.
	ForkOf string
	// Protected are the branches nobody may push to directly.
	Protected []string
	// RequireSignatures, NoForcePush, NoCreation and NoUpdate are the rules of a
	// ruleset nobody is exempt from, each with the branches it is for: patterns
	// of path.Match, or "~ALL".
	// https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
	RequireSignatures, NoForcePush, NoCreation, NoUpdate []string
	// ClassicRules makes these rules ones of branch protection, which speaks in
	// other words: GH006 instead of GH013.
	ClassicRules bool
	// Collaborators gives people's roles by login: admin, maintain, write,
	// triage or read. The owner is an admin without being named.
	Collaborators map[string]string
	// Teams are the teams, by slug, whose review may be asked for.
	Teams []string
	// AllowAutoMerge is the switch "Allow auto-merge".
	AllowAutoMerge bool
	// RequiredStatuses are the contexts that must be a success on the head of a
	// pull request before it can be merged.
	RequiredStatuses []string
	// NoIssues turns issues off, which does not touch pull requests.
	NoIssues bool
	// NoDrafts is a private repository on a plan without draft pull requests.
	NoDrafts bool
	// ActionsMayNotCreatePulls is the switch "Allow GitHub Actions to create
	// and approve pull requests" turned off: it stops [Bot] only.
	ActionsMayNotCreatePulls bool
}

// A Call is one request the server saw, with its answer.
type Call struct {
	// Operation is the id in GitHub's description ("pulls/create"), one of
	// "git/fetch-refs", "git/fetch", "git/push-refs", "git/push" for git,
	// "graphql/" and a mutation's name ("graphql/updateRefs"), "page" for a web
	// page, and empty for what is none of them.
	Operation string
	Method    string
	// Path is the path and query as sent.
	Path string
	// Login is whom the token acted as, empty without a token.
	Login string
	// Status is what was answered; 0 when the connection was dropped.
	Status int
	// Body and Answer are the texts sent and answered; empty for git.
	Body, Answer string
}

// A Fault makes calls go wrong on purpose.
type Fault struct {
	// Operation that goes wrong, as in [Call]; every one when empty.
	Operation string
	// Nth counts matching calls from the fault's injection: 1 is the first.
	// 0 means each of them, from the one that From counts on.
	Nth, From int
	// Done has the server do the work first, and answer as below after it.
	Done bool
	// Delay passes before anything is done or answered.
	Delay time.Duration
	// Drop closes the connection instead of answering, Reset tears it down (RST).
	Drop, Reset bool
	// Status, Header and Body are the answer; with Status 0 the call goes its
	// usual way (after Delay). A Content-Length in Header that Body does not fill
	// makes it half an answer.
	Status int
	Header http.Header
	Body   string
}

// An Issue is the state of an issue, and what a pull request has of one.
type Issue struct {
	Number      int
	Author      string
	Title, Body string
	// State is "open" or "closed".
	State     string
	Labels    []string
	Assignees []string
	Comments  []Comment
	Created   time.Time
	Updated   time.Time
	Closed    time.Time
}

// A Pull is the state of a pull request.
type Pull struct {
	Issue
	// Head and Base are the two branches; only Head can be in a fork.
	Head, Base Branch
	Draft      bool
	// Merged pull requests are closed as well, and in their base since a commit.
	Merged      bool
	MergeCommit string
	// AutoMerge is how it is to be merged when all that is required is there:
	// merge, squash or rebase. It is empty when it is not.
	AutoMerge string
	// Reviewers and Teams are those whose review is asked for.
	Reviewers, Teams []string
}

// A Branch is a branch and the commit it points to. Of a closed pull request,
// the commit it pointed to last.
type Branch struct {
	Name, SHA string
	// Fork is the "owner/name" of the fork the branch is in, empty when it is in
	// the pull request's own repository.
	Fork string
}

// A Label is one of a repository's labels, its colour as six hex digits.
type Label struct{ Name, Color, Description string }

// A Comment is one comment on an issue or a pull request.
type Comment struct {
	ID               int
	Author, Body     string
	Reactions        []Reaction
	Created, Updated time.Time
}

// A Reaction is one reaction to a comment: "eyes", "rocket", "confused" …
type Reaction struct {
	ID              int
	Author, Content string
	Created         time.Time
}

// A Status is one commit status, as posted.
type Status struct {
	ID             int
	Author         string
	Context, State string
	Description    string
	TargetURL      string
	Created        time.Time
}

// A Dispatch is one workflow_dispatch event somebody asked for.
type Dispatch struct {
	Workflow, Ref string
	Inputs        map[string]string
}
