package triage

import (
	"net/url"
	"strings"

	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/pattern"
)

// Links say where to read on about a package of nixpkgs.
type Links struct {
	// Package is its attribute in nixpkgs; empty where it is not nixpkgs' own.
	Package string `json:"package,omitempty"`
	// Hydra is the page of the job that builds it for the channel, empty where
	// there is none.
	Hydra string `json:"hydra,omitempty"`
	// Search are nixpkgs' issues that name it. A search makes no back-link
	// there.
	Search string `json:"search,omitempty"`
	// Cached is "yes" or "no": whether NixOS' public cache has it built; empty
	// where nobody asked, or the cache did not answer.
	Cached string `json:"cached,omitempty"`
}

// attrName is an attribute a link may name: no quoting, nothing to escape.
var attrName = pattern.New(`^[A-Za-z0-9_][A-Za-z0-9_+-]*$`)

var systemName = pattern.New(`^[a-z0-9_]+-[a-z0-9]+$`)

// HydraJob is the page of the job that builds an attribute of nixpkgs for a
// system, in the jobset that feeds a branch; "" where the names do not look
// like any. Branches that feed no channel count for unstable's, those of small
// channels for the full ones: only those build everything. The jobsets are
// named as since 2025-12-02.
// https://github.com/NixOS/infra/blob/main/channels.nix
func HydraJob(branch channel.Branch, attr []string, system string) string {
	if len(attr) == 0 || !systemName().MatchString(system) {
		return ""
	}
	for _, name := range attr {
		if !attrName().MatchString(name) {
			return ""
		}
	}
	job := strings.Join(attr, ".") + "." + system
	const hydra = "https://hydra.nixos.org/job/"
	switch {
	case branch.Release != "" && branch.Darwin:
		return hydra + "nixpkgs/nixpkgs-" + branch.Release + "-darwin/" + job
	case branch.Release != "":
		return hydra + "nixos/release-" + branch.Release + "/nixpkgs." + job
	case branch.Name == "nixpkgs-unstable":
		return hydra + "nixpkgs/unstable/" + job
	}
	return hydra + "nixos/unstable/nixpkgs." + job
}

// SearchIssues is the list of nixpkgs' issues that have a package's name in
// their title; "" for a name that does not look like one.
func SearchIssues(name string) string {
	if !attrName().MatchString(name) {
		return ""
	}
	query := url.Values{"q": {"is:issue in:title " + name}}
	return "https://github.com/NixOS/nixpkgs/issues?" + query.Encode()
}
