package bot

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/derivation"
	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/store"
)

// A closureReader reads the closures of toplevels: from Nix' database, where
// that is right and possible, and else by way of the command line, which works
// with every store.
type closureReader struct {
	store *store.Store // nil where the database is not to be read
	nix   func() (*nix.CLI, error)
	line  func(format string, args ...any)
}

// newClosureReader opens the local store, if that is the store Nix uses.
func (w World) newClosureReader(cfg config.Config, cli func() (*nix.CLI, error), line func(format string, args ...any)) closureReader {
	if !w.Verbose {
		line = func(string, ...any) {}
	}
	r := closureReader{nix: cli, line: line}
	where, err := store.Locate(func(name string) string {
		if other := cfg.NixOptions["store"]; name == "NIX_CONFIG" && other != "" {
			return w.Getenv(name) + "\nstore = " + other
		}
		return w.Getenv(name)
	})
	if err == nil {
		r.store, err = store.Open(where)
	}
	if err != nil {
		line("asking nix for the closures: %v", err)
	}
	return r
}

// listing reads the closures of roots.
func (r closureReader) listing(ctx context.Context, roots []string) (closure.Listing, error) {
	roots = slices.Compact(slices.Sorted(slices.Values(roots)))
	if r.store != nil {
		listing, err := r.store.Closures(ctx, roots)
		if err == nil || ctx.Err() != nil {
			return listing, err
		}
		r.line("asking nix for the closures: %v", err)
	}
	cli, err := r.nix()
	if err != nil {
		return nil, err
	}
	text, err := cli.PathInfo(ctx, roots)
	if err != nil {
		return nil, err
	}
	return closure.ParsePathInfo(bytes.NewReader(text))
}

// valid returns those of paths that are in the store.
func (r closureReader) valid(ctx context.Context, paths []string) ([]string, error) {
	if r.store != nil {
		if valid, err := r.store.Valid(ctx, paths); err == nil {
			return valid, nil
		}
	}
	cli, err := r.nix()
	if err != nil {
		return nil, err
	}
	return cli.Valid(ctx, paths)
}

// truth is what a derivation of the local store says of its name and version.
func truth(drv string) (pname, version string, ok bool) {
	text, err := store.ReadDerivation(drv)
	if err != nil {
		return "", "", false
	}
	d, err := derivation.Parse(drv, string(text))
	if err != nil {
		return "", "", false
	}
	return d.Truth()
}

// graph lays the closures of roots and those that are known on top of each
// other.
func (r closureReader) graph(ctx context.Context, roots []string, names closure.Names, known ...closure.Listing) (*closure.Graph, error) {
	listings := known
	if len(roots) > 0 {
		listing, err := r.listing(ctx, roots)
		if err != nil {
			return nil, err
		}
		listings = append(listings, listing)
	}
	names.Derivation = truth
	g, err := closure.NewGraph(names, listings...)
	if err != nil {
		return nil, fmt.Errorf("reading the closures: %w", err)
	}
	return g, nil
}

// causesOf says which recipes of some hosts changed themselves; nil where there
// is nothing to compare.
func causesOf(pairs []derivation.Pair) (*derivation.Causes, error) {
	if len(pairs) == 0 {
		return nil, nil
	}
	var roots []string
	for _, pair := range pairs {
		roots = append(roots, pair.Before, pair.After)
	}
	set, err := derivation.Load(store.ReadDerivation, roots)
	if err != nil {
		return nil, fmt.Errorf("looking for the causes of rebuilds: %w", err)
	}
	causes := derivation.Compare(set, pairs)
	return &causes, nil
}
