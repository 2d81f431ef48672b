package bot

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/toplevel"
)

// A known tells of toplevels that were built in earlier runs: two files each,
// with the closure and the system, in a directory that outlives the run. What is known needs no
// building to be compared with. The zero value knows nothing.
type known struct{ dir string }

// forgotten is how long a toplevel is known after it was last of use.
const forgotten = 60 * 24 * time.Hour

// known opens the cache directory: the owner's, or nixferry's in the user's.
// Without either there is nothing to remember.
// https://specifications.freedesktop.org/basedir-spec/latest/
func (w World) known(cfg config.Config) known {
	switch cache, home := w.Getenv("XDG_CACHE_HOME"), w.Getenv("HOME"); {
	case cfg.CacheDir != "":
		return known{filepath.Join(cfg.CacheDir, "toplevels")}
	case filepath.IsAbs(cache):
		return known{filepath.Join(cache, "nixferry", "toplevels")}
	case filepath.IsAbs(home):
		return known{filepath.Join(home, ".cache", "nixferry", "toplevels")}
	}
	return known{}
}

// What is kept of a toplevel: its closure, and what it says of the system.
const closureFile, systemFile = "closure", "system"

func (k known) file(path, what string) string {
	return filepath.Join(k.dir, filepath.Base(path)+"."+what+".json.gz")
}

// closure is that of a toplevel which was built before and of which the system
// is known, too; nil without an error where nobody remembers. The error is that
// of a file which is there and cannot be read.
func (k known) closure(path string, now time.Time) (listing closure.Listing, err error) {
	if _, err := os.Stat(k.file(path, systemFile)); k.dir == "" || path == "" || errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	err = k.read(path, closureFile, now, func(r io.Reader) (err error) {
		var root string
		if root, listing, err = closure.ReadSnapshot(r); err == nil && root != path {
			err = fmt.Errorf("it is the closure of %s", root)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return listing, nil
}

// system is what a toplevel says of the machine, as an earlier run read it.
func (k known) system(path string, now time.Time) (*toplevel.Toplevel, error) {
	saved := savedSystem{System: &toplevel.Toplevel{}}
	err := k.read(path, systemFile, now, func(r io.Reader) error {
		unpacker, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		if err := json.NewDecoder(unpacker).Decode(&saved); err != nil {
			return err
		}
		if saved.Facts != toplevel.Facts {
			return fmt.Errorf("another nixferry read other facts (%d, not %d)", saved.Facts, toplevel.Facts)
		}
		return nil
	})
	if err == nil && saved.System.Path != path {
		err = fmt.Errorf("reading what is known of %s: it is that of %q", path, saved.System.Path)
	}
	if err != nil {
		return nil, err
	}
	return saved.System, nil
}

// read reads a file of a toplevel, if it is there, and notes that it is of use.
func (k known) read(path, what string, now time.Time, from func(io.Reader) error) error {
	name := k.file(path, what)
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer file.Close()
		err = from(file)
	}
	if err != nil {
		return fmt.Errorf("reading what is known of the %s of %s: %w", what, path, err)
	}
	_ = os.Chtimes(name, now, now) // else it is forgotten sooner
	return nil
}

// A savedSystem is the form in which a toplevel's facts are kept.
type savedSystem struct {
	Facts  int                `json:"facts"` // the version of what is read
	System *toplevel.Toplevel `json:"system"`
}

// save keeps the closure and the facts of a toplevel that was built. What
// cannot be read as a system is not kept.
func (k known) save(g *closure.Graph, system *toplevel.Toplevel) error {
	if k.dir == "" || system == nil {
		return nil
	}
	if err := os.MkdirAll(k.dir, 0o777); err != nil {
		return fmt.Errorf("keeping what was built: set `cache-dir` to a directory that can be written: %w", err)
	}
	err := writeFile(k.file(system.Path, closureFile), func(w io.Writer) error { return g.WriteSnapshot(w, system.Path) })
	if err != nil {
		return err
	}
	return writeFile(k.file(system.Path, systemFile), func(w io.Writer) error {
		packer := gzip.NewWriter(w)
		return errors.Join(json.NewEncoder(packer).Encode(savedSystem{toplevel.Facts, system}), packer.Close())
	})
}

// forget removes what was of no use for long.
func (k known) forget(now time.Time) {
	files, _ := filepath.Glob(filepath.Join(k.dir, "*.json.gz"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && now.Sub(info.ModTime()) > forgotten {
			_ = os.Remove(file) // it is in nobody's way
		}
	}
}
