package github

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

type object = map[string]any

// complete adds to a value what its schema requires and the handler left out:
// GitHub's answers carry dozens of links and counters that nobody here reads.
func complete(schema *openapi3.Schema, value any) any {
	switch v := value.(type) {
	case object:
		for _, name := range schema.Required {
			if property := schema.Properties[name]; v[name] == nil && property != nil {
				v[name] = filling(property.Value, name)
			}
		}
		for name, property := range schema.Properties {
			if inner, ok := v[name]; ok {
				v[name] = complete(property.Value, inner)
			}
		}
		for _, part := range schema.AllOf {
			complete(part.Value, v)
		}
		if shapes := slices.Concat(schema.AnyOf, schema.OneOf); len(shapes) > 0 {
			complete(shapes[0].Value, v)
		}
	case []object:
		for _, item := range v {
			complete(schema.Items.Value, item)
		}
	}
	return value
}

// filling is the emptiest value of a schema. Of links it is one that leads
// nowhere and says for what.
func filling(schema *openapi3.Schema, name string) any {
	switch {
	case schema.Nullable:
		return nil
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case schema.Type.Is("boolean"):
		return false
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return 0
	case schema.Type.Is("array"):
		return []any{}
	case schema.Type.Is("string") && (schema.Format == "uri" || strings.HasSuffix(name, "url") || name == "href"):
		return "https://playground.invalid/" + name
	case schema.Type.Is("string") && schema.Format == "date-time":
		return "2026-01-01T00:00:00Z"
	case schema.Type.Is("string"):
		return ""
	}
	return complete(schema, object{})
}
