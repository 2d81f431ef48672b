package github

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nixferry/nixferry/cmd/playground/pages"
)

var pagePath = regexp.MustCompile(`^/([^/]+)/([^/]+)(/|/pulls|/issues|/(?:pull|issues)/([0-9]+))?$`)

// page finds the web page a request asks for. The playground's owner looks at
// it: private repositories are shown.
func (s *Server) page(r *http.Request) func(http.ResponseWriter, *http.Request) {
	found := pagePath.FindStringSubmatch(r.URL.Path)
	switch {
	case r.URL.Path == "/":
		return show(func(w io.Writer) error { return s.indexPage(w) })
	case found == nil:
		return http.NotFound
	}
	repo := s.open(found[1] + "/" + found[2])
	if repo == nil {
		return http.NotFound
	}
	switch found[3] {
	case "", "/":
		return http.RedirectHandler(repo.html("pulls"), http.StatusFound).ServeHTTP
	case "/pulls", "/issues":
		return show(func(w io.Writer) error { return s.listPage(w, repo) })
	}
	number, _ := strconv.Atoi(found[4]) // digits, too many of them name nothing
	return show(func(w io.Writer) error { return s.conversationPage(w, repo, number) })
}

// show answers with what a page writes.
func show(page func(io.Writer) error) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		var out bytes.Buffer
		switch err := page(&out); {
		case errors.Is(err, errNotFound):
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src *")
		send(w, out.Bytes())
	}
}

func (s *Server) indexPage(w io.Writer) error {
	heads, err := filepath.Glob(filepath.Join(s.dir, "*", "*.git", "HEAD"))
	if err != nil {
		return err
	}
	var all []pages.Repository
	for _, head := range heads {
		name, _ := strings.CutPrefix(filepath.ToSlash(strings.TrimSuffix(head, ".git"+string(os.PathSeparator)+"HEAD")), filepath.ToSlash(s.dir)+"/")
		if repo := s.open(name); repo != nil {
			s.mu.Lock()
			all = append(all, repo.page())
			s.mu.Unlock()
		}
	}
	return pages.Index(w, all)
}

func (s *Server) listPage(w io.Writer, repo *repository) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := repo.sync(); err != nil {
		return err
	}
	return pages.List(w, repo.page())
}

func (s *Server) conversationPage(w io.Writer, repo *repository, number int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := repo.number(number)
	if rec == nil {
		return errNotFound
	}
	if err := repo.sync(); err != nil {
		return err
	}
	item, err := repo.conversation(rec)
	if err != nil {
		return err
	}
	return pages.Conversation(w, repo.page(), item)
}

// page is the repository as the pages show it, the newest first.
func (r *repository) page() pages.Repository {
	items := make([]pages.Item, len(r.records))
	for i, rec := range r.records {
		items[len(items)-1-i] = r.item(rec)
	}
	return pages.Repository{Owner: r.owner, Name: r.name, Private: r.settings.Private, Items: items}
}

func (r *repository) item(rec *record) pages.Item {
	kind, state := "issues", rec.State
	if rec.isPull {
		kind = "pull"
	}
	switch {
	case rec.Merged:
		state = "merged"
	case rec.Draft && state == "open":
		state = "draft"
	}
	head := rec.Head.Name
	if rec.Head.Fork != "" {
		head = r.crossName(rec.Head)
	}
	return pages.Item{
		Kind: kind, Number: rec.Number, Title: rec.Title, Author: rec.Author, State: state,
		Labels: rec.Labels, Assignees: rec.Assignees, Reviewers: slices.Concat(rec.Reviewers, rec.Teams),
		Head: head, Base: rec.Base.Name, Body: rec.Body, Opened: rec.Created,
	}
}

// conversation is an issue or a pull request with all that belongs to it.
func (r *repository) conversation(rec *record) (pages.Item, error) {
	item := r.item(rec)
	for _, m := range rec.Comments {
		comment := pages.Comment{Author: m.Author, Body: m.Body, Created: m.Created}
		for _, x := range m.Reactions {
			comment.Reactions = append(comment.Reactions, x.Content)
		}
		item.Comments = append(item.Comments, comment)
	}
	if !rec.isPull {
		return item, nil
	}
	for _, st := range latest(r.statusesOf(rec.Head.SHA)) {
		item.Statuses = append(item.Statuses, pages.Status{Context: st.Context, State: st.State, Description: st.Description, URL: st.TargetURL})
	}
	slices.SortFunc(item.Statuses, func(a, b pages.Status) int { return cmp.Compare(a.Context, b.Context) })
	if rec.State == "open" {
		state, err := r.mergeState(rec)
		if err != nil {
			return item, err
		}
		item.Mergeable = state
	}
	return item, r.addCommits(&item, rec)
}

func (r *repository) addCommits(item *pages.Item, rec *record) error {
	commits, err := r.commits("--reverse", rec.Base.SHA+".."+rec.Head.SHA)
	if err != nil {
		return err
	}
	for _, c := range commits {
		shown := pages.Commit{SHA: c.sha, Message: c.message, Author: c.author.name}
		changes, err := r.diff(c.parent(), c.sha)
		if err != nil {
			return err
		}
		for _, f := range changes {
			shown.Files = append(shown.Files, pages.File{
				Path: f.path, Status: f.status, Additions: f.additions, Deletions: f.deletions, Patch: f.patch,
			})
		}
		item.Commits = append(item.Commits, shown)
	}
	return nil
}
