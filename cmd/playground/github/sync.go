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
		}
	}
	return nil
}

func (r *repository) follow(rec *record) error {
	head, base, now := r.branch(rec.Head.Name), r.branch(rec.Base.Name), r.server.clock()
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
		rec.Merged, rec.merged = true, now
		rec.close(now)
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

func (rec *record) close(now time.Time) {
	rec.State, rec.Closed, rec.Updated = "closed", now, now
}
