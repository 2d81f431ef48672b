package report

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/verdict"
)

// Bounds of one finding; what is beyond them is in the full report.
const (
	messageLines, messageRunes = 30, 3000
	tailLines, lineRunes       = 20, 200
	warningRunes               = 400
)

// needs are the findings the bump brought, numbered.
func (r Report) needs() []block {
	all := block{close: "\n"}
	number := 0
	for _, entry := range r.entries() {
		if entry.verdict == verdict.StillFailing {
			continue
		}
		number++
		all.items = append(all.items, r.finding(entry, fmt.Sprintf("%d · ", number), rankFinding)...)
	}
	return []block{all}
}

// brokenBefore are the findings of hosts that were red already, folded.
func (r Report) brokenBefore() block {
	var items []item
	hosts := r.with(verdict.StillFailing)
	for _, entry := range r.entries() {
		if entry.verdict == verdict.StillFailing {
			items = append(items, r.finding(entry, "", rankBroken)...)
		}
	}
	return folded("already broken on "+inline(r.baseName())+": "+r.names(hosts, inline), "", "", items)
}

// finding writes one entry: what and where, what to do, what Nix said, and
// the end of the log.
func (r Report) finding(e entry, number string, rank rank) []item {
	text := fmt.Sprintf("**%s%s: %s**", number, r.names(e.hosts, inline), headline(e.Finding).markdown())
	if turn := inline(whose(e.Bucket)); turn != "" {
		text += " · " + turn
	}
	if len(e.places) == 1 {
		text += " · " + r.where(e)
	}
	parts := []string{text, r.severalPlaces(e), e.advice(), e.said(link("the full report", r.Run))}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	items := []item{{rank, "finding", strings.Join(parts, "\n\n") + "\n\n"}}
	if tail := logTail(e); tail != "" {
		items = append(items, item{rankTail, "log tail", tail})
	}
	return items
}

// said is what Nix said, fenced; full is where all of it stands.
func (e entry) said(full string) string {
	message, cut := clip(plain(e.Message), messageLines, messageRunes)
	if message == "" {
		return ""
	}
	text := fence(message)
	if cut > 0 {
		text += fmt.Sprintf("\n… %s more in %s\n", count(cut, "line"), full)
	}
	return strings.TrimSuffix(text, "\n")
}

// markdown writes a headline with its name as code.
func (s sentence) markdown() string {
	return strings.TrimSpace(strings.TrimSpace(s.before+" "+code(s.name)) + " " + s.after)
}

// manyPlaces is how many places of one finding are written.
const manyPlaces = 12

// where are the places of an entry in the owner's repository, linked where
// that stands on the web.
func (r Report) where(e entry) string {
	var links []string
	for i, place := range e.places {
		if i == manyPlaces {
			links = append(links, fmt.Sprintf("… %d more in %s", len(e.places)-i, link("the full report", r.Run)))
			break
		}
		links = append(links, homeLink(code(place.String()), r.address(place)))
	}
	return strings.Join(links, ", ")
}

// severalPlaces are the places of an entry that has more than one; a single
// one stands in its headline.
func (r Report) severalPlaces(e entry) string {
	if len(e.places) < 2 {
		return ""
	}
	return "In " + r.where(e)
}

// address is where a place stands on the web, empty when it does not.
func (r Report) address(p place) string {
	if r.Repository == "" || r.Head.Rev == "" {
		return ""
	}
	address := r.Repository + "/blob/" + url.PathEscape(r.Head.Rev) + "/" + (&url.URL{Path: p.file}).EscapedPath()
	if p.line > 0 {
		address += fmt.Sprintf("#L%d", p.line)
	}
	return address
}

// advice is what to do about a finding.
func (e entry) advice() string {
	var parts []string
	if e.Replacement != "" {
		parts = append(parts, "In its place: "+code(e.Replacement)+".")
	}
	if e.Next != "" {
		parts = append(parts, "**Next:** "+inline(e.Next))
	}
	for _, to := range []struct{ label, address string }{{"Hydra job", e.Hydra}, {"Known issues", e.Search}} {
		if _, ok := webAddress(to.address); ok {
			parts = append(parts, link(to.label, to.address)+".")
		}
	}
	return strings.Join(parts, " ")
}

// logTail is the end of an entry's build log, folded.
func logTail(e entry) string {
	text, n := tail(e.LogTail, tailLines)
	if n == 0 {
		return ""
	}
	whole := ""
	if e.LogFile != "" {
		whole = "\nAll of it is " + code(e.LogFile) + " in the report's folder.\n"
	}
	return fmt.Sprintf("<details><summary>last %s of the log</summary>\n\n%s%s\n</details>\n\n", count(n, "line"), fence(text), whole)
}

// tail returns the last n lines of a log, and how many these are.
func tail(lines []string, n int) (string, int) {
	all := strings.Split(strings.Trim(plain(strings.Join(lines, "\n")), "\n"), "\n")
	all = all[max(0, len(all)-n):]
	for i, line := range all {
		all[i], _ = clip(line, 1, lineRunes)
	}
	text := strings.Join(all, "\n")
	if text == "" {
		return "", 0
	}
	return text, len(all)
}

// newWarnings lists the warnings the bump brought.
func (r Report) newWarnings() block {
	all := block{bullet: "- ", close: "\n"}
	for _, notice := range r.notices() {
		text, _ := clip(oneLine(notice.text), 1, warningRunes)
		all.items = append(all.items, item{
			rankWarning, "warning",
			"- " + inline(text) + " (" + r.names(notice.hosts, inline) + ")\n",
		})
	}
	return all
}
