package bot

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// voyages are what a run may have to do on GitHub. Before prepares, now is what
// the run that is disturbed finds.
var voyages = []struct {
	name     string
	settings github.Settings
	before   func(*voyage)
	now      func(*voyage)
}{
	{name: "open", settings: github.Settings{AllowAutoMerge: true, RequiredStatuses: []string{"nixferry", "ci"}}, now: func(v *voyage) {
		v.cfg.AutoMerge = "squash"
	}},
	{name: "open by API", now: func(v *voyage) { v.cfg.CommitMode = config.API }},
	{name: "plead", settings: github.Settings{ActionsMayNotCreatePulls: true}, now: func(*voyage) {}},
	{name: "retire", before: (*voyage).sail, now: func(v *voyage) { v.lock = "" }},
	{name: "conflict", before: func(v *voyage) {
		v.sail()
		v.commit(ferryBranch, "hosts/web.nix", "one\ntwo\n3\n")
		v.commit("main", "hosts/web.nix", "one\ntwo\nIII\n")
		v.shell("git -C ../../../clone pull -q ../repos/octo/fleet.git main")
	}, now: func(v *voyage) { v.lock = "newer" }},
	{name: "renew", settings: github.Settings{AllowAutoMerge: true, RequiredStatuses: []string{"nixferry", "ci"}}, before: func(v *voyage) {
		v.cfg.AutoMerge = "squash"
		v.sail()
		v.commit(ferryBranch, "hosts/web.nix", "one\ntwo\n3\n")
	}, now: func(v *voyage) {
		v.lock, v.broken = "newer", []string{"mail"}
	}},
	{name: "renew by API", before: func(v *voyage) {
		v.cfg.CommitMode = config.API
		v.broken = []string{"mail"}
		v.sail()
		v.commit(ferryBranch, "hosts/web.nix", "one\ntwo\n3\n")
	}, now: func(v *voyage) { v.lock, v.broken = "newer", nil }},
}

// sail is a run that nothing disturbs.
func (v *voyage) sail() {
	v.t.Helper()
	if err := v.run(v.t.Context()); err != nil {
		v.t.Fatal(err)
	}
}

const half = "half an answer"

// faults are the ways in which a call goes wrong. Those that are refusals have
// no effect.
var faults = map[string]github.Fault{
	"500":             {Status: 500},
	"502":             {Status: 502, Body: "<html>"},
	"dropped":         {Drop: true},
	"reset":           {Reset: true},
	half:              {Status: 200, Body: `{"number": 1, "ti`},
	"rate limit":      {Status: 429, Header: http.Header{"Retry-After": {"0"}}, Body: `{"message":"slow down"}`},
	"secondary limit": {Status: 403, Header: http.Header{"Retry-After": {"0"}}, Body: `{"message":"You have exceeded a secondary rate limit."}`},
	"forbidden":       {Status: 403, Body: `{"message":"Resource not accessible by integration"}`},
	"not found":       {Status: 404, Body: `{"message":"Not Found"}`},
	"conflict":        {Status: 409, Body: `{"message":"Conflict"}`},
	"invalid":         {Status: 422, Body: `{"message":"Validation Failed"}`},
}

// A disturbance is one cell of the matrix: a fault in one operation of one
// voyage.
type disturbance struct {
	voyage int
	name   string
	fault  github.Fault
}

// TestVoyages disturbs every operation of every voyage by every fault, before
// its effect and after, and kills the run at every call. The run after it has to
// make up for all: one pull request, nobody's commit lost, nothing said twice.
func TestVoyages(t *testing.T) {
	var cells []disturbance
	wants, seen := make([]ending, len(voyages)), map[string]bool{}
	prepared := make([]*voyage, len(voyages))
	for i, test := range voyages {
		prepared[i] = depart(t, i)
		v := prepared[i].again(t)
		v.sail()
		calls := v.server.Log()
		cells = append(cells, disturbances(i, calls, seen)...)
		v.sail()
		wants[i] = v.ending()
		t.Logf("%s: %d calls", test.name, len(calls))
	}
	t.Logf("%d cells", len(cells))
	for _, cell := range cells {
		t.Run(voyages[cell.voyage].name+"/"+cell.name, func(t *testing.T) {
			t.Parallel()
			v := prepared[cell.voyage].again(t)
			v.server.Inject(cell.fault)
			err := v.run(t.Context())
			v.server.Heal()
			v.fresh = true // what was refused is tried again when a person asks
			v.sail()
			if diff := cmp.Diff(wants[cell.voyage], v.ending()); diff != "" {
				t.Errorf("the disturbed run ended with %v; mismatch (-undisturbed +disturbed):\n%s", err, diff)
			}
		})
	}
}

// depart prepares a voyage.
func depart(t *testing.T, i int) *voyage {
	t.Helper()
	v := embark(t, voyages[i].settings)
	if before := voyages[i].before; before != nil {
		before(v)
	}
	voyages[i].now(v)
	return v
}

// disturbances are the cells of a voyage that makes these calls: a death at
// each call, and each fault in each operation that no voyage before had.
func disturbances(voyage int, calls []github.Call, seen map[string]bool) (cells []disturbance) {
	for n, call := range calls {
		cells = append(cells, disturbance{
			voyage, fmt.Sprintf("killed at call %d, %s", n+1, call.Operation), github.Fault{From: n + 1, Drop: true},
		})
		if seen[call.Operation] {
			continue
		}
		seen[call.Operation] = true
		for name, fault := range faults {
			fault.Operation, fault.Nth = call.Operation, 1
			if name != half { // of what was not done there is none
				cells = append(cells, disturbance{voyage, call.Operation + ", " + name, fault})
			}
			fault.Done = true
			cells = append(cells, disturbance{voyage, call.Operation + ", " + name + " after it was done", fault})
		}
	}
	return cells
}
