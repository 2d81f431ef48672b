package nix

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// TestRealBuildOwnFailures builds hosts that fail themselves, each for a reason
// of its own.
func TestRealBuildOwnFailures(t *testing.T) {
	c, ref := open(t), fleet(t)
	var drvs []string
	for _, host := range []string{"ends", "errs", "plain"} {
		facts, err := c.Probe(t.Context(), ref, host)
		if err != nil {
			t.Fatal(err)
		}
		drvs = append(drvs, facts.Drv)
	}
	built, err := c.Build(t.Context(), drvs, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]nixlog.Reason{}
	for _, f := range built.Failures {
		for _, drv := range f.Stops {
			got[drv] = f.Reason
		}
	}
	want := map[string]nixlog.Reason{drvs[0]: nixlog.Killed, drvs[1]: nixlog.Builder}
	if diff := cmp.Diff(want, got); diff != "" || !built.OK[drvs[2]] {
		t.Errorf("failures: mismatch (-want +got):\n%s", diff)
	}
}

// TestRealBuildAgain builds what is there already.
func TestRealBuildAgain(t *testing.T) {
	c, ref := open(t), fleet(t)
	facts, err := c.Probe(t.Context(), ref, "plain")
	if err != nil {
		t.Fatal(err)
	}
	for _, lines := range []int{2, 0} {
		var sink recorder
		built, err := c.Build(t.Context(), []string{facts.Drv}, &sink)
		if err != nil || !built.OK[facts.Drv] || len(built.Failures) > 0 || len(sink.lines) != lines {
			t.Errorf("Build = %+v, %v; the sink heard %q", built, err, sink.lines)
		}
	}
}
