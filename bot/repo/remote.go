package repo

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/client"
	"github.com/go-git/go-git/v5/plumbing/transport/http"
)

const (
	// attempts is how often a call is made whose answer is lost.
	attempts = 3
	// patience is how long one attempt may take.
	patience = 2 * time.Minute
)

// A Remote is a git server's repository and what opens it.
type Remote struct {
	// URL is where to fetch and push, https://github.com/owner/name.git say.
	// A user name or password in it is not used.
	URL string
	// Token is sent over HTTP as the password of x-access-token, as GitHub
	// wants it; empty for none. Credentials that actions/checkout left in the
	// clone are never used.
	Token string `json:"-"`
	// Pause is the wait before a call is repeated whose answer was lost; it
	// doubles each time. 1 s when zero.
	Pause time.Duration
}

// String is the address without any secret.
func (m Remote) String() string {
	address, err := url.Parse(m.URL)
	if err != nil || address.Host == "" {
		return m.URL
	}
	address.User = nil
	return address.String()
}

// Head returns the sha the branch is at on the remote, "" when there is no
// such branch. It asks as one who is about to push, so that a token without
// write access is found out before hours of work are done: [ErrForbidden].
// Errors are those of refusal.go.
func (m Remote) Head(ctx context.Context, branch string) (sha string, err error) {
	err = m.try(ctx, func(ctx context.Context) error {
		refs, _, err := m.pushing(ctx)
		if err != nil {
			return err
		}
		if hash, ok := refs.References[plumbing.NewBranchReferenceName(branch).String()]; ok {
			sha = hash.String()
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("asking %s for branch %s: %w", m, branch, err)
	}
	return sha, nil
}

// try makes a call until it ends in an answer, which may be a refusal. What it
// calls must look for its own effect first.
func (m Remote) try(ctx context.Context, call func(context.Context) error) error {
	pause := m.Pause
	if pause == 0 {
		pause = time.Second
	}
	for attempt := 1; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, patience)
		err := call(limited)
		cancel()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err, final := refusal(err, m.Token)
		if final {
			return err
		}
		if attempt == attempts {
			return fmt.Errorf("no answer in %d attempts, check the network and the server's status, then run again: %w", attempts, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// pushing opens a session for changing refs and reads them.
func (m Remote) pushing(ctx context.Context) (*packp.AdvRefs, transport.ReceivePackSession, error) {
	end, carrier, err := m.endpoint()
	if err != nil {
		return nil, nil, err
	}
	session, err := carrier.NewReceivePackSession(end, m.auth(end))
	if err != nil {
		return nil, nil, err
	}
	refs, err := session.AdvertisedReferencesContext(ctx)
	return refs, session, err
}

// endpoint parses the address and picks go-git's transport for it.
func (m Remote) endpoint() (*transport.Endpoint, transport.Transport, error) {
	end, err := transport.NewEndpoint(m.String())
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", err, errAddress)
	}
	carrier, err := client.NewClient(end)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", err, errAddress)
	}
	return end, carrier, nil
}

// auth is the token for HTTP, nothing for other transports: it must never be
// taken for an SSH password.
func (m Remote) auth(end *transport.Endpoint) transport.AuthMethod {
	if m.Token == "" || (end.Protocol != "https" && end.Protocol != "http") {
		return nil
	}
	return &http.BasicAuth{Username: "x-access-token", Password: m.Token}
}
