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
	case operation == "git/push" && refuses(repo.settings.Protected, body):
		w.Header().Set("Content-Type", "application/x-git-receive-pack-result")
		send(w, refusal(repo.settings.Protected, body))
	default:
		s.runBackend(w, r, repo, caller, body)
	}
	if operation == "git/push" && repo != nil {
		s.syncAfterPush(repo)
	}
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

// A refUpdate is one line of what a push asks for.
type refUpdate struct{ old, new, ref string }

// pushed reads the commands at the head of a push, and the capabilities the
// client offers. https://git-scm.com/docs/pack-protocol#_reference_update_request_and_packfile_transfer
func pushed(body []byte) (updates []refUpdate, capabilities []string) {
	for len(body) >= 4 {
		size, err := strconv.ParseUint(string(body[:4]), 16, 16)
		if err != nil || size < 4 || int(size) > len(body) {
			break // the flush packet, or nonsense that git will judge
		}
		line, offered, _ := strings.Cut(string(body[4:size]), "\x00")
		body = body[size:]
		if offered != "" {
			capabilities = strings.Fields(offered)
		}
		if fields := strings.Fields(line); len(fields) == 3 {
			updates = append(updates, refUpdate{fields[0], fields[1], fields[2]})
		}
	}
	return updates, capabilities
}

func (u refUpdate) touches(branches []string) bool {
	branch, ok := strings.CutPrefix(u.ref, "refs/heads/")
	return ok && slices.Contains(branches, branch)
}

// refuses tells whether a push wants to move a protected branch.
func refuses(protected []string, body []byte) bool {
	updates, _ := pushed(body)
	return slices.ContainsFunc(updates, func(u refUpdate) bool { return u.touches(protected) })
}

// refusal is GitHub's answer to a push to a protected branch, in its words:
// the whole push is refused, as with every hook of git.
// https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository
func refusal(protected []string, body []byte) []byte {
	updates, capabilities := pushed(body)
	var report, message bytes.Buffer
	report.Write(packet("unpack ok\n"))
	for _, u := range updates {
		if !u.touches(protected) {
			report.Write(packet("ng " + u.ref + " pre-receive hook declined\n"))
			continue
		}
		report.Write(packet("ng " + u.ref + " protected branch hook declined\n"))
		fmt.Fprintf(&message, "error: GH006: Protected branch update failed for %s.\n\n- Changes must be made through a pull request.\n", u.ref)
	}
	report.WriteString("0000")
	if !slices.Contains(capabilities, "side-band-64k") {
		return report.Bytes()
	}
	const progress, data = "\x02", "\x01"
	return slices.Concat(packet(progress+message.String()), packet(data+report.String()), []byte("0000"))
}

// packet is a pkt-line: https://git-scm.com/docs/protocol-common#_pkt_line_format
func packet(text string) []byte { return fmt.Appendf(nil, "%04x%s", len(text)+4, text) }
