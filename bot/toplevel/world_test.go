package toplevel

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// top is where the toplevel of a world is.
const top = "/nix/store/~nixos-system-box-25.11"

// A world is what a test's machine has: paths and texts, or "-> " and where a
// link leads. Paths without a slash in front are below the toplevel, and ~ in a
// store path stands for its hash.
type world map[string]string

func hashed(text string) string {
	return strings.ReplaceAll(text, "/~", "/00000000000000000000000000000000-")
}

func (w world) fs() fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range w {
		if !strings.HasPrefix(name, "/") {
			name = top + "/" + name
		}
		file := &fstest.MapFile{Data: []byte(hashed(text)), Mode: 0o444}
		if target, ok := strings.CutPrefix(hashed(text), "-> "); ok {
			file = &fstest.MapFile{Data: []byte(target), Mode: 0o777 | fs.ModeSymlink}
		}
		all[strings.TrimPrefix(hashed(name), "/")] = file
	}
	return all
}

// read reads the world's toplevel, to which a nixos-version is added.
func (w world) read(t testing.TB) *Toplevel {
	t.Helper()
	files := w.fs()
	files[strings.TrimPrefix(hashed(top), "/")+"/nixos-version"] = &fstest.MapFile{Data: []byte("25.11.test")}
	got, err := Read(files, hashed(top))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// unitsAt gives a world whose units are where NixOS has them, behind two links.
// Paths that begin with a slash stay.
func unitsAt(units map[string]string) world {
	w := world{
		"etc":                                "-> /nix/store/~etc/etc",
		"/nix/store/~etc/etc/systemd/system": "-> /nix/store/~system-units",
	}
	for name, text := range units {
		if !strings.HasPrefix(name, "/") {
			name = "/nix/store/~system-units/" + name
		}
		w[name] = text
	}
	return w
}
