package nixlog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/pattern"
)

// A Fault is what is wrong with fetching or locking an input.
type Fault string

// The faults told apart; "" is any other error.
const (
	// NotFound means that a server answered, and has not what was asked for.
	// Many say so of what is private, too.
	NotFound Fault = "not-found"
	// RateLimited means that a server wants to be asked less often.
	RateLimited Fault = "rate-limited"
	// Unauthorized means that a server refused the credentials it was given.
	Unauthorized Fault = "unauthorized"
	// Unavailable means that a server is in trouble which may pass: HTTP 5xx,
	// a connection that broke off, an answer cut short or late.
	Unavailable Fault = "unavailable"
	// Unreachable means that there was no address or no connection.
	Unreachable Fault = "unreachable"
	// Unfetched means that nothing came for a reason that stays: a certificate
	// nobody trusts, a git that cannot run.
	Unfetched Fault = "unfetched"
	// BadHash means that an input is not what flake.lock says.
	BadHash Fault = "bad-hash"
	// NewLock means that this Nix is too old for flake.lock.
	NewLock Fault = "new-lock"
	// LooseLock means that an entry of flake.lock pins nothing.
	LooseLock Fault = "loose-lock"
	// BadLock means that flake.lock is broken.
	BadLock Fault = "bad-lock"
)

// signs tell faults by their text; the first that matches counts.
type signs []struct {
	fault Fault
	sign  pattern.Pattern
}

// faults are the signs in what Nix itself says. JSON that is wrong in its
// first line is a server's: flake.lock has many lines.
var faults = signs{
	{NewLock, pattern.New(`^lock file .* has unsupported version|unsupported version '?\d+|unsupported \w+ input attribute`)},
	{LooseLock, pattern.New(`^lockfile contains mutable lock|^[Ll]ock file contains unlocked input`)},
	{Unavailable, pattern.New(`^\[json\.exception\.parse_error\.\d+\] parse error at line 1,`)},
	{BadLock, pattern.New(`^\[json\.exception\.parse_error|parsing .*flake\.lock|^Could not parse '.*flake\.lock'`)},
	{BadHash, pattern.New(`^NAR hash mismatch|^mismatch in field 'narHash'`)},
	{NotFound, pattern.New(`revspec '.*' not found|^Cannot find Git revision|^Git revision .* (?:does not exist|not found)|^getting Git object .* not found|couldn't find ref '|^[Cc]ould not find branch|^No commits returned by GitLab|^cannot find flake '`)},
	{Unavailable, pattern.New(`^[Ff]ailed to open archive.*truncated`)},
	{Unfetched, pattern.New(`^[Ff]ailed to open archive.*Unrecognized|^Failed to fetch git repository|^program 'git' failed|^resolving Git reference`)},
}

// gitFaults are the signs in what git says.
var gitFaults = signs{
	{NotFound, pattern.New(`find remote ref|unknown revision|(?i:repository|project) .*not found|not our ref|could not read (?:Username|Password)|does not appear to be a git repository`)},
	{Unauthorized, pattern.New(`Authentication failed|Permission denied|(?i)access denied`)},
	{Unfetched, pattern.New(`(?i)certificate|host key verification`)},
	{Unreachable, pattern.New(`(?i)resolve host|failed to connect|connect to|couldn't connect`)},
	{Unavailable, pattern.New(`(?i)timed? ?out|connection (?:closed|reset)|(?:recv|send) failure|hung up|early EOF|stream|disconnect|bytes (?:missing|remaining)|outstanding read data|empty reply|index-pack|(?:ssl|tls)\w*[ _](?:connect|read|recv|handshake)`)},
	{Unfetched, pattern.New(``)},
}

func (s signs) fault(text string) Fault {
	for _, f := range s {
		if f.sign().MatchString(text) {
			return f.fault
		}
	}
	return ""
}

// The three ways a failed transfer is told: Nix's own, git's, and the number
// libcurl gives to what came in place of an answer.
var (
	download = pattern.New(`unable to download '[^']*': ([^\n]*)`)
	status   = pattern.New(`^HTTP error (\d+)|^git: .*The requested URL returned error: (\d+)`)
	curl     = pattern.New(`\((\d+)\)`)
	limited  = pattern.New(`(?i)rate.?limit|too many requests|abuse detection|(?:retry|try again) later`)
)

// Fault classifies an error of fetching an input or reading flake.lock.
func (m Message) Fault() Fault {
	cause := m.Text
	transfer := download().FindStringSubmatch(cause)
	if transfer != nil {
		cause = transfer[1]
	}
	code := status().FindStringSubmatch(cause)
	switch {
	case code != nil:
		return answered(code[1]+code[2], m.Text)
	case transfer != nil:
		return broken(submatch(curl, cause))
	case strings.HasPrefix(cause, "git: "):
		return gitFaults.fault(cause)
	}
	return faults.fault(cause)
}

