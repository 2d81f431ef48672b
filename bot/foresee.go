package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/nixferry/nixferry/bot/cache"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/store"
	"github.com/nixferry/nixferry/bot/workload"
)

// foresee says what building hosts of a side will take, before it begins: how
// much has to be built, how much can be fetched, and whether the disk holds
// it. It only ever helps to plan: where something keeps it from looking ahead,
// the build goes on without.
func (c *crossing) foresee(ctx context.Context, s side, hosts []*host) {
	forecast, err := c.forecast(ctx, hosts)
	if err != nil {
		c.progress.line("looking ahead: %v", err)
		return
	}
	for _, h := range hosts {
		if work, ok := forecast.Hosts[h.name]; ok {
			h.work = &work
			c.progress.line("%-4s %-12s %s", s.name, h.name, takes(work))
		}
	}
	c.progress.line("%-4s %s in all", s.name, takes(forecast.All))
	dir := c.world.storeDir()
	if free, err := freeDisk(dir); err == nil {
		if note := tooMuch(forecast.All, s.name, dir, free); note != "" {
			c.warn("%s", note)
		}
	}
}

// tooMuch says that work does not fit a disk with so many bytes free; "" where
// it does.
func tooMuch(work workload.Work, side, dir string, free int64) string {
	needs, fits := work.Fits(free)
	if fits {
		return ""
	}
	return fmt.Sprintf("Building %s needs about %s in %s, where %s are free: what does not fit ends inconclusive. Free some space, or judge fewer hosts at a time with `hosts`.",
		side, mebibytes(needs), dir, mebibytes(free))
}

// forecast asks the store and the binary caches.
func (c *crossing) forecast(ctx context.Context, hosts []*host) (workload.Forecast, error) {
	roots := map[string]string{}
	var drvs []string
	for _, h := range hosts {
		roots[h.name] = h.facts.Drv
		drvs = append(drvs, h.facts.Drv)
	}
	set, err := derivation.Load(store.ReadDerivation, drvs)
	if err != nil {
		return workload.Forecast{}, err
	}
	how, err := c.substitution(ctx)
	if err != nil {
		return workload.Forecast{}, err
	}
	client := cache.Open(ctx, how.Caches)
	forecast, err := workload.Look(ctx, workload.World{
		Derivations:      set,
		Valid:            c.closures.valid,
		Ask:              client.Look,
		Substitute:       len(how.Caches) > 0,
		AlwaysSubstitute: how.Always,
	}, roots)
	for _, passed := range client.Passed() {
		c.progress.line("looking ahead without %s, which %s", passed.Cache, passed.Why)
	}
	if err == nil && client.Off() {
		err = errors.New("no binary cache can be asked")
	}
	return forecast, err
}

// takes says what there is to do.
func takes(w workload.Work) string {
	text := fmt.Sprintf("%d derivations to build, %d paths to fetch", w.Build, w.Fetch)
	if w.Fetch > 0 {
		text += fmt.Sprintf(" (%s to download, %s unpacked)", mebibytes(w.Download), mebibytes(w.Unpacked))
	}
	if w.Unknown > 0 {
		text += fmt.Sprintf(", and %d of which no cache can say", w.Unknown)
	}
	return text
}

// mebibytes writes a size for the log.
func mebibytes(n int64) string {
	if n >= 10<<30 {
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// storeDir is where what is built and fetched goes.
func (w World) storeDir() string { return cmp.Or(w.Getenv("NIX_STORE_DIR"), "/nix/store") }

// freeDisk is how many bytes a user may still write below a directory.
func freeDisk(dir string) (int64, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return 0, fmt.Errorf("asking for the free space in %s: %w", dir, err)
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}
