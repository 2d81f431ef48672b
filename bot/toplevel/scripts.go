package toplevel

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Scripts are small: what NixOS makes of a service's script is a page or two.
const (
	maxScript  = 64 << 10 // bytes; what is larger is none
	maxScripts = 500      // of one system, so that the facts stay small
)

// commandKeys are the keys of a service that hold command lines.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#ExecStart=
var commandKeys = []string{"ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition", "ExecReload", "ExecStop", "ExecStopPost"}

// scripts reads the scripts in the store that the services run, by path. NixOS
// makes them of the options script, preStart, …:
// https://github.com/NixOS/nixpkgs/blob/master/nixos/lib/systemd-lib.nix
func (r *reader) scripts(units map[string]*Unit) map[string]string {
	texts, seen := map[string]string{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(units)) {
		for _, program := range programs(units[name]) {
			if seen[program] || !strings.HasPrefix(program, "/"+store) || len(texts) == maxScripts {
				continue
			}
			seen[program] = true
			if text := r.smallText(program, maxScript); strings.HasPrefix(text, "#!") {
				texts[program] = text
			}
		}
	}
	return texts
}

// programs lists what a service runs.
func programs(u *Unit) []string {
	var list []string
	for _, key := range commandKeys {
		for _, command := range u.Sections["Service"][key] {
			list = append(list, executable(command))
		}
	}
	return list
}

// executable gives the program of a command line, without the prefixes and the
// quotes it may have.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
func executable(command string) string {
	program, _, _ := strings.Cut(strings.TrimLeft(command, "@-:+!|"), " ")
	return strings.Trim(program, `"'`)
}

// smallText gives a file's text, "" for what is not there, is larger than limit
// or is no text.
func (r *reader) smallText(name string, limit int64) string {
	file := r.resolve(name)
	info, err := fs.Stat(r.fsys, file)
	if err != nil || info.Size() > limit {
		return ""
	}
	text := r.plain(file)
	if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		return ""
	}
	return text
}
