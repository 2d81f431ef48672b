package verdict

import "testing"

func TestJudge(t *testing.T) {
	side := func(eval, build Outcome) Side { return Side{Eval: eval, Build: build} }
	for _, test := range []struct {
		name       string
		base, head Side
		want       Verdict
	}{
		{"both build", side(OK, OK), side(OK, OK), Good},
		{"same toplevel", Side{Eval: OK, Build: OK, Out: "/nix/store/a"}, Side{Eval: OK, Build: OK, Out: "/nix/store/a"}, Unchanged},
		{"other toplevel", Side{Eval: OK, Build: OK, Out: "/nix/store/a"}, Side{Eval: OK, Build: OK, Out: "/nix/store/b"}, Good},
		{"evaluation only", side(OK, NotRun), side(OK, NotRun), Good},
		{"stops evaluating", side(OK, OK), side(Failed, NotRun), Regressed},
		{"stops building", side(OK, OK), side(OK, Failed), Regressed},
		{"broken on both sides", side(Failed, NotRun), side(Failed, NotRun), StillFailing},
		{"did not build, now does not evaluate", side(OK, Failed), side(Failed, NotRun), StillFailing},
		{"did not evaluate, now does not build", side(Failed, NotRun), side(OK, Failed), StillFailing},
		{"fixed evaluation", side(Failed, NotRun), side(OK, OK), Fixed},
		{"fixed build", side(OK, Failed), side(OK, OK), Fixed},
		{"head ran out of memory", side(OK, OK), side(Inconclusive, NotRun), Undecided},
		{"head ran out of disk", side(OK, OK), side(OK, Inconclusive), Undecided},
		{"base ran out of memory, head fails", side(Inconclusive, NotRun), side(Failed, NotRun), Undecided},
		{"base build ran out of disk, head build fails", side(OK, Inconclusive), side(OK, Failed), Undecided},
		{"base build ran out of disk, head does not evaluate", side(OK, Inconclusive), side(Failed, NotRun), Regressed},
		{"base unknown, head fails", side(NotRun, NotRun), side(OK, Failed), Undecided},
		{"base ran out of memory, head is fine", side(Inconclusive, NotRun), side(OK, OK), Good},
		{"gone on head", side(OK, OK), side(NotRun, NotRun), Undecided},
		{"foreign system", side(OK, NotHere), side(OK, NotHere), Elsewhere},
		{"foreign system that stops evaluating", side(OK, NotHere), side(Failed, NotRun), Regressed},
		{"foreign on base, fails here on head", side(OK, NotHere), side(OK, Failed), Regressed},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Judge(test.base, test.head); got != test.want {
				t.Errorf("Judge(%+v, %+v) = %s, want %s", test.base, test.head, got, test.want)
			}
		})
	}
}

func TestColours(t *testing.T) {
	for _, test := range []struct {
		verdict    Verdict
		red, green bool
	}{
		{Good, false, true},
		{Unchanged, false, true},
		{Fixed, false, true},
		{Regressed, true, false},
		{StillFailing, true, false},
		{Undecided, false, false},
		{Elsewhere, false, false},
		{Skipped, false, false},
	} {
		if test.verdict.Red() != test.red || test.verdict.Green() != test.green {
			t.Errorf("%s is red %v, green %v; want %v, %v", test.verdict, test.verdict.Red(), test.verdict.Green(), test.red, test.green)
		}
	}
}
