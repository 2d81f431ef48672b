package pull

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/go-github/v62/github"
)

// Why GitHub refuses. The text of each is the next step.
var (
	ErrBadCredentials = errors.New("set `token` to a valid one (`${{ github.token }}`, an app's or a personal token)")
	ErrNoPermission   = errors.New("give the job `permissions: contents: write` and `pull-requests: write`, or use a token that has them for this repository")
	ErrPullsForbidden = errors.New("tick \"Allow GitHub Actions to create and approve pull requests\" under Settings → Actions → General (the organisation's setting comes first), or set `token` to an app's or a personal token")
	ErrNotFound       = errors.New("check the repository's name, and that the token covers it")
	ErrNoCommits      = errors.New("the branch has nothing the base branch lacks: no pull request is needed")
	ErrNoIssues       = errors.New("give the job `permissions: issues: write`, or use a token that has it for this repository")
	ErrIssuesOff      = errors.New("switch issues on under Settings → General → Features")
	ErrArchived       = errors.New("unarchive the repository under Settings → General, or switch the workflow off")
	ErrGone           = errors.New("it was deleted: run again, which makes it anew")
	ErrConflict       = errors.New("something else was changing the same: run again")
	ErrInvalid        = errors.New("GitHub does not take these values: change the input they come from")
	ErrRateLimited    = errors.New("the token's rate limit is used up: run again later, or use an app's token, which has a higher one")
	ErrUnavailable    = errors.New("no usable answer: check the network and https://www.githubstatus.com, then run again")
)

// GitHub's sentences that tell apart what its status codes do not.
const (
	saysExists     = "a pull request already exists"
	saysNoCommits  = "no commits between"
	saysNoActions  = "not permitted to create or approve pull requests"
	saysNoDrafts   = "draft pull requests are not supported"
	saysNoHead     = "head invalid"
	saysRateLimits = "rate limit"
	saysTooQuickly = "submitted too quickly"
	saysIssuesOff  = "issues has been disabled"
	saysArchived   = "was archived"
)

// issuePath is that of calls on issues, which need a right of their own. What
// pull requests have of issues needs theirs.
// https://docs.github.com/rest/authentication/permissions-required-for-github-apps#repository-permissions-for-issues
var issuePath = regexp.MustCompile(`/repos/[^/]+/[^/]+/issues(/[0-9]+)?$`)

// repetition says whether the call is worth repeating, and after how long.
// Rate limits: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
func repetition(err error, pause time.Duration, now time.Time) (wait time.Duration, again bool) {
	var primary *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	var soon passing
	switch {
	case errors.As(err, &primary):
		return max(primary.Rate.Reset.Sub(now), 0) + pause, true
	case errors.As(err, &secondary):
		return asked(secondary.Response, time.Minute, now), true
	case !errors.As(err, &answer):
		return pause, true // no answer, or half of one
	case limited(answer):
		return asked(answer.Response, time.Minute, now), true
	}
	// GitHub may take a moment to see a branch just pushed, or to list a pull
	// request just opened.
	unsettled := errors.As(err, &soon) || says(answer, saysNoHead) || says(answer, saysExists)
	status := answer.Response.StatusCode
	return asked(answer.Response, pause, now), unsettled || status == http.StatusConflict || status >= http.StatusInternalServerError
}

// lost reports whether the call may have done its work in spite of the error,
// as servers give up after it too: after any, but GitHub's word that somebody
// was faster.
func lost(err error) bool { return err != nil && !says(err, saysExists) }

// limited recognises the rate limits that go-github does not.
func limited(answer *github.ErrorResponse) bool {
	switch answer.Response.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden, http.StatusUnprocessableEntity:
		return says(answer, saysRateLimits) || says(answer, saysTooQuickly)
	}
	return false
}

