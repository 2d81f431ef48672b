package github

import (
	"cmp"
	"hash/crc32"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A store is what GitHub knows of a repository beside git.
type store struct {
	// records are the issues and pull requests; number n is at n-1.
	records    []*record
	statuses   []commitStatus
	checks     []*check
	dispatches []Dispatch
	labels     []Label
}

// A record is an issue, or a pull request: GitHub numbers them together.
type record struct {
	Pull
	id     int
	isPull bool
	merged time.Time
	// autoBy switched auto-merge on, mergedBy had it merged.
	autoBy, mergedBy string
}

// A commitStatus is a status and the commit it was posted to.
type commitStatus struct {
	Status
	sha string
}

// A repository is one repository as one call sees it.
type repository struct {
	*store
	server      *Server
	owner, name string
	settings    Settings
	// refs are git's refs by full name, as of the last sync.
	refs map[string]string
}

func (r *repository) fullName() string { return r.owner + "/" + r.name }

func (r *repository) path() string {
	return filepath.Join(r.server.dir, r.owner, r.name+".git")
}

var safeName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`)

// open finds a repository by "owner/name", nil when there is none.
func (s *Server) open(fullName string) *repository {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(fullName)
}

// opened is open with the refs as they are, and with the lock held.
func (s *Server) opened(fullName string) (*repository, error) {
	r := s.find(fullName)
	if r == nil {
		return nil, nil
	}
	return r, r.readRefs()
}

func (s *Server) find(fullName string) *repository {
	owner, name, _ := strings.Cut(fullName, "/")
	if !safeName.MatchString(owner) || !safeName.MatchString(name) {
		return nil
	}
	r := &repository{server: s, owner: owner, name: name}
	if _, err := os.Stat(filepath.Join(r.path(), "HEAD")); err != nil {
		return nil
	}
	if s.stores[fullName] == nil {
		s.stores[fullName] = &store{}
	}
	r.store, r.settings = s.stores[fullName], s.settings[fullName]
	return r
}

// number finds an issue or a pull request, nil when there is none.
func (st *store) number(n int) *record {
	if n < 1 || n > len(st.records) {
		return nil
	}
	return st.records[n-1]
}

// add numbers a new issue or pull request and dates it.
func (r *repository) add(rec *record) {
	rec.id = r.server.nextID()
	rec.Number = len(r.records) + 1
	rec.State = "open"
	rec.Created = r.server.clock()
	rec.Updated = rec.Created
	r.records = append(r.records, rec)
}

// nextID gives every thing that needs one an id. The lock must be held.
func (s *Server) nextID() int {
	s.lastID++
	return s.lastID
}

// clock is the time in whole seconds, as GitHub keeps it.
func (s *Server) clock() time.Time { return s.now().UTC().Truncate(time.Second) }

// number of a name: users and repositories have ids, too.
func number(name string) int { return int(crc32.ChecksumIEEE([]byte(name))) }

// role is what a person is to the repository, "none" for a stranger.
func (r *repository) role(login string) string {
	if login == r.owner {
		return "admin"
	}
	return cmp.Or(r.settings.Collaborators[login], "none")
}

// clone copies a pull request so that it can leave the lock.
func (p Pull) clone() Pull {
	p.Labels, p.Assignees = slices.Clone(p.Labels), slices.Clone(p.Assignees)
	p.Reviewers, p.Teams = slices.Clone(p.Reviewers), slices.Clone(p.Teams)
	p.Comments = slices.Clone(p.Comments)
	for i, c := range p.Comments {
		p.Comments[i].Reactions = slices.Clone(c.Reactions)
	}
	return p
}

func statusText(status int) string { return strconv.Itoa(status) }
