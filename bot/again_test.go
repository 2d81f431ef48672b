package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/nixlog"
)

// Only what may pass is built once more, each derivation once.
func TestStoppedInPassing(t *testing.T) {
	failure := func(reason nixlog.Reason, stops ...string) nix.Failure {
		return nix.Failure{Failure: nixlog.Failure{Reason: reason}, Stops: stops}
	}
	built := nix.Built{Failures: []nix.Failure{
		failure(nixlog.Builder, "broken"), failure(nixlog.Lacking, "elsewhere"), failure(nixlog.Hash, "other"),
		failure(nixlog.Timeout, "slow"), failure(nixlog.Interrupted, "stopped"), failure(nixlog.Unknown, "odd"),
		failure(nixlog.Network, "c", "a"), failure(nixlog.DiskFull, "a"), failure(nixlog.Killed, "b"),
	}}
	if diff := cmp.Diff([]string{"a", "b", "c"}, stoppedInPassing(built)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// A host whose build is tried again keeps nothing of the first time.
func TestSettleTwice(t *testing.T) {
	h := &host{facts: nix.Facts{Drv: "d"}}
	h.settle(nix.Built{Failures: []nix.Failure{{Failure: nixlog.Failure{Reason: nixlog.Killed}, Stops: []string{"d"}}}})
	if h.build != "inconclusive" || len(h.stopped) != 1 {
		t.Errorf("first: %s, stopped by %v", h.build, h.stopped)
	}
	h.settle(nix.Built{OK: map[string]bool{"d": true}})
	if h.build != "ok" || len(h.stopped) != 0 {
		t.Errorf("second: %s, stopped by %v", h.build, h.stopped)
	}
}
