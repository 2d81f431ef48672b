// Package graphql carries the part of GitHub's GraphQL schema that nixferry
// speaks, as the judge of its client. SOURCE.md says where it comes from and
// how to make it anew.
package graphql

import _ "embed" // for the schema

// GitHub is the schema in GraphQL's schema language, without prose.
//
//go:embed github.graphql
var GitHub string
