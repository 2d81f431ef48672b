// Package verdict decides, for one host, what a bump did to it: the outcome
// on base (the commit the run started from) against the outcome on head (the
// bump), for evaluation and build together.
//
// It is pure: the same outcomes always give the same verdict.
package verdict

// An Outcome says how one step (evaluation or build) of one side of one host
// ended.
type Outcome string

const (
	// NotRun means that nobody asked: the step before it did not succeed, or
	// the run stops before it (depth: eval).
	NotRun Outcome = "not-run"
	// OK means that the step succeeded.
	OK Outcome = "ok"
	// Failed means that the flake or its packages are at fault.
	Failed Outcome = "failed"
	// Inconclusive means that the runner is at fault: memory, disk, time,
	// network, a cancelled job. It is never held against the flake.
	Inconclusive Outcome = "inconclusive"
	// NotHere means that the step needs a system or feature this runner lacks.
	NotHere Outcome = "not-here"
)

// A Side is how one host fared on one commit. Out is the store path of its
// toplevel, known as soon as it evaluates.
type Side struct {
	Eval  Outcome `json:"eval"`
	Build Outcome `json:"build"`
	Drv   string  `json:"drv,omitempty"`
	Out   string  `json:"out,omitempty"`
}

// A Verdict is what the bump did to one host.
type Verdict string

// The verdicts, as they stand in report.json.
const (
	Good         Verdict = "ok"
	Unchanged    Verdict = "unchanged"
	Regressed    Verdict = "regressed"
	Fixed        Verdict = "fixed"
	StillFailing Verdict = "still-failing"
	Undecided    Verdict = "inconclusive"
	Elsewhere    Verdict = "not-here"
	Skipped      Verdict = "skipped"
)

// Judge compares the two sides of a host. A failure on head is held against
// the bump unless base is known to fail as well; a failure of the runner is
// never held against it.
func Judge(base, head Side) Verdict {
	switch worst(head) {
	case Inconclusive, NotRun:
		return Undecided
	case Failed:
		return judgeFailure(base, head)
	case NotHere:
		return Elsewhere
	}
	switch {
	case worst(base) == Failed:
		return Fixed
	case base.Out != "" && base.Out == head.Out:
		return Unchanged
	}
	return Good
}

// judgeFailure tells a host the bump broke from one that was broken already.
// A host that could be evaluated but not built before, and now does not even
// evaluate, is still failing: its owner had a red host before and after.
func judgeFailure(base, head Side) Verdict {
	switch {
	case base.Eval == Failed, base.Build == Failed:
		return StillFailing
	case base.Eval == Inconclusive, base.Eval == NotRun:
		return Undecided
	case head.Eval == Failed:
		return Regressed
	case base.Build == Inconclusive:
		return Undecided
	}
	return Regressed
}

// worst folds the two steps of a side into the one that decides.
func worst(s Side) Outcome {
	if s.Eval != OK {
		return s.Eval
	}
	if s.Build == NotRun {
		return OK
	}
	return s.Build
}

// Red reports whether v means that the host cannot be switched to head.
func (v Verdict) Red() bool { return v == Regressed || v == StillFailing }

// Green reports whether v means that the host evaluates and builds on head.
func (v Verdict) Green() bool { return v == Good || v == Unchanged || v == Fixed }
