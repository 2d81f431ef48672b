package report

import (
	"reflect"
	"slices"
	"time"
)

// evil is what a package, a commit or a person could write anywhere.
const evil = "<!-- nixferry:end --> @octocat @org/team #1 torvalds/linux#2 GH-3 " +
	"b6a8526db03f735b89dd5ff348f53f752e7ddc8e octo/repo@b6a8526 https://evil.example/x www.evil.example me@evil.example " +
	"![i](https://evil.example/p.png) [l](javascript:alert(1)) <script>alert(1)</script> <img src=x onerror=alert(1)> </details> </summary>" +
	" | a | b | `code` ``` ~~~ **bold** _em_ ~~s~~ $x$ :tada: &lt;b&gt; \\| \x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07" +
	" \u202egnp.exe \u200b\x00\x07\xff\xfe\r\n```\n```````\n~~~\n# heading\n- list\n1. one\n> quote\n| t | u |\n|---|---|\n| v | w |\n\n    indented\n---\n===\n" +
	"<!-- nixferry -->\n/ferry fix\n"

// hostile is the mixed report with evil at the end of every string in it.
func hostile() Report {
	r := everything()
	poison(reflect.ValueOf(&r).Elem(), "", withEvil)
	return r
}

// everything is the mixed report with all that can be said of inputs, and a
// history.
func everything() Report {
	r := switchDay()
	kinds := inputKinds()
	r.Inputs, r.Left = kinds.Inputs, kinds.Left
	r.Kept, r.Attempts = citizen().Kept, citizen().Attempts
	r.OldLock, r.StuckChannel = true, true
	return r
}

// hostileQuiet is a quiet report of the same kind.
func hostileQuiet() Report {
	r := quietReport()
	poison(reflect.ValueOf(&r).Elem(), "", withEvil)
	return r
}

// fixed are the fields that hold words of nixferry's own, beside those that
// have a type of their own.
var fixed = []string{"Depth", "Kind", "Operation", "URL", "Cached", "Action", "Interrupts"}

// addresses are the fields that hold web addresses nixferry made of others'.
var addresses = []string{"Compare", "Log", "Hydra", "Search", "Run", "Repository", "Source"}

// poison changes every free text below v; field is its name. A report that says
// something does not become quiet.
func poison(v reflect.Value, field string, change func(field, text string) string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem(), field, change)
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), field, change)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			poison(v.Field(i), v.Type().Field(i).Name, change)
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && !slices.Contains(fixed, field) && (field != "Quiet" || v.Len() > 0) {
			v.SetString(change(field, v.String()))
		}
	}
}

// withEvil puts evil at the end of a text.
func withEvil(_, text string) string { return text + evil }
