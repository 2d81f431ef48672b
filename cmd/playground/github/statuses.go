package github

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (r *repository) status(st commitStatus) object {
	return object{
		"id": st.ID, "node_id": "SC_" + strconv.Itoa(st.ID), "state": st.State, "context": st.Context,
		"description": optional(st.Description), "target_url": optional(st.TargetURL),
		"url": r.api("statuses", st.sha), "creator": r.server.user(st.Author),
		"created_at": stamp(st.Created), "updated_at": stamp(st.Created),
	}
}

// errTooManyStatuses has its one error as a plain text, as nothing else here.
var errTooManyStatuses = &apiError{
	http.StatusUnprocessableEntity, "Validation Failed",
	"Validation failed: This SHA and context has reached the maximum number of statuses.",
}

func createStatus(c *call) (any, error) {
	var asked struct {
		State, Context, Description string
		TargetURL                   string `json:"target_url"`
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	sha := c.repo.object(c.params["sha"], "commit")
	switch {
	case sha == "" || sha != c.params["sha"]:
		return nil, unprocessable("No commit found for SHA: " + c.params["sha"])
	case utf8.RuneCountInString(asked.Description) > maxDescription:
		return nil, failedValidation("Status", "description", "custom", "description is too long (maximum is 140 characters)")
	case asked.TargetURL != "" && !strings.HasPrefix(asked.TargetURL, "http://") && !strings.HasPrefix(asked.TargetURL, "https://"):
		return nil, failedValidation("Status", "target_url", "custom", "target_url must use http(s) scheme")
	}
	name := cmp.Or(asked.Context, "default")
	posted := 0
	for _, st := range c.repo.statuses {
		if st.sha == sha && st.Context == name {
			posted++
		}
	}
	if posted >= maxStatuses {
		return nil, errTooManyStatuses
	}
	st := commitStatus{sha: sha, Status: Status{
		ID: c.server.nextID(), Author: c.caller.Login, Context: name, State: asked.State,
		Description: asked.Description, TargetURL: asked.TargetURL, Created: c.server.clock(),
	}}
	c.repo.statuses = append(c.repo.statuses, st)
	return c.repo.status(st), c.repo.sync() // a pull request may have waited for it
}

// commitNamed is the commit the path's ref means.
func (c *call) commitNamed() (string, error) {
	sha := c.repo.resolve(c.params["ref"])
	if sha == "" {
		return "", &apiError{status: http.StatusUnprocessableEntity, message: "No commit found for SHA: " + c.params["ref"]}
	}
	return sha, nil
}

// statusesOf are the statuses of a commit, the newest first.
func (r *repository) statusesOf(sha string) []commitStatus {
	of := slices.DeleteFunc(slices.Clone(r.statuses), func(st commitStatus) bool { return st.sha != sha })
	slices.Reverse(of)
	return of
}

// latest keeps the newest status of each context.
func latest(of []commitStatus) []commitStatus {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(of), func(st commitStatus) bool {
		before := seen[st.Context]
		seen[st.Context] = true
		return before
	})
}

// combined is the one state of many: failure wins over pending, pending over
// success. https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference
func combined(of []commitStatus) string {
	states := map[string]bool{}
	for _, st := range of {
		states[st.State] = true
	}
	switch {
	case states["failure"] || states["error"]:
		return "failure"
	case states["pending"] || len(of) == 0:
		return "pending"
	}
	return "success"
}

func listStatuses(c *call) (any, error) {
	sha, err := c.commitNamed()
	if err != nil {
		return nil, err
	}
	return views(paginate(c, c.repo.statusesOf(sha)), c.repo.status), nil
}

func getCombinedStatus(c *call) (any, error) {
	sha, err := c.commitNamed()
	if err != nil {
		return nil, err
	}
	of := latest(c.repo.statusesOf(sha))
	return object{
		"sha": sha, "state": combined(of), "total_count": len(of), "statuses": views(paginate(c, of), c.repo.status),
		"repository": c.repo.view(), "url": c.repo.api("commits", sha, "status"), "commit_url": c.repo.api("commits", sha),
	}, nil
}
