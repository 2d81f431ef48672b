// Command strip cuts Octokit's schema of GitHub's webhooks down to the events
// in one list, without prose, and picks an example for each action in another.
//
//	strip SCHEMA.json EXAMPLES.json DIRECTORY
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type object = map[string]any

// schemas are the definitions that describe whole payloads.
var schemas = []string{"issue_comment_event", "pull_request_event", "workflow_dispatch$event"}

// examples are the payloads that are kept: the event, a dot and its action.
var examples = []string{
	"issue_comment.created", "issue_comment.deleted", "issue_comment.edited",
	"pull_request.opened", "pull_request.synchronize", "workflow_dispatch",
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: strip SCHEMA.json EXAMPLES.json DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "strip:", err)
		os.Exit(1)
	}
}

func run(schemaFile, examplesFile, dir string) error {
	var schema object
	if err := read(schemaFile, &schema); err != nil {
		return err
	}
	var events []event
	if err := read(examplesFile, &events); err != nil {
		return err
	}
	small := object{"$schema": schema["$schema"], "definitions": reached(schema["definitions"].(object))}
	if err := write(filepath.Join(dir, "schema.json"), small); err != nil {
		return err
	}
	for _, name := range examples {
		example, err := pick(events, name)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(dir, name+".json"), example); err != nil {
			return err
		}
	}
	return nil
}

func read(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	return nil
}

func write(file string, value any) error {
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// An event is how the examples come: all payloads of one event together.
type event struct {
	Name     string
	Examples []object
}

// pick finds the last example of an event and action: the first ones are older
// than the schema, and do not fit it.
func pick(events []event, name string) (picked object, err error) {
	name, action, _ := strings.Cut(name, ".")
	for _, e := range events {
		for _, example := range e.Examples {
			if got, _ := example["action"].(string); e.Name == name && got == action {
				picked = example
			}
		}
	}
	if picked == nil {
		return nil, fmt.Errorf("there is no example of %s %s", name, action)
	}
	return picked, nil
}

// reached are the schemas and the definitions that they refer to, cleaned.
func reached(definitions object) object {
	found := object{}
	for queue := slices.Clone(schemas); len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		if found[name] == nil {
			found[name] = clean(definitions[name], false)
			queue = refs(found[name], queue)
		}
	}
	return found
}

// prose are the keys that say nothing about what is valid.
var prose = []string{"$schema", "default", "description", "examples", "readOnly", "title", "tsAdditionalProperties"}

// template is the one format that jsonschema checks wrongly: it knows only the
// first level of RFC 6570.
const template = "uri-template"

// clean drops prose. Below "properties" the keys are names, which all stay.
func clean(value any, names bool) any {
	switch v := value.(type) {
	case object:
		out := object{}
		for key, inner := range v {
			if names || !slices.Contains(prose, key) && inner != template {
				out[key] = clean(inner, !names && key == "properties")
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = clean(inner, false)
		}
		return out
	}
	return value
}

func refs(value any, to []string) []string {
	switch v := value.(type) {
	case object:
		for key, inner := range v {
			if ref, ok := inner.(string); ok && key == "$ref" {
				to = append(to, strings.TrimPrefix(ref, "#/definitions/"))
			} else {
				to = refs(inner, to)
			}
		}
	case []any:
		for _, inner := range v {
			to = refs(inner, to)
		}
	}
	return to
}