// asked is the wait the server asks for, or usual.
func asked(response *http.Response, usual time.Duration, now time.Time) time.Duration {
	number := func(name string) (int64, bool) {
		n, err := strconv.ParseInt(response.Header.Get(name), 10, 34) // as many seconds as a Duration holds
		return n, err == nil && n >= 0
	}
	if wait, ok := number("Retry-After"); ok {
		return time.Duration(wait) * time.Second
	}
	if left, ok := number("X-RateLimit-Remaining"); ok && left == 0 {
		if reset, ok := number("X-RateLimit-Reset"); ok {
			return max(time.Unix(reset, 0).Sub(now), 0) + time.Second
		}
	}
	return usual
}

// says reports whether GitHub's message holds the lower case text.
func says(err error, text string) bool {
	var answer *github.ErrorResponse
	return errors.As(err, &answer) && strings.Contains(strings.ToLower(message(answer)), text)
}

// refusal turns what go-github returns into one of the errors above, with
// GitHub's words. Token is blotted out wherever it may stand.
func refusal(err error, token string) error {
	var primary *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	switch {
	case errors.As(err, &primary):
		return fmt.Errorf("used up until %s: %w", primary.Rate.Reset.UTC().Format("2 Jan 15:04 UTC"), ErrRateLimited)
	case errors.As(err, &secondary):
		return fmt.Errorf("GitHub says %q: %w", printable(secondary.Message, token), ErrRateLimited)
	case errors.As(err, &answer):
		return fmt.Errorf("GitHub answers %d %q: %w", answer.Response.StatusCode, words(err, token), reason(answer))
	}
	return fmt.Errorf("%s: %w", printable(err.Error(), token), ErrUnavailable)
}

// reason reads an answer.
func reason(answer *github.ErrorResponse) error {
	switch status := answer.Response.StatusCode; {
	case status == http.StatusUnauthorized:
		return ErrBadCredentials
	case limited(answer):
		return ErrRateLimited
	case says(answer, saysNoActions):
		return ErrPullsForbidden
	case says(answer, saysArchived):
		return ErrArchived
	case status == http.StatusForbidden && issuePath.MatchString(answer.Response.Request.URL.Path):
		return ErrNoIssues
	case status == http.StatusForbidden:
		return ErrNoPermission
	case status == http.StatusNotFound:
		return ErrNotFound
	case status == http.StatusConflict:
		return ErrConflict
	case says(answer, saysIssuesOff):
		return ErrIssuesOff
	case status == http.StatusGone:
		return ErrGone
	case says(answer, saysNoCommits):
		return ErrNoCommits
	case status >= http.StatusInternalServerError:
		return ErrUnavailable
	}
	return ErrInvalid
}

// words is what GitHub says in an answer, as one printable line.
func words(err error, token string) string {
	var answer *github.ErrorResponse
	if !errors.As(err, &answer) {
		return ""
	}
	return cmp.Or(printable(message(answer), token), http.StatusText(answer.Response.StatusCode))
}

// message is all that GitHub says in an answer.
func message(answer *github.ErrorResponse) string {
	parts := []string{answer.Message}
	for _, detail := range answer.Errors {
		part := detail.Message
		if part == "" {
			part = detail.Field + " " + detail.Code
		}
		parts = append(parts, part)
	}
	if answer.Message == "" && answer.Response.Body != nil { // go-github knows no errors that are one text
		var plain struct{ Message, Errors string }
		raw, _ := io.ReadAll(answer.Response.Body)
		answer.Response.Body = io.NopCloser(bytes.NewReader(raw))
		if json.Unmarshal(raw, &plain) == nil {
			parts = []string{plain.Message, plain.Errors}
		}
	}
	return strings.Join(parts, ": ")
}

// escape is an ANSI escape sequence.
var escape = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]`)

// printable makes one line of at most 400 characters out of others' text.
func printable(text, token string) string {
	text = escape.ReplaceAllString(strings.ToValidUTF8(text, "�"), "")
	parts := strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) })
	line := []rune(strings.ReplaceAll(strings.Join(parts, " "), token, "***")) // New takes no empty token
	if len(line) > 400 {
		line = append(line[:399], '…')
	}
	return string(line)
}
