package bot

import (
	"context"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/flake"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
)

// The bounds of counting commits, which nobody waits for: how many inputs, how
// many at once, and how long one and all of them may take.
const (
	countedInputs = 24
	countedAtOnce = 4
	countPatience = 20 * time.Second
	countsAllowed = 30 * time.Second
)

// A counter counts the commits that inputs move by. On GitHub it asks the
// server the token is for, everywhere else git.
type counter struct {
	server     string // GITHUB_SERVER_URL
	api, token string
}

// counter is the one for this world. Without a token it leaves GitHub alone.
func (w World) counter(cfg config.Config) counter {
	k := counter{server: strings.TrimSuffix(w.Getenv("GITHUB_SERVER_URL"), "/"), api: w.Getenv("GITHUB_API_URL"), token: cfg.Token}
	if k.server == "" {
		k.server = publicGitHub
	}
	return k
}

// publicGitHub answers everybody's git, but with a list of all branches and
// pull requests that is tens of megabytes for nixpkgs.
const publicGitHub = "https://github.com"

// A question is where an input's commits can be counted: a repository on the
// counter's GitHub, or one to ask through git. The zero question is not to be
// asked.
type question struct{ owner, name, git string }

var fullRevision = regexp.MustCompile(`^[0-9a-f]{40}$`)

// question decides whom to ask about an input.
func (k counter) question(change flake.InputChange) question {
	from, to, address := change.Before.Rev, change.After.Rev, change.After.Repository
	switch {
	case change.Kind != flake.Moved && change.Kind != flake.Back, from == "", to == "", address == "":
		return question{}
	case k.token != "" && hasPrefixFold(address, k.server+"/"):
		owner, name, _ := strings.Cut(strings.TrimSuffix(address[len(k.server)+1:], ".git"), "/")
		if name == "" || strings.Contains(name, "/") {
			return question{}
		}
		return question{owner: owner, name: name}
	case hasPrefixFold(address, publicGitHub+"/"), !fullRevision.MatchString(from), !fullRevision.MatchString(to):
		return question{}
	}
	return question{git: address}
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// ask counts the commits of one input. What nobody tells stays unknown, which
// is no fault of the run.
func (k counter) ask(ctx context.Context, change *flake.InputChange) {
	ctx, cancel := context.WithTimeout(ctx, countPatience)
	defer cancel()
	q, from, to := k.question(*change), change.Before.Rev, change.After.Rev
	switch {
	case q.name != "":
		client, err := pull.New(pull.Options{APIURL: k.api, Token: k.token, Owner: q.owner, Repo: q.name})
		if err != nil {
			return
		}
		if ahead, behind, err := client.Compare(ctx, from, to); err == nil {
			change.Commits, change.Behind = ahead, behind
		}
	case q.git != "":
		remote := repo.Remote{URL: q.git}
		if n, err := remote.Count(ctx, from, to); err == nil {
			change.Commits = n
		}
		if change.Kind != flake.Back {
			return
		}
		if n, err := remote.Count(ctx, to, from); err == nil {
			change.Behind = n
		}
	}
}

// counting counts the commits of the inputs that move, those that matter most
// first, while other work goes on. The function it returns waits for the end,
// which is never far, and returns the inputs with what was found out.
func (k counter) counting(ctx context.Context, r report.Report) func() []flake.InputChange {
	changes, done := r.Ranked(), make(chan struct{})
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(ctx, countsAllowed)
		defer cancel()
		var group errgroup.Group
		group.SetLimit(countedAtOnce)
		asked := 0
		for i := range changes {
			if k.question(changes[i]) == (question{}) {
				continue
			}
			if asked++; asked > countedInputs {
				break
			}
			group.Go(func() error { k.ask(ctx, &changes[i]); return nil })
		}
		_ = group.Wait() // none of them has an error
	}()
	return func() []flake.InputChange { <-done; return changes }
}

// channelDate is when the revision was committed that the channel stands at
// whose nixpkgs builds the hosts; zero where the bump did not ask for it, and
// where the hosts follow no channel.
func (b bumped) channelDate() time.Time {
	at := b.nixpkgs(b.after)
	asked := b.caughtUp()
	for _, edit := range b.plan.Edits {
		asked = asked || edit.Input == at.Input
	}
	if followed, err := channel.Parse(at.Ref); !asked || err != nil || followed.Kind == channel.Rev {
		return time.Time{}
	}
	return at.Date
}
