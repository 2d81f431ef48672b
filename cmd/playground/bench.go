package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A meter measures a nixferry binary and prints what it finds.
type meter struct {
	binary, files string
	env           []string
	out           io.Writer
}

// benches are what can be measured, by the name to choose it with.
var benches = []struct {
	name    string
	measure func(meter, context.Context) error
}{
	{"run", meter.wholeRun},
	{"closures/fleet", meter.fleet},
	{"closures/host", meter.host},
	{"closures/many", meter.many},
	{"causes", meter.causes},
	{"closures/store", meter.bigStore},
}

// measure prints what the benches say whose names match the expression only.
func measure(ctx context.Context, binary, only, files string, env []string, out io.Writer) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("reading which benches to run: %w", err)
	}
	path, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	found := false
	for _, bench := range benches {
		if !chosen.MatchString(bench.name) {
			continue
		}
		found = true
		fmt.Fprintf(out, "== %s: ", bench.name)
		if err := bench.measure(meter{path, files, env, out}, ctx); err != nil {
			return err
		}
		fmt.Fprintln(out)
	}
	if !found {
		return fmt.Errorf("no bench matches %s: there are %s", only, benchNames())
	}
	return nil
}

// A side is one of those compared: commands that run one after the other.
type side struct {
	name  string
	argvs [][]string
	env   []string
}

// A cost is what commands took.
type cost struct {
	wall time.Duration
	// own is the CPU time of the process itself, all also that of the
	// processes it started.
	own, all time.Duration
	// memory is the most that a process held, in bytes. Linux counts in what
	// this process held when it forked, so it is rather too much.
	memory int64
}

// compare prints the median costs of sides that run in turn, so that whatever
// else the machine does hits all alike. The first round only warms up.
func (m meter) compare(ctx context.Context, rounds int, sides ...side) ([]cost, error) {
	all := make([][]cost, len(sides))
	for round := range rounds + 1 {
		for number, side := range sides {
			c, err := side.cost(ctx, m.env)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				all[number] = append(all[number], c)
			}
		}
	}
	fmt.Fprintf(m.out, "median of %d\n\n%-40s %10s %10s %8s\n", rounds, "", "wall", "CPU", "RSS")
	medians := make([]cost, len(sides))
	for number, costs := range all {
		c := median(costs)
		medians[number] = c
		fmt.Fprintf(m.out, "%-40s %8.1fms %8.1fms %5.0fMiB\n", sides[number].name, c.wall.Seconds()*1e3, c.all.Seconds()*1e3, float64(c.memory)/(1<<20))
	}
	fmt.Fprintln(m.out)
	return medians, nil
}

func (s side) cost(ctx context.Context, env []string) (cost, error) {
	var sum cost
	for _, argv := range s.argvs {
		c, err := timed(ctx, argv[0], argv[1:], slices.Concat(env, s.env))
		if err != nil {
			return cost{}, err
		}
		sum.wall += c.wall
		sum.all += c.all
		sum.memory = max(sum.memory, c.memory)
	}
	return sum, nil
}

// timed runs a command and takes its time. It writes to /dev/null; what it
// printed on stderr is in the error.
func timed(ctx context.Context, path string, args, env []string) (cost, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("running %s: %s: %w", path, stderr.Bytes(), err)
	}
	c := cost{wall: time.Since(start), all: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.memory = usage.Maxrss << 10
	}
	return c, nil
}

func median(costs []cost) cost {
	slices.SortFunc(costs, func(a, b cost) int { return cmp.Compare(a.wall, b.wall) })
	return costs[len(costs)/2]
}

func ratio(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }

// atLeast prints whether a figure is as high as wanted.
func (m meter) atLeast(what string, measured, wanted float64) {
	fmt.Fprintf(m.out, "%-40s %10.2f, wanted at least %g: %s\n", what, measured, wanted, holds(measured >= wanted))
}

// atMost prints whether a figure is as low as wanted.
func (m meter) atMost(what string, measured, wanted float64) {
	fmt.Fprintf(m.out, "%-40s %10.2f, wanted at most %g: %s\n", what, measured, wanted, holds(measured <= wanted))
}

func holds(yes bool) string {
	if yes {
		return "holds"
	}
	return "does NOT hold"
}

// benchNames are for the help.
func benchNames() string {
	var names []string
	for _, bench := range benches {
		names = append(names, bench.name)
	}
	return strings.Join(names, ", ")
}
