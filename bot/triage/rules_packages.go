package triage

import (
	"fmt"
	"strings"

	"github.com/nixferry/nixferry/bot/pattern"
)

// packages are refusals and removals of packages in nixpkgs.
// https://github.com/NixOS/nixpkgs/blob/master/pkgs/stdenv/generic/check-meta.nix
var packages = []rule{
	{class: RefusedPackage, bucket: Gap, sign: on("^Refusing to evaluate package '(?P<name>[^']+)' in (?P<file>\\S+?)(?::\\d+)? because"), more: refused},
	{class: RefusedPackage, bucket: Gap, sign: on("^Package [‘'](?P<name>[^’']+)[’'] in (?P<file>\\S+?)(?::\\d+)? (?:is|has) .*(?:refusing to evaluate|is not (?:supported|available) on)"), more: refused},
	{class: RefusedPackage, bucket: Gap, sign: on("^Package [‘'](?P<name>[^’']+)[’'] in (?P<file>\\S+?)(?::\\d+)? (?:has an unfree license|is marked as|is not (?:supported|available)|is blocklisted)"), more: refused},
	{
		class: Alias, bucket: Yours, sign: on(`^'?"?(?P<name>[\w.+-]+)"?'? (?:has been|was) renamed (?:to/replaced by|to) '?"?(?P<new>[\w.+-]+?)"?'?(?:[.,;\s]|$)`),
		next: "Write ${new} for ${name}.",
	},
	{class: Alias, bucket: Gap, sign: removedPackage, next: "Remove ${name}, or replace it as the message says.", more: gone},
}

// removedPackage tells what aliases.nix throws about packages that are gone.
var removedPackage = on(`(?i)^(?:the )?(?:package )?["'‘]?(?P<name>[\w.+-]+)["'’]?(?: v?\d[\w.]*)? (?:(?:package |attribute |kernel )?(?:has|have) been (?:removed|replaced|deprecated|dropped|moved|superseded|merged|discontinued)|(?:was|were|is|are) (?:removed|replaced|dropped|end[- ]of[- ]life|EOL|deprecated|discontinued|no longer (?:available|supported|maintained))|has reached (?:its )?end[- ]of[- ]life|reached (?:its )?end[- ]of[- ]life)`)

// fromAliases recognises a throw of nixpkgs by where it stands: any text is
// possible.
func fromAliases(p problem) bool {
	for _, frame := range p.Trace[:min(4, len(p.Trace))] {
		if strings.HasSuffix(frame.File, "aliases.nix") {
			return true
		}
	}
	return false
}

// aliasRule is for throws that only their place tells to be of a removal.
var aliasRule = rule{class: Alias, bucket: Gap, sign: on(`^(?P<name>)`), next: "Replace the package as the message says.", more: gone}

// A kind of refusal: what its text holds, the setting that allows it, and what
// is better.
var refusals = []struct {
	sign   pattern.Pattern
	advice func(name, version string) string
}{
	{on(`unfree license`), func(name, _ string) string {
		return fmt.Sprintf("If you accept the license, set nixpkgs.config.allowUnfreePredicate = pkg: builtins.elem (lib.getName pkg) [ %q ];", name)
	}},
	{on(`insecure`), func(name, version string) string {
		return fmt.Sprintf("Look for a maintained successor first; to keep it nevertheless, set nixpkgs.config.permittedInsecurePackages = [ %q ];", name+version)
	}},
	{on(`broken`), func(name, _ string) string {
		return fmt.Sprintf("Leave %s out until nixpkgs has repaired it, or take it from a release where it works; nixpkgs.config.allowBroken = true; only tries to build it.", name)
	}},
	{on(`not (?:supported|available) on|unsupported`), func(name, _ string) string {
		return fmt.Sprintf("Leave %s out on this system (lib.meta.availableOn tells); nixpkgs.config.allowUnsupportedSystem = true; only tries to build it.", name)
	}},
	{on(`non-source|from source|sourceProvenance|not built from`), func(name, _ string) string {
		return fmt.Sprintf("If you trust the binary, set nixpkgs.config.allowNonSourcePredicate = pkg: builtins.elem (lib.getName pkg) [ %q ];", name)
	}},
	{on(`block-?listed|blacklisted`), func(name, _ string) string {
		return fmt.Sprintf("Its license is on your blocklist: leave %s out, or change nixpkgs.config.blocklistedLicenses.", name)
	}},
	{on(`removal|will be removed|deprecated|maintainerless|no maintainer`), func(name, _ string) string {
		return fmt.Sprintf("Replace %s while it is still there; nixpkgs.config.problems can turn this refusal into a warning.", name)
	}},
}

