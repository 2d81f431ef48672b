package pull

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"github.com/nixferry/nixferry/bot/report"
)

// maxState bounds the hidden text, in characters. What is longer is not read,
// and what is written has as many attempts as fit.
const maxState = 8192

// A State is what the bot leaves for its next run in the body of the pull
// request. Whoever may edit the body may change it: it is a hint to be
// checked, never proof.
type State struct {
	// Head is the commit that was judged last, as it is on GitHub.
	Head string `json:"head,omitempty"`
	// Lane says which flakes follow which channel: there is one pull request
	// for each, whatever its branch is called.
	Lane string `json:"lane,omitempty"`
	// Revision is the channel revision that was judged.
	Revision string `json:"revision,omitempty"`
	// Scope is a digest of the inputs that decide what is judged.
	Scope string `json:"scope,omitempty"`
	// Verdict is the run's verdict, in lower case letters and dashes.
	Verdict string `json:"verdict,omitempty"`
	// Complete says that the run got to its end: false means that some hosts
	// are still to be judged.
	Complete bool `json:"complete,omitempty"`
	// Partial says that GitHub refused a part of it: statuses, labels, reviewers.
	Partial bool `json:"partial,omitempty"`
	// Invited says that people were asked, Closed that the bot closed the pull
	// request itself.
	Invited bool `json:"invited,omitempty"`
	Closed  bool `json:"closed,omitempty"`
	// Attempts are what the runs so far said, the newest first.
	Attempts []report.Attempt `json:"-"`
}

// A hidden state is a State as it is kept.
type hidden struct {
	State
	Attempts []attempt `json:"attempts,omitempty"`
}

// An attempt is a report.Attempt in short, as there are many: times in Unix
// seconds, 0 for none.
type attempt struct {
	Revision string `json:"r,omitempty"`
	Date     int64  `json:"d,omitempty"`
	When     int64  `json:"w,omitempty"`
	Verdict  string `json:"v,omitempty"`
	Builds   int    `json:"b,omitempty"`
	Hosts    int    `json:"h,omitempty"`
	Run      string `json:"u,omitempty"`
}

var (
	hexOnly   = regexp.MustCompile(`^[0-9a-f]{0,64}$`)
	wordOnly  = regexp.MustCompile(`^[a-z-]{0,40}$`)
	plainOnly = regexp.MustCompile(`^\P{C}{0,200}$`)
	pageOnly  = regexp.MustCompile(`^(https?://[A-Za-z0-9.:-]{1,100}/[A-Za-z0-9._/-]{1,200})?$`)
)

// lastSecond is the end of the year 9999, where dates end.
const lastSecond = 253402300799

// valid reports whether the fields look like what they should hold.
func (s State) valid() bool {
	hexes := []string{s.Head, s.Revision, s.Scope}
	return !slices.ContainsFunc(hexes, func(text string) bool { return !hexOnly.MatchString(text) }) &&
		wordOnly.MatchString(s.Verdict) && plainOnly.MatchString(s.Lane)
}

// valid is the same of one attempt.
func (a attempt) valid() bool {
	return hexOnly.MatchString(a.Revision) && wordOnly.MatchString(a.Verdict) && pageOnly.MatchString(a.Run) &&
		0 <= a.Builds && a.Builds <= a.Hosts && a.Hosts <= 100_000 &&
		0 <= min(a.Date, a.When) && max(a.Date, a.When) <= lastSecond
}

// write is the text of a state: base64, which holds no dash, so that nothing
// in it can end a comment.
func (s State) write() string {
	kept := hidden{State: s}
	for _, a := range s.Attempts {
		kept.Attempts = append(kept.Attempts, attempt{a.Revision, seconds(a.Date), seconds(a.When), a.Verdict, a.Builds, a.Hosts, a.Run})
	}
	for {
		raw, _ := json.Marshal(kept) // texts, numbers and bools: cannot go wrong
		text := base64.StdEncoding.EncodeToString(raw)
		if len(text) <= maxState || len(kept.Attempts) == 0 {
			return text
		}
		kept.Attempts = kept.Attempts[:len(kept.Attempts)-1]
	}
}

// readState reads what write has written. It is false for what does not look
// like a state; attempts that do not look like some are left out.
func readState(text string) (State, bool) {
	var kept hidden
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || text == "" || len(text) > maxState || json.Unmarshal(raw, &kept) != nil || !kept.valid() {
		return State{}, false
	}
	for _, a := range kept.Attempts {
		if a.valid() {
			kept.State.Attempts = append(kept.State.Attempts, report.Attempt{
				Revision: a.Revision, Date: date(a.Date), When: date(a.When), Verdict: a.Verdict, Builds: a.Builds, Hosts: a.Hosts, Run: a.Run,
			})
		}
	}
	return kept.State, true
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func date(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
