package report

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/verdict"
)

// manyKept is how many of people's commits are named.
const manyKept = 3

// keeps names the commits of people that head has on top of the bump; nothing
// where there are none.
func (r Report) keeps(style style) string {
	if len(r.Kept) == 0 {
		return ""
	}
	var named []string
	for _, k := range r.Kept[:min(len(r.Kept), manyKept)] {
		named = append(named, fmt.Sprintf("%s %s (%s)",
			style.link(style.name(short(k.SHA)), r.Repository+"/commit/"+url.PathEscape(k.SHA)),
			style.text(cmp.Or(label(k.Subject), "no message")), style.text(cmp.Or(label(k.Author), "no name"))))
	}
	more := ""
	if n := len(r.Kept) - len(named); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return "On top of the bump, judged with it and kept when it is renewed: " + strings.Join(named, "; ") + more + "."
}

// attempts are the runs that judged the pull request, folded; one alone says
// nothing.
func (r Report) attempts() block {
	if len(r.Attempts) < 2 {
		return block{}
	}
	var rows []item
	for i, a := range r.Attempts {
		run := "this"
		if i > 0 {
			run = homeLink("run", a.Run)
		}
		rows = append(rows, item{rankMade, "attempt", fmt.Sprintf("| %s | %s | %s | %s |\n",
			date(a.When), r.attempted(a), a.outcome(), run)})
	}
	return folded(count(len(rows), "attempt"), "| ", "| | revision | hosts | |\n|:--|:--|:--|:--|\n", rows)
}

// attempted is the revision of an attempt, with its day.
func (r Report) attempted(a Attempt) string {
	page := flake.Point{Rev: a.Revision, Repository: r.Head.Nixpkgs.Repository}.Page()
	return strings.TrimSuffix(link(code(short(a.Revision)), page)+" of "+date(a.Date), " of ")
}

// outcome is what an attempt came to: "6 of 8, broke".
func (a Attempt) outcome() string {
	score := fmt.Sprintf("%d of %d", a.Builds, a.Hosts)
	if a.Verdict == string(verdict.Good) {
		return score
	}
	return score + ", " + inline(label(verdictWord(verdict.Verdict(a.Verdict))))
}
