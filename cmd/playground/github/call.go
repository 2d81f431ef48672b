package github

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// A call is one call of the REST API on its way through the server.
type call struct {
	server  *Server
	route   *route
	params  map[string]string
	request *http.Request
	body    []byte
	caller  Permissions
	// repo is nil when the operation is about none.
	repo *repository
	// header is what the answer carries beside its body.
	header http.Header
}

// A reply is an answer with another status than the operation's usual one.
type reply struct {
	status int
	value  any
}

// serve answers the call and holds both its sides against the description.
func (c *call) serve(w http.ResponseWriter, _ *http.Request) {
	c.header = w.Header()
	if err := c.checkRequest(); err != nil {
		c.server.violate(w, fmt.Sprintf("request %s %s (%s): %v", c.request.Method, c.request.URL, c.route.id, err))
		return
	}
	status, value, err := c.answer()
	if err != nil {
		c.server.violate(w, fmt.Sprintf("answering %s: %v", c.route.id, err))
		return
	}
	var body []byte
	if value != nil {
		if body, err = json.Marshal(value); err != nil {
			c.server.violate(w, fmt.Sprintf("answering %s: %v", c.route.id, err))
			return
		}
		c.header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if err := c.checkAnswer(status, c.header, body); err != nil {
		c.server.violate(w, fmt.Sprintf("answer %d to %s: %v", status, c.route.id, err))
		return
	}
	c.setLimits()
	w.WriteHeader(status)
	send(w, body)
}

// send writes an answer; a client that left does not hear it.
func send(w http.ResponseWriter, body []byte) { _, _ = w.Write(body) }

// answer finds the call's answer; an error is the server's own trouble.
func (c *call) answer() (status int, value any, err error) {
	value, err = c.handle()
	var no *apiError
	if errors.As(err, &no) {
		return no.status, no.body(), nil
	}
	if err != nil {
		return 0, nil, err
	}
	status = c.route.success()
	if r, ok := value.(reply); ok {
		status, value = r.status, r.value
	}
	if schema := c.route.schema(status); schema != nil {
		value = complete(schema, value)
	}
	return status, value, nil
}

// handle checks who calls and runs the operation under the server's lock.
func (c *call) handle() (any, error) {
	caller, err := c.server.identify(c.request)
	if err != nil {
		return nil, err
	}
	c.caller = caller
	if owner := c.params["owner"]; owner != "" {
		if c.repo = c.server.open(owner + "/" + c.params["repo"]); c.repo == nil {
			return nil, errNotFound
		}
	}
	op := operations[c.route.id]
	if op.handle == nil {
		return nil, errors.New("the operation has no handler")
	}
	if err := c.authorize(op.need); err != nil {
		return nil, err
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if c.repo != nil {
		if err := c.repo.sync(); err != nil {
			return nil, err
		}
	}
	return op.handle(c)
}

// decode reads the call's body, which fits the description by now.
func (c *call) decode(into any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	return nil
}

// record is the issue or pull request the path names.
func (c *call) record() (*record, error) {
	text := c.params["issue_number"] + c.params["pull_number"]
	n, err := strconv.Atoi(text)
	rec := c.repo.number(n)
	if err != nil || rec == nil || c.params["pull_number"] != "" && !rec.isPull {
		return nil, errNotFound
	}
	if !rec.isPull && c.repo.settings.NoIssues {
		return nil, errNoIssues
	}
	return rec, nil
}

// setLimits adds the headers that every answer of GitHub carries.
func (c *call) setLimits() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	const limit = 5000
	used := len(c.server.calls)
	for name, value := range map[string]string{
		"X-RateLimit-Limit":     strconv.Itoa(limit),
		"X-RateLimit-Used":      strconv.Itoa(used),
		"X-RateLimit-Remaining": strconv.Itoa(max(0, limit-used)),
		"X-RateLimit-Reset":     strconv.FormatInt(c.server.now().Add(time.Hour).Unix(), 10),
		"X-RateLimit-Resource":  "core",
		"X-GitHub-Request-Id":   fmt.Sprintf("PLAY:%04X", used),
	} {
		c.header.Set(name, value)
	}
}

// paginate cuts one page out of a list and links to its neighbours.
// https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
func paginate[T any](c *call, items []T) []T {
	query := c.request.URL.Query()
	size, page := 30, 1
	if n, err := strconv.Atoi(query.Get("per_page")); err == nil && n > 0 {
		size = min(n, 100)
	}
	if n, err := strconv.Atoi(query.Get("page")); err == nil && n > 0 {
		page = n
	}
	last := max(1, (len(items)+size-1)/size)
	link := func(n int, rel string) {
		query.Set("page", strconv.Itoa(n))
		text := fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.server.url, c.request.URL.EscapedPath(), query.Encode(), rel)
		if before := c.header.Get("Link"); before != "" {
			text = before + ", " + text
		}
		c.header.Set("Link", text)
	}
	if page > 1 {
		link(1, "first")
		link(page-1, "prev")
	}
	if page < last {
		link(page+1, "next")
		link(last, "last")
	}
	from := min((page-1)*size, len(items))
	return items[from:min(from+size, len(items))]
}

// readCloser makes bytes a request's body.
func readCloser(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }

// views renders every item of a list.
func views[T any](items []T, view func(T) object) []object {
	list := make([]object, len(items))
	for i, item := range items {
		list[i] = view(item)
	}
	return list
}
