package bot

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/nixferry/nixferry/bot/config"
)

// workers is how many hosts may be evaluated at once: what the owner set, or
// as many as there are cores and free memory for, one at least.
func workers(cfg config.Config) int {
	if cfg.EvalWorkers > 0 {
		return cfg.EvalWorkers
	}
	n := runtime.NumCPU()
	if free, ok := freeMemory(); ok && cfg.EvalMemory > 0 {
		n = min(n, int(free/cfg.EvalMemory))
	}
	return max(n, 1)
}

// freeMemory is MemAvailable of /proc/meminfo in bytes, where there is one,
// and no more than what the cgroup still allows.
// https://docs.kernel.org/filesystems/proc.html#meminfo
func freeMemory() (int64, bool) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	free, ok := parseMemAvailable(string(text))
	if limit, used := cgroupBytes("memory.max"), cgroupBytes("memory.current"); limit > 0 && used >= 0 {
		stat, _ := os.ReadFile("/sys/fs/cgroup/memory.stat")
		free = min(free, max(limit-used+parseReclaimable(string(stat)), 0))
	}
	return free, ok
}

func parseMemAvailable(meminfo string) (int64, bool) {
	for line := range strings.Lines(meminfo) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == "MemAvailable:" && fields[2] == "kB" {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			return n << 10, err == nil
		}
	}
	return 0, false
}

// parseReclaimable is what a cgroup uses only to cache files it has not read
// for a while, in bytes: the kernel takes it back before anything is killed.
func parseReclaimable(stat string) int64 {
	for line := range strings.Lines(stat) {
		if text, ok := strings.CutPrefix(line, "inactive_file "); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
			return max(n, 0)
		}
	}
	return 0
}

// cgroupBytes reads a number of the process's cgroup as containers mount it;
// -1 where there is none or it says "max".
// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
func cgroupBytes(name string) int64 {
	text, err := os.ReadFile("/sys/fs/cgroup/" + name)
	if err != nil {
		return -1
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
