package triage

import (
	"fmt"
	"strings"
)

// modules are the errors of the module system: those of nixpkgs up to 20.09
// and of 2026, which differ.
// https://github.com/NixOS/nixpkgs/blob/master/lib/modules.nix
var modules = []rule{
	{
		class: OptionMissing, bucket: Yours, sign: on("^The option `(?P<option>[^`\\n]+)' (?:defined in `(?P<file>[^`\\n]+)' )?does not exist"),
		next: "Remove ${option}, or look up its new name in the option search for this release.", more: whichOption,
	},
	{
		class: TypeMismatch, bucket: Yours, sign: on("^A definition for option `(?P<option>[^`\\n]+)' is not of type `(?P<name>.+?)'\\."),
		next: "Give ${option} a value of type ${name}.", more: whichOption,
	},
	{
		class: TypeMismatch, bucket: Yours, sign: on("^The option value `(?P<option>[^`\\n]+)' in `(?P<file>[^`\\n]+)' is not of type `(?P<name>.+?)'\\."),
		next: "Give ${option} a value of type ${name}.", more: whichOption,
	},
	{
		class: Conflict, bucket: Yours, sign: on("^The (?:unique )?option `(?P<option>[^`\\n]+)' (?:has conflicting definition|is defined multiple times|defined multiple times)"),
		next: "Define ${option} once, or mark the definition that should win with lib.mkForce.", more: whichOption,
	},
	{
		class: Conflict, bucket: Yours, sign: on("^The option `(?P<option>[^`\\n]+)' (?:in module `(?P<file>[^`\\n]+)' )?(?:would be a parent of|does not support nested options|.* is a prefix of options in)"),
		next: "Two modules declare options that overlap at ${option}: rename or remove yours.", more: whichOption,
	},
	{
		class: OptionTwice, bucket: Yours, sign: on("^The option `(?P<option>[^`\\n]+)' in `(?P<file>[^`\\n]+)' is already declared in"),
		next: "Remove your module that declares ${option}: NixOS has one of its own now, or it is imported twice.", more: whichOption,
	},
	{
		class: NotDefined, bucket: Yours, sign: on("^The option `(?P<option>[^`\\n]+)' (?:is used but not defined|was accessed but has no value defined)"),
		next: "Set ${option}: it has no default and something reads it.", more: whichOption,
	},
	{
		class: ReadOnly, bucket: Yours, sign: on("^The option `(?P<option>[^`\\n]+)' is read-only, but"),
		next: "Remove your definition of ${option}: NixOS sets it itself.", more: whichOption,
	},
	{
		class: RemovedOptionRead, bucket: Yours, sign: on("^The option `(?P<option>[^`\\n]+)' can no longer be used since it's been removed\\.(?P<name>(?s:.*))"),
		next: "Do not read ${option} any more.", more: removedHint,
	},
	{
		class: ModuleShape, bucket: Yours, sign: on("^[Mm]odule `?(?P<file>[^`'\\s(]+)'? .*does not look like a module"),
		next: "Make this file a module: a set, or a function that returns one.", more: whichOption,
	},
	{
		class: ModuleShape, bucket: Yours, sign: on("^Module `(?P<file>[^`']+)(?::anon-\\d+)?' has an unsupported attribute `(?P<option>[^`']+)'"),
		next: "Move ${option} into the `config = { … }` of this module, or drop that wrapper: both ways at once is not allowed.", more: whichOption,
	},
	{
		class: ModuleShape, bucket: Yours, sign: on("^Expected a module, but found a value of type"),
		next: "Import a module here: a path, a set, or a function that returns one.", more: whichOption,
	},
	{
		class: ModuleShape, bucket: Yours, sign: on("^The (?:module|file) `?(?P<file>[^`'\\s]+)'? (?:was imported into|is disabled|has no)"),
		next: "Import this module only where it belongs.", more: whichOption,
	},
}

// whichOption finds the owner's file of an option's definition, the line the
// option stands in there, and the name that was meant. Frames in that file may
// only read the option: they count where the line cannot be found.
func whichOption(f *Finding, p problem) {
	if at, ok := p.atlas.mention(p.Text); ok {
		f.File, f.Line, f.Column, f.Owner = at.File, at.Line, 0, You
		*f = p.atlas.locate(*f)
		f.settleFrames(p)
	}
	if f.Class == OptionMissing {
		if f.Replacement = suggestion(p.Text + "\n" + p.Full); f.Replacement != "" {
			f.Next = fmt.Sprintf("Remove %s or rename it; did you mean %s?", f.Option, f.Replacement)
		}
	}
	if f.File == "" && f.Owner != "" && f.Owner != You && f.Class != NotDefined {
		f.Bucket = Upstream
		f.Next = fmt.Sprintf("The definition stands in %s, which may take it from another option: look at what you set nearby, or report it there.", f.Owner)
	}
}

// removedHint passes on what NixOS says about a removed option.
func removedHint(f *Finding, p problem) {
	if hint := oneSentence(p.name); hint != "" {
		f.Next = hint
	}
	f.Replacement = replacement(p.name)
}

// maxAssertions is how many assertions of one message become findings.
const maxAssertions = 100

// failedAssertions begins the message that holds them.
const failedAssertions = "Failed assertions:\n"

// assertions are the findings for the assertions of a host that failed. Nix
// puts them into one message, where each begins with "- "; where they are
// known as data, that counts.
func (a *atlas) assertions(text string) []Finding {
	_, list, ok := strings.Cut(text, failedAssertions)
	if !ok {
		return nil
	}
	items := a.failing
	if len(items) == 0 {
		items = strings.Split("\n"+strings.TrimLeft(list, "\n"), "\n- ")
	}
	var all []Finding
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" && len(all) < maxAssertions {
			all = append(all, a.assertion(item))
		}
	}
	return all
}

var (
	removedOption = on("^The option definition `(?P<option>[^`\\n]+)' in `(?P<file>[^\\n]+?)' no longer has any effect; please remove it\\.(?P<hint>(?s:.*))")
	settable      = on("[`‘']((?:[a-z][\\w-]*)(?:\\.[\\w<>\"*-]+)+)['`’]|(?:^|\\s)((?:boot|services|networking|hardware|programs|security|system|users|virtualisation|environment|nixpkgs|fileSystems|systemd|documentation|fonts|swapDevices)(?:\\.(?:[\\w-]+|<\\w+>|\\*))+)")
)

// assertion is the finding for one assertion.
func (a *atlas) assertion(text string) Finding {
	f := Finding{
		Class:   Assertions,
		Bucket:  Yours,
		Message: essence(a.plain(text)),
		Next:    "Change the configuration so that this holds; NixOS refuses it as it is.",
	}
	if m := removedOption().FindStringSubmatch(text); m != nil {
		f.Option = m[1]
		f.Replacement = replacement(m[3])
		f.Next = fmt.Sprintf("Remove %s. %s", f.Option, oneSentence(m[3]))
	} else if m := settable().FindStringSubmatch(text); m != nil {
		f.Option = m[1] + m[2]
	}
	if keyed().MatchString(text) {
		f.Next = keyedAdvice
	}
	if at, ok := a.mention(text); ok {
		f.File, f.Line, f.Owner = at.File, at.Line, You
	}
	return f
}

// oneSentence is a hint on one line, at most of a line's length or two.
func oneSentence(text string) string {
	return shorten(strings.Join(strings.Fields(text), " "), 300)
}
