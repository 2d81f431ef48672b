package flake

import (
	"cmp"
	"regexp"
	"strings"
)

// nixpkgsHome is where the revisions of channels and of FlakeHub's nixpkgs are.
const nixpkgsHome = "https://github.com/NixOS/nixpkgs"

var (
	// releaseRev is the revision in the address of a channel's tarball, hubRev
	// project and revision in that of one pinned by FlakeHub.
	releaseRev = regexp.MustCompile(`^https://releases\.nixos\.org/.*\.([0-9a-f]{10,40})/nixexprs\.tar`)
	hubRev     = regexp.MustCompile(`^https://api\.flakehub\.com/f/pinned/([^/]+)/([^/]+)/[^/]*rev-([0-9a-f]{40})/`)

	hexRev    = regexp.MustCompile(`^[0-9a-f]{10,64}$`)
	plainRepo = regexp.MustCompile(`^https?://([A-Za-z0-9.-]+)(?::[0-9]+)?(?:/\.?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)
	gitSSH    = regexp.MustCompile(`^ssh://(?:git@)?([a-z0-9.-]+)/`)
)

// repository is the address that git clones r from over HTTP, "" where there
// is none. What it is made of comes from a lock that anyone may have written:
// an address that is not plain is none.
func (r Locked) repository() string {
	address := ""
	switch r.Type {
	case "github":
		address = forgeAddress(cmp.Or(r.Host, "github.com"), r.Owner, r.Repo)
	case "gitlab":
		address = forgeAddress(cmp.Or(r.Host, "gitlab.com"), strings.ReplaceAll(r.Owner, "%2F", "/"), r.Repo)
	case "sourcehut":
		address = forgeAddress(cmp.Or(r.Host, "git.sr.ht"), r.Owner, r.Repo)
	case "git":
		address = strings.TrimSuffix(r.URL, "/")
		if m := gitSSH.FindStringSubmatch(address); m != nil && forgeOf("https://"+m[1]) != noForge {
			address = "https://" + m[1] + "/" + strings.TrimPrefix(address, m[0])
		}
	default:
		address, _ = r.tarball()
	}
	if !plainRepo.MatchString(address) {
		return ""
	}
	return address
}

func forgeAddress(host, owner, repo string) string {
	return "https://" + host + "/" + owner + "/" + repo
}

// tarball reads in the address of a tarball which repository it is made from,
// and at which revision; "" for what it does not tell.
func (r Locked) tarball() (repository, rev string) {
	address, _, _ := strings.Cut(r.URL, "?")
	if m := releaseRev.FindStringSubmatch(address); m != nil {
		return nixpkgsHome, m[1]
	}
	if m := hubRev.FindStringSubmatch(address); m != nil {
		if (flakeRef{Type: "flakehub", Owner: m[1], Repo: m[2]}).lineage() == official {
			return nixpkgsHome, m[3]
		}
		return "", m[3]
	}
	if ref, err := parseRef(address); err == nil && ref.Type == "archive" {
		return forgeAddress(ref.Host, ref.Owner, ref.Repo), ref.Rev
	}
	return "", ""
}

// revision is the locked revision; the address of a tarball may hold one, that
// of a channel's a shortened one.
func (r Locked) revision() string {
	_, rev := r.tarball()
	return cmp.Or(r.Rev, rev)
}

// origin is where r comes from, in one form for all ways to write it.
func (r Locked) origin() string {
	switch at := r.repository(); {
	case at != "":
		return home(strings.ToLower(at))
	case r.Type == "path":
		return r.Path
	case r.Type == "git":
		return home(strings.ToLower(r.URL))
	}
	return ""
}

// home is the web address of a repository, where it has pages.
func home(repository string) string {
	return strings.TrimSuffix(strings.TrimSuffix(repository, "/"), ".git")
}

// A forge is a kind of host whose pages have addresses that are known.
type forge int

const (
	noForge   forge = iota
	gitHub          // and GitHub Enterprise
	gitLab          // and a GitLab of one's own
	gitea           // and Forgejo
	sourceHut       // has no page that compares
)

// forgeHosts tells forges by their hosts' names.
var forgeHosts = []struct {
	host  *regexp.Regexp
	forge forge
}{
	{regexp.MustCompile(`^(?:github\.|[^.]+\.ghe\.com$)`), gitHub},
	{regexp.MustCompile(`^(?:gitlab\.|invent\.kde\.org$|salsa\.debian\.org$|framagit\.org$)`), gitLab},
	{regexp.MustCompile(`^(?:gitea\.|forgejo\.|codeberg\.org$|code\.forgejo\.org$|git\.lix\.systems$)`), gitea},
	{regexp.MustCompile(`^git\.sr\.ht$`), sourceHut},
}

// forgeOf tells the forge of a repository, or of a host's address.
func forgeOf(repository string) forge {
	host, _, _ := strings.Cut(strings.TrimPrefix(repository, "https://"), "/")
	for _, known := range forgeHosts {
		if known.host.MatchString(strings.ToLower(host)) {
			return known.forge
		}
	}
	return noForge
}

// forge is the kind of host that r comes from: its type says so, or its name.
func (r Locked) forge() forge {
	switch r.Type {
	case "github":
		return gitHub
	case "gitlab":
		return gitLab
	case "sourcehut":
		return sourceHut
	}
	return forgeOf(r.repository())
}

// pages are the page that shows the commits from a to b, or, where the host
// has no such page, the one that lists them from b back.
func pages(a, b state) (compare, log string) {
	from, to, at := a.point.Rev, b.point.Rev, home(b.point.Repository)
	if a.locked.origin() != b.locked.origin() || from == to || !linkable(at, from) || !linkable(at, to) {
		return "", ""
	}
	switch b.locked.forge() {
	case gitHub, gitea:
		return at + "/compare/" + from + "..." + to, ""
	case gitLab:
		return at + "/-/compare/" + from + "..." + to, ""
	case sourceHut:
		return "", at + "/log/" + to
	}
	return "", ""
}

func linkable(home, rev string) bool {
	return strings.HasPrefix(home, "https://") && plainRepo.MatchString(home) && hexRev.MatchString(rev)
}

// Page is the web page of the point's revision, "" where its host has none
// that is known.
func (p Point) Page() string {
	at := home(p.Repository)
	if !linkable(at, p.Rev) {
		return ""
	}
	switch forgeOf(at) {
	case gitHub, gitea, sourceHut:
		return at + "/commit/" + p.Rev
	case gitLab:
		return at + "/-/commit/" + p.Rev
	}
	return ""
}
