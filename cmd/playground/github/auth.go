package github

import (
	"net/http"
	"slices"
	"strings"
)

// identify finds whom a request's token acts as: nobody without a token, an
// error with one that nobody knows. Git sends its token as a password.
func (s *Server) identify(r *http.Request) (Permissions, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return Permissions{}, nil
	}
	_, token, basic := r.BasicAuth()
	if !basic {
		scheme, credential, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
			return Permissions{}, errBadCredentials
		}
		token = credential
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	permissions, ok := s.tokens[token]
	if !ok {
		return Permissions{}, errBadCredentials
	}
	return permissions, nil
}

// reaches tells whether a token is good for a private repository.
func (p Permissions) reaches(name string) bool {
	return p.Login != "" && (len(p.Repositories) == 0 || slices.Contains(p.Repositories, name))
}

// app tells whether a token acts as an app and not as a person.
func (p Permissions) app() bool { return p.App || p.Login == Bot }

// A part is one line of a workflow's `permissions:`.
type part func(Permissions) Access

func contents(p Permissions) Access       { return p.Contents }
func pulls(p Permissions) Access          { return p.PullRequests }
func issues(p Permissions) Access         { return p.Issues }
func statuses(p Permissions) Access       { return p.Statuses }
func checks(p Permissions) Access         { return p.Checks }
func actions(p Permissions) Access        { return p.Actions }
func administration(p Permissions) Access { return p.Administration }

// A need is what an operation demands of a token.
type need func(p Permissions, public bool) bool

// anyone may; the operation is about the caller itself.
func anyone(p Permissions, _ bool) bool { return p.Login != "" }

// read demands a right to one of the parts, which everybody has on a public
// repository.
func read(parts ...part) need {
	return func(p Permissions, public bool) bool {
		return public || slices.ContainsFunc(parts, func(of part) bool { return of(p) != "" })
	}
}

// inspect is read for what is not even public in a public repository.
func inspect(of part) need {
	return func(p Permissions, _ bool) bool { return of(p) != "" }
}

// write demands the right to change one of the parts: a pull request's labels
// belong to its issue as much as to itself.
func write(parts ...part) need {
	return func(p Permissions, _ bool) bool {
		return slices.ContainsFunc(parts, func(of part) bool { return of(p) == Write })
	}
}

// both demands the right to change two parts.
func both(a, b part) need {
	return func(p Permissions, _ bool) bool { return a(p) == Write && b(p) == Write }
}

// authorize lets a call pass or gives GitHub's answer: 404 for what the token
// may not even see, then 401 or 403.
func (c *call) authorize(need need) error {
	public := true
	if c.repo != nil {
		public = !c.repo.settings.Private
		if !public && !c.caller.reaches(c.repo.fullName()) {
			return errNotFound
		}
	}
	switch {
	case need(c.caller, public) && (public || c.caller.Login != ""):
		return c.refuseForeign()
	case c.caller.Login == "":
		return errAnonymous
	}
	return forbidden(c.caller)
}

// refuseForeign stops writes to a public repository the token is not for.
func (c *call) refuseForeign() error {
	reading := c.request.Method == http.MethodGet
	if c.repo == nil || reading || c.caller.reaches(c.repo.fullName()) {
		return nil
	}
	return forbidden(c.caller)
}
