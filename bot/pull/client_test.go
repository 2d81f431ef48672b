package pull

import "testing"

// GraphQL is beside the REST API, wherever that is.
func TestGraphQLAddress(t *testing.T) {
	for _, test := range []struct{ api, graphql, want string }{
		{"", "", "https://api.github.com/graphql"},
		{"https://api.github.com", "https://api.github.com/graphql", "https://api.github.com/graphql"},
		{"https://github.example/api/v3", "", "https://github.example/api/graphql"},
		{"https://github.example/api/v3/", "", "https://github.example/api/graphql"},
		{"https://github.example", "", "https://github.example/api/graphql"},
		{"https://api.octo.ghe.com", "", "https://api.octo.ghe.com/graphql"},
	} {
		c, err := New(Options{APIURL: test.api, GraphQLURL: test.graphql, Token: "x", Owner: "o", Repo: "r"})
		if err != nil || c.graphql != test.want {
			t.Errorf("%q, %q: got %v, %v, want %s", test.api, test.graphql, c, err, test.want)
		}
	}
}
