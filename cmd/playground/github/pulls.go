package github

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// What GitHub takes at most of things.
const (
	maxComments = 2500 // on one issue: https://github.com/openshift/release/pull/20821
	maxStatuses = 1000 // of one commit and context: https://docs.github.com/rest/commits/statuses
)

// What GitHub takes at most, in characters.
const (
	maxTitle       = 256
	maxBody        = 65536
	maxLabel       = 50
	maxDescription = 140
	// maxLabelDescription is that of a label.
	maxLabelDescription = 100
)

// A pullEdit is what may be asked for a pull request; nil leaves as it is.
type pullEdit struct {
	Title, Body, State, Head, Base *string
	// HeadRepo chooses among the repositories of one owner.
	HeadRepo *string `json:"head_repo"`
	Draft    bool
}

// value is the text behind a pointer, empty for none.
func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// checkTexts refuses a missing title and what is too long.
func checkTexts(title, body *string) error {
	switch {
	case title != nil && strings.TrimSpace(*title) == "":
		return failedValidation("Issue", "title", "missing_field", "")
	case utf8.RuneCountInString(value(title)) > maxTitle:
		return failedValidation("Issue", "title", "custom", "title is too long (maximum is 256 characters)")
	case utf8.RuneCountInString(value(body)) > maxBody:
		return failedValidation("Issue", "body", "custom", "body is too long (maximum is 65536 characters)")
	}
	return nil
}

func createPull(c *call) (any, error) {
	var asked pullEdit
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if c.caller.Login == Bot && c.repo.settings.ActionsMayNotCreatePulls {
		return nil, errActionsPulls
	}
	if asked.Title == nil {
		asked.Title = new(string)
	}
	if err := checkTexts(asked.Title, asked.Body); err != nil {
		return nil, err
	}
	if asked.Draft && c.repo.settings.NoDrafts {
		return nil, errNoDrafts
	}
	head, err := c.repo.branchNamed(value(asked.Head), value(asked.HeadRepo))
	if err != nil {
		return nil, err
	}
	rec := &record{isPull: true, Pull: Pull{
		Issue: Issue{Author: c.caller.Login, Title: *asked.Title, Body: value(asked.Body)},
		Head:  head,
		Base:  Branch{Name: value(asked.Base), SHA: c.repo.branch(value(asked.Base))},
		Draft: asked.Draft,
	}}
	if err := c.repo.checkBranches(rec); err != nil {
		return nil, err
	}
	c.repo.add(rec)
	return c.repo.fullPull(rec)
}

// checkBranches tells why a pull request between its branches cannot be.
func (r *repository) checkBranches(rec *record) error {
	switch {
	case rec.Head.SHA == "":
		return failedValidation("PullRequest", "head", "invalid", "")
	case rec.Base.SHA == "":
		return failedValidation("PullRequest", "base", "invalid", "")
	}
	if other := r.openPull(rec.Head, rec.Base); other != nil {
		return failedValidation("PullRequest", "", "custom", "A pull request already exists for "+r.crossName(rec.Head)+".")
	}
	base, err := r.mergeBase(rec.Base.SHA, rec.Head.SHA)
	if err != nil {
		return err
	}
	if base == "" {
		return failedValidation("PullRequest", "", "custom",
			"The "+rec.Head.Name+" branch has no history in common with "+rec.Base.Name)
	}
	n, err := r.ahead(rec.Base.SHA, rec.Head.SHA)
	if err == nil && n == 0 {
		err = failedValidation("PullRequest", "", "custom", "No commits between "+rec.Base.Name+" and "+rec.Head.Name)
	}
	return err
}

// openPull is the open pull request between two branches, nil without one.
func (r *repository) openPull(head, base Branch) *record {
	for _, rec := range r.records {
		if rec.isPull && rec.State == "open" && rec.Head.Fork == head.Fork && rec.Head.Name == head.Name && rec.Base.Name == base.Name {
			return rec
		}
	}
	return nil
}

func getPull(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	return c.repo.fullPull(rec)
}

