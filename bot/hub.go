package bot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/event"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
)

// A hub is the repository on GitHub.
type hub struct {
	request event.Request
	// upstream is where base is, remote where the bot's branch is: elsewhere with
	// a fork.
	upstream, remote repo.Remote
	pulls            *pull.Client
	base             string // the branch pull requests go to
	page             string // the repository's web address
	run              string // the workflow run's, "" outside of one
}

// readEvent reads the event that started the run.
func readEvent(w World) (event.Request, error) {
	var body []byte
	if path := w.Getenv("GITHUB_EVENT_PATH"); path != "" {
		var err error
		if body, err = os.ReadFile(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return event.Request{}, fmt.Errorf("reading the event: %w", err)
		}
	}
	request, err := event.Parse(event.Vars{
		EventName:  w.Getenv("GITHUB_EVENT_NAME"),
		Repository: w.Getenv("GITHUB_REPOSITORY"),
		Ref:        w.Getenv("GITHUB_REF"),
	}, body)
	if err == nil && (request.Comment != nil || request.Pull != nil) {
		err = fmt.Errorf("reading the event: nixferry does not answer %s yet: %w", request.Event, event.ErrUnsupported)
	}
	return request, err
}

// newHub prepares to talk to GitHub.
func newHub(w World, cfg config.Config, request event.Request, checkout *repo.Repo) (hub, error) {
	_, checkedOut, err := checkout.Head()
	if err != nil {
		return hub{}, err
	}
	h := hub{request: request}
	for _, branch := range []string{cfg.Base, checkedOut, request.Branch, request.DefaultBranch} {
		if h.base == "" {
			h.base = branch
		}
	}
	if h.base == "" {
		return hub{}, fmt.Errorf("choosing where the pull request goes: the run was started for no branch: set `base`: %w", config.ErrUsage)
	}
	server := strings.TrimSuffix(w.Getenv("GITHUB_SERVER_URL"), "/")
	if server == "" {
		server = "https://github.com"
	}
	h.page = server + "/" + request.Owner + "/" + request.Repo
	h.upstream = repo.Remote{URL: h.page + ".git", Token: cfg.Token}
	h.remote = h.upstream
	if cfg.Fork != "" {
		h.remote.URL = server + "/" + cfg.Fork + ".git"
	}
	if id := w.Getenv("GITHUB_RUN_ID"); id != "" {
		h.run = h.page + "/actions/runs/" + id
	}
	h.pulls, err = pull.New(pull.Options{
		APIURL: w.Getenv("GITHUB_API_URL"), GraphQLURL: w.Getenv("GITHUB_GRAPHQL_URL"), Token: cfg.Token,
		Owner: request.Owner, Repo: request.Repo, Head: cfg.Fork,
	})
	return h, err
}

// forkURL is where the bot's branch is to be had, "" for the repository itself.
func (h hub) forkURL(cfg config.Config) string {
	if cfg.Fork == "" {
		return ""
	}
	return h.remote.String()
}

// baseCommit is the commit the run starts from: the one checked out, or the
// tip of base where something else is, another branch, a tag or a commit.
func (h hub) baseCommit(ctx context.Context, checkout *repo.Repo) (string, error) {
	sha, branch, err := checkout.Head()
	if err != nil {
		return "", err
	}
	if h.base == branch {
		return sha, nil
	}
	return checkout.Fetch(ctx, h.upstream, h.base, 1)
}
