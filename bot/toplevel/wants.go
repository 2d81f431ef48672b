package toplevel

import (
	"maps"
	"slices"
	"strings"
)

// pulling are the keys of a unit that name what is started with it.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html
var pulling = []string{"Wants", "Requires", "BindsTo", "Upholds"}

// wants fills in which unit pulls in which, also for instances of templates that
// have no file of their own, and what the default target is.
func (r *reader) wants(t *Toplevel, dir string) {
	links := r.wantLinks(t.Units, dir)
	t.Wants = map[string][]string{}
	todo := slices.Collect(maps.Keys(t.Units))
	for owner := range links {
		todo = append(todo, owner)
	}
	for len(todo) > 0 {
		name := first(t.Units, todo[len(todo)-1])
		todo = todo[:len(todo)-1]
		if _, done := t.Wants[name]; done {
			continue
		}
		t.Wants[name] = pulledIn(t.Units, links, name)
		for _, unit := range t.Wants[name] {
			if template(unit) != "" && !strings.Contains(unit, "%") {
				todo = append(todo, unit)
			}
		}
	}
	maps.DeleteFunc(t.Wants, func(_ string, units []string) bool { return len(units) == 0 })
	if u := t.Units["default.target"]; u != nil {
		t.Default = first(t.Units, u.Name)
	}
}

// wantLinks reads the directories .wants, .requires and .upholds.
func (r *reader) wantLinks(units map[string]*Unit, dir string) map[string][]string {
	links := map[string][]string{}
	for _, entry := range r.list(dir) {
		name := entry.Name()
		dot := strings.LastIndexByte(name, '.')
		if suffix := name[dot+1:]; suffix != "wants" && suffix != "requires" && suffix != "upholds" {
			continue
		}
		owner := first(units, name[:dot])
		for _, link := range r.list(dir + "/" + name) {
			links[owner] = append(links[owner], link.Name())
		}
	}
	return links
}

// pulledIn gives the units that one pulls in, by its keys and its links and
// those of its template, sorted.
func pulledIn(units map[string]*Unit, links map[string][]string, name string) []string {
	base := template(name)
	u := units[name]
	if u == nil {
		u = units[base]
	}
	found := slices.Concat(links[name], links[base])
	if u != nil {
		for _, key := range pulling {
			found = append(found, u.Sections.words("Unit", key)...)
		}
	}
	for i, unit := range found {
		found[i] = first(units, specify(unit, name))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// first gives the first name of a unit that may have been called by a second.
func first(units map[string]*Unit, name string) string {
	if u := units[name]; u != nil {
		if u.Alias != "" {
			return u.Alias
		}
		return name
	}
	if u := units[template(name)]; u != nil && u.Alias != "" {
		_, instance, _ := split(name)
		prefix, _, kind := split(u.Alias)
		return prefix + instance + "." + kind
	}
	return name
}

// specify replaces the specifiers for the parts of a unit's name. Those of a
// template itself stay, since only an instance has a value for them.
func specify(text, unit string) string {
	prefix, instance, kind := split(unit)
	if !strings.Contains(text, "%") || instance == "@" {
		return text
	}
	instance = strings.TrimPrefix(instance, "@")
	return strings.NewReplacer("%%", "%", "%i", instance, "%p", prefix,
		"%n", unit, "%N", strings.TrimSuffix(unit, "."+kind)).Replace(text)
}
