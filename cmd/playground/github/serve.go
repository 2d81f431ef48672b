package github

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Handler is the whole server as a handler.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// A target is what a request turns out to be about: its name in the log, and
// who answers it.
type target struct {
	operation string
	serve     func(http.ResponseWriter, *http.Request)
	// packs says that bodies are git's packs, which the log leaves out.
	packs bool
}

// target reads the request's path. What is not known is a violation.
func (s *Server) target(r *http.Request, body []byte) target {
	if path, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/v3"); ok {
		route, params := match(s.api, r.Method, path)
		if route == nil {
			return target{serve: s.unknown}
		}
		c := &call{server: s, route: route, params: params, request: r, body: body}
		return target{operation: route.id, serve: c.serve}
	}
	if operation, repo := gitOperation(r); operation != "" {
		return target{operation: operation, packs: true, serve: func(w http.ResponseWriter, r *http.Request) {
			s.serveGit(w, r, operation, repo, body)
		}}
	}
	if r.Method == http.MethodPost && (r.URL.Path == "/api/graphql" || r.URL.Path == "/graphql") {
		return s.graphQL(body)
	}
	if strings.HasPrefix(r.URL.Path, "/api/") || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return target{serve: s.unknown}
	}
	return target{operation: "page", serve: s.page(r)}
}

func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	s.violate(w, fmt.Sprintf("%s %s: GitHub's description, as far as it is here, has no such operation", r.Method, r.URL.Path))
}

// violate notes a violation and answers it.
func (s *Server) violate(w http.ResponseWriter, text string) {
	s.mu.Lock()
	s.violations = append(s.violations, text)
	s.mu.Unlock()
	http.Error(w, text, http.StatusInternalServerError)
}

// serve logs a request, lets the faults have their say, and answers it.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client left
	}
	target := s.target(r, body)
	caller, _ := s.identify(r)
	entry := &Call{
		Operation: target.operation, Method: r.Method, Path: r.URL.RequestURI(), Login: caller.Login, Body: string(body),
	}
	if target.packs {
		entry.Body = ""
	}
	s.mu.Lock()
	s.calls = append(s.calls, entry)
	s.mu.Unlock()

	out := &recorder{ResponseWriter: w}
	fault := s.takeFault(target.operation)
	fault.wait(r)
	switch {
	case !fault.answers():
		target.serve(out, r)
	case fault.Done:
		target.serve(nowhere{http.Header{}}, r)
		err = fault.answer(out)
	default:
		err = fault.answer(out)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	entry.Status, entry.Answer = out.status, out.text.String()
	if err != nil {
		s.violations = append(s.violations, err.Error())
	}
}

// A recorder passes an answer on and remembers it; of git's, only the status.
type recorder struct {
	http.ResponseWriter
	status int
	text   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if !strings.HasPrefix(r.Header().Get("Content-Type"), "application/x-git") {
		r.text.Write(p)
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap lets a connection be dropped through the recorder.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