// fullPull renders a pull request with all that git has to be asked for.
func (r *repository) fullPull(rec *record) (any, error) {
	base, err := r.mergeBase(rec.Base.SHA, rec.Head.SHA)
	if err != nil {
		return nil, err
	}
	changes, err := r.diff(base, rec.Head.SHA)
	if err != nil {
		return nil, err
	}
	commits, err := r.ahead(rec.Base.SHA, rec.Head.SHA)
	if err != nil {
		return nil, err
	}
	view := r.simplePull(rec)
	view["merged"], view["commits"], view["changed_files"] = rec.Merged, commits, len(changes)
	additions, deletions := 0, 0
	for _, c := range changes {
		additions, deletions = additions+c.additions, deletions+c.deletions
	}
	view["additions"], view["deletions"] = additions, deletions
	view["comments"], view["review_comments"] = len(rec.Comments), 0
	view["maintainer_can_modify"], view["merged_by"] = false, r.server.user(rec.mergedBy)
	view["mergeable"], view["rebaseable"], view["mergeable_state"] = nil, nil, "unknown"
	if rec.State != "open" {
		return view, nil
	}
	state, err := r.mergeState(rec)
	view["mergeable"], view["mergeable_state"] = state != "dirty", state
	return view, err
}

func listPulls(c *call) (any, error) {
	query := c.request.URL.Query()
	state := cmp.Or(query.Get("state"), "open")
	head := query.Get("head")
	var found []*record
	for _, rec := range c.repo.records {
		switch {
		case !rec.isPull, state != "all" && rec.State != state:
		case strings.Contains(head, ":") && head != c.repo.crossName(rec.Head):
		case query.Get("base") != "" && query.Get("base") != rec.Base.Name:
		default:
			found = append(found, rec)
		}
	}
	order(found, query.Get("sort"), query.Get("direction"))
	return views(paginate(c, found), c.repo.simplePull), nil
}

// order sorts a list of issues or pull requests, the newest first unless
// asked otherwise.
func order(found []*record, by, direction string) {
	slices.SortStableFunc(found, func(a, b *record) int {
		n := cmp.Compare(a.Number, b.Number)
		if by == "updated" {
			n = cmp.Or(a.Updated.Compare(b.Updated), n)
		}
		if direction == "asc" {
			return n
		}
		return -n
	})
}

func updatePull(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	var asked pullEdit
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	if err := c.edit(rec, asked); err != nil {
		return nil, err
	}
	return c.repo.fullPull(rec)
}

// edit changes an issue or a pull request, all of it or nothing.
func (c *call) edit(rec *record, asked pullEdit) error {
	if err := checkTexts(asked.Title, asked.Body); err != nil {
		return err
	}
	changed := *rec
	if asked.Base != nil {
		changed.Base = Branch{Name: *asked.Base, SHA: c.repo.branch(*asked.Base)}
		if changed.Base.SHA == "" {
			return failedValidation("PullRequest", "base", "invalid", "")
		}
	}
	if asked.Title != nil {
		changed.Title = *asked.Title
	}
	if asked.Body != nil {
		changed.Body = *asked.Body
	}
	changed.Updated = c.server.clock()
	switch state := value(asked.State); {
	case state == "closed" && rec.State == "open":
		changed.close(changed.Updated)
	case state == "open" && rec.State == "closed":
		if err := c.repo.reopen(&changed); err != nil {
			return err
		}
	}
	*rec = changed
	return nil
}

// reopen opens what was closed. A pull request cannot be opened again once it
// is merged, or its branch is gone or was forced elsewhere.
// https://github.com/isaacs/github/issues/361
func (r *repository) reopen(rec *record) error {
	cannot := func(why string) error {
		return failedValidation("PullRequest", "state", "invalid", "state cannot be changed. "+why)
	}
	if rec.isPull {
		head, err := r.tip(rec.Head)
		switch {
		case err != nil:
			return err
		case rec.Merged:
			return cannot("The pull request is already merged.")
		case head == "":
			return cannot("The " + rec.Head.Name + " branch has been deleted.")
		case r.openPull(rec.Head, rec.Base) != nil:
			return cannot("There is already an open pull request from " + r.crossName(rec.Head) + " to " + r.crossName(rec.Base) + ".")
		}
		if lost, err := r.ahead(head, rec.Head.SHA); err != nil || lost > 0 {
			return cmp.Or(err, cannot("The "+rec.Head.Name+" branch was force-pushed or recreated."))
		}
		rec.Head.SHA, rec.Base.SHA = head, r.branch(rec.Base.Name)
	}
	rec.State, rec.Closed = "open", time.Time{}
	return nil
}

func listPullCommits(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	commits, err := c.repo.commits("--reverse", rec.Base.SHA+".."+rec.Head.SHA)
	return views(paginate(c, commits), c.repo.commit), err
}

func listPullFiles(c *call) (any, error) {
	rec, err := c.record()
	if err != nil {
		return nil, err
	}
	base, err := c.repo.mergeBase(rec.Base.SHA, rec.Head.SHA)
	if err != nil {
		return nil, err
	}
	changes, err := c.repo.diff(base, rec.Head.SHA)
	return views(paginate(c, changes), c.repo.file), err
}
