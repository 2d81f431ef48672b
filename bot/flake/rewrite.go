package flake

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

// with is the reference as it would be written to follow ref: a branch, a tag,
// a full revision, or "" for the repository's default branch. The form stays:
// a ref in the path stays in the path, one in the query in the query, and
// every other part is kept byte for byte. An error means that this form has no
// place for such a ref.
func (r flakeRef) with(ref string) (string, error) {
	if ref != "" && (!plainRef.MatchString(ref) || strings.Contains(ref, "..")) && r.Type != "flakehub" {
		return "", fmt.Errorf("rewriting %s: %q is no name of a branch, tag or revision", r.text, ref)
	}
	if ref == "" && r.slot.empty() && !r.inQuery {
		return r.text, nil
	}
	head, query, hasQuery := strings.Cut(r.text, "?")
	switch {
	case r.Type == "path" || r.Type == "tarball":
		return "", fmt.Errorf("rewriting %s: this form names no branch; give the input a reference that does, such as github:<owner>/<repository>/%s", r.text, ref)
	case !r.slot.empty() && ref == "":
		return r.withoutSlot()
	case !r.slot.empty():
		return r.withSlot(ref)
	case r.Type == "git", r.inQuery:
		if query = r.setQuery(query, ref); query == "" {
			return head, nil
		}
		return head + "?" + query, nil
	}
	head = strings.TrimRight(head, "/") + "/" + ref
	if hasQuery {
		return head + "?" + query, nil
	}
	return head, nil
}

func (r flakeRef) withoutSlot() (string, error) {
	switch r.Type {
	case "github", "gitlab", "sourcehut", "indirect":
		return strings.TrimRight(r.text[:r.slot.start], "/") + r.text[r.slot.end:], nil
	}
	return "", fmt.Errorf("rewriting %s: this form wants a branch, and the default branch has no fixed name", r.text)
}

func (r flakeRef) withSlot(ref string) (string, error) {
	if r.Type == "channel" {
		if _, err := channel.Parse(ref); err != nil || channel.IsRev(ref) {
			return "", fmt.Errorf("rewriting %s: there is no channel tarball of %s; write github:NixOS/nixpkgs/%s instead", r.text, ref, ref)
		}
	}
	old := r.text[r.slot.start:r.slot.end]
	return r.text[:r.slot.start] + r.likePrefix(old, ref) + r.text[r.slot.end:], nil
}

// setQuery puts ref where the query names a branch or revision, or at its end;
// "" takes both away.
func (r flakeRef) setQuery(query, ref string) string {
	var params []string
	placed := ref == ""
	for _, param := range strings.Split(query, "&") {
		key, value, _ := strings.Cut(param, "=")
		switch {
		case query == "":
		case key != "ref" && key != "rev":
			params = append(params, param)
		case !placed:
			placed = true
			params = append(params, r.refParam(value, ref))
		}
	}
	if !placed {
		params = append(params, r.refParam("", ref))
	}
	return strings.Join(params, "&")
}

func (r flakeRef) refParam(old, ref string) string {
	if channel.IsRev(ref) {
		return "rev=" + ref
	}
	return "ref=" + r.likePrefix(old, ref)
}

// likePrefix writes ref in full where old was: as a tag in place of a tag of the
// same form, as a branch in place of a branch, and of any tag in the address of a
// tarball.
func (r flakeRef) likePrefix(old, ref string) string {
	prefix, name := cutRefPrefix(unescape(old))
	switch {
	case channel.IsRev(ref) || prefix == "":
		return ref
	case digits.ReplaceAllString(name, "") == digits.ReplaceAllString(ref, ""):
		return prefix + ref
	case prefix == "refs/tags/" && r.Type != "archive":
		return ref
	}
	return "refs/heads/" + ref
}

var digits = regexp.MustCompile(`[0-9]+`)

// hubVersion is the FlakeHub version for target, written like the old one:
// 0.1 is nixos-unstable, 0.YYMM a release, each with or without ".*". It carries
// no other.
// https://docs.determinate.systems/flakehub/concepts/semver
func hubVersion(old string, target channel.Channel) (version string, carried bool) {
	suffix := ""
	if strings.HasSuffix(old, "*") {
		suffix = ".*"
	}
	switch {
	case target.Small:
	case target.Kind == channel.Unstable:
		return "0.1" + suffix, true
	case target.Kind == channel.Release:
		return "0." + strings.ReplaceAll(target.Release, ".", "") + suffix, true
	}
	return "", false
}

// hubBranch reads a FlakeHub version of nixpkgs, or of a companion, which
// FlakeHub numbers alike. The latest stable release, whichever it is, comes
// back as the release "stable".
func hubBranch(repo, version string) (channel.Branch, bool) {
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(version, "="), ".*"), ".")
	minor := ""
	if len(parts) > 1 {
		minor = parts[1]
	}
	isNumber := len(minor) == 4 && !strings.ContainsFunc(minor, func(r rune) bool { return r < '0' || r > '9' })
	switch {
	case strings.EqualFold(repo, "nixpkgs-weekly"):
		return channel.Branch{}, true
	case slices.Equal(parts, []string{"*"}), slices.Equal(parts, []string{"0"}):
		return channel.Branch{Name: version, Release: "stable"}, true
	case parts[0] != "0":
		return channel.Branch{}, false
	case minor == "1":
		return channel.Branch{Name: version}, true
	case isNumber:
		return channel.Branch{Name: version, Release: minor[:2] + "." + minor[2:]}, true
	}
	return channel.Branch{}, false
}
