package github

import "strings"

func getCommit(c *call) (any, error) {
	sha, err := c.commitNamed()
	if err != nil {
		return nil, err
	}
	found, err := c.repo.one(sha)
	if err != nil {
		return nil, err
	}
	changes, err := c.repo.diff(found.parent(), sha)
	if err != nil {
		return nil, err
	}
	view := c.repo.commit(found)
	view["files"] = views(paginate(c, changes), c.repo.file)
	return view, nil
}

func compareCommits(c *call) (any, error) {
	base, head, ok := strings.Cut(c.params["basehead"], "...")
	from, err := c.repo.end(base)
	if err != nil {
		return nil, err
	}
	to, err := c.repo.end(head)
	if err != nil {
		return nil, err
	}
	if !ok || from == "" || to == "" {
		return nil, errNotFound
	}
	common, err := c.repo.mergeBase(from, to)
	if err != nil {
		return nil, err
	}
	if common == "" {
		return nil, &apiError{status: 404, message: "No common ancestor between " + base + " and " + head + "."}
	}
	return c.comparison(from, to, common)
}

// end is the commit at one end of a comparison: a branch, a tag or a SHA, of
// this repository or, as owner:branch, of one of its network.
func (r *repository) end(text string) (string, error) {
	owner, name, qualified := strings.Cut(text, ":")
	if !qualified {
		return r.resolve(text), nil
	}
	in, err := r.relative(owner, "")
	if err != nil || in == nil {
		return "", err
	}
	return in.resolve(name), nil
}

func (c *call) comparison(from, to, common string) (any, error) {
	commits, err := c.repo.commits("--reverse", from+".."+to)
	if err != nil {
		return nil, err
	}
	behind, err := c.repo.ahead(to, from)
	if err != nil {
		return nil, err
	}
	var changes []change
	if page := c.request.URL.Query().Get("page"); page == "" || page == "1" { // no other page has them
		if changes, err = c.repo.diff(common, to); err != nil {
			return nil, err
		}
	}
	ends, err := c.repo.commits("--no-walk=unsorted", from, common)
	if err != nil {
		return nil, err
	}
	return object{
		"url": c.repo.api("compare", from+"..."+to), "html_url": c.repo.html("compare", from+"..."+to),
		"base_commit": c.repo.commit(ends[0]), "merge_base_commit": c.repo.commit(ends[len(ends)-1]),
		"status": compareStatus(len(commits), behind), "ahead_by": len(commits), "behind_by": behind,
		"total_commits": len(commits), "commits": views(paginate(c, commits), c.repo.commit),
		"files": views(changes, c.repo.file),
	}, nil
}

func compareStatus(ahead, behind int) string {
	switch {
	case ahead > 0 && behind > 0:
		return "diverged"
	case ahead > 0:
		return "ahead"
	case behind > 0:
		return "behind"
	}
	return "identical"
}
