package bot

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/forecast"
	"github.com/nixferry/nixferry/bot/toplevel"
	"github.com/nixferry/nixferry/bot/verdict"
)

// foretell says what a switch will do on each host that is built on both sides,
// and keeps what it read of the systems for the next run, with their closures
// from graph. A toplevel that cannot be read costs its host the forecast, and is
// said. Systems are large, so that it takes as many hosts at once as there are cores.
func (c *crossing) foretell(graph *closure.Graph, base, head side) map[string]*forecast.Switch {
	defer c.time(&c.timings.Compare)()
	hosts := head.sorted()
	foretold := make([]*forecast.Switch, len(hosts))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, h := range hosts {
		group.Go(func() error {
			before, after := c.system(graph, base.hosts[h.name]), c.system(graph, h)
			if before != nil && after != nil {
				s := forecast.Compare(before, after)
				foretold[i] = &s
			}
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	c.known.forget(c.world.Now())
	all := map[string]*forecast.Switch{}
	for i, h := range hosts {
		all[h.name] = foretold[i]
	}
	return all
}

// system is what the toplevel of a host says of the machine; nil where it is
// not built or cannot be read.
func (c *crossing) system(graph *closure.Graph, h *host) *toplevel.Toplevel {
	if h == nil || h.build != verdict.OK {
		return nil
	}
	var system *toplevel.Toplevel
	var err error
	if h.remembered {
		system, err = c.known.system(h.facts.Out, c.world.Now())
	} else if system, err = c.world.readSystem(h.facts.Out); err == nil {
		err = c.known.save(graph, system)
	}
	if err != nil {
		c.progress.line("%s: %v", h.name, err)
	}
	return system
}

// foretell says what a switch between two systems of the store will do; nil
// where one of them is no system, or not on this machine.
func (w World) foretell(before, after string) *forecast.Switch {
	was, err := w.readSystem(before)
	if err != nil {
		return nil
	}
	will, err := w.readSystem(after)
	if err != nil {
		return nil
	}
	foretold := forecast.Compare(was, will)
	return &foretold
}

// readSystem reads a toplevel of the store. Only files of the store are there: a
// link in a package must not bring a file of the machine that builds it into a
// pull request.
func (w World) readSystem(path string) (*toplevel.Toplevel, error) {
	root, err := os.OpenRoot(w.storeDir())
	if err != nil {
		return nil, fmt.Errorf("reading the system at %s: %w", path, err)
	}
	defer root.Close()
	return toplevel.Read(storeFiles{root.FS(), strings.Trim(root.Name(), "/") + "/"}, path)
}

// storeFiles are the files of the store by their paths on this machine. What
// lies elsewhere is not there; nor is what a link leads to, for whoever reads
// follows links by himself.
type storeFiles struct {
	store fs.FS // rooted at the store
	dir   string
}

// Open opens a file of the store.
func (s storeFiles) Open(name string) (fs.File, error) { return s.store.Open(s.inside(name)) }

// ReadLink is where a link in the store leads. A system has thousands, and where
// one leads is no secret: it does without the precautions of os.Root.
func (s storeFiles) ReadLink(name string) (string, error) {
	if s.inside(name) == "/" {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrNotExist}
	}
	return os.Readlink("/" + name)
}

// Lstat describes a file of the store, a link as such.
func (s storeFiles) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(s.store, s.inside(name)) }

// inside is a path below the store, and an impossible one for all others.
func (s storeFiles) inside(name string) string {
	if below, ok := strings.CutPrefix(name, s.dir); ok {
		return below
	}
	return "/"
}
