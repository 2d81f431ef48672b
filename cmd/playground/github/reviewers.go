package github

import "slices"

// A reviewEdit names people and teams whose review is or is not wanted.
type reviewEdit struct {
	Reviewers     []string
	TeamReviewers []string `json:"team_reviewers"`
}

func listReviewers(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	return object{
		"users": views(rec.Reviewers, c.server.account), "teams": views(rec.Teams, c.repo.team),
	}, nil
}

func requestReviewers(c *call) (any, error) {
	rec, asked, err := c.reviewEdit()
	if err != nil {
		return nil, err
	}
	for _, login := range asked.Reviewers {
		switch {
		case login == rec.Author:
			return nil, unprocessable("Review cannot be requested from pull request author.")
		case c.repo.role(login) == "none":
			return nil, c.notCollaborator()
		}
	}
	for _, team := range asked.TeamReviewers {
		if !slices.Contains(c.repo.settings.Teams, team) {
			return nil, c.notCollaborator()
		}
	}
	rec.Reviewers = with(rec.Reviewers, asked.Reviewers)
	rec.Teams = with(rec.Teams, asked.TeamReviewers)
	rec.Updated = c.server.clock()
	return c.repo.simplePull(rec), nil
}

func (c *call) notCollaborator() error {
	return unprocessable("Reviews may only be requested from collaborators. One or more of the users or teams " +
		"you specified is not a collaborator of the " + c.repo.fullName() + " repository.")
}

func removeReviewers(c *call) (any, error) {
	rec, asked, err := c.reviewEdit()
	if err != nil {
		return nil, err
	}
	rec.Reviewers = without(rec.Reviewers, asked.Reviewers)
	rec.Teams = without(rec.Teams, asked.TeamReviewers)
	rec.Updated = c.server.clock()
	return c.repo.simplePull(rec), nil
}

func (c *call) reviewEdit() (rec *record, asked reviewEdit, err error) {
	if rec, err = c.record(); err == nil {
		err = c.decode(&asked)
	}
	return rec, asked, err
}

// with is a list and what it lacked of another, in order.
func with(list, more []string) []string {
	list = slices.Clone(list)
	for _, item := range more {
		if !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list
}

// without is what is in a list and not in the other.
func without(list, less []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(item string) bool { return slices.Contains(less, item) })
}
