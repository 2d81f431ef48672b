// Command strip cuts GitHub's GraphQL schema down to the fields in its list
// and the inputs, enums and scalars they need, and drops all prose.
//
//	strip IN.graphql OUT.graphql
package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: strip IN.graphql OUT.graphql")
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
	whole, err := parser.ParseSchema(&ast.Source{Name: in, Input: string(text)})
	if err != nil {
		return fmt.Errorf("reading %s: %w", in, err)
	}
	small, err := strip(whole)
	if err != nil {
		return err
	}
	var written bytes.Buffer
	formatter.NewFormatter(&written, formatter.WithIndent("  "), formatter.WithoutDescription()).FormatSchemaDocument(small)
	return os.WriteFile(out, written.Bytes(), 0o644)
}

func strip(whole *ast.SchemaDocument) (*ast.SchemaDocument, error) {
	for name, fields := range kept {
		object := whole.Definitions.ForName(name)
		if object == nil {
			return nil, fmt.Errorf("the schema has no type %s", name)
		}
		for _, field := range fields {
			if object.Fields.ForName(field) == nil {
				return nil, fmt.Errorf("the schema has no field %s of %s", field, name)
			}
		}
		cut(object, whole)
	}
	needed := map[string]bool{}
	need("Mutation", whole, needed)
	var small ast.SchemaDocument
	for _, definition := range whole.Definitions {
		if needed[definition.Name] {
			small.Definitions = append(small.Definitions, definition)
		}
	}
	return &small, nil
}

// cut leaves an object the fields that are wanted and lead to no object that
// is not.
func cut(object *ast.Definition, whole *ast.SchemaDocument) {
	object.Fields = slices.DeleteFunc(object.Fields, func(field *ast.FieldDefinition) bool {
		fields, to := kept[object.Name], whole.Definitions.ForName(field.Type.Name())
		_, wanted := kept[field.Type.Name()]
		return fields != nil && !slices.Contains(fields, field.Name) || to != nil && to.IsCompositeType() && !wanted
	})
}

// need notes a type and all that its fields are made of.
func need(name string, whole *ast.SchemaDocument, needed map[string]bool) {
	definition := whole.Definitions.ForName(name)
	if definition == nil || needed[name] {
		return // String and the like are built in
	}
	needed[name] = true
	for _, field := range definition.Fields {
		need(field.Type.Name(), whole, needed)
		for _, argument := range field.Arguments {
			need(argument.Type.Name(), whole, needed)
		}
	}
}
