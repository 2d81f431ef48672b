package github

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// anyRead lets everybody who has any right read what is about the whole
// repository.
func anyRead(p Permissions, public bool) bool { return public || p.Login != "" }

func getUser(c *call) (any, error) {
	if c.caller.app() {
		return nil, forbidden(c.caller) // an installation is no user
	}
	view := c.server.account(c.caller.Login)
	view["user_view_type"] = "private" // how one sees oneself
	return view, nil
}

func getRepository(c *call) (any, error) {
	branch, err := c.repo.defaultBranch()
	if err != nil {
		return nil, err
	}
	view := c.repo.view()
	view["default_branch"] = branch
	view["visibility"] = "public"
	if c.repo.settings.Private {
		view["visibility"] = "private"
	}
	view["has_issues"], view["has_pull_requests"] = !c.repo.settings.NoIssues, true
	if of := c.repo.settings.ForkOf; of != "" {
		parent := c.server.named(of).view()
		view["parent"], view["source"] = parent, parent
	}
	if c.caller.Login != "" {
		view["permissions"] = object{
			"admin": c.caller.Administration == Write, "push": c.caller.Contents == Write, "pull": true,
		}
	}
	return view, nil
}

func listBranches(c *call) (any, error) {
	var branches []string
	for _, ref := range slices.Sorted(maps.Keys(c.repo.refs)) {
		name, ok := strings.CutPrefix(ref, "refs/heads/")
		wanted := c.request.URL.Query().Get("protected")
		if protected := slices.Contains(c.repo.settings.Protected, name); ok && (wanted == "" || (wanted == "true") == protected) {
			branches = append(branches, name)
		}
	}
	return views(paginate(c, branches), func(name string) object {
		sha := c.repo.branch(name)
		return object{
			"name": name, "protected": slices.Contains(c.repo.settings.Protected, name),
			"commit": object{"sha": sha, "url": c.repo.api("commits", sha)},
		}
	}), nil
}

// errNoBranch is GitHub's own word for it, unlike its other 404s.
var errNoBranch = &apiError{status: http.StatusNotFound, message: "Branch not found"}

func getBranch(c *call) (any, error) {
	name := c.params["branch"]
	sha := c.repo.branch(name)
	if sha == "" {
		return nil, errNoBranch
	}
	tip, err := c.repo.one(sha)
	if err != nil {
		return nil, err
	}
	protected := slices.Contains(c.repo.settings.Protected, name)
	return object{
		"name": name, "commit": c.repo.commit(tip), "protected": protected,
		"protection": object{"enabled": protected},
		"_links":     object{"self": c.repo.api("branches", name), "html": c.repo.html("tree", name)},
	}, nil
}

func getProtection(c *call) (any, error) {
	name := c.params["branch"]
	switch {
	case c.repo.branch(name) == "":
		return nil, errNoBranch
	case !slices.Contains(c.repo.settings.Protected, name):
		return nil, &apiError{status: http.StatusNotFound, message: "Branch not protected"}
	}
	return object{"url": c.repo.api("branches", name, "protection"), "enforce_admins": object{
		"url": c.repo.api("branches", name, "protection", "enforce_admins"), "enabled": true,
	}}, nil
}

// basic maps roles to the four permissions GitHub had first; maintain and
// triage stand in role_name only.
var basic = map[string]string{"maintain": "write", "triage": "read"}

func getRole(c *call) (any, error) {
	login := c.params["username"]
	role := c.repo.role(login)
	permission := role
	if b, ok := basic[role]; ok {
		permission = b
	}
	if role == "none" && !c.repo.settings.Private {
		permission, role = "read", "read" // everybody reads a public repository
	}
	return object{"permission": permission, "role_name": role, "user": c.server.user(login)}, nil
}

func getActionsPermissions(*call) (any, error) {
	return object{"enabled": true, "allowed_actions": "all"}, nil
}

func getWorkflowPermissions(c *call) (any, error) {
	return object{
		"default_workflow_permissions":     "read",
		"can_approve_pull_request_reviews": !c.repo.settings.ActionsMayNotCreatePulls,
	}, nil
}

func createDispatch(c *call) (any, error) {
	var asked struct {
		Ref    string
		Inputs map[string]string
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	sha := c.repo.resolve(strings.TrimPrefix(asked.Ref, "refs/"))
	if sha == "" {
		return nil, unprocessable("No ref found for: " + asked.Ref)
	}
	workflow := c.params["workflow_id"]
	if _, err := c.repo.git("cat-file", "-e", sha+":.github/workflows/"+workflow); err != nil {
		return nil, errNotFound
	}
	c.repo.dispatches = append(c.repo.dispatches, Dispatch{workflow, asked.Ref, asked.Inputs})
	return reply{http.StatusNoContent, nil}, nil
}
