package github

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (r *repository) comment(rec *record) func(Comment) object {
	return func(m Comment) object {
		issue, kind := r.api("issues", strconv.Itoa(rec.Number)), "issues"
		if rec.isPull {
			kind = "pull"
		}
		id := strconv.Itoa(m.ID)
		return object{
			"id": m.ID, "node_id": "IC_" + id, "body": m.Body, "user": r.server.user(m.Author),
			"url": r.api("issues", "comments", id), "issue_url": issue,
			"html_url":   r.html(kind, strconv.Itoa(rec.Number)) + "#issuecomment-" + id,
			"created_at": stamp(m.Created), "updated_at": stamp(m.Updated),
			"author_association": r.association(m.Author),
		}
	}
}

// checkComment refuses what GitHub would, in the words it has for comments.
func checkComment(body string) error {
	switch {
	case strings.TrimSpace(body) == "":
		return failedValidation("IssueComment", "data", "unprocessable", "Body cannot be blank")
	case utf8.RuneCountInString(body) > maxBody:
		return failedValidation("IssueComment", "data", "unprocessable", "Body is too long (maximum is 65536 characters)")
	}
	return nil
}

func listComments(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	return views(paginate(c, rec.Comments), c.repo.comment(rec)), nil
}

func createComment(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	var asked struct{ Body string }
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if err := checkComment(asked.Body); err != nil {
		return nil, err
	}
	if len(rec.Comments) >= maxComments {
		return nil, &apiError{
			status: http.StatusForbidden, message: "Commenting is disabled on issues with more than 2500 comments",
		}
	}
	now := c.server.clock()
	m := Comment{ID: c.server.nextID(), Author: c.caller.Login, Body: asked.Body, Created: now, Updated: now}
	rec.Comments, rec.Updated = append(rec.Comments, m), now
	return c.repo.comment(rec)(m), nil
}

// comment is the comment the path names, and what it stands on.
func (c *call) comment() (*record, *Comment, error) {
	id, err := strconv.Atoi(c.params["comment_id"])
	if err != nil {
		return nil, nil, errNotFound
	}
	for _, rec := range c.repo.records {
		for i, m := range rec.Comments {
			if m.ID == id {
				return rec, &rec.Comments[i], nil
			}
		}
	}
	return nil, nil, errNotFound
}

func getComment(c *call) (any, error) {
	rec, m, err := c.comment()
	if err != nil {
		return nil, err
	}
	return c.repo.comment(rec)(*m), nil
}

func updateComment(c *call) (any, error) {
	rec, m, err := c.comment()
	if err != nil {
		return nil, err
	}
	var asked struct{ Body string }
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if err := checkComment(asked.Body); err != nil {
		return nil, err
	}
	m.Body, m.Updated = asked.Body, c.server.clock()
	return c.repo.comment(rec)(*m), nil
}

func deleteComment(c *call) (any, error) {
	rec, m, err := c.comment()
	if err != nil {
		return nil, err
	}
	id := m.ID
	rec.Comments = slices.DeleteFunc(rec.Comments, func(m Comment) bool { return m.ID == id })
	return reply{http.StatusNoContent, nil}, nil
}

func (s *Server) reaction(x Reaction) object {
	return object{
		"id": x.ID, "node_id": "REA_" + strconv.Itoa(x.ID), "user": s.user(x.Author),
		"content": x.Content, "created_at": stamp(x.Created),
	}
}

func listReactions(c *call) (any, error) {
	_, m, err := c.comment()
	if err != nil {
		return nil, err
	}
	return views(paginate(c, m.Reactions), c.server.reaction), nil
}

// createReaction answers 200 where the same reaction stands already.
func createReaction(c *call) (any, error) {
	_, m, err := c.comment()
	if err != nil {
		return nil, err
	}
	var asked struct{ Content string }
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	for _, x := range m.Reactions {
		if x.Author == c.caller.Login && x.Content == asked.Content {
			return reply{http.StatusOK, c.server.reaction(x)}, nil
		}
	}
	x := Reaction{ID: c.server.nextID(), Author: c.caller.Login, Content: asked.Content, Created: c.server.clock()}
	m.Reactions = append(m.Reactions, x)
	return reply{http.StatusCreated, c.server.reaction(x)}, nil
}

func deleteReaction(c *call) (any, error) {
	_, m, err := c.comment()
	if err != nil {
		return nil, err
	}
	id, _ := strconv.Atoi(c.params["reaction_id"])
	left := slices.DeleteFunc(slices.Clone(m.Reactions), func(x Reaction) bool { return x.ID == id })
	if len(left) == len(m.Reactions) {
		return nil, errNotFound
	}
	m.Reactions = left
	return reply{http.StatusNoContent, nil}, nil
}
