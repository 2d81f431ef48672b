package github

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/cgi"
	"slices"
	"strconv"
	"strings"
)

// gitOperation tells what a request of git's smart HTTP protocol asks for,
// and of which "owner/name". Both are empty for any other request.
func gitOperation(r *http.Request) (operation, repo string) {
	for _, known := range []struct{ method, suffix, service, operation string }{
		{http.MethodGet, "/info/refs", "git-upload-pack", "git/fetch-refs"},
		{http.MethodGet, "/info/refs", "git-receive-pack", "git/push-refs"},
		{http.MethodPost, "/git-upload-pack", "", "git/fetch"},
		{http.MethodPost, "/git-receive-pack", "", "git/push"},
	} {
		path, ok := strings.CutSuffix(r.URL.Path, known.suffix)
		if ok && r.Method == known.method && r.URL.Query().Get("service") == known.service {
			return known.operation, strings.TrimSuffix(strings.TrimPrefix(path, "/"), ".git")
		}
	}
	return "", ""
}

// serveGit hands a request to git's own http-backend, when the token may.
func (s *Server) serveGit(w http.ResponseWriter, r *http.Request, operation, name string, body []byte) {
	caller, err := s.identify(r)
	repo := s.open(name)
	switch pushing := strings.HasPrefix(operation, "git/push"); {
	case err != nil:
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		http.Error(w, "Invalid username or token. Password authentication is not supported for Git operations.", http.StatusUnauthorized)
	case caller.Login == "" && (repo == nil || repo.settings.Private || pushing):
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		http.Error(w, "Repository not found.", http.StatusUnauthorized)
	case repo == nil, repo.settings.Private && (!caller.reaches(name) || caller.Contents == ""):
		http.Error(w, "Repository not found.", http.StatusNotFound)
	case pushing && (caller.Contents != Write || !caller.reaches(name)):
		http.Error(w, fmt.Sprintf("Permission to %s.git denied to %s.", name, caller.Login), http.StatusForbidden)
	case operation == "git/push":
		s.receive(w, r, repo, caller, body)
	case r.Method == http.MethodGet:
		s.advertise(w, r, repo, caller)
	default:
		s.runBackend(w, r, repo, caller, body)
	}
}

// receive takes a push, or refuses it by the repository's rules.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, repo *repository, caller Permissions, body []byte) {
	refused, err := repo.judgePush(readPush(body))
	switch {
	case err != nil:
		s.violate(w, fmt.Sprintf("judging a push to %s: %v", repo.fullName(), err))
	case refused != nil:
		w.Header().Set("Content-Type", "application/x-git-receive-pack-result")
		send(w, refused)
	default:
		s.runBackend(w, r, repo, caller, body)
	}
	s.syncAfterPush(repo)
}

// runBackend runs git http-backend on a request. The token stays out of its
// environment, and so does the machine's git configuration.
func (s *Server) runBackend(w http.ResponseWriter, r *http.Request, repo *repository, caller Permissions, body []byte) {
	request := r.Clone(r.Context())
	request.Header.Del("Authorization")
	_, service, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	_, service, _ = strings.Cut(service, "/")
	request.URL.Path = "/" + repo.fullName() + ".git/" + service
	request.Body = http.NoBody
	if len(body) > 0 {
		request.Body = readCloser(body)
	}
	request.ContentLength = int64(len(body))
	request.TransferEncoding = nil // CGI wants a length, git sends big packs in chunks

	var stderr bytes.Buffer
	backend := cgi.Handler{
		Path:   s.backend,
		Dir:    s.dir,
		Root:   "/",
		Stderr: &stderr,
		Env: append(gitEnv(),
			"GIT_PROJECT_ROOT="+s.dir,
			"GIT_HTTP_EXPORT_ALL=1",
			"GIT_PROTOCOL="+r.Header.Get("Git-Protocol"),
			"REMOTE_USER="+caller.Login,
		),
	}
	out := &recorder{ResponseWriter: w}
	backend.ServeHTTP(out, request)
	if out.status >= http.StatusInternalServerError {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.violations = append(s.violations, fmt.Sprintf("git http-backend answered %d: %s", out.status, stderr.String()))
	}
}

// A push is what a client sends to change refs.
type push struct {
	updates []refUpdate
	// capabilities are those the client offers.
	capabilities []string
	pack         []byte
}

// readPush reads the commands at the head of a push.
// https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer
func readPush(body []byte) (p push) {
	for len(body) >= 4 {
		size, err := strconv.ParseUint(string(body[:4]), 16, 16)
		if err != nil || size < 4 || int(size) > len(body) {
			break // the flush packet, or nonsense that git will judge
		}
		line, offered, _ := strings.Cut(string(body[4:size]), "\x00")
		body = body[size:]
		if offered != "" {
			p.capabilities = strings.Fields(offered)
		}
		if fields := strings.Fields(line); len(fields) == 3 {
			p.updates = append(p.updates, refUpdate{fields[0], fields[1], fields[2]})
		}
	}
	if from := bytes.Index(body, []byte("PACK")); from >= 0 {
		p.pack = body[from:]
	}
	return p
}

// answer puts together what the client hears: a message for people, when it
// offers to show one, and the report on the refs.
func (p push) answer(message string, report []byte) []byte {
	if !slices.Contains(p.capabilities, "side-band-64k") {
		return report
	}
	const progress, data = "\x02", "\x01"
	return slices.Concat(packet(progress+message), packet(data+string(report)), []byte("0000"))
}

// packet is a pkt-line: https://git-scm.com/docs/protocol-common#_pkt_line_format
func packet(text string) []byte { return fmt.Appendf(nil, "%04x%s", len(text)+4, text) }
