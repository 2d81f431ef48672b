package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/verdict"
)

// verdictWord is a verdict in words, for one host or several.
func verdictWord(v verdict.Verdict) string {
	switch v {
	case verdict.Good:
		return "ok"
	case verdict.Regressed:
		return "broke"
	case verdict.StillFailing:
		return "broken as before"
	case verdict.Elsewhere:
		return "for another machine"
	}
	return string(v)
}

// A cell is how one step of one host went: a mark and words, which say all of
// it without the mark, except that a plain success has no words.
type cell struct {
	mark, word string
	// name follows the words, as a name: the base's branch.
	name string
	// loud cells are what the reader must not miss.
	loud bool
}

// Accessors of the two steps, for [Report.step].
func evaluation(s verdict.Side) verdict.Outcome { return s.Eval }
func building(s verdict.Side) verdict.Outcome   { return s.Build }

// step says how a host's evaluation or build on head went, beside base.
func (r Report) step(host Host, of func(verdict.Side) verdict.Outcome) cell {
	before, after := of(host.Base.Side), of(host.Head.Side)
	switch {
	case after == verdict.OK && before == verdict.Failed:
		return cell{mark: "✓", word: "fixed"}
	case after == verdict.OK:
		return cell{mark: "✓"}
	case after == verdict.Failed && host.Verdict == verdict.Regressed:
		return cell{mark: "✗", word: "broke", loud: true}
	case after == verdict.Failed && before == verdict.Failed:
		return cell{mark: "✗", word: "as on", name: r.baseName()}
	case after == verdict.Failed:
		return cell{mark: "✗", word: "fails", loud: true}
	case after == verdict.Inconclusive:
		return cell{mark: "?", word: cmp.Or(host.Reason, "inconclusive")}
	case after == verdict.NotHere:
		return cell{mark: "–", word: cmp.Or(host.Reason, "needs "+host.System)}
	}
	return cell{mark: "–"}
}

// evaluates is the step every host takes; a skipped host says so here.
func (r Report) evaluates(host Host) cell {
	if host.Verdict == verdict.Skipped {
		return cell{mark: "–", word: strings.TrimSuffix("skipped: "+host.Reason, ": ")}
	}
	return r.step(host, evaluation)
}

// packages counts what changes in a host's closure, in words.
func (h Host) packages() string {
	if h.Verdict == verdict.Unchanged {
		return "same system"
	}
	if h.Closure == nil {
		return ""
	}
	return packages(h.Closure)
}

// packages counts what changes in a closure, in words.
func packages(delta *closure.Delta) string {
	counts := delta.Counts()
	parts := tally{{"changed", counts.Changed}, {"new", counts.Added}, {"gone", counts.Removed}}
	parts = slices.DeleteFunc(parts, func(part tallied) bool { return part.n == 0 })
	return cmp.Or(parts.words(), "same versions")
}

// size is what a host's closure grows or shrinks by.
func (h Host) size() string {
	if h.Closure == nil || h.Verdict == verdict.Unchanged {
		return ""
	}
	return signedBytes(h.Closure.Size.After - h.Closure.Size.Before)
}

// signedBytes writes a difference in bytes with its sign in a binary unit.
func signedBytes(n int64) string {
	switch {
	case n == 0:
		return "±0"
	case n < 0:
		return "−" + amount(-n)
	}
	return "+" + amount(n)
}

// amount writes a size in a binary unit.
func amount(n int64) string {
	size, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if size < 1024 {
			break
		}
		size, unit = size/1024, next
	}
	if size < 10 && unit != "B" {
		return fmt.Sprintf("%.1f %s", size, unit)
	}
	return fmt.Sprintf("%.0f %s", size, unit)
}

// foreignSystem is a host's system where it is not what most hosts are.
func (r Report) foreignSystem(host Host) string {
	if host.System == r.usualSystem() {
		return ""
	}
	return host.System
}

// columns of a host table that have something in them.
type columns struct{ builds, packages, size, switching bool }

// columns tells which columns some of the hosts fill.
func (r Report) columns(hosts []Host) columns {
	var used columns
	for _, host := range hosts {
		used.builds = used.builds || r.Depth != "eval"
		used.packages = used.packages || host.packages() != ""
		used.size = used.size || host.size() != ""
		used.switching = used.switching || switching(host.Switch, onTerminal) != ""
	}
	return used
}

// seconds writes a duration the way people say it.
func seconds(s float64) string {
	switch {
	case s < 10:
		return fmt.Sprintf("%.1f s", s)
	case s < 100:
		return fmt.Sprintf("%.0f s", s)
	case s < 100*60:
		return fmt.Sprintf("%.0f min", s/60)
	}
	return fmt.Sprintf("%d h %d min", int(s)/3600, int(s)%3600/60)
}
