package pull

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/go-github/v62/github"
)

// Why a branch does not move.
var (
	ErrMoved     = errors.New("somebody moved it meanwhile: run again, which works with what is there then")
	ErrProtected = errors.New("exempt the bot from that rule under Settings → Rules, or name another `branch`")
	ErrUnsigned  = errors.New("GitHub signs the bot's own commits alone: with people's commits on the branch, use `commit-mode: git` with `signing-key`, or exempt the bot under Settings → Rules")
	ErrOtherTree = errors.New("set `commit-mode: git`, and report this at https://github.com/nixferry/nixferry/issues")
)

// saysUnsigned is in GitHub's words about the rule that wants signatures.
const saysUnsigned = "verified signatures"

// GitHub's sentences about rules that a move of a branch breaks.
// https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
var saysRule = []string{
	"rule violations found", "protected", "must have verified signatures", "force-push", "creations being restricted",
	"must be made through a pull request", "reference update failed",
}

// A Person is a commit's author.
type Person struct {
	Name, Email string
	When        time.Time
}

// A FileChange is one path a commit changes against its parent.
type FileChange struct {
	// Path is a slash path inside the repository.
	Path string
	// Gone says that nothing is left at the path.
	Gone bool
	// Mode is git's: 100644, 100755, 120000 for a link, 160000 for a submodule.
	Mode string
	// SHA is the commit a submodule stands at, and nobody asks for it else.
	SHA string
	// Content is the file's, or where the link points.
	Content []byte
}

// A CommitSpec is a commit to be made through the API.
type CommitSpec struct {
	// Parent is on GitHub already; Changes are what differs from it.
	Parent  string
	Changes []FileChange
	// Tree is what the commit must hold in the end, by git's hash.
	Tree    string
	Message string
	// Author and Committer are the token's owner when nil. Only then GitHub signs.
	Author, Committer *Person
}

// MakeCommit makes a commit out of blobs and a tree through the API, and says
// whether GitHub signed it, which it does for GITHUB_TOKEN and apps' tokens
// where no author is given. No branch moves: what an interrupted call leaves
// is found by nobody. ErrOtherTree when GitHub makes another tree than wanted,
// ErrNotFound when it does not have the parent.
// https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
func (c *Client) MakeCommit(ctx context.Context, spec CommitSpec) (sha string, verified bool, err error) {
	if err := c.makeTree(ctx, spec); err != nil {
		return "", false, err
	}
	commit := &github.Commit{
		Message: &spec.Message, Tree: &github.Tree{SHA: &spec.Tree}, Parents: []*github.Commit{{SHA: &spec.Parent}},
	}
	commit.Author, commit.Committer = spec.Author.signature(), spec.Committer.signature()
	err = c.settle(ctx, "making a commit on top of "+spec.Parent, func(ctx context.Context) error {
		made, _, err := c.api.Git.CreateCommit(ctx, c.headOwner, c.headRepo, commit, nil)
		sha, verified = made.GetSHA(), made.GetVerification().GetVerified()
		return err
	})
	return sha, verified, err
}

// signature is the person as go-github has it, nil for nobody.
func (p *Person) signature() *github.CommitAuthor {
	if p == nil {
		return nil
	}
	return &github.CommitAuthor{Name: &p.Name, Email: &p.Email, Date: &github.Timestamp{Time: p.When}}
}

// makeTree has GitHub make the commit's tree out of that of its parent.
func (c *Client) makeTree(ctx context.Context, spec CommitSpec) error {
	var base, made string
	err := c.settle(ctx, "reading commit "+spec.Parent, func(ctx context.Context) error {
		parent, _, err := c.api.Git.GetCommit(ctx, c.headOwner, c.headRepo, spec.Parent)
		base = parent.GetTree().GetSHA()
		return err
	})
	if err != nil {
		return err
	}
	entries := make([]*github.TreeEntry, len(spec.Changes))
	for i, change := range spec.Changes {
		if entries[i], err = c.entry(ctx, change); err != nil {
			return err
		}
	}
	err = c.settle(ctx, "making the tree of a commit on top of "+spec.Parent, func(ctx context.Context) error {
		tree, _, err := c.api.Git.CreateTree(ctx, c.headOwner, c.headRepo, base, entries)
		made = tree.GetSHA()
		return err
	})
	if err == nil && made != spec.Tree {
		err = fmt.Errorf("making a commit on top of %s: GitHub's tree is %s instead of %s: %w", spec.Parent, made, spec.Tree, ErrOtherTree)
	}
	return err
}

