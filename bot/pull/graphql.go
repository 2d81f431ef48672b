package pull

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-github/v62/github"
)

// A graphError is one of the errors GitHub answers in GraphQL, with status 200.
// https://docs.github.com/graphql/guides/forming-calls-with-graphql
type graphError struct{ Type, Message string }

// graphStatus is how the REST API answers what GraphQL names by a type; 422
// for all others.
var graphStatus = map[string]int{
	"NOT_FOUND": http.StatusNotFound, "FORBIDDEN": http.StatusForbidden, "INSUFFICIENT_SCOPES": http.StatusForbidden,
	"RATE_LIMITED": http.StatusTooManyRequests, "RATE_LIMIT": http.StatusTooManyRequests,
	"SERVICE_UNAVAILABLE": http.StatusServiceUnavailable,
}

// GitHub's sentences in GraphQL that come without a type.
const (
	saysBroken  = "something went wrong while executing your query"
	saysNoField = "doesn't exist on type"
	saysNoInput = "isn't a defined input type"
)

// mutate makes one call of a mutation, all of which take one input named after
// them. What it refuses is an error like one of the REST API.
func (c *Client) mutate(ctx context.Context, mutation string, input map[string]any) error {
	kind := strings.ToUpper(mutation[:1]) + mutation[1:] + "Input"
	request, err := c.api.NewRequest(http.MethodPost, c.graphql, map[string]any{
		"query":     fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { clientMutationId } }", kind, mutation),
		"variables": map[string]any{"input": input},
	})
	if err != nil {
		return err
	}
	var answer struct{ Errors []graphError }
	response, err := c.api.Do(ctx, request, &answer)
	if err == nil && len(answer.Errors) > 0 {
		err = graphRefusal(response.Response, answer.Errors)
	}
	return err
}

// graphRefusal puts errors of GraphQL in the form of the REST API's. The first
// one decides.
func graphRefusal(response *http.Response, said []graphError) error {
	like := *response
	like.StatusCode = cmp.Or(graphStatus[said[0].Type], http.StatusUnprocessableEntity)
	refused := &github.ErrorResponse{Response: &like, Message: said[0].Message}
	for _, more := range said[1:] {
		refused.Errors = append(refused.Errors, github.Error{Message: more.Message})
	}
	if says(refused, saysBroken) {
		like.StatusCode = http.StatusBadGateway
	}
	return refused
}

// unknownToServer reports whether an older GitHub Enterprise Server lacks a
// mutation.
func unknownToServer(err error) bool { return says(err, saysNoField) || says(err, saysNoInput) }
