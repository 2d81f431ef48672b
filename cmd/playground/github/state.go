package github

import "strings"

// look runs read on a repository's store as it is now. It does nothing when
// there is no such repository; what git refuses to tell is a violation.
func (s *Server) look(owner, repo string, read func(*repository)) {
	r := s.open(owner + "/" + repo)
	if r == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := r.sync(); err != nil {
		s.violations = append(s.violations, err.Error())
	}
	read(r)
}

// syncAfterPush lets the pull requests follow what was just pushed, those that
// the parent of a fork has, too.
func (s *Server) syncAfterPush(r *repository) {
	for _, name := range []string{r.fullName(), r.settings.ForkOf} {
		owner, repo, _ := strings.Cut(name, "/")
		s.look(owner, repo, func(*repository) {})
	}
}

// Pull is the pull request with that number, and whether there is one.
func (s *Server) Pull(owner, repo string, number int) (found Pull, ok bool) {
	s.look(owner, repo, func(r *repository) {
		if rec := r.number(number); rec != nil && rec.isPull {
			found, ok = rec.clone(), true
		}
	})
	return found, ok
}

// Pulls are the repository's pull requests, oldest first.
func (s *Server) Pulls(owner, repo string) (all []Pull) {
	s.look(owner, repo, func(r *repository) {
		for _, rec := range r.records {
			if rec.isPull {
				all = append(all, rec.clone())
			}
		}
	})
	return all
}

// Issues are the repository's issues that are no pull requests, oldest first.
func (s *Server) Issues(owner, repo string) (all []Issue) {
	s.look(owner, repo, func(r *repository) {
		for _, rec := range r.records {
			if !rec.isPull {
				all = append(all, rec.clone().Issue)
			}
		}
	})
	return all
}

// Labels are the labels the repository has, oldest first.
func (s *Server) Labels(owner, repo string) (all []Label) {
	s.look(owner, repo, func(r *repository) { all = append(all, r.labels...) })
	return all
}

// Statuses are the statuses posted to a commit, oldest first.
func (s *Server) Statuses(owner, repo, sha string) (all []Status) {
	s.look(owner, repo, func(r *repository) {
		for _, st := range r.statuses {
			if st.sha == sha {
				all = append(all, st.Status)
			}
		}
	})
	return all
}

// Dispatches are the workflow_dispatch events of a repository, oldest first.
func (s *Server) Dispatches(owner, repo string) (all []Dispatch) {
	s.look(owner, repo, func(r *repository) { all = append(all, r.dispatches...) })
	return all
}

// Branches are the commits that the repository's branches are at, by name.
func (s *Server) Branches(owner, repo string) map[string]string {
	all := map[string]string{}
	s.look(owner, repo, func(r *repository) {
		for ref, sha := range r.refs {
			if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
				all[name] = sha
			}
		}
	})
	return all
}
