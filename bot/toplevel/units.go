package toplevel

import (
	"io/fs"
	"path"
	"strings"
)

// kinds are the types of units that can stand in a directory of units.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html
var kinds = map[string]bool{
	"service": true, "socket": true, "target": true, "mount": true, "automount": true, "swap": true,
	"path": true, "timer": true, "slice": true, "scope": true, "device": true,
}

// A unitDir is a directory of units while it is read.
type unitDir struct {
	*reader
	dir     string
	units   map[string]*Unit
	aliases map[string]string   // second name -> what it is a link to
	dropIns map[string][]dropIn // what stands before ".d" -> its *.conf, by name
}

type dropIn struct{ name, file string }

// units reads a directory of units: files, links to files elsewhere, links to
// /dev/null, second names and drop-ins, as NixOS lays them out:
// https://github.com/NixOS/nixpkgs/blob/master/nixos/lib/systemd-lib.nix
func (r *reader) units(dir string) map[string]*Unit {
	d := &unitDir{r, r.resolve(dir), map[string]*Unit{}, map[string]string{}, map[string][]dropIn{}}
	for _, entry := range r.list(dir) {
		d.add(entry)
	}
	for owner := range d.dropIns {
		if d.units[owner] == nil && d.aliases[owner] == "" && ownsDropIns(owner) {
			d.units[owner] = &Unit{Name: owner}
		}
	}
	for _, u := range d.units {
		d.fill(u)
	}
	for name := range d.aliases {
		d.units[name] = d.named(name)
	}
	return d.units
}

// add notes what an entry of the directory is.
func (d *unitDir) add(entry fs.DirEntry) {
	name := entry.Name()
	if owner, ok := strings.CutSuffix(name, ".d"); ok {
		d.dropIns[owner] = d.configs(d.entry(d.dir, entry))
		return
	}
	if _, _, kind := split(name); !kinds[kind] {
		return
	}
	file := d.dir + "/" + name
	if target, ok := d.link(file); ok {
		if alias := d.alias(name, target); alias != "" {
			d.aliases[name] = alias
			return
		}
		file = d.resolve(target)
	}
	d.units[name] = &Unit{Name: name, Path: "/" + file}
}

// ownsDropIns says whether the drop-ins in a directory are for one unit, not for
// a type as in service.d nor for a prefix as in user-.slice.d.
func ownsDropIns(owner string) bool {
	prefix, instance, kind := split(owner)
	return kinds[kind] && prefix != "" &&
		(instance != "" || prefix == "-" || !strings.HasSuffix(prefix, "-"))
}

// alias gives the unit that a link is another name of: it leads to a name beside
// it. A link that leaves the directory is a unit with that file, and one from an
// instance to its template is no second name.
func (d *unitDir) alias(name, target string) string {
	if path.Dir(target) != d.dir {
		return ""
	}
	target = path.Base(target)
	prefix, instance, _ := split(name)
	if p, i, kind := split(target); i == "@" {
		if p == prefix {
			return ""
		}
		return p + instance + "." + kind
	}
	return target
}

// named makes the unit of a second name: what the first name says, under the
// other. The first may be an instance of a template.
func (d *unitDir) named(name string) *Unit {
	first := name
	for range maxLinks {
		next, ok := d.aliases[first]
		if !ok {
			break
		}
		first = next
	}
	u := Unit{Masked: true, Sections: Sections{}}
	for _, file := range []string{template(first), first} {
		if unit := d.units[file]; unit != nil {
			u = *unit
		}
	}
	u.Name, u.Alias = name, first
	return &u
}

// fill reads a unit's files.
func (d *unitDir) fill(u *Unit) {
	base := template(u.Name)
	if file := d.units[base]; u.Path == "" && file != nil {
		u.Path = file.Path
	}
	u.Sections = Sections{}
	if u.Path != "" {
		text := d.plain(u.Path)
		u.Masked = text == ""
		u.Sources = append(u.Sources, u.Path)
		u.Sections.parse(text)
	}
	for _, owner := range []string{base, u.Name} {
		for _, in := range d.dropIns[owner] {
			u.Sources = append(u.Sources, in.file)
			u.Sections.parse(d.plain(in.file))
		}
	}
}

// configs lists the drop-ins in a directory, without those masked.
func (d *unitDir) configs(dir string) []dropIn {
	var all []dropIn
	for _, entry := range d.list(dir) {
		if !strings.HasSuffix(entry.Name(), ".conf") {
			continue
		}
		if file := d.entry(dir, entry); file != devNull {
			all = append(all, dropIn{entry.Name(), "/" + file})
		}
	}
	return all
}

// split gives the parts of a unit's name: "getty", "@tty1" and "service". The
// instance of a template is "@", that of any other unit is "".
func split(unit string) (prefix, instance, kind string) {
	dot := strings.LastIndexByte(unit, '.')
	prefix, kind = unit[:max(dot, 0)], unit[dot+1:]
	if at := strings.IndexByte(prefix, '@'); at >= 0 {
		prefix, instance = prefix[:at], prefix[at:]
	}
	return prefix, instance, kind
}

// template gives the template that a unit is an instance of, or "".
func template(unit string) string {
	prefix, instance, kind := split(unit)
	if len(instance) < 2 {
		return ""
	}
	return prefix + "@." + kind
}
