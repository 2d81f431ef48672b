// Package cache asks binary caches which store paths they have: all caches that
// Nix would ask, in its order, for thousands of paths at once ([Client]), or
// NixOS' public one for a few ([Has]): what that has, somebody else has built.
// It only ever helps to forecast and to explain, so that no answer is an answer,
// too.
package cache

import (
	"context"
	"net/url"
	"slices"
	"time"
)

// Host is the public cache's.
const Host = "cache.nixos.org"

// The bounds of what Has asks.
const (
	few   = 10
	hurry = 5 * time.Second
)

// In reports whether the public cache is among the substituters of Nix.
func In(substituters []string) bool {
	return slices.ContainsFunc(substituters, func(text string) bool {
		u, err := url.Parse(text)
		return err == nil && u.Hostname() == Host
	})
}

// Has asks the cache at base ("https://cache.nixos.org") for store paths, the
// first ten of them, for five seconds at most. The answer says of each path
// whether the cache has it; a path is missing where it did not say.
func Has(ctx context.Context, base string, paths []string) map[string]bool {
	ctx, cancel := context.WithTimeout(ctx, hurry)
	defer cancel()
	paths = paths[:min(len(paths), few)]
	have, unsure := Open(ctx, []string{base}).Look(ctx, paths)
	has := map[string]bool{}
	for _, path := range paths {
		if _, there := have[path]; there || !slices.Contains(unsure, path) {
			has[path] = there
		}
	}
	return has
}
