// Package openapi carries the part of GitHub's REST description that nixferry
// speaks, as the judge of its client. SOURCE.md says where it comes from and
// how to make it anew.
package openapi

import _ "embed" // for the description

// GitHub is the description, OpenAPI 3.0 as gzipped JSON, without prose.
//
//go:embed api.github.com.json.gz
var GitHub []byte
