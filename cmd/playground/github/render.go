package github

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// html is the address of a page below the repository's.
func (r *repository) html(parts ...string) string {
	return strings.Join(append([]string{r.server.url, r.owner, r.name}, parts...), "/")
}

// api is the address of a resource below the repository's.
func (r *repository) api(parts ...string) string {
	return strings.Join(append([]string{r.server.APIURL(), "repos", r.owner, r.name}, parts...), "/")
}

// stamp is a time as GitHub writes it, null when it has not come.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.RFC3339)
}

// optional is a text, null when empty.
func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// user renders a login; nobody is null.
func (s *Server) user(login string) any {
	if login == "" {
		return nil
	}
	return s.account(login)
}

func (s *Server) account(login string) object {
	kind := "User"
	if strings.HasSuffix(login, "[bot]") {
		kind = "Bot"
	}
	return object{
		"login": login, "id": number(login), "node_id": "U_" + strconv.Itoa(number(login)), "type": kind,
		"url":      s.APIURL() + "/users/" + url.PathEscape(login),
		"html_url": s.url + "/" + url.PathEscape(login),
	}
}

// repositoryID is a repository's global id.
func repositoryID(fullName string) string { return "R_" + strconv.Itoa(number(fullName)) }

// nodeID is the global id of an issue or a pull request.
func (rec *record) nodeID() string {
	if rec.isPull {
		return "PR_" + strconv.Itoa(rec.id)
	}
	return "I_" + strconv.Itoa(rec.id)
}

// view renders the repository.
func (r *repository) view() object {
	return object{
		"id": number(r.fullName()), "node_id": repositoryID(r.fullName()),
		"name": r.name, "full_name": r.fullName(), "owner": r.server.user(r.owner),
		"private": r.settings.Private, "url": r.api(), "html_url": r.html(), "clone_url": r.html() + ".git",
		"fork": r.settings.ForkOf != "",
	}
}

func (r *repository) label(name string) object {
	l := r.labels[r.labelled(name)]
	return object{
		"id": number("label " + name), "node_id": "L_" + strconv.Itoa(number(name)), "name": name,
		"url": r.api("labels", url.PathEscape(name)), "color": l.Color, "default": false, "description": optional(l.Description),
	}
}

// association is what a comment's author is to the repository.
func (r *repository) association(login string) string {
	switch {
	case login == r.owner:
		return "OWNER"
	case r.role(login) != "none":
		return "COLLABORATOR"
	}
	return "NONE"
}

// common renders what an issue and a pull request have in common.
func (r *repository) common(rec *record) object {
	user := r.server.user
	assignees := views(rec.Assignees, r.server.account)
	var first any
	if len(assignees) > 0 {
		first = user(rec.Assignees[0])
	}
	return object{
		"id": rec.id, "node_id": rec.nodeID(), "number": rec.Number,
		"state": rec.State, "locked": false, "title": rec.Title, "body": optional(rec.Body), "user": user(rec.Author),
		"labels": views(rec.Labels, r.label), "assignees": assignees, "assignee": first, "milestone": nil,
		"created_at": stamp(rec.Created), "updated_at": stamp(rec.Updated), "closed_at": stamp(rec.Closed),
		"author_association": r.association(rec.Author),
		"comments_url":       r.api("issues", strconv.Itoa(rec.Number), "comments"),
	}
}

// issue renders an issue, or a pull request as the issue it also is.
func (r *repository) issue(rec *record) object {
	n := strconv.Itoa(rec.Number)
	view := r.common(rec)
	view["url"], view["html_url"] = r.api("issues", n), r.html("issues", n)
	view["comments"] = len(rec.Comments)
	if rec.isPull {
		view["html_url"] = r.html("pull", n)
		view["draft"] = rec.Draft
		view["pull_request"] = object{
			"url": r.api("pulls", n), "html_url": r.html("pull", n), "diff_url": r.html("pull", n+".diff"),
			"patch_url": r.html("pull", n+".patch"), "merged_at": stamp(rec.merged),
		}
	}
	return view
}

// simplePull renders a pull request as it stands in lists.
func (r *repository) simplePull(rec *record) object {
	n := strconv.Itoa(rec.Number)
	view := r.common(rec)
	view["url"], view["html_url"], view["issue_url"] = r.api("pulls", n), r.html("pull", n), r.api("issues", n)
	view["draft"], view["auto_merge"] = rec.Draft, r.autoMerge(rec)
	view["merged_at"], view["merge_commit_sha"] = stamp(rec.merged), optional(rec.MergeCommit)
	view["requested_reviewers"] = views(rec.Reviewers, r.server.account)
	view["requested_teams"] = views(rec.Teams, r.team)
	view["head"], view["base"] = r.side(rec.Head), r.side(rec.Base)
	view["_links"] = object{"self": object{"href": r.api("pulls", n)}, "html": object{"href": r.html("pull", n)}}
	return view
}

// side renders one of a pull request's two branches.
func (r *repository) side(b Branch) object {
	home := r.home(b)
	return object{
		"label": r.crossName(b), "ref": b.Name, "sha": b.SHA, "user": r.server.user(home.owner), "repo": home.view(),
	}
}

func (r *repository) team(slug string) object {
	return object{
		"id": number("team " + slug), "node_id": "T_" + strconv.Itoa(number(slug)), "slug": slug, "name": slug,
		"html_url": r.server.url + "/orgs/" + r.owner + "/teams/" + slug,
	}
}

func (s signature) view() object { return object{"name": s.name, "email": s.email, "date": s.date} }

// commit renders a commit as the repos operations do.
func (r *repository) commit(c commit) object {
	return object{
		"sha": c.sha, "node_id": "C_" + c.sha, "url": r.api("commits", c.sha), "html_url": r.html("commit", c.sha),
		"author": nil, "committer": nil, "parents": views(c.parents, r.parent),
		"commit": object{
			"url": r.api("git", "commits", c.sha), "author": c.author.view(), "committer": c.committer.view(),
			"message": c.message, "tree": r.tree(c.tree), "verification": r.verification(c),
		},
	}
}

// gitCommit renders a commit as the git operations do.
func (r *repository) gitCommit(c commit) object {
	return object{
		"sha": c.sha, "node_id": "C_" + c.sha, "url": r.api("git", "commits", c.sha), "html_url": r.html("commit", c.sha),
		"author": c.author.view(), "committer": c.committer.view(), "message": c.message,
		"tree": r.tree(c.tree), "parents": views(c.parents, r.parent), "verification": r.verification(c),
	}
}

func (r *repository) parent(sha string) object {
	return object{"sha": sha, "url": r.api("commits", sha), "html_url": r.html("commit", sha)}
}

func (r *repository) tree(sha string) object {
	return object{"sha": sha, "url": r.api("git", "trees", sha)}
}

// file renders one changed file.
func (r *repository) file(c change) object {
	view := object{
		"sha": c.blob, "filename": c.path, "status": c.status,
		"additions": c.additions, "deletions": c.deletions, "changes": c.additions + c.deletions,
	}
	if c.patch != "" {
		view["patch"] = c.patch
	}
	return view
}
