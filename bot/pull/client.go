// Package pull keeps the one pull request through GitHub's APIs: finds it by
// branch, opens it, keeps its body current, closes it; labels, reviewers,
// assignees, comments, statuses, drafts, auto-merge, commits that GitHub signs;
// and the issue that stands in for it where opening one is forbidden.
//
// Every call is repeated where that helps (no answer, 5xx, 409, rate limits, a
// 404 for what GitHub itself has named) and never otherwise. A call that would
// do something twice (opening, commenting) looks for what the last attempt did
// before it is repeated. What GitHub refuses ends in one of the errors of
// refusal.go, each with its next step. body.go and state.go are pure: the text
// between the markers, and what is hidden in it.
package pull

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
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
	// GraphQLURL is GITHUB_GRAPHQL_URL; what belongs to APIURL when empty.
	GraphQLURL string
	// Token is sent to the API's host only, and stands in no error.
	Token string `json:"-"`
	// Owner and Repo name the repository that pull requests are for.
	Owner, Repo string
	// Head is the one their branches are in, a fork of it, as owner/name; the
	// same when empty.
	Head string
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
	api         *github.Client
	graphql     string // the address of the GraphQL API
	owner, repo string
	// headOwner and headRepo name the repository the branches are in.
	headOwner, headRepo string

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
	headOwner, headRepo, _ := strings.Cut(cmp.Or(o.Head, o.Owner+"/"+o.Repo), "/")
	if !repoName.MatchString(headOwner) || !repoName.MatchString(headRepo) {
		return nil, fmt.Errorf("connecting to GitHub: %q is no repository, set `push-to-fork` to owner/name", o.Head)
	}
	api, graphql, err := connect(o)
	if err != nil {
		return nil, fmt.Errorf("connecting to GitHub: %w", err)
	}
	return &Client{
		api: api, graphql: graphql, owner: o.Owner, repo: o.Repo, headOwner: headOwner, headRepo: headRepo, token: o.Token,
		pause: cmp.Or(o.Pause, time.Second), patience: cmp.Or(o.Patience, 2*time.Minute),
	}, nil
}

// connect prepares for calls to the two APIs, which are on one server: it is
// the only one to be told the token.
func connect(o Options) (api *github.Client, graphql string, err error) {
	root := cmp.Or(o.APIURL, "https://api.github.com")
	base, err := url.Parse(root)
	if err != nil || base.Host == "" {
		return nil, "", fmt.Errorf("%q is no address, set GITHUB_API_URL to https://<server>/api/v3", root)
	}
	carrier := http.Client{Timeout: time.Minute}
	if o.HTTP != nil {
		carrier = *o.HTTP
	}
	carrier.Transport = authorised{next: carrier.Transport, host: base.Host, token: o.Token}
	if api, err = github.NewClient(&carrier).WithEnterpriseURLs(root, root); err != nil {
		return nil, "", fmt.Errorf("set GITHUB_API_URL to https://<server>/api/v3: %w", err)
	}
	api.UserAgent = "nixferry"
	// https://docs.github.com/enterprise-server/graphql/guides/forming-calls-with-graphql#the-graphql-endpoint
	graphql = cmp.Or(o.GraphQLURL, strings.TrimSuffix(strings.TrimSuffix(api.BaseURL.String(), "/"), "/v3")+"/graphql")
	if at, err := url.Parse(graphql); err != nil || at.Host != base.Host {
		return nil, "", fmt.Errorf("%q is not on the server of %s, set GITHUB_GRAPHQL_URL and GITHUB_API_URL to the same", graphql, root)
	}
	return api, graphql, nil
}

// authorised adds the token to requests for one host. go-github's own way adds
// it to every request, also to one that a redirect sends elsewhere.
type authorised struct {
	next        http.RoundTripper
	host, token string
}

// RoundTrip sends a copy of the request with the token. An answer that should
// say something and is empty is an error: go-github would take it for an empty
// list.
func (a authorised) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host == a.host {
		request = request.Clone(request.Context())
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	answer, err := cmp.Or(a.next, http.DefaultTransport).RoundTrip(request)
	if err == nil && answer.ContentLength == 0 && (answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusCreated) {
		return nil, errors.Join(io.ErrUnexpectedEOF, answer.Body.Close())
	}
	return answer, err
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
