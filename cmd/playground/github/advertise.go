package github

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// advertise answers a client that asks for the refs before it fetches or
// pushes. What git says of refs that it was asked about before, it is not asked
// again: in tests clients ask thousands of times.
// https://git-scm.com/docs/http-protocol#_smart_clients
func (s *Server) advertise(w http.ResponseWriter, r *http.Request, repo *repository, caller Permissions) {
	key, err := repo.state()
	if err != nil {
		s.violate(w, err.Error())
		return
	}
	key = strings.Join([]string{r.URL.Query().Get("service"), r.Header.Get("Git-Protocol"), key}, "\n")
	if known, ok := advertised.Load(key); ok {
		known.(*advertisement).replay(w)
		return
	}
	fresh := &advertisement{header: http.Header{}, status: http.StatusOK}
	s.runBackend(fresh, r, repo, caller, nil)
	if again, err := repo.state(); err == nil && strings.HasSuffix(key, again) && fresh.status == http.StatusOK && !repo.borrows() {
		advertised.Store(key, fresh)
	}
	fresh.replay(w)
}

// advertised are git's answers, by all that goes into them.
var advertised sync.Map

// state is all in a repository that git tells of before a fetch or a push,
// apart from the refs of others it borrows objects from.
func (r *repository) state() (string, error) {
	at := *r
	if err := at.readRefs(); err != nil {
		return "", err
	}
	var text strings.Builder
	for _, name := range []string{"HEAD", "config", "shallow"} {
		content, _ := os.ReadFile(filepath.Join(r.path(), name)) // one that is not there says nothing
		fmt.Fprintf(&text, "%s %q\n", name, content)
	}
	for _, name := range slices.Sorted(maps.Keys(at.refs)) {
		fmt.Fprintf(&text, "%s %s\n", at.refs[name], name)
	}
	return text.String(), nil
}

// borrows tells whether the repository finds objects in others.
func (r *repository) borrows() bool {
	_, err := os.Stat(filepath.Join(r.path(), "objects", "info", "alternates"))
	return err == nil
}

// An advertisement is one answer of git's, kept.
type advertisement struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *advertisement) Header() http.Header         { return a.header }
func (a *advertisement) WriteHeader(status int)      { a.status = status }
func (a *advertisement) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *advertisement) replay(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	send(w, a.body.Bytes())
}
