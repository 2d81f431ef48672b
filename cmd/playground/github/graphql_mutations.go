package github

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"
)

// A mutation is what one call of the GraphQL API demands and does. It is given
// the pull request it is about, nil when it is about a repository.
type mutation struct {
	need need
	do   func(*call, *record, input) error
}

// mutations are all the server knows, by their operation in the log. A token
// that may write pull requests but no contents cannot turn one into a draft or
// back: https://github.com/delta-io/delta-rs/issues/4748
var mutations = map[string]mutation{
	"graphql/convertPullRequestToDraft":     {both(pulls, contents), convertToDraft},
	"graphql/disablePullRequestAutoMerge":   {both(pulls, contents), disableAutoMerge},
	"graphql/enablePullRequestAutoMerge":    {both(pulls, contents), enableAutoMerge},
	"graphql/markPullRequestReadyForReview": {both(pulls, contents), markReady},
	"graphql/updateRefs":                    {write(contents), updateRefs},
}

// errAnonymousGraphQL is what everybody without a token hears.
var errAnonymousGraphQL = &apiError{
	status: http.StatusUnauthorized, message: "This endpoint requires you to be authenticated.",
}

// errorTypes are GraphQL's words for what REST says by a status.
var errorTypes = map[int]string{
	http.StatusForbidden: "FORBIDDEN", http.StatusNotFound: "NOT_FOUND", http.StatusUnprocessableEntity: "UNPROCESSABLE",
}

// graphQL is the error as the GraphQL API puts it.
func (e *apiError) graphQL(at *ast.Field) object {
	return object{
		"type": errorTypes[e.status], "path": []string{at.Alias}, "message": e.message,
		"locations": []object{{"line": at.Position.Line, "column": at.Position.Column}},
	}
}

func convertToDraft(c *call, rec *record, in input) error {
	if c.repo.settings.NoDrafts { // https://github.com/kyanny/gh-pr-draft/issues/5
		return &apiError{
			status:  http.StatusForbidden,
			message: c.caller.Login + " does not have permission to convert the pull request " + in.PullRequestID + " to draft.",
		}
	}
	rec.Draft, rec.AutoMerge, rec.Updated = true, "", c.server.clock()
	return nil
}

func markReady(c *call, rec *record, _ input) error {
	rec.Draft, rec.Updated = false, c.server.clock()
	return nil
}

// A refChange is one ref somebody wants moved: from a commit, or from anywhere
// when that is nil. A ref that is not there yet is at forty zeros.
// https://docs.github.com/graphql/reference/input-objects#refupdate
type refChange struct {
	Name      string
	BeforeOID *string
	AfterOID  string
	Force     bool
}

// updateRefs moves a ref that is where it is thought to be, or makes it.
func updateRefs(c *call, _ *record, in input) (err error) {
	if len(in.RefUpdates) != 1 {
		return errors.New("one ref at a time is played here")
	}
	u := in.RefUpdates[0]
	at := cmp.Or(c.repo.refs[u.Name], noObject)
	switch {
	case u.BeforeOID != nil && *u.BeforeOID != at:
		return unprocessable("Reference cannot be updated")
	case at == noObject:
		err = c.mayCreate(u.Name)
	default:
		err = c.mayUpdate(u.Name, u.AfterOID, u.Force)
	}
	if err == nil {
		_, err = c.moveRef(u.Name, u.AfterOID)
	}
	return err
}
