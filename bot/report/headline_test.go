package report

import (
	"testing"

	"github.com/nixferry/nixferry/bot/triage"
)

func TestHeadline(t *testing.T) {
	const drv = "/nix/store/00000000000000000000000000000000-foo-1.drv"
	for _, test := range []struct {
		finding triage.Finding
		want    sentence
	}{
		{triage.Finding{Class: triage.BuildFailed, Bucket: triage.Upstream, Derivation: drv}, sentence{name: "foo-1", after: "does not build"}},
		{triage.Finding{Class: triage.BuildFailed, Bucket: triage.Runner, Derivation: drv}, sentence{name: "foo-1", after: "could not be built on this runner"}},
		{triage.Finding{Class: triage.WrongPlatform, Bucket: triage.Runner}, sentence{name: "a package", after: "needs another machine"}},
		{triage.Finding{Class: triage.DiskFull, Bucket: triage.Runner, Derivation: drv}, sentence{before: lacking}},
		{triage.Finding{Class: triage.OptionMissing, Option: "a.b"}, sentence{before: "there is no option", name: "a.b"}},
		{triage.Finding{Class: triage.Alias, Option: "a.b"}, sentence{before: "a package is gone or has another name"}},
		{triage.Finding{Class: triage.StateVersion, Option: "system.stateVersion"}, sentence{name: "system.stateVersion", after: "would move with nixpkgs"}},
		{triage.Finding{Class: triage.Unknown, Option: "a.b"}, sentence{before: "does not evaluate:", name: "a.b"}},
		{triage.Finding{Class: triage.TypeError}, sentence{before: "does not evaluate"}},
		{triage.Finding{Class: triage.Experimental, Bucket: triage.Runner}, sentence{before: "could not be evaluated on this runner"}},
	} {
		if got := headline(test.finding); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.finding.Class, got, test.want)
		}
	}
}
