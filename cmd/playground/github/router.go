package github

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// A route is one operation of the description and the paths that mean it.
type route struct {
	*routers.Route
	id      string
	pattern *regexp.Regexp
	params  []string
	// literals counts the fixed segments: more of them win.
	literals int
}

var placeholder = regexp.MustCompile(`\{([^}]+)\}`)

// newRouter lists the routes of a description, the most specific first, so
// that the first match is the right one even where a parameter may hold
// slashes: .../branches/{branch}/protection before .../branches/{branch}.
func newRouter(doc *openapi3.T) []route {
	var routes []route
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			r := route{id: op.OperationID, Route: &routers.Route{
				Spec: doc, Path: path, PathItem: item, Method: method, Operation: op,
			}}
			r.compile()
			routes = append(routes, r)
		}
	}
	slices.SortFunc(routes, func(a, b route) int {
		return cmp.Or(cmp.Compare(b.literals, a.literals), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return routes
}

func (r *route) compile() {
	segments := strings.Split(r.Path, "/")
	for i, segment := range segments {
		name := placeholder.FindStringSubmatch(segment)
		switch {
		case name == nil:
			r.literals++
			segments[i] = regexp.QuoteMeta(segment)
		case r.multiSegment(name[1]):
			r.params = append(r.params, name[1])
			segments[i] = `(.+)`
		default:
			r.params = append(r.params, name[1])
			segments[i] = `([^/]+)`
		}
	}
	r.pattern = regexp.MustCompile("^" + strings.Join(segments, "/") + "$")
}

// multiSegment tells whether a path parameter may hold slashes, which GitHub
// marks with an extension of its own.
func (r *route) multiSegment(name string) bool {
	p := r.Operation.Parameters.GetByInAndName("path", name)
	return p != nil && p.Extensions["x-multi-segment"] == true
}

// match finds the operation that a method and an escaped path mean, and the
// values of its path parameters, unescaped.
func match(routes []route, method, path string) (*route, map[string]string) {
	for i, r := range routes {
		found := r.pattern.FindStringSubmatch(path)
		if found == nil || r.Method != method {
			continue
		}
		params := map[string]string{}
		for j, name := range r.params {
			value, err := url.PathUnescape(found[j+1])
			if err != nil {
				return nil, nil
			}
			params[name] = value
		}
		return &routes[i], params
	}
	return nil, nil
}
