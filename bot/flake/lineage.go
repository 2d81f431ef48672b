package flake

import (
	"regexp"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
)

// forges are the public hosts where the owner tells a project from a fork of
// it. Elsewhere (a company's own git server, a file) a repository by the right
// name is a mirror.
var forges = []string{"github.com", "gitlab.com", "codeberg.org", "git.sr.ht", "bitbucket.org"}

// lineage says how a reference relates to nixpkgs.
type lineage int

const (
	stranger lineage = iota // not nixpkgs at all
	official                // NixOS/nixpkgs, a mirror of it, its tarballs, FlakeHub
	frozen                  // nixpkgs in a form that names no branch
	fork                    // someone's own repository called nixpkgs
)

// lineage tells whether r is nixpkgs. A directory inside (?dir=lib) is not.
func (r flakeRef) lineage() lineage {
	owner, repo := strings.ToLower(r.Owner), strings.ToLower(r.Repo)
	switch {
	case r.Dir != "":
		return stranger
	case r.Type == "flakehub":
		if owner == "nixos" && repo == "nixpkgs" || owner == "determinatesystems" && repo == "nixpkgs-weekly" {
			return official
		}
		return stranger
	case r.Host == "releases.nixos.org", repo == "nixpkgs-channels" && owner == "nixos":
		return frozen
	case repo != "nixpkgs":
		return stranger
	case r.Type == "indirect", r.Type == "channel", owner == "nixos":
		return official
	case r.Type == "path", r.Type == "tarball":
		return frozen
	case slices.Contains(forges, r.Host):
		return fork
	}
	return official
}

// branch reads which branch of nixpkgs an official reference follows; false
// for one that is pinned to a revision or follows a branch of no channel.
func (r flakeRef) branch() (channel.Branch, bool) {
	switch {
	case r.Rev != "":
		return channel.Branch{}, false
	case r.Type == "flakehub":
		return hubBranch(r.Repo, r.Ref)
	}
	return channel.ParseBranch(r.Ref)
}

// archive is the tarball of a branch or revision of nixpkgs, for tarballs of
// which its own site has none.
func archive(ref string) string { return "https://github.com/NixOS/nixpkgs/archive/" + ref + ".tar.gz" }

// toward is the reference as it would be written to follow target, with its
// variant (small, Darwin) kept.
func (r flakeRef) toward(target channel.Channel) (string, error) {
	branch, _ := r.branch()
	ref := target.BranchFor(branch)
	switch r.Type {
	case "flakehub":
		version, carried := hubVersion(r.Ref, target)
		if !carried {
			return archive(ref), nil
		}
		ref = version
	case "channel":
		if channel.IsRev(ref) {
			return archive(ref), nil
		}
	}
	return r.with(ref)
}

// follows names what r follows, for people: its branch, revision or text.
func (r flakeRef) follows() string {
	switch {
	case r.Rev != "":
		return "revision " + r.Rev[:min(len(r.Rev), 12)]
	case r.Type == "flakehub":
		return "version " + r.Ref
	case r.Ref != "":
		return r.Ref
	case r.Type == "indirect":
		return "what the flake registry says (nixpkgs-unstable unless changed)"
	}
	return "the default branch"
}

// companion finds the table's entry for r. A repository of the same name with
// another owner is a fork and has none.
func (r flakeRef) companion() (channel.Companion, bool) {
	owner := r.Owner
	if r.Host == "" || !slices.Contains(forges, r.Host) && r.Type == "git" {
		owner = ""
	}
	return channel.CompanionOf(owner, r.Repo)
}

// anyRelease finds a release in any ref: release-25.11, nixos-25.11, v25.11.
var anyRelease = regexp.MustCompile(`(?:^|[^0-9.])(\d\d\.(?:05|11))(?:$|[^0-9.])`)

// release is the YY.MM that the ref names: of a companion the release of its
// branch, of any other project whatever looks like one.
func (r flakeRef) release() string {
	companion, ok := r.companion()
	switch {
	case r.Type == "flakehub" && (ok || r.lineage() == official):
		branch, _ := hubBranch(r.Repo, r.Ref)
		return branch.Release
	case r.Type == "flakehub":
		return "" // other projects number as they like
	case ok:
		release, _ := companion.ReleaseOf(r.Ref)
		return release
	}
	if m := anyRelease.FindStringSubmatch(r.Ref); m != nil {
		return m[1]
	}
	return ""
}

// reference is the flake reference of an input, and the attribute whose
// value carries its branch; the attribute is empty when none does.
func (s Source) reference(name string) (ref flakeRef, attr string, err error) {
	in := s.input(name)
	text := func(name string) string { return in.Attrs[name].Text }
	kind, address := text("type"), text("url")
	switch _, hasURL := in.Attrs["url"]; {
	case kind == "" && !hasURL:
		return flakeRef{Type: "indirect", Repo: name}, "", nil // what Nix asks the registry for
	case kind == "", kind == "tarball", kind == "file":
		ref, err = parseRef(address)
		return ref, "url", err
	}
	ref = flakeRef{Type: kind, Owner: text("owner"), Repo: text("repo")}
	switch kind {
	case "git":
		if ref, err = parseRef("git+" + strings.TrimPrefix(address, "git+")); err != nil {
			return flakeRef{}, "", err
		}
	case "indirect":
		ref.Repo = text("id")
	case "path":
		ref.Repo = text("path")
	case "github":
		ref.Host = "github.com"
	case "gitlab":
		ref.Host = "gitlab.com"
	}
	return in.withAttrs(ref)
}

// withAttrs adds what the attributes ref, rev, dir and host say.
func (in Input) withAttrs(ref flakeRef) (flakeRef, string, error) {
	attr := ""
	ref.Dir = in.Attrs["dir"].Text
	if host := in.Attrs["host"].Text; host != "" {
		ref.Host = strings.ToLower(host)
	}
	if rev := in.Attrs["rev"]; rev.Type == "string" {
		ref.Rev, attr = rev.Text, "rev"
	}
	if branch := in.Attrs["ref"]; branch.Type == "string" {
		rev := ref.Rev
		ref.setRef(branch.Text)
		attr = "ref"
		if rev != "" {
			ref.Rev, attr = rev, "rev"
		}
	}
	ref.text = ""
	ref.slot = span{}
	return ref, attr, nil
}
