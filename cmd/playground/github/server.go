package github

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A Server is a running local GitHub. All its methods may be called at any
// time from any goroutine.
type Server struct {
	dir     string
	url     string
	now     func() time.Time
	backend string
	keys    keyring
	api     []route
	http    *http.Server

	mu         sync.Mutex
	tokens     map[string]Permissions
	settings   map[string]Settings
	stores     map[string]*store
	calls      []*Call
	faults     []*fault
	violations []string
	lastID     int
}

// New starts a server. Close it after use. Errors: git is missing, the
// address cannot be listened on, or the description or a signing key cannot be
// read.
func New(options Options) (*Server, error) {
	api, err := loadDescription()
	if err != nil {
		return nil, err
	}
	execPath, err := gitExecPath()
	if err != nil {
		return nil, fmt.Errorf("looking for git's http-backend: install git: %w", err)
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("finding the repositories' directory: %w", err)
	}
	keys, err := newKeyring(options.SigningKeys)
	if err != nil {
		return nil, err
	}
	addr := options.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening for the local GitHub: %w", err)
	}
	s := &Server{
		dir:      dir,
		url:      "http://" + listener.Addr().String(),
		now:      options.Now,
		backend:  filepath.Join(strings.TrimSpace(string(execPath)), "git-http-backend"),
		keys:     keys,
		api:      api,
		tokens:   map[string]Permissions{},
		settings: map[string]Settings{},
		stores:   map[string]*store{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	for token, permissions := range options.Tokens {
		s.Grant(token, permissions)
	}
	for name, settings := range options.Repositories {
		s.Configure(name, settings)
	}
	s.http = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.http.Serve(listener) }() // until Close
	return s, nil
}

// gitExecPath is where git keeps what it calls, http-backend among it.
var gitExecPath = sync.OnceValues(func() ([]byte, error) {
	return exec.CommandContext(context.Background(), "git", "--exec-path").Output()
})

// Close stops the server and drops its connections. The repositories stay.
func (s *Server) Close() error { return s.http.Close() }

// URL is where the server listens, without a slash at its end: GitHub's
// GITHUB_SERVER_URL. A repository is cloned from URL()/<owner>/<name>.
func (s *Server) URL() string { return s.url }

// APIURL is the REST API's root, without a slash at its end: GITHUB_API_URL.
func (s *Server) APIURL() string { return s.url + "/api/v3" }

// GraphQLURL is where the GraphQL API is: GITHUB_GRAPHQL_URL.
func (s *Server) GraphQLURL() string { return s.url + "/api/graphql" }

// Grant makes a token known, or changes what it may do.
func (s *Server) Grant(token string, permissions Permissions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if permissions.Login == "" {
		permissions.Login = Bot
	}
	s.tokens[token] = permissions
}

// Configure sets the settings of the repository named "owner/name". A fork of
// a repository that is not there is a violation.
func (s *Server) Configure(name string, settings Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings[name] = settings
	if settings.ForkOf == "" {
		return
	}
	if err := s.fork(name, settings.ForkOf); err != nil {
		s.violations = append(s.violations, err.Error())
	}
}

// Inject adds a fault. Faults are tried in the order of their injection; the
// first that fits a call decides it. An operation nobody knows is a violation.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !known(f.Operation) {
		s.violations = append(s.violations, "a fault for the unknown operation "+f.Operation)
	}
	s.faults = append(s.faults, &fault{Fault: f})
}

// Heal takes back all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Log is every call so far, in the order of arrival.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]Call, len(s.calls))
	for i, call := range s.calls {
		calls[i] = *call
	}
	return calls
}

// Violations are the requests and answers that did not fit GitHub's
// description, one text each, oldest first. A test should find none.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.violations...)
}
