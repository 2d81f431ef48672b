package github

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An issueEdit is what may be asked for an issue; nil leaves as it is. Labels
// and assignees are what GitHub takes for them: names or objects.
type issueEdit struct {
	pullEdit
	Labels    *names
	Assignees *names
}

// names are labels or logins, written as texts or as objects, in a list or in
// an object around one.
type names []string

// UnmarshalJSON reads any of the shapes.
func (n *names) UnmarshalJSON(text []byte) error {
	var around struct{ Labels, Assignees *names }
	if err := json.Unmarshal(text, &around); err == nil {
		if list := cmp.Or(around.Labels, around.Assignees); list != nil {
			*n = *list
		}
		return nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return err
	}
	for _, item := range items {
		var name string
		var in struct{ Name, Login string }
		if json.Unmarshal(item, &name) != nil {
			if err := json.Unmarshal(item, &in); err != nil {
				return err
			}
			name = cmp.Or(in.Name, in.Login)
		}
		*n = append(*n, name)
	}
	return nil
}

func createIssue(c *call) (any, error) {
	var asked issueEdit
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if c.repo.settings.NoIssues {
		return nil, errNoIssues
	}
	if err := checkTexts(asked.Title, asked.Body); err != nil {
		return nil, err
	}
	rec := &record{Pull: Pull{Issue: Issue{Author: c.caller.Login, Title: value(asked.Title), Body: value(asked.Body)}}}
	if err := c.relabel(rec, asked); err != nil {
		return nil, err
	}
	c.repo.add(rec)
	return c.repo.issue(rec), nil
}

// relabel sets labels and assignees where the edit names any.
func (c *call) relabel(rec *record, asked issueEdit) error {
	if asked.Labels != nil {
		if err := checkLabels(*asked.Labels); err != nil {
			return err
		}
		rec.Labels = with(nil, c.repo.labelNames(*asked.Labels))
	}
	if asked.Assignees != nil {
		rec.Assignees = c.assignable(*asked.Assignees)
	}
	return nil
}

func getIssue(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	return c.repo.issue(rec), nil
}

func updateIssue(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	var asked issueEdit
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	changed := *rec
	if err := c.relabel(&changed, asked); err != nil {
		return nil, err
	}
	if err := c.edit(&changed, asked.pullEdit); err != nil {
		return nil, err
	}
	*rec = changed
	return c.repo.issue(rec), nil
}

// issueFilters are what the list of issues can be asked by here. GitHub knows
// more; to ignore one would be a lie.
var issueFilters = []string{"state", "labels", "creator", "sort", "direction", "per_page", "page"}

func listIssues(c *call) (any, error) {
	query := c.request.URL.Query()
	if unknown := without(slices.Collect(maps.Keys(query)), issueFilters); len(unknown) > 0 {
		return nil, fmt.Errorf("issues are not listed by %s here: teach listIssues", unknown)
	}
	state := cmp.Or(query.Get("state"), "open")
	var labels []string
	if text := query.Get("labels"); text != "" {
		labels = strings.Split(text, ",")
	}
	var found []*record
	for _, rec := range c.repo.records {
		if (state == "all" || rec.State == state) &&
			len(without(labels, rec.Labels)) == 0 &&
			(query.Get("creator") == "" || strings.EqualFold(query.Get("creator"), rec.Author)) &&
			(rec.isPull || !c.repo.settings.NoIssues) {
			found = append(found, rec)
		}
	}
	order(found, query.Get("sort"), query.Get("direction"))
	return views(paginate(c, found), c.repo.issue), nil
}

// assignable drops whom GitHub would silently not assign.
// https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue
func (c *call) assignable(logins []string) []string {
	return slices.DeleteFunc(with(nil, logins), func(login string) bool { return c.repo.role(login) == "none" })
}

func addAssignees(c *call) (any, error) {
	return c.assign(func(has, asked []string) []string { return with(has, c.assignable(asked)) })
}

func removeAssignees(c *call) (any, error) { return c.assign(without) }

func (c *call) assign(change func(has, asked []string) []string) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	var asked names
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	rec.Assignees, rec.Updated = change(rec.Assignees, asked), c.server.clock()
	return c.repo.issue(rec), nil
}