// answered classifies an HTTP status. A server that answered 200 broke off
// later, or there would be no error.
func answered(code, text string) Fault {
	switch {
	case code == "429", code == "403" && limited().MatchString(text):
		return RateLimited
	case code == "401", code == "403":
		return Unauthorized
	case code == "404", code == "410", code == "422":
		return NotFound
	case code == "408", code[0] == '5', code[0] == '2':
		return Unavailable
	}
	return Unfetched
}

// broken classifies what libcurl calls a transfer without an answer:
// https://curl.se/libcurl/c/libcurl-errors.html
func broken(code string) Fault {
	switch code {
	case "5", "6", "7": // no proxy, no host, no connection
		return Unreachable
	case "1", "3", "47", "53", "54", "58", "59", "60", "66", "77", "80", "82", "83", "90", "91": // URL, redirects, certificates
		return Unfetched
	}
	return Unavailable
}

var later = pattern.New(`(?i)(?:retry|try again|wait) (?:after|in|for)?:? ?(\d{1,5}|a few) ?(s|m)(?:ec|in|\b)`)

// RetryAfter returns how long the server asked to be left alone, 0 when it did
// not say. GitHub's "a few minutes" are three. Nix prints the page that came
// with an error, and none of its headers.
func (m Message) RetryAfter() time.Duration {
	match := later().FindStringSubmatch(m.Text)
	if match == nil {
		return 0
	}
	n, err := strconv.Atoi(match[1])
	if err != nil {
		n = 3
	}
	if strings.EqualFold(match[2], "m") {
		return time.Duration(n) * time.Minute
	}
	return time.Duration(n) * time.Second
}

var retrying = pattern.New(`(?s)^warning: (?:error: )?(unable to download .*); retrying in (\d{1,9}) ms`)

// retry reads that Nix asks a server again by itself: why, and after which
// pause.
func retry(full string) (cause string, pause time.Duration, ok bool) {
	match := retrying().FindStringSubmatch(full)
	if match == nil {
		return "", 0, false
	}
	// The pattern lets nothing through that is no number.
	ms, _ := strconv.Atoi(match[2])
	return Message{Text: match[1]}.Brief(), time.Duration(ms) * time.Millisecond, true
}

var cached = pattern.New(`(?s)^warning: (?:error: )?(.*); using cached version`)

// fromCache returns why Nix says that it goes on with an old download, or "".
func fromCache(full string) string { return submatch(cached, full) }

// Stale returns the error behind which Nix went on with an old copy of
// something, and ended well: a server that refused or did not answer. Of git's
// copies, not every version says more than git does.
func (l Log) Stale() (m Message, ok bool) {
	if l.Cached != "" {
		return Message{Text: l.Cached}, true
	}
	m.Text = gitError(l.Raw)
	switch m.Fault() {
	case Unavailable, Unreachable, RateLimited, Unauthorized:
		return m, true
	}
	return Message{}, false
}

var inputFrame = pattern.New(`^while updating the flake input '([^']+)'`)

// Input returns the name of the flake input that Nix was locking when the
// error came; "" where it does not tell, as 2.8 does only of some.
func (m Message) Input() string {
	for _, f := range m.Trace {
		if input := submatch(inputFrame, f.Text); input != "" {
			return input
		}
	}
	return ""
}

// Brief returns the error in one paragraph: the page a server answered with
// is left out.
func (m Message) Brief() string {
	brief, _, _ := strings.Cut(m.Text, "response body:")
	return strings.TrimSpace(brief)
}

// gitFailed matches errors that only tell that a git command failed, or what
// Nix missed after it went on without what git was to fetch.
var gitFailed = pattern.New(`^(?:program 'git' failed|Failed to fetch git repository|resolving Git reference|Cannot find Git revision)`)

// gitError returns the last "fatal: …" among the raw lines, or "". The one
// about HEAD comes of Nix 2.26 going on after a fetch that failed. Over ssh,
// the line before it has the cause; over HTTP, what the server said.
func gitError(raw []string) string {
	for i, line := range slices.Backward(raw) {
		fatal, ok := strings.CutPrefix(line, "fatal: ")
		if !ok || strings.HasPrefix(fatal, "Refusing to point HEAD") {
			continue
		}
		before := ""
		if i > 0 {
			before = strings.TrimSpace(raw[i-1])
		}
		switch {
		case strings.HasPrefix(fatal, "Could not read from remote repository") && before != "":
			return "git: " + before
		case strings.HasPrefix(before, "remote: "):
			return "git: " + fatal + "\n\nresponse body:\n\n" + before
		}
		return "git: " + fatal
	}
	return ""
}
