package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/forecast"
	"github.com/nixferry/nixferry/bot/triage"
)

// WriteJSON writes r as report.json, as report.schema.json describes it. Equal
// reports give equal bytes: hosts, inputs, edits and warnings are sorted, lists
// are never null, times are UTC and durations have milliseconds. The error is
// w's.
func WriteJSON(w io.Writer, r Report) error { return encode(w, r.settled(), "report.json") }

// encode writes v, which is called name.
func encode(w io.Writer, v any, name string) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// ReadJSON reads what [WriteJSON] wrote, this nixferry's or an older one's.
// Fields it does not know are passed over; another schema is an error.
func ReadJSON(r io.Reader) (Report, error) {
	var report Report
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&report); err != nil {
		return Report{}, fmt.Errorf("reading report.json: it is not what nixferry writes, run nixferry again: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Report{}, errors.New("reading report.json: there is more after the report, run nixferry again")
	}
	if report.Schema != Schema {
		return Report{}, fmt.Errorf("reading report.json: it has schema %d and this nixferry reads %d, use the nixferry that wrote it", report.Schema, Schema)
	}
	return report.settled(), nil
}

// settled returns r in the one form that equal reports share. It shares no
// list that it changes with r.
func (r Report) settled() Report {
	r.Schema = Schema
	r.Channel.Date = calendar(r.Channel.Date)
	r.Base.Nixpkgs.Date = calendar(r.Base.Nixpkgs.Date)
	r.Head.Nixpkgs.Date = calendar(r.Head.Nixpkgs.Date)
	r.Edits = sorted(r.Edits, func(a, b flake.Edit) int {
		return cmp.Or(strings.Compare(a.Input, b.Input), strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	r.Left = sorted(r.Left, func(a, b flake.Left) int {
		return cmp.Or(strings.Compare(a.Flake, b.Flake), strings.Compare(a.Input, b.Input), strings.Compare(a.Why, b.Why))
	})
	r.Inputs = sorted(r.Inputs, func(a, b flake.InputChange) int {
		return cmp.Or(strings.Compare(a.Flake, b.Flake), strings.Compare(a.Name, b.Name))
	})
	for i, input := range r.Inputs {
		r.Inputs[i].Before.Date, r.Inputs[i].After.Date = calendar(input.Before.Date), calendar(input.After.Date)
		r.Inputs[i].Commits, r.Inputs[i].Behind = max(0, input.Commits), max(0, input.Behind)
	}
	r.Hosts = sorted(r.Hosts, func(a, b Host) int { return strings.Compare(a.Name, b.Name) })
	for i, host := range r.Hosts {
		r.Hosts[i] = host.settled()
	}
	r.Causes = settledCauses(r.Causes)
	r.Attempts = slices.Clone(r.Attempts)
	for i, a := range r.Attempts {
		r.Attempts[i].Date, r.Attempts[i].When = calendar(a.Date), calendar(a.When)
	}
	t := r.Timings
	r.Timings = Timings{millis(t.Total), millis(t.Bump), millis(t.Evaluate), millis(t.Build), millis(t.Compare), millis(t.OwnCPU)}
	return r
}

func (h Host) settled() Host {
	h.Base.Seconds, h.Head.Seconds = millis(h.Base.Seconds), millis(h.Head.Seconds)
	h.Findings = sorted(h.Findings, func(a, b triage.Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			strings.Compare(a.Derivation, b.Derivation), strings.Compare(a.Message, b.Message))
	})
	h.Warnings.New = sorted(h.Warnings.New, strings.Compare)
	h.Warnings.Gone = sorted(h.Warnings.Gone, strings.Compare)
	h.Warnings.Kept = sorted(h.Warnings.Kept, strings.Compare)
	h.Closure, h.Switch = settledDelta(h.Closure), settledSwitch(h.Switch)
	return h
}

// settledDelta fills lists that a foreign report.json leaves out; what
// closure.Diff returns has none.
func settledDelta(delta *closure.Delta) *closure.Delta {
	if delta == nil {
		return nil
	}
	d := *delta
	byName := func(a, b closure.Item) int { return strings.Compare(a.Name, b.Name) }
	d.Added, d.Removed = sorted(d.Added, byName), sorted(d.Removed, byName)
	d.Changed = sorted(d.Changed, func(a, b closure.Change) int { return strings.Compare(a.Name, b.Name) })
	for _, items := range [][]closure.Item{d.Added, d.Removed} {
		for i := range items {
			items[i].Versions = append(closure.Versions{}, items[i].Versions...)
		}
	}
	for i, change := range d.Changed {
		d.Changed[i].Before = append(closure.Versions{}, change.Before...)
		d.Changed[i].After = append(closure.Versions{}, change.After...)
	}
	return &d
}

// settledSwitch fills lists that a foreign report.json leaves out; the order of
// what forecast.Compare returns is settled.
func settledSwitch(s *forecast.Switch) *forecast.Switch {
	return filled(reflect.ValueOf(s)).Interface().(*forecast.Switch)
}

// filled copies v with all that is below it, with empty lists for those that
// are nil.
func filled(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		whole := reflect.New(v.Type().Elem())
		whole.Elem().Set(filled(v.Elem()))
		return whole
	case reflect.Slice:
		whole := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			whole.Index(i).Set(filled(v.Index(i)))
		}
		return whole
	case reflect.Struct:
		whole := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			whole.Field(i).Set(filled(v.Field(i)))
		}
		return whole
	}
	return v
}

// settledCauses fills lists that a foreign report.json leaves out; the order of
// what derivation.Compare returns is settled.
func settledCauses(causes *derivation.Causes) *derivation.Causes {
	if causes == nil {
		return nil
	}
	settled := *causes
	settled.List = append([]derivation.Cause{}, causes.List...)
	for i := range settled.List {
		settleCause(&settled.List[i])
	}
	settleCause(&settled.Configuration)
	settled.PerHost = counts(settled.PerHost)
	return &settled
}

func settleCause(c *derivation.Cause) {
	c.Patches.Added = append([]string{}, c.Patches.Added...)
	c.Patches.Dropped = append([]string{}, c.Patches.Dropped...)
	c.CVEs = append([]string{}, c.CVEs...)
	c.Hosts = append([]string{}, c.Hosts...)
	c.PerHost = counts(c.PerHost)
}

// counts are never null.
func counts(perHost map[string]int) map[string]int {
	if perHost == nil {
		return map[string]int{}
	}
	return perHost
}

// sorted returns a sorted copy of list that is never nil; what compares equal
// keeps its order.
func sorted[T any](list []T, compare func(a, b T) int) []T {
	settled := append([]T{}, list...)
	slices.SortStableFunc(settled, compare)
	return settled
}

// calendar returns t in UTC, and no time for one that RFC 3339 cannot write.
func calendar(t time.Time) time.Time {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// millis rounds seconds to milliseconds.
func millis(s float64) float64 {
	rounded := math.Round(s*1000) / 1000
	if math.IsInf(rounded, 0) || math.IsNaN(rounded) {
		return 0
	}
	return rounded
}
