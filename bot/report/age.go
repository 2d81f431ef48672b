package report

import (
	"cmp"
	"fmt"
	"time"
)

// How old is too old: nixpkgs in a lock, as its machines go without security
// updates, and what a channel stands at, which moves every other day.
const (
	oldLock      = 30 * 24 * time.Hour
	stuckChannel = 10 * 24 * time.Hour
)

// Aged returns r with its warnings about age, as they are now. They come and
// go, and what they say holds dates and no ages, so that the text of an
// unchanged situation stays the same from day to day.
func (r Report) Aged(now time.Time) Report {
	before := func(date time.Time, age time.Duration) bool { return !date.IsZero() && now.Sub(date) > age }
	r.OldLock = before(r.Base.Nixpkgs.Date, oldLock)
	r.StuckChannel = before(r.Channel.Date, stuckChannel)
	return r
}

// A remark is a warning of one sentence or two, and what it is about.
type remark struct{ lead, text string }

// ages are the warnings about age.
func (r Report) ages(style style) (remarks []remark) {
	if missing := r.missing(style); r.OldLock && missing != "" {
		remarks = append(remarks, remark{"The lock is old.", fmt.Sprintf("%s is locked to nixpkgs of %s, more than 30 days before this run. %s",
			style.name(r.baseName()), date(r.Base.Nixpkgs.Date), missing)})
	}
	if r.StuckChannel {
		remarks = append(remarks, remark{"The channel may be stuck.", fmt.Sprintf("%s has not moved past %s, more than 10 days before this run. Its tests may be failing: see %s.",
			style.name(label(cmp.Or(r.Head.Nixpkgs.Ref, r.Channel.Name))), date(r.Channel.Date), style.link("status.nixos.org", "https://status.nixos.org"))})
	}
	return remarks
}

// missing says where the security updates are that an old lock lacks; nothing
// where the channel has none.
func (r Report) missing(style style) string {
	before, after := r.Base.Nixpkgs, r.Head.Nixpkgs
	switch {
	case after.Rev == before.Rev && r.StuckChannel:
		return ""
	case !after.Date.After(before.Date):
		return "It lacks the security updates of these weeks."
	case r.Quiet != "" && (r.Pull == nil || r.Pull.Number == 0):
		return "The security updates of these weeks have not reached " + style.name(r.baseName()) + "."
	case r.Quiet != "":
		return "The security updates of these weeks are in the pull request."
	case r.Repository == "":
		return "The security updates of these weeks come with this bump."
	}
	return "The security updates of these weeks are in this pull request."
}

// date writes a day with its year; nothing for none.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006")
}

// apart says how far a date lies from another, in whole days; nothing for less
// than one and where a date is not known.
func apart(a, b time.Time) string {
	days := int(b.Sub(a).Abs() / (24 * time.Hour))
	if a.IsZero() || b.IsZero() || days == 0 {
		return ""
	}
	return count(days, "day")
}
