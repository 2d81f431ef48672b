package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/nixferry/nixferry/cmd/playground/stores"
)

// A shelf is a made-up store to measure on.
type shelf struct {
	// dir is the shelf's directory, state its NIX_STATE_DIR.
	dir, state string
	fleet      stores.Fleet
	env        []string
}

// shelve registers a fleet of some hosts, and padding further paths.
func (m meter) shelve(ctx context.Context, hosts, padding int) (shelf, error) {
	dir, err := os.MkdirTemp("", "nixferry-bench-")
	if err != nil {
		return shelf{}, err
	}
	s := shelf{dir: dir, state: filepath.Join(dir, "state"), fleet: stores.New(hosts)}
	s.env, err = s.fleet.Load(ctx, s.state, padding)
	s.env = append(s.env, "HOME="+dir)
	if err != nil {
		s.close()
	}
	return s, err
}

func (s shelf) close() { os.RemoveAll(s.dir) }

// nix is what diff-closures takes for some hosts.
func (s shelf) nix(hosts ...stores.Host) side {
	all := side{name: fmt.Sprintf("%d x nix store diff-closures", len(hosts)), env: s.env}
	for _, host := range hosts {
		all.argvs = append(all.argvs, []string{"nix", "store", "diff-closures", host.Before, host.After})
	}
	return all
}

// ferry is nixferry on the first host.
func (m meter) ferry(name string, s shelf) side {
	host := s.fleet.Hosts[0]
	return side{name: name, argvs: [][]string{{m.binary, "diff", host.Before, host.After}}, env: s.env}
}

// ferryAll is nixferry on all hosts at once.
func (m meter) ferryAll(s shelf) (side, error) {
	var lines strings.Builder
	for _, host := range s.fleet.Hosts {
		fmt.Fprintln(&lines, host.Name, host.Before, host.After)
	}
	pairs := filepath.Join(s.dir, "pairs")
	err := os.WriteFile(pairs, []byte(lines.String()), 0o666)
	return side{"nixferry diff --pairs", [][]string{{m.binary, "diff", "--pairs", pairs}}, s.env}, err
}

// fleet compares twenty hosts in one process with one process a host.
func (m meter) fleet(ctx context.Context) error {
	fmt.Fprint(m.out, "20 hosts, both sides of a staging bump; ")
	s, err := m.shelve(ctx, 20, 0)
	if err != nil {
		return err
	}
	defer s.close()
	all, err := m.ferryAll(s)
	if err != nil {
		return err
	}
	costs, err := m.compare(ctx, 7, s.nix(s.fleet.Hosts...), all)
	if err != nil {
		return err
	}
	m.atLeast("times faster than nix", ratio(costs[0].wall, costs[1].wall), 20)
	return nil
}

// host compares one host, also with dix where it is.
func (m meter) host(ctx context.Context) error {
	fmt.Fprint(m.out, "one host, warm; ")
	s, err := m.shelve(ctx, 20, 0)
	if err != nil {
		return err
	}
	defer s.close()
	host := s.fleet.Hosts[0]
	sides := []side{s.nix(host), m.ferry("nixferry diff", s)}
	within := func(do func() error) error { return do() }
	if dix, err := exec.LookPath("dix"); err == nil {
		sides = append(sides, side{"dix", [][]string{{dix, host.Before, host.After}}, s.env})
		within = s.asSystem
	}
	return within(func() error {
		costs, err := m.compare(ctx, 25, sides...)
		if err != nil {
			return err
		}
		m.atLeast("times faster than nix", ratio(costs[0].wall, costs[1].wall), 4)
		if len(costs) > 2 {
			m.atLeast("times faster than dix", ratio(costs[2].wall, costs[1].wall), 1)
		}
		return nil
	})
}

// bigStore compares one host in a store that holds much else.
func (m meter) bigStore(ctx context.Context) error {
	fmt.Fprint(m.out, "one host, and 250,000 other paths in the store (a minute to make); ")
	var shelves [2]shelf
	for number, padding := range []int{0, 250_000} {
		s, err := m.shelve(ctx, 20, padding)
		if err != nil {
			return err
		}
		defer s.close()
		shelves[number] = s
	}
	costs, err := m.compare(ctx, 25, m.ferry("nixferry diff, small store", shelves[0]), m.ferry("nixferry diff, big store", shelves[1]))
	if err != nil {
		return err
	}
	m.atMost("times slower", ratio(costs[1].wall, costs[0].wall), 1.5)
	return nil
}

// many compares and folds two hundred hosts.
func (m meter) many(ctx context.Context) error {
	fmt.Fprint(m.out, "200 hosts, both sides; ")
	s, err := m.shelve(ctx, 200, 0)
	if err != nil {
		return err
	}
	defer s.close()
	all, err := m.ferryAll(s)
	if err != nil {
		return err
	}
	costs, err := m.compare(ctx, 5, all)
	if err != nil {
		return err
	}
	m.atMost("seconds of CPU", costs[0].all.Seconds(), 1)
	m.atMost("MB of memory", float64(costs[0].memory)/1e6, 300)
	return nil
}

// causes compares the recipes of a system with what nix takes to print them.
func (m meter) causes(ctx context.Context) error {
	fmt.Fprint(m.out, "two systems of 2,800 derivations; ")
	dir, err := os.MkdirTemp("", "nixferry-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	before, after, env, err := stores.Instantiate(ctx, dir)
	if err != nil {
		return err
	}
	env = append(env, "HOME="+dir)
	costs, err := m.compare(ctx, 15,
		// The name that every version knows.
		side{"nix show-derivation -r", [][]string{{"nix", "show-derivation", "-r", before, after}}, env},
		side{"nixferry diff, of .drv", [][]string{{m.binary, "diff", before, after}}, env})
	if err != nil {
		return err
	}
	m.atLeast("times faster than nix", ratio(costs[0].wall, costs[1].wall), 4)
	return nil
}
