package github

import "time"

// sync looks at git and lets the open pull requests follow their branches, as
// GitHub does after a push. The lock must be held.
func (r *repository) sync() error {
	if err := r.readRefs(); err != nil {
		return err
	}
	for _, rec := range r.records {
		if rec.isPull && rec.State == "open" {
			if err := r.follow(rec); err != nil {
				return err
			}
			if err := r.mergeWhenReady(rec); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *repository) follow(rec *record) error {
	base, now := r.branch(rec.Base.Name), r.server.clock()
	head, err := r.tip(rec.Head)
	if err != nil {
		return err
	}
	if head == rec.Head.SHA && base == rec.Base.SHA {
		return nil
	}
	if head == "" || base == "" {
		rec.close(now)
		return nil
	}
	left, err := r.ahead(base, head)
	if err != nil {
		return err
	}
	switch {
	case left == 0 && head == rec.Head.SHA: // the base took it in
		rec.takenIn(head, now)
		return nil
	case left == 0: // the branch was reset to nothing
		rec.close(now)
	}
	if head != rec.Head.SHA {
		rec.Updated = now
	}
	rec.Head.SHA, rec.Base.SHA = head, base
	return nil
}

// takenIn closes a pull request that is in its base since a commit.
func (rec *record) takenIn(commit string, now time.Time) {
	rec.Merged, rec.merged, rec.MergeCommit = true, now, commit
	rec.close(now)
}

func (rec *record) close(now time.Time) {
	rec.State, rec.Closed, rec.Updated, rec.AutoMerge = "closed", now, now, ""
}
