package bot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/nix"
)

// systemInputs finds out which input is the nixpkgs of each host. With one
// nixpkgs among the inputs there is nothing to ask. Else Nix is asked per host,
// which may fetch; under --no-lock, and where nixosConfigurations does not
// evaluate as it stands, names and use have to do.
func (d *draft) systemInputs(ctx context.Context, cfg config.Config, how BumpMode) (map[string]string, error) {
	if how.NoLock || len(d.source.Nixpkgs()) == 1 {
		return nil, nil
	}
	names, err := d.cli.Hosts(ctx, d.ref)
	if broken, err := unlisted(err); broken != nil || err != nil {
		return nil, err
	}
	found := make([]string, len(names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers(cfg))
	for i, name := range names {
		group.Go(func() error {
			path, err := d.cli.PkgsPath(ctx, d.ref, name)
			var broken *nix.EvalError
			if err != nil && !errors.As(err, &broken) {
				return err
			}
			found[i], _ = flake.SystemInput(d.lock, path)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	inputs := map[string]string{}
	for i, name := range names {
		inputs[name] = found[i]
	}
	return inputs, nil
}

// The bounds of what is read of a repository to find out what its hosts use.
const (
	maxModules    = 2000
	maxModuleSize = 1 << 20
)

// modules reads the Nix files of a tree but for flake.nix itself, as far as
// they can be read: they only help to guess.
func modules(root, flakeNix string) (texts [][]byte) {
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if len(texts) == maxModules {
			return fs.SkipAll
		}
		if err != nil {
			return fs.SkipDir
		}
		if entry.IsDir() && entry.Name() == ".git" {
			return fs.SkipDir
		}
		if !entry.Type().IsRegular() || filepath.Ext(path) != ".nix" || path == flakeNix {
			return nil
		}
		if info, err := entry.Info(); err == nil && info.Size() <= maxModuleSize {
			if text, err := os.ReadFile(path); err == nil {
				texts = append(texts, text)
			}
		}
		return nil
	})
	return texts
}
