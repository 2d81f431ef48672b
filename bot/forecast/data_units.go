package forecast

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// found is what a system shows of a service.
type found struct {
	units   []*toplevel.Unit // its units, by name, that are not masked
	main    *toplevel.Unit   // the one that names the package
	version string           // of that package; "" when none is named
	release string           // of NixOS
}

// first is the unit that speaks for the service.
func (f found) first() *toplevel.Unit {
	if f.main == nil && len(f.units) > 0 {
		return f.units[0]
	}
	return f.main
}

func (f found) unit() string {
	if unit := f.first(); unit != nil {
		return unit.Name
	}
	return ""
}

// moved says that the service's version or NixOS' release changed: only then is
// a version that stays worth a word.
func (f found) moved(to found) bool {
	return f.version != to.version || !slices.Equal(second(parseVersion(f.release)), second(parseVersion(to.release)))
}

// find looks for a row's units and the package behind them. Where neither they
// nor their scripts name it, the command in sw/bin is asked.
func (r row) find(t *toplevel.Toplevel) found {
	f := found{release: t.NixosVersion, units: r.unitsOf(t)}
	for _, unit := range f.units {
		if f.version = r.packageOf(unit, t.Scripts); f.version != "" {
			f.main = unit
			return f
		}
	}
	if len(f.units) > 0 {
		f.version = r.versionIn(t.Userland[r.command])
	}
	return f
}

// unitsOf lists the row's units that are not masked, by name.
func (r row) unitsOf(t *toplevel.Toplevel) []*toplevel.Unit {
	found := map[string]*toplevel.Unit{}
	for _, pattern := range r.units {
		if !strings.Contains(pattern, "*") {
			found[pattern] = t.Units[pattern]
			continue
		}
		for name, unit := range t.Units {
			if ok, _ := path.Match(pattern, name); ok {
				found[name] = unit
			}
		}
	}
	maps.DeleteFunc(found, func(_ string, unit *toplevel.Unit) bool { return unit == nil || unit.Masked })
	list := slices.Collect(maps.Values(found))
	slices.SortFunc(list, func(a, b *toplevel.Unit) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// storePath is a path in the Nix store; its group is the name.
var storePath = regexp.MustCompile(`/nix/store/[0-9a-z]{32}-([0-9A-Za-z+._?=-]+)`)

// packageOf finds the version of the first store path in a unit that is the
// row's package: what it executes goes first, then everything else it names,
// then what the scripts it runs name. What those run in turn is not looked into.
func (r row) packageOf(unit *toplevel.Unit, scripts map[string]string) string {
	service := unit.Sections["Service"]
	texts := slices.Concat(service["ExecStart"], service["ExecStartPre"])
	for _, section := range slices.Sorted(maps.Keys(unit.Sections)) {
		for _, key := range slices.Sorted(maps.Keys(unit.Sections[section])) {
			texts = append(texts, unit.Sections[section][key]...)
		}
	}
	for _, word := range strings.Fields(strings.Join(texts, " ")) {
		texts = append(texts, scripts[strings.Trim(word, "@-:+!|\"'")])
	}
	for _, text := range texts {
		for _, match := range storePath.FindAllStringSubmatch(text, -1) {
			if version := r.versionIn(match[1]); version != "" {
				return version
			}
		}
	}
	return ""
}

// versionIn reads the version out of a store path's name, if it is one of the
// row's packages: 31.0.5 of nextcloud-31.0.5-with-apps.
func (r row) versionIn(name string) string {
	for _, pname := range r.names {
		rest, ok := strings.CutPrefix(name, pname+"-")
		version, _, _ := strings.Cut(rest, "-")
		if ok && len(parseVersion(version)) > 0 {
			return version
		}
	}
	return ""
}

// backup lists the directories the units name for the service's data, or where
// they do not, the usual ones.
func (r row) backup(units []*toplevel.Unit) []Backup {
	var paths []string
	for _, unit := range units {
		paths = append(paths, dataOf(unit)...)
	}
	slices.Sort(paths)
	list := []Backup{}
	for _, dir := range slices.Compact(paths) {
		inside := func(b Backup) bool { return strings.HasPrefix(dir, b.Path+"/") }
		if !slices.ContainsFunc(list, inside) {
			list = append(list, Backup{Path: dir})
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, dir := range r.usual {
		list = append(list, Backup{Path: dir, Usual: true})
	}
	return list
}

// dataKey is a variable that leads to data: PGDATA, MEILI_DB_PATH,
// FORGEJO_WORK_DIR.
var dataKey = regexp.MustCompile(`^(PGDATA|.*(DATA_?DIR|DATA_PATH|DATA_FOLDER|DB_PATH|STATE_DIR|WORK_DIR))$`)

// dataOf lists the directories a unit keeps its state in.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#RuntimeDirectory=
func dataOf(unit *toplevel.Unit) []string {
	service := unit.Sections["Service"]
	var paths []string
	for _, dir := range strings.Fields(strings.Join(service["StateDirectory"], " ")) {
		dir, _, _ = strings.Cut(dir, ":")
		paths = append(paths, "/var/lib/"+dir)
	}
	for _, dir := range strings.Fields(strings.Join(slices.Concat(service["ReadWritePaths"], service["WorkingDirectory"]), " ")) {
		paths = append(paths, strings.TrimLeft(dir, "-+"))
	}
	for key, value := range variables(unit) {
		if dataKey.MatchString(key) {
			paths = append(paths, value)
		}
	}
	for i, dir := range paths {
		paths[i] = path.Clean(dir)
	}
	return slices.DeleteFunc(paths, notData.MatchString)
}

// variables are the variables of a unit's environment.
func variables(unit *toplevel.Unit) map[string]string {
	list := map[string]string{}
	for _, line := range unit.Sections["Service"]["Environment"] {
		for _, assignment := range strings.Fields(line) {
			if key, value, ok := strings.Cut(strings.Trim(assignment, `"'`), "="); ok {
				list[key] = value
			}
		}
	}
	return list
}

// notData is what holds no data of one service: relative paths, specifiers,
// what does not outlive a boot, and directories that everybody shares.
var notData = regexp.MustCompile(`^[^/]|%|^/(nix|run|tmp|dev|proc|sys|etc)(/|$)|^/var/(run|tmp|cache|log)(/|$)|^/(var|var/lib|home|srv|mnt)?$`)
