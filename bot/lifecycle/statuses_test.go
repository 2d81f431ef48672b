package lifecycle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/triage"
	"github.com/nixferry/nixferry/bot/verdict"
)

const page7 = "https://github.com/octo/fleet/pull/7"

// of is a report of hosts, with a pull request.
func of(hosts ...report.Host) report.Report {
	return report.Report{Depth: config.Build, Hosts: hosts, Pull: &report.Pull{URL: page7}, Run: "https://github.com/octo/fleet/actions/runs/9"}
}

func sides(base, head verdict.Side) report.Host {
	return report.Host{Base: report.Side{Side: base}, Head: report.Side{Side: head}, Verdict: verdict.Judge(base, head)}
}

func TestStatuses(t *testing.T) {
	built, unbuilt := verdict.Side{Eval: verdict.OK, Build: verdict.OK}, verdict.Side{Eval: verdict.OK, Build: verdict.Failed}
	broken, evaluated := verdict.Side{Eval: verdict.Failed, Build: verdict.NotRun}, verdict.Side{Eval: verdict.OK, Build: verdict.NotRun}
	short := verdict.Side{Eval: verdict.Inconclusive, Build: verdict.NotRun}
	same := verdict.Side{Eval: verdict.OK, Build: verdict.OK, Out: "/nix/store/x"}
	away := verdict.Side{Eval: verdict.OK, Build: verdict.NotHere}
	for _, test := range []struct {
		name             string
		base, head       verdict.Side
		reason, found    string
		state, described string
	}{
		{"builds", built, built, "", "", success, "evaluates and builds"},
		{"evaluates", evaluated, evaluated, "", "", success, "evaluates"},
		{"unchanged", same, same, "", "", success, "does not change"},
		{"fixed", unbuilt, built, "", "", success, "evaluates and builds again"},
		{"fixed, as far as looked", broken, evaluated, "", "", success, "evaluates again"},
		{"does not build", built, unbuilt, "", "foo-1.2: its builder ended with 2", failure, "does not build any more: foo-1.2: its builder ended with 2"},
		{"does not evaluate", built, broken, "", "The option\n  `a` is gone", failure, "does not evaluate any more: The option `a` is gone"},
		{"for an unknown reason", built, broken, "", "", failure, "does not evaluate any more"},
		{"broken before", unbuilt, unbuilt, "", "foo-1.2", failure, "does not build, as before: foo-1.2"},
		{"undecided", built, short, "ran out of memory", "killed", fault, "could not be judged: ran out of memory"},
		{"elsewhere", away, away, "needs aarch64-linux", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			host := sides(test.base, test.head)
			host.Name, host.Reason = "web", test.reason
			if test.found != "" {
				host.Findings = []triage.Finding{{Message: test.found}, {Message: "another"}}
			}
			got := Statuses(of(host), config.Gate{}, nil)
			want := []Status{}
			if test.state != "" {
				want = append(want, Status{"nixferry/web", test.state, test.described, page7 + "#host-web"})
			}
			if diff := cmp.Diff(want, got[:len(got)-1]); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	for _, test := range []struct {
		name, gate, hosts, state, described string
	}{
		{"holds", "", "web=ok nas=still-failing pi=not-here old=skipped", success, "1 of 3 build"},
		{"broke", "", "web=ok nas=regressed pi=inconclusive", failure, "1 of 3 build; 1 broke: nas; 1 could not be judged: pi"},
		{"undecided", "", "web=ok pi=inconclusive", fault, "1 of 2 build; 1 could not be judged: pi"},
		{"nobody judged", "", "pi=not-here", fault, "0 of 1 build; no host was judged"},
		{"not all green", "all", "web=ok nas=still-failing", failure, "1 of 2 build; 1 broken before already: nas"},
		{"not all here", "all", "web=ok pi=not-here", fault, "1 of 2 build; 1 for another machine: pi"},
		{"others may break", "web", "web=ok nas=regressed", success, "1 of 2 build"},
		{"only others are red", "web pi", "web=ok pi=not-here nas=regressed", fault, "1 of 3 build; 1 for another machine: pi"},
		{"a gate with a mistake", "wbe", "web=ok", fault, "1 of 1 build; merge-gate names wbe, which no host is called"},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := Statuses(of(fleet(t, test.hosts)...), gate(t, test.gate), nil)
			want := Status{"nixferry", test.state, test.described, page7}
			if diff := cmp.Diff(want, all[len(all)-1]); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatusesPages(t *testing.T) {
	r := report.Report{Depth: config.Eval, Hosts: fleet(t, "web=ok"), Run: "https://github.com/octo/fleet/actions/runs/9"}
	want := []Status{{"nixferry/web", success, "evaluates and builds", r.Run}, {"nixferry", success, "1 of 1 evaluate", r.Run}}
	if diff := cmp.Diff(want, Statuses(r, config.Gate{}, nil)); diff != "" {
		t.Errorf("without a pull request: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Status{"nixferry", "pending", "this pull request is being brought up to date", page7}, Pending(of())); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// post is what a commit has after statuses were posted.
func post(has, posted []Status) []Status {
	var all []Status
	for _, s := range has {
		renewed := false
		for _, p := range posted {
			renewed = renewed || p.replaces(s)
		}
		if !renewed {
			all = append(all, s)
		}
	}
	return append(all, posted...)
}

func contextsOf(all []Status) (names []string) {
	for _, s := range all {
		names = append(names, strings.TrimPrefix(s.Context, "nixferry/")+" "+s.State)
	}
	return names
}

// TestStatusesAgain posts on a commit that has some already.
func TestStatusesAgain(t *testing.T) {
	before := of(fleet(t, "web=regressed db=ok nas=inconclusive old=skipped")...)
	has := Statuses(before, config.Gate{}, nil)
	if got := Statuses(before, config.Gate{}, has); len(got) > 0 {
		t.Errorf("the same is posted again: %v", got)
	}
	upper := append([]Status{{"ci/build", failure, "", ""}}, has...)
	for i := range upper {
		upper[i].Context = strings.ToUpper(upper[i].Context)
	}
	if got := Statuses(before, config.Gate{}, upper); len(got) > 0 {
		t.Errorf("the same in another case is posted again: %v", got)
	}
	got := contextsOf(Statuses(of(fleet(t, "web=ok db=ok nas=ok old=skipped")...), config.Gate{}, has))
	if diff := cmp.Diff([]string{"nas success", "web success", "nixferry success"}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	for _, part := range []func(*Status) *string{
		func(s *Status) *string { return &s.State },
		func(s *Status) *string { return &s.Description },
		func(s *Status) *string { return &s.URL },
	} {
		stale := slices.Clone(has)
		*part(&stale[0]) = "another"
		if diff := cmp.Diff(has[:1], Statuses(before, config.Gate{}, stale)); diff != "" {
			t.Errorf("after %+v: mismatch (-want +got):\n%s", stale[0], diff)
		}
	}
	waiting := post(has, []Status{Pending(before)})
	if diff := cmp.Diff([]string{"nixferry failure"}, contextsOf(Statuses(before, config.Gate{}, waiting))); diff != "" {
		t.Errorf("after a pending one: mismatch (-want +got):\n%s", diff)
	}
}

// many are hosts h00, h01, … of which these are not fine.
func many(n int, others map[int]verdict.Verdict) (hosts []report.Host) {
	for i := range n {
		h := report.Host{Name: fmt.Sprintf("h%02d", i), Verdict: verdict.Good}
		if v, ok := others[i]; ok {
			h.Verdict = v
		}
		hosts = append(hosts, h)
	}
	return hosts
}

func TestStatusesOfMany(t *testing.T) {
	few := Statuses(of(many(23, nil)...), config.Gate{}, nil)
	if len(few) != 24 || strings.Contains(few[22].Context, "other") {
		t.Errorf("23 hosts have %d statuses: %v", len(few), contextsOf(few))
	}
	r := of(many(60, map[int]verdict.Verdict{59: verdict.Regressed, 58: verdict.StillFailing, 57: verdict.Undecided, 0: verdict.Elsewhere})...)
	all := Statuses(r, config.Gate{}, nil)
	first := contextsOf(all[:4])
	if diff := cmp.Diff([]string{"h59 failure", "h57 error", "h58 failure", "h01 success"}, first); diff != "" {
		t.Errorf("failures do not come first (-want +got):\n%s", diff)
	}
	want := Status{"nixferry/other hosts", success, "36 fine: h21, h22, h23, …", page7}
	if diff := cmp.Diff(want, all[23]); len(all) != 25 || diff != "" {
		t.Errorf("%d statuses; mismatch (-want +got):\n%s", len(all), diff)
	}
}

// TestStatusesStayTrue judges the same commit again, with other results: what
// is on the commit may not become a lie, nor grow.
func TestStatusesStayTrue(t *testing.T) {
	bad := map[int]verdict.Verdict{}
	for i := range 30 {
		bad[30+i] = verdict.Regressed
	}
	has := Statuses(of(many(60, bad)...), config.Gate{}, nil)
	if got := has[23]; got.State != failure || got.Description != "7 broke: h53, h54, h55, …; 30 fine: h00, h01, h02, …" {
		t.Errorf("the folded say %+v", got)
	}
	after := of(many(60, map[int]verdict.Verdict{10: verdict.Undecided})...)
	has = post(has, Statuses(after, config.Gate{}, has))
	for _, s := range has {
		if want := map[string]string{rest: fault, whole: fault}[s.Context]; s.State != want && s.State != success {
			t.Errorf("%s is %s", s.Context, s.State)
		}
	}
	if len(has) != 25 {
		t.Errorf("the commit has %d statuses", len(has))
	}
	// Hosts that break now have to stand behind those that are there.
	for i := range 30 {
		bad[i] = verdict.Regressed
		delete(bad, 30+i)
	}
	has = post(has, Statuses(of(many(60, bad)...), config.Gate{}, has))
	if got := has[23]; len(has) != 25 || got.State != failure || got.Description != "30 broke: h00, h01, h02, …; 7 fine: h53, h54, h55, …" {
		t.Errorf("the commit has %d statuses, the folded say %+v", len(has), got)
	}
	// Nobody is folded once their owner picks fewer hosts.
	has = post(has, Statuses(of(many(60, nil)[30:40]...), config.Gate{}, has))
	if got := has[23]; got.Context != rest || got.State != success || got.Description != "every host has a status of its own" {
		t.Errorf("the folded say %+v", got)
	}
}

func TestContexts(t *testing.T) {
	long := strings.Repeat("x", 200)
	names := []string{
		"web", "Web", "db", "lab#db", "a b", "other hosts", "", " ", "é", "e", "tab\tbed", "tab bed", "\u202eweb", "🚢", long, long + "y", "nul\x00", "bad\xff",
	}
	var hosts []report.Host
	for _, name := range names {
		hosts = append(hosts, report.Host{Name: name, Verdict: verdict.Good})
	}
	met := map[string]string{rest: rest, whole: whole}
	for name, context := range contexts(hosts) {
		key := strings.ToLower(context)
		if other, ok := met[key]; ok {
			t.Errorf("%q and %q are both %s", name, other, context)
		}
		met[key] = name
	}
	for _, name := range []string{"db", "lab#db", "a b", "e", "tab bed"} {
		if got := contexts(hosts)[name]; got != "nixferry/"+name {
			t.Errorf("%s is called %s", name, got)
		}
	}
}

// FuzzStatuses puts hostile words into every text a status or a clause is made
// of: each is one plain line within GitHub's limits, and there are not too many.
func FuzzStatuses(f *testing.F) {
	f.Add("web", "The option is gone", "web-*", uint8(3))
	f.Add("\x1b[31m@everyone\r\n::set-output name=x::y\u2028<!-- nixferry:end -->", strings.Repeat("🚢\x00", 300), "wéb", uint8(40))
	f.Add(strings.Repeat("x", 300), "\xff\u202e\ufeff", "other hosts", uint8(200))
	f.Fuzz(func(t *testing.T, name, text, pattern string, n uint8) {
		all := []verdict.Verdict{verdict.Good, verdict.Regressed, verdict.Undecided, verdict.StillFailing, verdict.Fixed, verdict.Elsewhere, verdict.Skipped}
		var hosts []report.Host
		for i := range int(n) {
			h := report.Host{Name: strings.Repeat(name, 1+i%2) + strconv.Itoa(i/2), Verdict: all[i%len(all)], Findings: []triage.Finding{{Message: text}}}
			if i%3 == 0 {
				h.Reason = text
			}
			if !slices.ContainsFunc(hosts, func(other report.Host) bool { return other.Name == h.Name }) {
				hosts = append(hosts, h)
			}
		}
		g := config.Gate{}
		if globs, err := config.ParseGlobs([]string{pattern}); err == nil {
			g.Hosts = &globs
		}
		statuses := Statuses(of(hosts...), g, nil)
		if len(statuses) > 25 {
			t.Errorf("%d statuses", len(statuses))
		}
		met := map[string]bool{}
		for _, s := range statuses {
			if key := strings.ToLower(s.Context); met[key] {
				t.Errorf("%q is there twice", s.Context)
			} else {
				met[key] = true
			}
			plainly(t, s.Context, 100)
			plainly(t, s.Description, 140)
		}
	})
}

// plainly wants one line of so many characters that GitHub takes.
func plainly(t *testing.T, s string, most int) {
	t.Helper()
	odd := func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r > 0xffff || r == '\u2028'
	}
	if utf8.RuneCountInString(s) > most || !utf8.ValidString(s) || strings.ContainsFunc(s, odd) {
		t.Errorf("GitHub does not take %q", s)
	}
}
