package bot

import (
	"testing"

	"github.com/nixferry/nixferry/bot/workload"
)

func TestTooMuch(t *testing.T) {
	work := workload.Work{Fetch: 2, Download: 1 << 30, Unpacked: 20 << 30}
	const want = "Building head needs about 22.0 GiB in /nix/store, where 14.0 GiB are free: what does not fit ends inconclusive. " +
		"Free some space, or judge fewer hosts at a time with `hosts`."
	if got := tooMuch(work, "head", "/nix/store", 14<<30); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := tooMuch(work, "head", "/nix/store", 22<<30); got != "" {
		t.Errorf("got %s for what fits", got)
	}
}

func TestTakes(t *testing.T) {
	for want, work := range map[string]workload.Work{
		"3 derivations to build, 0 paths to fetch": {Build: 3},
		"0 derivations to build, 318 paths to fetch (9.1 MiB to download, 40.0 MiB unpacked), and 2 of which no cache can say": {
			Fetch: 318, Download: 9<<20 + 100<<10, Unpacked: 40 << 20, Unknown: 2,
		},
	} {
		if got := takes(work); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestFreeDisk(t *testing.T) {
	if free, err := freeDisk(t.TempDir()); err != nil || free <= 0 {
		t.Errorf("got %d, %v", free, err)
	}
	if _, err := freeDisk("/does/not/exist"); err == nil {
		t.Error("no error for a directory that is not there")
	}
}
