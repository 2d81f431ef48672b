package config

import (
	"errors"
	"slices"
)

// A Gate is what has to hold of the hosts before a bump is merged. The zero
// Gate asks for no regression.
type Gate struct {
	// All asks for every host to be green, skipped ones apart.
	All bool
	// Hosts are those that have to be green whatever the others are; nil for
	// none in particular.
	Hosts *Globs
}

func setMergeGate(c *Config, s string) error {
	switch s {
	case "no-regression":
		return nil
	case "all":
		c.MergeGate.All = true
		return nil
	}
	patterns := split(s)
	if slices.Contains(patterns, "no-regression") || slices.Contains(patterns, "all") {
		return errors.New("`no-regression` and `all` stand alone; write one of them, or hosts")
	}
	hosts, err := ParseGlobs(patterns)
	c.MergeGate.Hosts = &hosts
	return err
}
