package pull

import (
	"context"
	"strings"

	"github.com/google/go-github/v62/github"
)

// settings are what is behind GitHub's words, as far as owners can change it.
// https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-auto-merge-for-pull-requests-in-your-repository
var settings = []struct{ says, then string }{
	{"not allowed for this repository", "tick \"Allow auto-merge\" under Settings → General → Pull Requests"},
	{"merge method", "allow that method under Settings → General → Pull Requests, or set `auto-merge` to one that is allowed"},
	{"clean status", "nothing would hold the merge back; require the status `nixferry` under Settings → Rules → Rulesets"},
	{"unstable status", "only a check that is not required holds the merge back; require the status `nixferry` under Settings → Rules → Rulesets"},
	{"branch rules not configured", "GitHub has nothing to wait for; require the status `nixferry` under Settings → Rules → Rulesets"},
	{"head sha", "somebody pushed to the branch meanwhile; the next run judges what is there"},
	{"permission to convert", "GitHub has drafts in private repositories on paid plans only; set `draft: never`, or make the repository public"},
	{"not accessible by", "the token may not; give the job `permissions: contents: write` and `pull-requests: write`, or use another token"},
}

// because says why GitHub did not take something, with what to change.
func because(err error) string {
	for _, known := range settings {
		if strings.Contains(strings.ToLower(err.Error()), known.says) {
			return known.then
		}
	}
	return err.Error()
}

// AutoMerge has GitHub merge the pull request, by merge, squash or rebase, as
// soon as all it requires is green, if its head is still head. Nothing is ever
// merged by nixferry itself: what GitHub refuses becomes a note that names the
// setting to change. One that is to be merged already stays as it is.
func (c *Client) AutoMerge(ctx context.Context, pull *Pull, method, head string) (note string, err error) {
	if pull.AutoMerge {
		return "", nil
	}
	err = c.turn(ctx, pull, "enablePullRequestAutoMerge", map[string]any{
		"mergeMethod": strings.ToUpper(method), "expectedHeadOid": head,
	}, merging)
	if !declined(err) {
		return "", err
	}
	return "Auto-merge was not switched on: " + because(err) + ".", nil
}

// merging reports whether GitHub has merged, or will when all is green.
func merging(now *github.PullRequest) bool { return now.AutoMerge != nil || now.MergedAt != nil }

// StopAutoMerge takes back what AutoMerge, or a person, switched on. Where that
// is not possible it is an error: the pull request must not go in.
func (c *Client) StopAutoMerge(ctx context.Context, pull *Pull) error {
	if !pull.AutoMerge {
		return nil
	}
	return c.turn(ctx, pull, "disablePullRequestAutoMerge", map[string]any{}, func(now *github.PullRequest) bool {
		return now.AutoMerge == nil || now.GetState() != "open"
	})
}
