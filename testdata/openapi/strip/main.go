// Command strip cuts GitHub's OpenAPI description down to the operations in
// its list and the components they reach, and drops everything that is not
// used to check a call.
//
//	strip IN.json OUT.json.gz
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

type object = map[string]any

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: strip IN.json OUT.json.gz")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "strip:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	text, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	var whole object
	if err := json.Unmarshal(text, &whole); err != nil {
		return fmt.Errorf("reading %s: %w", in, err)
	}
	small, err := strip(whole)
	if err != nil {
		return err
	}
	packed, err := pack(small)
	if err != nil {
		return err
	}
	return os.WriteFile(out, packed, 0o644)
}

func pack(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := zip.Write(text); err != nil {
		return nil, err
	}
	err = zip.Close()
	return packed.Bytes(), err
}

func strip(whole object) (object, error) {
	info := whole["info"].(object)
	small := object{
		"openapi": whole["openapi"],
		"info":    object{"title": info["title"], "version": info["version"], "license": info["license"]},
		"paths":   object{},
	}
	missing := slices.Clone(operations)
	for path, item := range whole["paths"].(object) {
		kept := object{}
		for method, value := range item.(object) {
			op, ok := value.(object)
			id, _ := op["operationId"].(string)
			i := slices.Index(missing, id)
			if !ok || i < 0 {
				continue
			}
			missing = slices.Delete(missing, i, i+1)
			if slices.Contains(arrays, id) {
				allowArray(op)
			}
			kept[method] = clean(op, false)
		}
		if len(kept) > 0 {
			small["paths"].(object)[path] = kept
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the description has no %s", strings.Join(missing, ", "))
	}
	small["components"] = reached(small["paths"], whole)
	return small, nil
}

// allowArray lets an operation's body be an array of strings, too.
func allowArray(op object) {
	media := op["requestBody"].(object)["content"].(object)["application/json"].(object)
	array := object{"type": "array", "minItems": 1, "items": object{"type": "string"}}
	media["schema"] = object{"oneOf": []any{media["schema"], array}}
}

// prose are the keys that say nothing about what is valid.
var prose = []string{"description", "example", "examples", "externalDocs", "summary", "tags", "title"}

// clean drops prose and GitHub's own keys but the one the router needs. Below
// "properties" and the like the keys are names, which all stay.
func clean(value any, names bool) any {
	switch v := value.(type) {
	case object:
		out := object{}
		for key, inner := range v {
			if !names && (slices.Contains(prose, key) || strings.HasPrefix(key, "x-") && key != "x-multi-segment") {
				continue
			}
			out[key] = clean(inner, !names && (key == "properties" || key == "responses" || key == "content" || key == "headers"))
		}
		if _, ok := v["description"].(string); ok && !names && isResponse(v) {
			out["description"] = "" // OpenAPI demands one
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

func isResponse(v object) bool {
	_, schema := v["schema"]
	_, typ := v["type"]
	_, in := v["in"]
	_, id := v["operationId"]
	return !schema && !typ && !in && !id
}

// reached collects the components that value refers to, and those they do.
func reached(value any, whole object) object {
	found := object{}
	for queue := refs(value, nil); len(queue) > 0; queue = queue[1:] {
		part := strings.Split(strings.TrimPrefix(queue[0], "#/components/"), "/")
		kind, name := part[0], part[1]
		if found[kind] == nil {
			found[kind] = object{}
		}
		if found[kind].(object)[name] != nil {
			continue
		}
		component := clean(whole["components"].(object)[kind].(object)[name], false)
		found[kind].(object)[name] = component
		queue = refs(component, queue)
	}
	return found
}

func refs(value any, to []string) []string {
	switch v := value.(type) {
	case object:
		for key, inner := range v {
			if ref, ok := inner.(string); ok && key == "$ref" {
				to = append(to, ref)
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
