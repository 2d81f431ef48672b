package bot

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
)

// A known tells of toplevels that were built in earlier runs: a file each, with
// the closure, in a directory that outlives the run. What is known needs no
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
		return known{filepath.Join(cfg.CacheDir, "closures")}
	case filepath.IsAbs(cache):
		return known{filepath.Join(cache, "nixferry", "closures")}
	case filepath.IsAbs(home):
		return known{filepath.Join(home, ".cache", "nixferry", "closures")}
	}
	return known{}
}

func (k known) file(toplevel string) string {
	return filepath.Join(k.dir, filepath.Base(toplevel)+".json.gz")
}

// listing is the closure of a toplevel that was built before; nil without an
// error where nobody remembers. The error is that of a file which is there and
// cannot be read.
func (k known) listing(toplevel string, now time.Time) (closure.Listing, error) {
	if k.dir == "" || toplevel == "" {
		return nil, nil
	}
	file, err := os.Open(k.file(toplevel))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading a saved closure: %w", err)
	}
	defer file.Close()
	root, listing, err := closure.ReadSnapshot(file)
	if err == nil && root != toplevel {
		err = fmt.Errorf("reading a saved closure: %s is that of %s", file.Name(), root)
	}
	if err != nil {
		return nil, err
	}
	_ = os.Chtimes(file.Name(), now, now) // it is of use
	return listing, nil
}

// save keeps the closure of a toplevel that was built, and forgets those that
// were of no use for long.
func (k known) save(g *closure.Graph, toplevel string) error {
	if k.dir == "" {
		return nil
	}
	if err := os.MkdirAll(k.dir, 0o777); err != nil {
		return fmt.Errorf("saving a closure: set `cache-dir` to a directory that can be written: %w", err)
	}
	return writeFile(k.file(toplevel), func(w io.Writer) error { return g.WriteSnapshot(w, toplevel) })
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
