package github

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// A check is a check run, as far as anybody here looks at it.
type check struct {
	id                       int
	sha                      string
	Name, Status, Conclusion string
	DetailsURL               string `json:"details_url"`
	Output                   struct{ Title, Summary, Text string }
	started, completed       time.Time
}

func (r *repository) check(k *check) object {
	id := strconv.Itoa(k.id)
	return object{
		"id": k.id, "node_id": "CR_" + id, "head_sha": k.sha, "name": k.Name, "external_id": "",
		"url": r.api("check-runs", id), "html_url": r.html("runs", id), "details_url": optional(k.DetailsURL),
		"status": k.Status, "conclusion": optional(k.Conclusion),
		"started_at": stamp(k.started), "completed_at": stamp(k.completed),
		"output": object{
			"title": optional(k.Output.Title), "summary": optional(k.Output.Summary), "text": optional(k.Output.Text),
		},
		"check_suite": nil, "app": nil, "pull_requests": []object{},
	}
}

func createCheck(c *call) (any, error) {
	var asked struct {
		SHA string `json:"head_sha"`
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if c.repo.object(asked.SHA, "commit") == "" {
		return nil, unprocessable("No commit found for SHA: " + asked.SHA)
	}
	k := &check{id: c.server.nextID(), sha: asked.SHA, started: c.server.clock()}
	if err := c.changeCheck(k); err != nil {
		return nil, err
	}
	c.repo.checks = append(c.repo.checks, k)
	return c.repo.check(k), nil
}

// changeCheck takes over what the body says of a check run. A conclusion
// completes it.
func (c *call) changeCheck(k *check) error {
	changed := *k
	if err := json.Unmarshal(c.body, &changed); err != nil {
		return err
	}
	changed.Status = cmp.Or(changed.Status, "queued")
	if changed.Conclusion != "" {
		changed.Status, changed.completed = "completed", c.server.clock()
	}
	*k = changed
	return nil
}

func updateCheck(c *call) (any, error) {
	id, _ := strconv.Atoi(c.params["check_run_id"])
	i := slices.IndexFunc(c.repo.checks, func(k *check) bool { return k.id == id })
	if i < 0 {
		return nil, errNotFound
	}
	if err := c.changeCheck(c.repo.checks[i]); err != nil {
		return nil, err
	}
	return c.repo.check(c.repo.checks[i]), nil
}

func listChecks(c *call) (any, error) {
	sha, err := c.commitNamed()
	if err != nil {
		return nil, err
	}
	name := c.request.URL.Query().Get("check_name")
	var found []*check
	for _, k := range c.repo.checks {
		if k.sha == sha && (name == "" || k.Name == name) {
			found = append(found, k)
		}
	}
	return object{"total_count": len(found), "check_runs": views(paginate(c, found), c.repo.check)}, nil
}
