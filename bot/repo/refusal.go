package repo

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/http"
)

// Why a server refuses. The text of each is the next step.
var (
	ErrBadCredentials = errors.New("the token is missing, expired or mistyped: set `token` to a valid one")
	ErrForbidden      = errors.New("the token may not push here: give the job `permissions: contents: write` or use a token that has it (archived repositories take no pushes)")
	ErrNotFound       = errors.New("not there, or hidden from this token: check the repository's and branch's name, and that the token covers them")
	ErrProtected      = errors.New("a protection rule stands in the way: exempt the bot under Settings → Branches or Settings → Rules, or set `branch` to a name that no rule covers")
	ErrUnsigned       = errors.New("a rule demands verified signatures: set `commit-mode: api` with GITHUB_TOKEN or an app's token, or set `signing-key`")
	ErrNoForce        = errors.New("a rule forbids force pushes to this branch: exempt the bot under Settings → Branches or Settings → Rules, or set `branch` to a name that no rule covers")
	ErrWorkflowScope  = errors.New("the commits change .github/workflows, which this token may not: rebase the branch on the default branch, or use a token with the workflow permission")
	ErrLeaseLost      = errors.New("somebody else moved the branch meanwhile, nothing was overwritten: run again")
	ErrNameTaken      = errors.New("another branch's name is in the way: rename that branch, or set `branch` to another name")
	ErrRefused        = errors.New("the server's own rules refuse it: ask its administrator, or set `branch` to another name")

	// errAddress is a URL no transport takes.
	errAddress = errors.New("not a git address: use https://<server>/<owner>/<name>.git")
)

// serverRefusals tells refusals apart by what git servers print, lower case.
// Order matters: the first that fits is the reason. GitHub's codes:
// https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/troubleshooting-rules
var serverRefusals = []struct {
	text   *regexp.Regexp
	reason error
}{
	{regexp.MustCompile(`refusing to allow .* workflow`), ErrWorkflowScope},
	{regexp.MustCompile(`commits must have verified signatures`), ErrUnsigned},
	{regexp.MustCompile(`cannot force-push`), ErrNoForce},
	{regexp.MustCompile(`gh006|gh013|protected branch|repository rule violations`), ErrProtected},
	{regexp.MustCompile(`exists; cannot create|directory.file conflict`), ErrNameTaken},
	{regexp.MustCompile(`but expected [0-9a-f]{40}|reference already exists|fetch first|stale info`), ErrLeaseLost},
	{regexp.MustCompile(`failed to update ref|cannot lock ref`), ErrLeaseLost},
	{regexp.MustCompile(`permission to .* denied|write access to repository not granted|archived so it is read-only`), ErrForbidden},
}

// A refusedError is a push that the server answered with no: what its hooks
// printed for people, and the one clause in the report.
type refusedError struct{ printed, clause string }

func (e *refusedError) Error() string { return e.printed + "\n" + e.clause }

// pushError tells the server's no, which go-git reads from the report of
// gitprotocol-pack(5), from an answer that was lost.
func pushError(err error, printed string) error {
	report := err.Error()
	if clause, ok := strings.CutPrefix(report, "command error on "); ok {
		_, clause, _ = strings.Cut(clause, ": ")
		return &refusedError{printed, clause}
	}
	if clause, ok := strings.CutPrefix(report, "unpack error: "); ok {
		return &refusedError{printed, "unpacking: " + clause}
	}
	return err
}

// refusal says why a call went wrong, with the server's words, and whether
// repeating it is pointless. Token is blotted out wherever it may stand.
func refusal(err error, token string) (reason error, final bool) {
	if errors.Is(err, ErrLeaseLost) || errors.Is(err, ErrNotFound) || errors.Is(err, errAddress) {
		return err, true
	}
	err = bare(err)
	for _, status := range []struct{ is, reason error }{
		{transport.ErrAuthenticationRequired, ErrBadCredentials},
		{transport.ErrAuthorizationFailed, ErrForbidden},
		{transport.ErrRepositoryNotFound, ErrNotFound},
	} {
		if errors.Is(err, status.is) {
			said := strings.TrimPrefix(err.Error(), status.is.Error()+": ")
			return fmt.Errorf("the server says %q: %w", serverText(said, token), status.reason), true
		}
	}
	var refused *refusedError
	if errors.As(err, &refused) {
		said := cmp.Or(strings.TrimSpace(refused.printed), refused.clause)
		return fmt.Errorf("the server says %q: %w", serverText(said, token), reasonOf(refused.Error())), true
	}
	var status *http.Err
	if errors.As(err, &status) && status.StatusCode() < 500 && status.StatusCode() != 408 && status.StatusCode() != 429 {
		return fmt.Errorf("the server answers %d %q: %w", status.StatusCode(), serverText(status.Reason, token), ErrRefused), true
	}
	return errors.New(serverText(err.Error(), token)), false
}

// reasonOf reads a refused push.
func reasonOf(said string) error {
	said = strings.ToLower(said)
	for _, refusal := range serverRefusals {
		if refusal.text.MatchString(said) {
			return refusal.reason
		}
	}
	return ErrRefused
}

// bare takes off go-git's wrappers that do not unwrap themselves.
func bare(err error) error {
	var unexpected *plumbing.UnexpectedError
	var permanent *plumbing.PermanentError
	for {
		switch {
		case errors.As(err, &unexpected):
			err = unexpected.Err
		case errors.As(err, &permanent):
			err = permanent.Err
		default:
			return err
		}
	}
}

// escape is an ANSI escape sequence.
var escape = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]`)

// serverText makes one printable line of at most 400 characters out of what a
// server sent.
func serverText(text, token string) string {
	text = escape.ReplaceAllString(strings.ToValidUTF8(text, "�"), "")
	words := strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) })
	text = strings.Join(words, " ")
	if token != "" {
		text = strings.ReplaceAll(text, token, "***")
	}
	line := []rune(text)
	if len(line) > 400 {
		line = append(line[:399], '…')
	}
	return string(line)
}
