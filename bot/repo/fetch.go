package repo

import (
	"context"
	"errors"
	"fmt"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// Fetch brings the tip of a branch of the remote, with depth commits of
// its history (at least one), into the object database and returns its sha. A clone that is
// complete stays so: it gets all the history it lacks, whatever the depth. No
// ref changes. A branch that is not there is ErrNotFound; the other errors are
// those of refusal.go.
func (r *Repo) Fetch(ctx context.Context, from Remote, branch string, depth int) (string, error) {
	cut, err := r.store.Shallow()
	if err != nil {
		return "", fmt.Errorf("fetching %s from %s: %w", branch, from, err)
	}
	depth = max(depth, 1)
	if len(cut) == 0 {
		depth = 0
	}
	into := &refless{Storage: r.store}
	err = from.try(ctx, func(ctx context.Context) error {
		end, _, err := from.endpoint()
		if err != nil {
			return err
		}
		spec := "+" + plumbing.NewBranchReferenceName(branch) + ":refs/nixferry/fetched"
		err = git.NewRemote(into, &config.RemoteConfig{Name: "nixferry", URLs: []string{from.String()}}).FetchContext(ctx, &git.FetchOptions{
			RemoteName: "nixferry",
			RefSpecs:   []config.RefSpec{config.RefSpec(spec)},
			Depth:      depth,
			Auth:       from.auth(end),
			Tags:       git.NoTags,
		})
		return fetchError(err)
	})
	if err != nil {
		return "", fmt.Errorf("fetching %s from %s: %w", branch, from, err)
	}
	return into.tip.String(), nil
}

// fetchError sorts out go-git's ways to say that there is nothing to bring.
func fetchError(err error) error {
	switch {
	case errors.Is(err, git.NoErrAlreadyUpToDate):
		return nil
	case errors.Is(err, git.NoMatchingRefSpecError{}), errors.Is(err, transport.ErrEmptyRemoteRepository):
		return ErrNotFound
	}
	return err
}

// refless is the clone's storage for a fetch that takes objects only: the ref
// that go-git would set is kept aside.
type refless struct {
	*filesystem.Storage
	tip plumbing.Hash
}

// SetReference keeps aside where the branch is.
func (s *refless) SetReference(ref *plumbing.Reference) error {
	s.tip = ref.Hash()
	return nil
}

// CheckAndSetReference is SetReference: there is nothing to check.
func (s *refless) CheckAndSetReference(ref, _ *plumbing.Reference) error {
	return s.SetReference(ref)
}
