package github

// Crowd fills octo/fleet's first issue with empty comments, and a commit with
// statuses of one context, as only years of use would.
func (s *Server) Crowd(comments int, sha, context string, statuses int) {
	s.look("octo", "fleet", func(r *repository) {
		r.records[0].Comments = make([]Comment, comments)
		for range statuses {
			r.statuses = append(r.statuses, commitStatus{sha: sha, Status: Status{Context: context, State: "pending"}})
		}
	})
}