// version begins the version in a package's name.
var version = on(`-[^A-Za-z]`)

// nameVersion parts a package's name from its version, as lib.getName does: at
// the first dash before something that is no letter.
func nameVersion(full string) (name, rest string) {
	if at := version().FindStringIndex(full); at != nil {
		return full[:at[0]], full[at[0]:]
	}
	return full, ""
}

// refused says with which setting, and whether at all, a refused package can
// be had.
func refused(f *Finding, p problem) {
	head, _, _ := strings.Cut(p.Text, "\n")
	f.Message = essence(p.atlas.plain(head))
	if _, issues, ok := strings.Cut(p.Text, "Known issues:"); ok {
		issues, _, _ = strings.Cut(strings.TrimSpace(issues), "\n\n")
		f.Message = essence(f.Message + " Known issues: " + issues)
	}
	name, version := nameVersion(p.name)
	for _, r := range refusals {
		if r.sign().MatchString(head) {
			f.Next = r.advice(name, version)
			break
		}
	}
	if kernel().MatchString(p.name) || kernel().MatchString(head) {
		f.Next = kernelAdvice
	}
	if f.Owner == You {
		f.Bucket = Yours
	}
}

var (
	kernel = on(`(?i)\blinux(?:-|_|Packages_|Kernel\.|Kernel\.kernels\.linux_|Kernel\.packages\.linux_)?\d+[._]\d+|\blinux(?:_|Packages_)\d|\blinux \d+\.\d+|linux_(?:zen|xanmod|lqx|libre)?_?\d+`)
	// keyed are packages chosen by a major version that holds data.
	keyed = on(`(?i)\b(?:postgresql_\d+|postgresql[_ -]\d+|nextcloud\d+|mysql\d+|mariadb_\d+|elasticsearch\d|mongodb-\d|gitea|netbox_\d|matrix-synapse|zabbix\d+|influxdb\d?|graylog-\d|keycloak|forgejo|jitsi|mastodon|percona-server_\d)\b`)
	major = on(`(?i)\b(?:postgresql|nextcloud|mariadb|mysql|elasticsearch|mongodb|zabbix|netbox|percona-server|graylog)[_-]?\d+`)
)

const (
	kernelAdvice = "This kernel reached its end of life: set boot.kernelPackages = pkgs.linuxPackages; (the LTS kernel of nixpkgs) or name a newer LTS series; with ZFS check that it supports it."
	keyedAdvice  = "Choose the next major version explicitly with the module's `package` option and migrate the data as its manual says; never raise system.stateVersion for this."
)

// gone says what to do about a package that is gone.
func gone(f *Finding, p problem) {
	f.Replacement = replacement(p.Text)
	switch {
	case kernel().MatchString(p.Text) && strings.Contains(strings.ToLower(p.Text), "linux"):
		f.Next = kernelAdvice
	case major().MatchString(p.Text):
		f.Next = keyedAdvice
	case f.Replacement != "":
		f.Next = fmt.Sprintf("Use %s in its place, as nixpkgs proposes.", f.Replacement)
	}
}

// replacements are the ways messages name what to use instead.
var replacements = []pattern.Pattern{
	on("(?i)(?:renamed to|replaced (?:by|with)|superseded by|moved to|merged into|in favou?r of)[:/a-z ]*[`'‘\"]([\\w.+<>*\"-]+)[`'’\"]"),
	on("(?i)(?:please |you (?:can|should|may) |consider )?(?:use|using|switch to|migrate to|set|configure)(?: the)?(?: package| option| module)? [`'‘\"]([\\w.+<>*-]+)[`'’\"]"),
	on("(?i)(?:use|using|set|configure|switch to|see)(?: the)? ((?:boot|services|networking|hardware|programs|security|system|users|virtualisation|environment|nixpkgs|fonts|i18n|console)\\.[\\w.<>*-]*[\\w>])"),
	on("(?i)(?:please |consider )?use ([\\w.+-]*[\\w+]) instead"),
	on("(?i)(?:replaced (?:by|with)|superseded by|in favou?r of|renamed to) ([a-zA-Z][\\w.+-]*[\\w+])(?:[ ,.;]|$)"),
}

// replacement finds what a message proposes instead, "" if nothing.
func replacement(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, r := range replacements {
		if m := r().FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}

var didYouMean = on("Did you mean (?:one of )?[`'‘]?([^\\s`'’?,]+(?:\"[^\"]*\"[^\\s`'’?,]*)*)")

// suggestion is the first name behind "Did you mean".
func suggestion(full string) string {
	if m := didYouMean().FindStringSubmatch(full); m != nil {
		return m[1]
	}
	return ""
}
