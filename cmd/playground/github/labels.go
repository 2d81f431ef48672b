package github

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkLabels refuses names GitHub would not make labels of.
func checkLabels(names []string) error {
	for _, name := range names {
		if name == "" {
			return failedValidation("Label", "name", "missing_field", "")
		}
		if utf8.RuneCountInString(name) > maxLabel {
			return failedValidation("Label", "name", "custom", "name is too long (maximum is 50 characters)")
		}
	}
	return nil
}

// grey is the colour of a label nobody chose one for.
const grey = "ededed"

var hexColor = regexp.MustCompile(`^[0-9a-fA-F]{6}$`)

// labelled finds a label, whose name is the same in capitals; -1 without one.
func (st *store) labelled(name string) int {
	return slices.IndexFunc(st.labels, func(l Label) bool { return strings.EqualFold(l.Name, name) })
}

// labelNames are the names as the repository's labels have them. What is
// missing is made, as GitHub does when a label is put on an issue.
func (st *store) labelNames(names []string) []string {
	var found []string
	for _, name := range names {
		i := st.labelled(name)
		if i < 0 {
			i = len(st.labels)
			st.labels = append(st.labels, Label{Name: name, Color: grey})
		}
		found = append(found, st.labels[i].Name)
	}
	return found
}

// A labelEdit is what may be asked for a label; nil leaves as it is.
type labelEdit struct {
	Name, Color, Description *string
	NewName                  *string `json:"new_name"`
}

// changed is the label with the edit done, or GitHub's refusal of it.
// https://docs.github.com/rest/issues/labels#create-a-label
func (e labelEdit) changed(l Label) (Label, error) {
	for _, field := range []struct {
		asked *string
		to    *string
	}{{e.Name, &l.Name}, {e.NewName, &l.Name}, {e.Color, &l.Color}, {e.Description, &l.Description}} {
		if field.asked != nil {
			*field.to = *field.asked
		}
	}
	l.Color = strings.ToLower(cmp.Or(l.Color, grey))
	switch {
	case !hexColor.MatchString(l.Color):
		return l, failedValidation("Label", "color", "invalid", "")
	case utf8.RuneCountInString(l.Description) > maxLabelDescription:
		return l, failedValidation("Label", "description", "custom", "description is too long (maximum is 100 characters)")
	}
	return l, checkLabels([]string{l.Name})
}

func createLabel(c *call) (any, error) {
	var asked labelEdit
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	made, err := asked.changed(Label{})
	if err != nil {
		return nil, err
	}
	if c.repo.labelled(made.Name) >= 0 {
		return nil, failedValidation("Label", "name", "already_exists", "")
	}
	c.repo.labels = append(c.repo.labels, made)
	return c.repo.label(made.Name), nil
}

// named is the place of the label the path names.
func (c *call) named() (int, error) {
	i := c.repo.labelled(c.params["name"])
	if i < 0 {
		return 0, errNotFound
	}
	return i, nil
}

func getLabel(c *call) (any, error) {
	i, err := c.named()
	if err != nil {
		return nil, err
	}
	return c.repo.label(c.repo.labels[i].Name), nil
}

func updateLabel(c *call) (any, error) {
	i, err := c.named()
	if err != nil {
		return nil, err
	}
	var asked labelEdit
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	old := c.repo.labels[i]
	changed, err := asked.changed(old)
	if err != nil {
		return nil, err
	}
	if j := c.repo.labelled(changed.Name); j >= 0 && j != i {
		return nil, failedValidation("Label", "name", "already_exists", "")
	}
	c.repo.labels[i] = changed
	for _, rec := range c.repo.records {
		if j := slices.Index(rec.Labels, old.Name); j >= 0 {
			rec.Labels[j] = changed.Name
		}
	}
	return c.repo.label(changed.Name), nil
}

func listRepositoryLabels(c *call) (any, error) {
	return views(paginate(c, c.repo.labels), func(l Label) object { return c.repo.label(l.Name) }), nil
}

func listLabels(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	return views(paginate(c, rec.Labels), c.repo.label), nil
}

func addLabels(c *call) (any, error) { return c.label(with) }

func setLabels(c *call) (any, error) {
	return c.label(func(_, asked []string) []string { return with(nil, asked) })
}

func (c *call) label(change func(has, asked []string) []string) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	var asked names
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if err := checkLabels(asked); err != nil {
		return nil, err
	}
	rec.Labels, rec.Updated = change(rec.Labels, c.repo.labelNames(asked)), c.server.clock()
	return views(rec.Labels, c.repo.label), nil
}

func removeLabel(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(rec.Labels, func(name string) bool { return strings.EqualFold(name, c.params["name"]) })
	if i < 0 {
		return nil, &apiError{status: http.StatusNotFound, message: "Label does not exist"}
	}
	rec.Labels, rec.Updated = without(rec.Labels, rec.Labels[i:i+1]), c.server.clock()
	return views(rec.Labels, c.repo.label), nil
}

func removeAllLabels(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	rec.Labels, rec.Updated = nil, c.server.clock()
	return reply{http.StatusNoContent, nil}, nil
}
