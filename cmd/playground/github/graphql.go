package github

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/nixferry/nixferry/testdata/graphql"
)

// loadSchema reads GitHub's GraphQL schema once per process.
var loadSchema = sync.OnceValues(func() (*ast.Schema, error) {
	return gqlparser.LoadSchema(&ast.Source{Name: "github.graphql", Input: graphql.GitHub})
})

// An input is what the mutations take. What GitHub knows and nobody here asks
// for (the merge commit's text) is not in it, and makes a violation.
type input struct {
	ClientMutationID string
	PullRequestID    string
	ExpectedHeadOID  string
	MergeMethod      string
	RepositoryID     string
	RefUpdates       []refChange
}

// node is the id of what the mutation is about.
func (in input) node() string { return in.PullRequestID + in.RepositoryID }

// readMutation reads a request and holds it against the schema.
func readMutation(body []byte) (*ast.Field, input, error) {
	var in input
	var sent struct {
		Query     string
		Variables map[string]any
	}
	if err := strictly(body, &sent); err != nil {
		return nil, in, fmt.Errorf("reading the body: %w", err)
	}
	schema, err := loadSchema()
	if err != nil {
		return nil, in, fmt.Errorf("reading GitHub's GraphQL schema: %w", err)
	}
	doc, faults := gqlparser.LoadQueryWithRules(schema, sent.Query, rules.NewDefaultRules())
	if len(faults) > 0 {
		return nil, in, faults
	}
	field, err := onlyField(doc)
	if err != nil {
		return nil, in, err
	}
	variables, err := validator.VariableValues(schema, doc.Operations[0], sent.Variables)
	if err != nil {
		return nil, in, err
	}
	text, err := json.Marshal(field.ArgumentMap(variables)["input"])
	if err != nil {
		return nil, in, err
	}
	return field, in, strictly(text, &in)
}

// onlyField is the mutation a document asks for. Only one at a time is played
// here, so that a fault can be for it alone.
func onlyField(doc *ast.QueryDocument) (*ast.Field, error) {
	if len(doc.Operations) == 1 && len(doc.Operations[0].SelectionSet) == 1 {
		field, ok := doc.Operations[0].SelectionSet[0].(*ast.Field)
		if ok && mutations[operationOf(field)].do != nil {
			return field, nil
		}
	}
	return nil, errors.New("only documents of one mutation are played here")
}

// strictly reads JSON that holds nothing unknown.
func strictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// operationOf is a mutation's name in the log.
func operationOf(field *ast.Field) string { return "graphql/" + field.Name }

// graphQL is what becomes of a request of the GraphQL API.
func (s *Server) graphQL(body []byte) target {
	field, in, err := readMutation(body)
	if err != nil {
		return target{serve: func(w http.ResponseWriter, _ *http.Request) {
			s.violate(w, fmt.Sprintf("GraphQL request %q: %v", body, err))
		}}
	}
	return target{operation: operationOf(field), serve: func(w http.ResponseWriter, r *http.Request) {
		c := &call{server: s, request: r, header: w.Header()}
		status, value, err := c.answerGraphQL(field, in)
		text, unwritten := json.Marshal(value)
		if err := cmp.Or(err, unwritten); err != nil {
			s.violate(w, fmt.Sprintf("answering %s: %v", operationOf(field), err))
			return
		}
		c.header.Set("Content-Type", "application/json; charset=utf-8")
		c.setLimits()
		w.WriteHeader(status)
		send(w, text)
	}}
}

// answerGraphQL is the answer to a mutation: 200 even where GitHub refuses,
// but for a token it does not know. An error is the server's own trouble.
// https://docs.github.com/graphql/guides/forming-calls-with-graphql
func (c *call) answerGraphQL(field *ast.Field, in input) (status int, value object, err error) {
	if c.caller, err = c.server.identify(c.request); err == nil && c.caller.Login == "" {
		err = errAnonymousGraphQL
	}
	var no *apiError
	if errors.As(err, &no) {
		return no.status, no.body(), nil
	}
	payload, err := c.mutate(mutations[operationOf(field)], in, field.SelectionSet)
	if errors.As(err, &no) {
		return http.StatusOK, object{"data": object{field.Alias: nil}, "errors": []object{no.graphQL(field)}}, nil
	}
	return http.StatusOK, object{"data": object{field.Alias: payload}}, err
}

// mutate checks who calls and runs the mutation under the server's lock.
func (c *call) mutate(m mutation, in input, wanted ast.SelectionSet) (object, error) {
	var rec *record
	c.repo, rec = c.server.node(in.node())
	unresolved := &apiError{
		status:  http.StatusNotFound,
		message: "Could not resolve to a node with the global id of '" + in.node() + "'.",
	}
	if c.repo == nil || (rec == nil) != (in.PullRequestID == "") {
		return nil, unresolved
	}
	if err := c.authorize(m.need); errors.Is(err, errNotFound) {
		return nil, unresolved
	} else if err != nil {
		return nil, err
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if err := c.repo.sync(); err != nil {
		return nil, err
	}
	if err := m.do(c, rec, in); err != nil {
		return nil, err
	}
	payload := object{}
	for _, selection := range wanted {
		field, ok := selection.(*ast.Field)
		if !ok || field.Name != "clientMutationId" {
			return nil, errors.New("of a payload only the clientMutationId is played here")
		}
		payload[field.Alias] = optional(in.ClientMutationID)
	}
	return payload, nil
}

// node finds what a global id means: a repository, or a pull request and the
// repository it is in; nil when there is none.
func (s *Server) node(id string) (*repository, *record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, st := range s.stores {
		if id == repositoryID(name) {
			return s.find(name), nil
		}
		for _, rec := range st.records {
			if rec.isPull && id == rec.nodeID() {
				return s.find(name), rec
			}
		}
	}
	return nil, nil
}
