package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

// An answer is what the report says to "may I merge?".
type answer struct {
	// kind is the GitHub alert it stands in.
	kind string
	// word answers in a few words; the facts follow.
	word string
}

// answer judges the hosts as a whole.
func (r Report) answer() answer {
	var (
		broke     = len(r.with(verdict.Regressed))
		undecided = len(r.with(verdict.Undecided))
		red       = len(r.named(verdict.Verdict.Red))
		green     = len(r.named(verdict.Verdict.Green))
		elsewhere = len(r.with(verdict.Elsewhere))
		same      = len(r.with(verdict.Unchanged))
	)
	switch {
	case len(r.Hosts) == 0:
		return answer{"IMPORTANT", "Nobody knows: no host was checked."}
	case broke > 0 && green == 0:
		return answer{"CAUTION", "No."}
	case broke > 0:
		return answer{"WARNING", "Not yet."}
	case undecided > 0:
		return answer{"IMPORTANT", "Not known yet."}
	case green == 0 && red > 0:
		return answer{"CAUTION", "No host gets better or worse."}
	case green == 0:
		return answer{"IMPORTANT", "Not known here."}
	case same == len(r.Hosts):
		return answer{"TIP", "Yes, and no host changes."}
	case red > 0:
		return answer{"NOTE", "Yes: nothing breaks that worked."}
	case elsewhere > 0:
		return answer{"NOTE", "Yes, for the hosts this runner can build."}
	case r.Depth == "eval":
		return answer{"TIP", "Yes, as far as evaluation tells."}
	}
	return answer{"TIP", "Yes."}
}

// A fate is what hosts of one verdict are said to have met.
type fate struct {
	verdict   verdict.Verdict
	one, many string
	// loud fates are the bump's doing, base fates end in the base's name.
	loud, base bool
}

var fates = []fate{
	{verdict: verdict.Regressed, one: "broke with this change", many: "broke with this change", loud: true},
	{verdict: verdict.Undecided, one: "could not be judged", many: "could not be judged", loud: true},
	{verdict: verdict.StillFailing, one: "was already broken on", many: "were already broken on", base: true},
	{verdict: verdict.Fixed, one: "works again", many: "work again"},
	{verdict: verdict.Elsewhere, one: "has to be built on another machine", many: "have to be built on another machine"},
	{verdict: verdict.Skipped, one: "is skipped", many: "are skipped"},
}

// A style is how a renderer writes foreign text: as running text, as what
// must not be missed, and as a name; and a finished text with the page it
// stands for.
type style struct {
	text, strong, name func(string) string
	link               func(label, address string) string
}

// facts are the sentences behind the answer.
func (r Report) facts(style style) []string {
	var facts []string
	if len(r.Hosts) > 0 {
		facts = append(facts, fmt.Sprintf("On %s %s.", r.target(style), style.strong(r.score())))
	}
	for _, fate := range fates {
		hosts := r.with(fate.verdict)
		if len(hosts) == 0 {
			continue
		}
		who, did := r.names(hosts, style.text), fate.many
		if fate.loud {
			who = r.names(hosts, style.strong)
		}
		if len(hosts) == 1 || who == everyHost {
			did = fate.one
		}
		if fate.base {
			did += " " + style.name(r.baseName())
		}
		facts = append(facts, strings.Replace(who, everyHost, "Every host", 1)+" "+did+".")
	}
	return facts
}

// target is the channel with the revision and day it stands at, and how far
// that is from where base stands.
func (r Report) target(style style) string {
	before, after := r.Base.Nixpkgs, r.Head.Nixpkgs
	target := style.name(channelName(r.Channel.Name))
	page := flake.Point{Rev: after.Rev, Repository: after.Repository}.Page()
	if rev := short(after.Rev); rev != channelName(r.Channel.Name) && rev != "" {
		target += " at " + style.link(style.name(rev), page)
	} else if rev != "" {
		target = style.link(target, page)
	}
	if after.Date.IsZero() {
		return target
	}
	age := ""
	if days := apart(before.Date, after.Date); days != "" {
		how := "newer"
		if after.Date.Before(before.Date) {
			how = "older"
		}
		age = ", " + days + " " + how + " than on " + style.name(r.baseName())
	}
	return target + " (" + date(after.Date) + age + ")"
}

// toDo says what stands between the reader and the merge, by whose turn it
// is.
func (r Report) toDo(name func(string) string) string {
	var yours, gone, upstream, runner, other int
	var places []string
	for _, entry := range r.entries() {
		switch {
		case entry.verdict == verdict.StillFailing:
			continue
		case entry.Bucket == triage.Yours:
			yours += max(1, len(entry.places))
			for _, place := range entry.places {
				place.column = 0
				places = append(places, name(label(place.String())))
			}
		case entry.Bucket == triage.Gap:
			gone++
		case entry.Bucket == triage.Upstream:
			upstream++
		case entry.Bucket == triage.Runner:
			runner++
		default:
			other++
		}
	}
	var parts []string
	if yours > 0 {
		parts = append(parts, count(yours, "change")+" of yours"+listed(slices.Compact(places)))
	}
	if gone > 0 {
		parts = append(parts, count(gone, "thing")+" to replace or to allow")
	}
	if upstream > 0 {
		parts = append(parts, count(upstream, "upstream problem")+" to wait for or get around")
	}
	if runner > 0 {
		parts = append(parts, count(runner, "limit")+" of this runner")
	}
	if other > 0 {
		parts = append(parts, count(other, "problem")+" to look into")
	}
	return r.orNothing(parts)
}

// listed puts up to three places in parentheses.
func listed(places []string) string {
	if len(places) == 0 {
		return ""
	}
	more := ""
	if len(places) > 3 {
		places, more = places[:3], ", …"
	}
	return " (" + strings.Join(places, ", ") + more + ")"
}

// orNothing joins what is to do, or says why there is nothing; what can wait
// comes last.
func (r Report) orNothing(parts []string) string {
	urgent, later := r.urgently(parts), r.renameCount()
	switch {
	case later == "":
		return urgent
	case urgent == "nothing":
		urgent += " before the merge"
	}
	return urgent + "; " + later
}

// urgently joins what is to do now, or says why there is nothing.
func (r Report) urgently(parts []string) string {
	warnings := count(len(r.notices()), "new warning")
	switch {
	case len(parts) > 0:
		return strings.Join(parts, "; ")
	case len(r.Hosts) == 0:
		return "find out why there was no host to check"
	case len(r.with(verdict.Regressed)) > 0:
		return "find out why; no cause was recognised"
	case len(r.notices()) > 0:
		return "nothing before the merge; " + warnings + " for later"
	}
	return "nothing"
}
