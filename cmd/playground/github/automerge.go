package github

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// enableAutoMerge has GitHub merge the pull request once nothing stands against
// it any more. It refuses where nothing does now:
// https://github.com/peter-evans/enable-pull-request-automerge/issues/1118
// https://docs.github.com/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/automatically-merging-a-pull-request
func enableAutoMerge(c *call, rec *record, in input) error {
	settings, method := c.repo.settings, cmp.Or(in.MergeMethod, "MERGE")
	switch {
	case method != strings.ToUpper(method): // the schema's reader would not mind
		return errors.New("GitHub writes a merge method in capitals")
	case rec.State != "open":
		return unprocessable("Pull request is closed")
	case !settings.AllowAutoMerge:
		return unprocessable("Auto merge is not allowed for this repository")
	case in.ExpectedHeadOID != "" && in.ExpectedHeadOID != rec.Head.SHA:
		return unprocessable("Head sha didn't match expected head sha")
	case len(settings.RequiredStatuses) == 0 && !slices.Contains(settings.Protected, rec.Base.Name):
		return unprocessable("Protected branch rules not configured for this branch")
	}
	state, err := c.repo.mergeState(rec)
	if err != nil {
		return err
	}
	if state != "blocked" {
		return unprocessable("Pull request is in " + state + " status")
	}
	rec.AutoMerge, rec.autoBy, rec.Updated = strings.ToLower(method), c.caller.Login, c.server.clock()
	return nil
}

func disableAutoMerge(c *call, rec *record, _ input) error {
	if rec.AutoMerge == "" {
		return unprocessable("Auto merge is not enabled for this pull request")
	}
	rec.AutoMerge, rec.Updated = "", c.server.clock()
	return nil
}

// autoMerge renders the merge that waits, null without one.
func (r *repository) autoMerge(rec *record) any {
	if rec.AutoMerge == "" {
		return nil
	}
	return object{
		"enabled_by": r.server.user(rec.autoBy), "merge_method": rec.AutoMerge, "commit_title": "", "commit_message": "",
	}
}

// mergeState is GitHub's word for what stands against a merge.
// https://docs.github.com/graphql/reference/enums#mergestatestatus
func (r *repository) mergeState(rec *record) (string, error) {
	clean, err := r.mergeable(rec.Base.SHA, rec.Head.SHA)
	if err != nil {
		return "", err
	}
	states := map[string]string{}
	red := false
	for _, st := range latest(r.statusesOf(rec.Head.SHA)) {
		states[st.Context] = st.State
		red = red || st.State != "success"
	}
	lacks := func(required string) bool { return states[required] != "success" }
	switch {
	case !clean:
		return "dirty", nil
	case rec.Draft:
		return "draft", nil
	case slices.ContainsFunc(r.settings.RequiredStatuses, lacks):
		return "blocked", nil
	case red:
		return "unstable", nil
	}
	return "clean", nil
}

// mergeWhenReady merges a pull request that waits for it, if it may be now.
func (r *repository) mergeWhenReady(rec *record) error {
	if rec.AutoMerge == "" {
		return nil
	}
	state, err := r.mergeState(rec)
	if err != nil || state != "clean" && state != "unstable" {
		return err
	}
	if rec.MergeCommit, err = r.merge(rec); err != nil {
		return err
	}
	base := "refs/heads/" + rec.Base.Name
	if _, err := r.git("update-ref", base, rec.MergeCommit, rec.Base.SHA); err != nil {
		return err
	}
	r.refs[base], rec.mergedBy = rec.MergeCommit, rec.autoBy
	rec.takenIn(rec.MergeCommit, r.server.clock())
	return nil
}

// merge writes the commit that brings a pull request into its base.
func (r *repository) merge(rec *record) (string, error) {
	title := fmt.Sprintf("%s (#%d)", rec.Title, rec.Number)
	switch rec.AutoMerge {
	case "squash":
		return r.join(rec, title, "-p", rec.Base.SHA)
	case "rebase":
		return r.rebase(rec)
	}
	title = fmt.Sprintf("Merge pull request #%d from %s\n\n%s", rec.Number, r.home(rec.Head).owner+"/"+rec.Head.Name, rec.Title)
	return r.join(rec, title, "-p", rec.Base.SHA, "-p", rec.Head.SHA)
}

// join commits the two branches merged, on the parents.
func (r *repository) join(rec *record, message string, parents ...string) (string, error) {
	tree, err := r.git("merge-tree", "--write-tree", rec.Base.SHA, rec.Head.SHA)
	if err != nil {
		return "", err
	}
	by := person{rec.autoBy, rec.autoBy + "@users.noreply.github.com", r.server.clock().Format(time.RFC3339)}
	return r.commitTree(strings.TrimSpace(tree), message, by, parents...)
}

// commitTree writes a commit as GitHub does when it merges.
func (r *repository) commitTree(tree, message string, by person, parents ...string) (string, error) {
	self := person{Name: "GitHub", Email: "noreply@github.com", Date: r.server.clock().Format(time.RFC3339)}
	out, err := r.run(gitCommand{
		args: append([]string{"commit-tree", tree}, parents...), stdin: []byte(message),
		env: append(by.env("AUTHOR"), self.env("COMMITTER")...),
	})
	return strings.TrimSpace(out), err
}

// rebase lays the commits of a pull request on its base, one by one. What one
// of them changes comes from merging it with a commit that has the files of
// the new base, and the same parent: https://git-scm.com/docs/git-merge-tree
func (r *repository) rebase(rec *record) (string, error) {
	commits, err := r.commits("--reverse", rec.Base.SHA+".."+rec.Head.SHA)
	if err != nil {
		return "", err
	}
	tip := rec.Base.SHA
	for _, c := range commits {
		by := person{c.author.name, c.author.email, c.author.date}
		beside, err := r.commitTree(tip+"^{tree}", "", by, "-p", c.parent())
		if err != nil {
			return "", err
		}
		tree, err := r.git("merge-tree", "--write-tree", beside, c.sha)
		if err != nil {
			return "", err
		}
		if tip, err = r.commitTree(strings.TrimSpace(tree), c.message, by, "-p", tip); err != nil {
			return "", err
		}
	}
	return tip, nil
}
