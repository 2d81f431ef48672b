package internet

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// directory lists the sites by host.
func (n *Internet) directory() map[string]http.Handler {
	return map[string]http.Handler{
		"api.github.com":     http.HandlerFunc(n.githubAPI),
		"github.com":         http.HandlerFunc(n.github),
		"gitlab.com":         http.HandlerFunc(n.gitlab),
		"git.sr.ht":          http.HandlerFunc(n.sourcehut),
		"codeberg.org":       http.HandlerFunc(n.plainGit),
		"nixos.org":          http.HandlerFunc(n.channels),
		"channels.nixos.org": http.HandlerFunc(n.channels),
		"releases.nixos.org": http.HandlerFunc(n.releases),
		"flakehub.com":       http.HandlerFunc(n.flakeHub),
		"api.flakehub.com":   http.HandlerFunc(n.flakeHubPinned),
	}
}

func (n *Internet) hosts() []string { return slices.Sorted(maps.Keys(n.sites)) }

// githubAPI knows /repos/O/R/commits/REF and /repos/O/R/tarball/REF.
func (n *Internet) githubAPI(w http.ResponseWriter, r *http.Request) {
	part := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/repos/"), "/", 4)
	if len(part) < 4 {
		n.miss(w, r)
		return
	}
	repo := n.repo(part[0], part[1])
	switch part[2] {
	case "commits":
		c, err := repo.commit(r.Context(), part[3])
		if err != nil {
			n.miss(w, r)
			return
		}
		answer(w, map[string]any{"sha": c.sha, "commit": map[string]any{
			"tree":      map[string]string{"sha": c.tree},
			"committer": map[string]string{"date": c.date.Format(time.RFC3339)},
		}})
	case "tarball":
		n.archive(w, r, repo, part[3])
	default:
		n.miss(w, r)
	}
}

// github knows /O/R/archive/REF.tar.gz and git.
func (n *Internet) github(w http.ResponseWriter, r *http.Request) {
	part := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 4)
	if len(part) == 4 && part[2] == "archive" {
		ref := strings.TrimPrefix(strings.TrimSuffix(part[3], ".tar.gz"), "refs/heads/")
		n.archive(w, r, n.repo(part[0], part[1]), ref)
		return
	}
	n.plainGit(w, r)
}

// gitlab knows two calls of its API, and git.
func (n *Internet) gitlab(w http.ResponseWriter, r *http.Request) {
	rest, isAPI := strings.CutPrefix(r.URL.EscapedPath(), "/api/v4/projects/")
	if !isAPI {
		n.plainGit(w, r)
		return
	}
	project, call, _ := strings.Cut(rest, "/")
	project, _ = url.PathUnescape(project)
	owner, name, _ := strings.Cut(project, "/")
	repo := n.repo(owner, name)
	switch call {
	case "repository/commits":
		c, err := repo.commit(r.Context(), r.URL.Query().Get("ref_name"))
		if err != nil {
			n.miss(w, r)
			return
		}
		answer(w, []map[string]string{{"id": c.sha, "committed_date": c.date.Format(time.RFC3339)}})
	case "repository/archive.tar.gz":
		n.archive(w, r, repo, r.URL.Query().Get("sha"))
	default:
		n.miss(w, r)
	}
}

// sourcehut lists refs in the old protocol, as its fetcher reads them, and
// knows /~O/R/archive/REF.tar.gz.
func (n *Internet) sourcehut(w http.ResponseWriter, r *http.Request) {
	part := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/~"), "/", 4)
	if len(part) == 4 && part[2] == "archive" {
		n.archive(w, r, n.repo(part[0], part[1]), strings.TrimSuffix(part[3], ".tar.gz"))
		return
	}
	if len(part) == 3 && part[2] == "HEAD" {
		fmt.Fprintln(w, "ref: refs/heads/master")
		return
	}
	if len(part) == 4 && part[2] == "info" && r.URL.RawQuery == "" {
		refs, err := n.repo(part[0], part[1]).git(r.Context(), "for-each-ref", "--format=%(objectname)%09%(refname)")
		if err != nil {
			n.miss(w, r)
			return
		}
		_, _ = w.Write(refs)
		return
	}
	n.plainGit(w, r)
}

// channels leads from a channel to its newest release.
// https://channels.nixos.org
func (n *Internet) channels(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/channels"), "/")
	channel, file, _ := strings.Cut(path, "/")
	c, err := n.repo("NixOS", "nixpkgs").commit(r.Context(), channel)
	if err != nil || !strings.HasPrefix(file, "nixexprs.tar.") {
		n.miss(w, r)
		return
	}
	dir := strings.Replace(channel, "-", "/", 1)
	http.Redirect(w, r, fmt.Sprintf("https://releases.nixos.org/%s/%s.%d.%s/%s", dir, channel, c.date.Unix()%1e6, c.sha[:12], file), http.StatusFound)
}

// releases keeps the releases that channels led to.
func (n *Internet) releases(w http.ResponseWriter, r *http.Request) {
	part := strings.Split(r.URL.Path, "/")
	release := part[max(len(part)-2, 0)]
	n.archive(w, r, n.repo("NixOS", "nixpkgs"), release[strings.LastIndex(release, ".")+1:])
}

// flakeHub leads from a version of a flake to the newest release that has it.
// https://docs.determinate.systems/flakehub/concepts/semver
func (n *Internet) flakeHub(w http.ResponseWriter, r *http.Request) {
	part := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/f/"), "/", 3)
	if len(part) < 3 {
		n.miss(w, r)
		return
	}
	version := strings.TrimSuffix(strings.TrimSuffix(part[2], ".tar.gz"), ".*")
	branch := map[string]string{"0": "nixos-25.11", "*": "nixos-25.11", "0.2511": "nixos-25.11", "0.1": "nixos-unstable"}[version]
	c, err := n.repo(part[0], part[1]).commit(r.Context(), branch)
	if branch == "" || err != nil {
		n.miss(w, r)
		return
	}
	number := map[string]string{"nixos-25.11": "0.2511", "nixos-unstable": "0.1"}[branch]
	http.Redirect(w, r, fmt.Sprintf("https://api.flakehub.com/f/pinned/%s/%s/%s.%d%%2Brev-%s/018d-%s/source.tar.gz",
		part[0], part[1], number, c.date.Unix()%1e6, c.sha, c.sha[:4]), http.StatusFound)
}

// flakeHubPinned keeps what FlakeHub led to.
func (n *Internet) flakeHubPinned(w http.ResponseWriter, r *http.Request) {
	part := strings.Split(strings.TrimPrefix(r.URL.Path, "/f/pinned/"), "/")
	if len(part) < 3 {
		n.miss(w, r)
		return
	}
	w.Header().Set("Link", fmt.Sprintf(`<https://%s%s>; rel="immutable"`, r.Host, r.URL.RequestURI()))
	n.archive(w, r, n.repo(part[0], part[1]), part[2][strings.LastIndex(part[2], "-")+1:])
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
