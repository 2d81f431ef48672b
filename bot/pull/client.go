// Package pull keeps the one pull request through GitHub's REST API: finds it
// by branch, opens it, keeps its body current, closes it; labels, reviewers,
// assignees, comments.
//
// Every call is repeated where that helps (no answer, 5xx, rate limits) and
// never otherwise. A call that would do something twice (opening, commenting)
// looks for what the lost one did before it is repeated. What GitHub refuses
// ends in one of the errors of refusal.go, each with its next step. body.go is
// pure: the text between the markers.
package pull

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/google/go-github/v62/github"
)

// attempts is how often a call is made at most.
const attempts = 4

// Options says which repository to work on, and as whom.
type Options struct {
	// APIURL is GITHUB_API_URL; https://api.github.com when empty. For GitHub
	// Enterprise Server it ends in /api/v3, which is added where missing.
	APIURL string
	// Token is sent to the API's host only, and stands in no error.
	Token string `json:"-"`
	// Owner and Repo name the repository.
	Owner, Repo string
	// HTTP carries the calls; one with a time-out of a minute when nil.
	HTTP *http.Client
	// Pause is the wait before a call is repeated; it doubles each time, and
	// what GitHub asks for goes first. 1 s when zero.
	Pause time.Duration
	// Patience is how long one call may wait in sum; 2 minutes when zero.
	Patience time.Duration
}

// A Client works on the pull requests of one repository.
type Client struct {
	api             *github.Client
	owner, repo     string
	token           string
	pause, patience time.Duration
}

// repoName is what GitHub takes as an owner's or a repository's name.
var repoName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// New makes a client; it calls nobody. Without a token it is
// ErrBadCredentials.
func New(o Options) (*Client, error) {
	if o.Token == "" {
		return nil, fmt.Errorf("connecting to GitHub: no token: %w", ErrBadCredentials)
	}
	if !repoName.MatchString(o.Owner) || !repoName.MatchString(o.Repo) {
		return nil, fmt.Errorf("connecting to GitHub: %q is no repository, set GITHUB_REPOSITORY to owner/name", o.Owner+"/"+o.Repo)
	}
	if o.APIURL == "" {
		o.APIURL = "https://api.github.com"
	}
	base, err := url.Parse(o.APIURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("connecting to GitHub: %q is no address, set GITHUB_API_URL to https://<server>/api/v3", o.APIURL)
	}
	carrier := http.Client{Timeout: time.Minute}
	if o.HTTP != nil {
		carrier = *o.HTTP
	}
	carrier.Transport = authorised{next: carrier.Transport, host: base.Host, token: o.Token}
	api, err := github.NewClient(&carrier).WithEnterpriseURLs(o.APIURL, o.APIURL)
	if err != nil {
		return nil, fmt.Errorf("connecting to GitHub: set GITHUB_API_URL to https://<server>/api/v3: %w", err)
	}
	api.UserAgent = "nixferry"
	c := &Client{api: api, owner: o.Owner, repo: o.Repo, token: o.Token, pause: o.Pause, patience: o.Patience}
	if c.pause == 0 {
		c.pause = time.Second
	}
	if c.patience == 0 {
		c.patience = 2 * time.Minute
	}
	return c, nil
}

// authorised adds the token to requests for one host. go-github's own way adds
// it to every request, also to one that a redirect sends elsewhere.
type authorised struct {
	next        http.RoundTripper
	host, token string
}

// RoundTrip sends a copy of the request with the token.
func (a authorised) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host == a.host {
		request = request.Clone(request.Context())
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	if a.next == nil {
		return http.DefaultTransport.RoundTrip(request)
	}
	return a.next.RoundTrip(request)
}

// call makes a call until it ends in an answer that repeating would not
// change, and says in the error what was being done. What send does twice must
// be as good as once.
func (c *Client) call(ctx context.Context, doing string, send func(context.Context) error) error {
	pause, budget := c.pause, c.patience
	for attempt := 1; ; attempt++ {
		err := send(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", doing, ctx.Err())
		}
		wait, again := repetition(err, pause, time.Now())
		if !again || attempt == attempts || wait > budget {
			return fmt.Errorf("%s: %w", doing, refusal(err, c.token))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", doing, ctx.Err())
		case <-time.After(wait):
			budget -= wait
			pause *= 2
		}
	}
}

// DefaultBranch returns the repository's default branch.
func (c *Client) DefaultBranch(ctx context.Context) (branch string, err error) {
	err = c.call(ctx, "asking for the default branch", func(ctx context.Context) error {
		repository, _, err := c.api.Repositories.Get(ctx, c.owner, c.repo)
		branch = repository.GetDefaultBranch()
		return err
	})
	return branch, err
}

// Makers are whom a commit names, by mail address. Amending and rebasing keep
// the author and change the committer. Anybody who may push can write anything
// there.
type Makers struct{ Author, Committer string }

// Makers returns who made a commit that is on GitHub, to tell the bot's own
// from people's. ErrNotFound when it is not there.
func (c *Client) Makers(ctx context.Context, sha string) (by Makers, err error) {
	err = c.call(ctx, "asking who made commit "+sha, func(ctx context.Context) error {
		commit, _, err := c.api.Git.GetCommit(ctx, c.owner, c.repo, sha)
		by = Makers{Author: commit.GetAuthor().GetEmail(), Committer: commit.GetCommitter().GetEmail()}
		return err
	})
	return by, err
}