// entry is a change as a line of a tree, with its blob on GitHub.
func (c *Client) entry(ctx context.Context, change FileChange) (*github.TreeEntry, error) {
	switch {
	case change.Gone: // a line without a hash deletes, whatever its mode
		return &github.TreeEntry{Path: &change.Path, Mode: github.String("100644"), Type: github.String("blob")}, nil
	case change.Mode == "160000":
		return &github.TreeEntry{Path: &change.Path, Mode: &change.Mode, Type: github.String("commit"), SHA: &change.SHA}, nil
	}
	entry := &github.TreeEntry{Path: &change.Path, Mode: &change.Mode, Type: github.String("blob")}
	blob := &github.Blob{
		Content: github.String(base64.StdEncoding.EncodeToString(change.Content)), Encoding: github.String("base64"),
	}
	err := c.settle(ctx, fmt.Sprintf("uploading %q", change.Path), func(ctx context.Context) error {
		made, _, err := c.api.Git.CreateBlob(ctx, c.headOwner, c.headRepo, blob)
		entry.SHA = github.String(made.GetSHA())
		return err
	})
	return entry, err
}

// MoveBranch lets a branch point to a commit that is on GitHub, wherever it
// pointed to, provided that is lease; an empty lease makes the branch. One that
// is there already is fine. ErrMoved when it is elsewhere, ErrProtected when a
// rule of the repository forbids it.
func (c *Client) MoveBranch(ctx context.Context, branch, to, lease string) error {
	doing, id := "moving branch "+branch+" to "+to, ""
	err := c.settle(ctx, doing, func(ctx context.Context) error {
		repository, _, err := c.api.Repositories.Get(ctx, c.headOwner, c.headRepo)
		id = repository.GetNodeID()
		return err
	})
	if err != nil {
		return err
	}
	var final error
	err = c.settle(ctx, doing, func(ctx context.Context) (err error) {
		final, err = c.move(ctx, id, branch, to, lease)
		return err
	})
	switch {
	case final != nil:
		return fmt.Errorf("%s: %w", doing, final)
	case errors.Is(err, ErrUnavailable): // GraphQL may not give a rule's name
		return fmt.Errorf("%w; or a rule forbids it, see Settings → Rules", err)
	}
	return err
}

// move is one attempt of MoveBranch. Where repeating it would change nothing,
// final says why.
func (c *Client) move(ctx context.Context, repository, branch, to, lease string) (final, err error) {
	err = c.swap(ctx, repository, branch, to, lease)
	if err == nil {
		return nil, nil
	}
	at, lookErr := c.tip(ctx, branch)
	switch {
	case lookErr != nil:
		return nil, lookErr
	case at == to: // by a call whose answer was lost, say
		return nil, nil
	case at != lease:
		return fmt.Errorf("it is at %s instead of %s: %w", cmp.Or(at, "no commit"), cmp.Or(lease, "none"), ErrMoved), nil
	case unknownToServer(err):
		err = c.set(ctx, branch, to, lease == "")
	}
	if slices.ContainsFunc(saysRule, func(text string) bool { return says(err, text) }) {
		reason := ErrProtected
		if says(err, saysUnsigned) {
			reason = ErrUnsigned
		}
		return fmt.Errorf("GitHub says %q: %w", words(err, c.token), reason), nil
	}
	return nil, err
}

// nowhere is what git calls the place of a branch that does not exist.
const nowhere = "0000000000000000000000000000000000000000"

// swap moves a branch if it is at lease, which GitHub checks.
// https://docs.github.com/graphql/reference/mutations#updaterefs
func (c *Client) swap(ctx context.Context, repository, branch, to, lease string) error {
	return c.mutate(ctx, "updateRefs", map[string]any{"repositoryId": repository, "refUpdates": []any{map[string]any{
		"name": "refs/heads/" + branch, "beforeOid": cmp.Or(lease, nowhere), "afterOid": to, "force": true,
	}}})
}

// set makes or moves a branch for servers that do not know updateRefs, which
// are GitHub Enterprise Servers before 3.13. Nobody checks where it is now.
func (c *Client) set(ctx context.Context, branch, to string, create bool) (err error) {
	ref := &github.Reference{Ref: github.String("refs/heads/" + branch), Object: &github.GitObject{SHA: &to}}
	if create {
		_, _, err = c.api.Git.CreateRef(ctx, c.headOwner, c.headRepo, ref)
	} else {
		_, _, err = c.api.Git.UpdateRef(ctx, c.headOwner, c.headRepo, ref, true)
	}
	return err
}

// tip is the commit a branch points to, empty when there is no such branch.
func (c *Client) tip(ctx context.Context, branch string) (string, error) {
	ref, _, err := c.api.Git.GetRef(ctx, c.headOwner, c.headRepo, "heads/"+branch)
	if status(err) == http.StatusNotFound {
		return "", nil
	}
	return ref.GetObject().GetSHA(), err
}
