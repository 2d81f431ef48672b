package report

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAged(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	type ages struct{ lock, channel bool }
	for _, test := range []struct {
		lock, channel time.Time
		want          ages
	}{
		{now.AddDate(0, 0, -30), now.AddDate(0, 0, -10), ages{}},
		{now.AddDate(0, 0, -30).Add(-time.Second), now.AddDate(0, 0, -10), ages{lock: true}},
		{now.AddDate(0, 0, -30), now.AddDate(0, 0, -10).Add(-time.Second), ages{channel: true}},
		{time.Time{}, time.Time{}, ages{}},
		{now.AddDate(0, 0, 3), now.AddDate(0, 0, 3), ages{}},
	} {
		r := Report{Channel: Channel{Date: test.channel}, OldLock: true, StuckChannel: true}
		r.Base.Nixpkgs.Date = test.lock
		if r = r.Aged(now); (ages{r.OldLock, r.StuckChannel}) != test.want {
			t.Errorf("lock of %v, channel of %v: %v, %v, want %v", test.lock, test.channel, r.OldLock, r.StuckChannel, test.want)
		}
	}
}

// TestAgesStay renders the same situation a day later: nothing may change.
func TestAgesStay(t *testing.T) {
	for _, test := range scenarios() {
		now := test.report.Channel.Date.AddDate(0, 0, 45)
		today, tomorrow := test.report.Aged(now), test.report.Aged(now.AddDate(0, 0, 1))
		if !today.OldLock {
			t.Errorf("%s is not old", test.name)
		}
		if diff := cmp.Diff(Markdown(today, 60_000), Markdown(tomorrow, 60_000)); diff != "" {
			t.Errorf("%s mismatch (-today +tomorrow):\n%s", test.name, diff)
		}
		var one, other bytes.Buffer
		if err := Terminal(&one, today, Options{Width: 80}); err != nil {
			t.Fatal(err)
		}
		if err := Terminal(&other, tomorrow, Options{Width: 80}); err != nil || one.String() != other.String() {
			t.Errorf("%s: on a terminal it changes, %v", test.name, err)
		}
		if written(t, today) != written(t, tomorrow) {
			t.Errorf("%s: report.json changes", test.name)
		}
	}
}
