package lifecycle

import (
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/forecast"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
)

// A Label is one that says how the pull request stands. Color is six hex
// digits; a name has at most 50 characters, a description 100.
// https://docs.github.com/rest/issues/labels#create-a-label
type Label struct{ Name, Color, Description string }

// Red is what is to be settled before the merge, yellow what nobody knows yet,
// orange what is to be planned for, grey what is good to know.
const red, yellow, orange, grey = "d73a4a", "fbca04", "f39c4a", "bfbfbf"

// A state is a label and the hosts it speaks of.
type state struct {
	Label
	fits func(report.Host) bool
}

// conflict is in no report: nothing is judged then.
var conflict = Label{"nixferry: conflict", red, "Commits on this branch do not fit the newest bump."}

var states = []state{
	{Label{"nixferry: broken", red, "A host that worked breaks with this bump."}, is(verdict.Regressed)},
	{Label{"nixferry: undecided", yellow, "A host could not be judged: the runner ran out of memory, disk or time."}, is(verdict.Undecided)},
	{conflict, func(report.Host) bool { return false }},
	{Label{"nixferry: switch-refused", red, "nixos-rebuild switch is refused on a host; it takes boot and a reboot."}, switches(refused)},
	{Label{"nixferry: data-by-hand", red, "A service's data needs work by hand, or another version in between."}, moves(forecast.Blocked, forecast.Staged)},
	{Label{"nixferry: data-moves", orange, "A service's data is converted, and the version before cannot read it then."}, moves(forecast.OneWay)},
	{Label{"nixferry: needs-reboot", orange, "A host needs a reboot for all of the bump to take effect."}, switches(reboots)},
	{Label{"nixferry: broken-before", grey, "A host is broken, and was so before the bump."}, is(verdict.StillFailing)},
}

// StateLabels are all that [Labels] and [Conflicted] choose from: those that no
// longer hold are taken off.
var StateLabels = labels(func(state) bool { return true })

// Labels are the state labels that fit what a run found.
func Labels(r report.Report) []Label {
	return labels(func(s state) bool { return slices.ContainsFunc(r.Hosts, s.fits) })
}

// Conflicted are the state labels of a pull request whose commits do not fit
// the newest bump: what it has, by name, as it stays as it was, and the word
// that it does.
func Conflicted(has []string) []Label {
	return labels(func(s state) bool {
		return s.Label == conflict || slices.ContainsFunc(has, func(name string) bool { return strings.EqualFold(name, s.Name) })
	})
}

// Unconflicted are the state labels of such a pull request once its commits do
// fit again, though nothing else is new.
func Unconflicted(has []string) []Label {
	return slices.DeleteFunc(Conflicted(has), func(l Label) bool { return l == conflict })
}

func labels(wanted func(state) bool) (all []Label) {
	for _, s := range states {
		if wanted(s) {
			all = append(all, s.Label)
		}
	}
	return all
}

func is(v verdict.Verdict) func(report.Host) bool {
	return func(h report.Host) bool { return h.Verdict == v }
}

func switches(how func(*forecast.Switch) bool) func(report.Host) bool {
	return func(h report.Host) bool { return h.Switch != nil && how(h.Switch) }
}

func moves(severities ...forecast.Severity) func(report.Host) bool {
	return switches(func(s *forecast.Switch) bool {
		return slices.ContainsFunc(s.Data, func(m forecast.Migration) bool { return slices.Contains(severities, m.Severity) })
	})
}

func refused(s *forecast.Switch) bool { return s.Live == forecast.Refused }

func reboots(s *forecast.Switch) bool {
	return len(s.Reboot) > 0 || refused(s) || s.Live == forecast.RebootAdvised
}
