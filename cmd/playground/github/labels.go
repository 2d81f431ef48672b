package github

import (
	"net/http"
	"slices"
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

func listLabels(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	return views(paginate(c, rec.Labels), c.repo.label), nil
}

// addLabels makes labels that do not exist yet, as GitHub does.
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
	rec.Labels, rec.Updated = change(rec.Labels, asked), c.server.clock()
	return views(rec.Labels, c.repo.label), nil
}

func removeLabel(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	name := c.params["name"]
	if !slices.Contains(rec.Labels, name) {
		return nil, &apiError{status: http.StatusNotFound, message: "Label does not exist"}
	}
	rec.Labels, rec.Updated = without(rec.Labels, []string{name}), c.server.clock()
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
