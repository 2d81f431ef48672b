package forecast

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// An effect is what a difference between two unit files asks for.
type effect int

const (
	none effect = iota
	needsReload
	needsRestart
)

// unimportant are the settings of [Unit] that a running unit has no use for.
var unimportant = map[string]bool{
	"X-Reload-Triggers": true, "Description": true, "Documentation": true, "OnFailure": true,
	"OnSuccess": true, "OnFailureJobMode": true, "IgnoreOnIsolate": true, "StopWhenUnneeded": true,
	"RefuseManualStart": true, "RefuseManualStop": true, "AllowIsolate": true, "CollectMode": true,
	"SourcePath": true,
}

// compare says what the differences of two unit files ask for, and why:
// compare_units of switch-to-configuration-ng, setting by setting.
func compare(before, after toplevel.Sections) (effect, []string) {
	why := map[effect]map[string]bool{none: {}, needsReload: {}, needsRestart: {}}
	var fresh []string
	for section := range union(before, after) {
		was, had := before[section]
		will, has := after[section]
		switch {
		case section == "Install":
			continue
		case !had:
			fresh = append(fresh, section)
		}
		if had != has && len(was)+len(will) == 0 && section != "Unit" {
			why[needsRestart]["["+section+"]"] = true
		}
		for key := range union(was, will) {
			why[weigh(section, key, was, will)][reason(key, was[key], will[key])] = true
		}
	}
	if len(fresh) > 1 {
		for _, section := range fresh {
			why[needsRestart]["["+section+"]"] = true
		}
	}
	for _, e := range []effect{needsRestart, needsReload} {
		if len(why[e]) > 0 {
			return e, reasons(why[e])
		}
	}
	return none, nil
}

// weigh says what the difference in one setting asks for.
func weigh(section, key string, was, will map[string][]string) effect {
	old, had := was[key]
	now, has := will[key]
	switch {
	case had && has && slices.Equal(old, now):
		return none
	case section == "Unit" && key == "X-Reload-Triggers", section == "Service" && key == "ExecReload":
		if has {
			return needsReload
		}
		return none // without it nothing can be reloaded, and what runs is as it was
	case section == "Unit" && unimportant[key]:
		return none
	case section == "Mount" && key == "Options" && had && has:
		return needsReload
	}
	return needsRestart
}

// reason names a setting that changed, or says that only the store paths in it
// did. Triggers stand for the contents of files, so a new hash is a change.
func reason(key string, before, after []string) string {
	if strings.HasPrefix(key, "X-") {
		return key
	}
	was, will := strings.Join(before, "\n"), strings.Join(after, "\n")
	switch {
	case hashless(was) == hashless(will):
		return Rebuilt
	case versionless(was) == versionless(will):
		return Updated
	}
	return key
}

// storeName is a hashless store path with a version; its group ends before it.
var storeName = regexp.MustCompile(`(/nix/store/[0-9A-Za-z+._?=-]+?)-[0-9][0-9A-Za-z+._?=-]*`)

// versionless is a text with its store paths cut before hash and version.
func versionless(text string) string {
	return storeName.ReplaceAllString(hashless(text), "$1")
}

// reasons are the settings that changed by themselves, sorted; where there are
// none, what happened to the store paths in them.
func reasons(why map[string]bool) []string {
	rebuilt, updated := why[Rebuilt], why[Updated]
	delete(why, Rebuilt)
	delete(why, Updated)
	switch {
	case len(why) > 0:
		return slices.Sorted(maps.Keys(why))
	case updated:
		return []string{Updated}
	case rebuilt:
		return []string{Rebuilt}
	}
	return nil
}

// union are the keys of both maps.
func union[V any](a, b map[string]V) map[string]bool {
	keys := make(map[string]bool, len(a)+len(b))
	for key := range a {
		keys[key] = true
	}
	for key := range b {
		keys[key] = true
	}
	return keys
}
