// Package events carries what GitHub sends to a workflow: real payloads, and the
// schema that they and the tests' own are held to. SOURCE.md says where they
// come from and how to make them anew.
package events

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Payloads holds a payload for each event and action, issue_comment.created.json
// say; a workflow_dispatch has no actions.
//
//go:embed issue_comment.*.json pull_request.*.json workflow_dispatch.json
var Payloads embed.FS

//go:embed schema.json
var schema []byte

// definitions names what describes each event in the schema.
var definitions = map[string]string{
	"issue_comment":     "issue_comment_event",
	"pull_request":      "pull_request_event",
	"workflow_dispatch": "workflow_dispatch$event",
}

// compiler reads the schema once.
var compiler = sync.OnceValues(func() (*jsonschema.Compiler, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c, c.AddResource("schema.json", document)
})

// Check holds the payload of an event to GitHub's schema.
// https://docs.github.com/webhooks/webhook-events-and-payloads
func Check(event string, payload []byte) error {
	c, err := compiler()
	if err != nil {
		return fmt.Errorf("reading the schema of GitHub's events: make it anew as SOURCE.md says: %w", err)
	}
	schema, err := c.Compile("schema.json#/definitions/" + definitions[event])
	if err != nil {
		return fmt.Errorf("compiling the schema of %s: make it anew as SOURCE.md says: %w", event, err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
	if err != nil {
		return fmt.Errorf("reading a payload of %s: write it as JSON: %w", event, err)
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("checking a payload of %s: write it as GitHub does: %w", event, err)
	}
	return nil
}
