package github

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/nixferry/nixferry/testdata/openapi"
)

// loadDescription reads the description once per process, which takes some
// 40 ms.
var loadDescription = sync.OnceValues(func() ([]route, error) {
	unzip, err := gzip.NewReader(bytes.NewReader(openapi.GitHub))
	if err != nil {
		return nil, fmt.Errorf("unpacking GitHub's description: %w", err)
	}
	text, err := io.ReadAll(unzip)
	if err != nil {
		return nil, fmt.Errorf("unpacking GitHub's description: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("reading GitHub's description: %w", err)
	}
	return newRouter(doc), nil
})

// filterOptions make the check as strict as it can be.
func filterOptions() *openapi3filter.Options {
	return &openapi3filter.Options{
		AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc,
		RejectWhenRequestBodyNotSpecified: true,
		SkipSettingDefaults:               true,
	}
}

// validation is what the checks need to know of a call.
func (c *call) validation() *openapi3filter.RequestValidationInput {
	request := c.request.Clone(c.request.Context())
	request.Body = readCloser(c.body)
	if len(c.body) == 0 {
		request.Body = http.NoBody
	}
	return &openapi3filter.RequestValidationInput{
		Request: request, PathParams: c.params, Route: c.route.Route, Options: filterOptions(),
	}
}

// checkRequest says what about a call does not fit the description.
func (c *call) checkRequest() error {
	if err := openapi3filter.ValidateRequest(c.request.Context(), c.validation()); err != nil {
		return err
	}
	for name := range c.request.URL.Query() {
		if c.route.Operation.Parameters.GetByInAndName("query", name) == nil {
			return fmt.Errorf("query parameter %q is unknown to GitHub", name)
		}
	}
	var body object
	_ = json.Unmarshal(c.body, &body) // an array has no names to check
	if len(body) == 0 {
		return nil
	}
	known := properties(c.route.Operation.RequestBody.Value.Content.Get("application/json").Schema)
	for name := range body {
		if !slices.Contains(known, name) {
			return fmt.Errorf("property %q of the body is unknown to GitHub", name)
		}
	}
	if body["status"] == "completed" && body["conclusion"] == nil && slices.Contains(known, "conclusion") {
		return errors.New("a completed check run needs a conclusion")
	}
	return nil
}

// properties are the names a body may have at its top, in any of its shapes.
func properties(schema *openapi3.SchemaRef) []string {
	var names []string
	for name := range schema.Value.Properties {
		names = append(names, name)
	}
	for _, shape := range alternatives(schema.Value) {
		names = append(names, properties(shape)...)
	}
	return names
}

func alternatives(schema *openapi3.Schema) openapi3.SchemaRefs {
	return slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf)
}

// checkAnswer says what about an answer does not fit the description. An
// error status GitHub does not document is fine when it carries a message.
func (c *call) checkAnswer(status int, header http.Header, body []byte) error {
	if c.route.Operation.Responses.Status(status) == nil {
		var text struct{ Message string }
		if json.Unmarshal(body, &text) == nil && text.Message != "" && status >= 400 {
			return nil
		}
		return fmt.Errorf("status %d is unknown to GitHub", status)
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: c.validation(), Status: status, Header: header, Options: filterOptions(),
	}
	return openapi3filter.ValidateResponse(c.request.Context(), input.SetBodyBytes(body))
}

// success is the operation's usual status: its lowest 2xx.
func (r *route) success() int {
	for status := 200; status < 300; status++ {
		if r.Operation.Responses.Status(status) != nil {
			return status
		}
	}
	return http.StatusOK
}

// schema is the form of an operation's answer, nil without a body.
func (r *route) schema(status int) *openapi3.Schema {
	response := r.Operation.Responses.Status(status)
	if response == nil {
		return nil
	}
	media := response.Value.Content.Get("application/json")
	if media == nil {
		return nil
	}
	return media.Schema.Value
}
