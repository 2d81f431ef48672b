package toplevel

import (
	"io/fs"
	"path"
	"strings"
)

// A reader reads files below the machine's root and remembers where links led.
type reader struct {
	fsys     fs.FS
	resolved map[string]string // directory -> the same without links
}

// maxLinks is how many links lie on one path at most, as for the kernel.
// https://man7.org/linux/man-pages/man7/path_resolution.7.html
const maxLinks = 40

// devNull is what a masked unit or drop-in leads to.
const devNull = "dev/null"

// resolve follows all links of a path and gives what fs.FS calls it, without the
// slash in front. What is not there stays as it is, so that reading it says so.
func (r *reader) resolve(name string) string {
	return r.follow(strings.TrimPrefix(name, "/"), maxLinks)
}

func (r *reader) follow(name string, links int) string {
	name = path.Clean(name)
	if links == 0 {
		return "" // no path at all, for fs.FS
	}
	if name == "." {
		return name
	}
	if dir := path.Dir(name); dir != "." {
		dest, known := r.resolved[dir]
		if !known {
			dest = r.follow(dir, links)
			r.resolved[dir] = dest
		}
		if dest == "" {
			return ""
		}
		name = path.Join(dest, path.Base(name))
	}
	if target, ok := r.link(name); ok {
		return r.follow(target, links-1)
	}
	return name
}

// link gives the target of a link as fs.FS calls it, and false for what is none.
func (r *reader) link(name string) (string, bool) {
	target, err := fs.ReadLink(r.fsys, name)
	if err != nil {
		return "", false
	}
	if !path.IsAbs(target) {
		target = path.Dir(name) + "/" + target
	}
	return strings.TrimPrefix(path.Clean("/"+target), "/"), true
}

// text gives a file's text, "" for what is not there.
func (r *reader) text(name string) string { return r.plain(r.resolve(name)) }

// plain does so for a path without links.
func (r *reader) plain(name string) string {
	data, err := fs.ReadFile(r.fsys, strings.TrimPrefix(name, "/"))
	if err != nil {
		return ""
	}
	return string(data)
}

// list gives the entries of a directory by name, none for what is not there.
func (r *reader) list(name string) []fs.DirEntry {
	entries, err := fs.ReadDir(r.fsys, r.resolve(name))
	if err != nil {
		return nil
	}
	return entries
}

// entry resolves the path of an entry of a directory that has been resolved.
func (r *reader) entry(dir string, entry fs.DirEntry) string {
	name := dir + "/" + entry.Name()
	if entry.Type()&fs.ModeSymlink == 0 {
		return name
	}
	return r.resolve(name)
}

// exists says whether a path leads to something.
func (r *reader) exists(name string) bool {
	_, err := fs.Stat(r.fsys, r.resolve(name))
	return err == nil
}

// leads gives the absolute path that a path leads to, "" for nothing.
func (r *reader) leads(name string) string {
	if !r.exists(name) {
		return ""
	}
	return "/" + r.resolve(name)
}

const store = "nix/store/"

// hashLength is that of a store path's hash and the dash behind it.
const hashLength = 33

// storeName gives the name of the store path that a path is in, without its
// hash; "" for a path that is in none.
func storeName(name string) string {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(name, "/"), store)
	rest, _, _ = strings.Cut(rest, "/")
	if !ok || len(rest) <= hashLength {
		return ""
	}
	return rest[hashLength:]
}
