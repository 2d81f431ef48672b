package repo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

// A Push moves or creates one branch of a remote.
type Push struct {
	// Branch is its name without refs/heads/.
	Branch string
	// SHA is the commit it is to point to.
	SHA string
	// Lease is the commit the branch must be at now; "" when it must not
	// exist. Going back in history is fine as long as the lease holds.
	Lease string
	// Known is a commit the remote has, the base of the work: neither it nor
	// what it is made from is sent.
	Known string
}

// Push sends the commits of p.SHA that the remote lacks and moves the branch.
// A branch that is at p.SHA already is success: so a push whose answer was
// lost may be repeated, and is. Errors are those of refusal.go; the lease is
// the server's own comparison, so nobody else's commit is ever overwritten.
// No ref of the local clone changes.
func (r *Repo) Push(ctx context.Context, to Remote, p Push) error {
	pack, err := r.pack(p.SHA, p.Known)
	if err == nil {
		err = to.move(ctx, p.Branch, p.SHA, p.Lease, pack)
	}
	if err != nil {
		return fmt.Errorf("pushing %s to %s of %s: %w", short(p.SHA), p.Branch, to, err)
	}
	return nil
}

// Delete removes the branch if it is at the commit lease. A branch that is not
// there is success.
func (m Remote) Delete(ctx context.Context, branch, lease string) error {
	if err := m.move(ctx, branch, "", lease, nil); err != nil {
		return fmt.Errorf("deleting %s of %s: %w", branch, m, err)
	}
	return nil
}

// move changes one branch from one commit to another, either "" for none. Every attempt looks first whether the one before it succeeded.
func (m Remote) move(ctx context.Context, branch, to, from string, pack []byte) error {
	name := plumbing.NewBranchReferenceName(branch)
	if err := name.Validate(); err != nil {
		return fmt.Errorf("branch %q is no name git takes, set `branch` to another: %w", branch, err)
	}
	command := &packp.Command{Name: name, Old: plumbing.NewHash(from), New: plumbing.NewHash(to)}
	return m.try(ctx, func(ctx context.Context) error {
		refs, session, err := m.pushing(ctx)
		if err != nil {
			return err
		}
		switch now := refs.References[name.String()]; now {
		case command.New:
			return nil
		case command.Old:
		default:
			return fmt.Errorf("it is at %s, not at %s: %w", commitOrNone(now.String()), commitOrNone(from), ErrLeaseLost)
		}
		request := packp.NewReferenceUpdateRequestFromCapabilities(refs.Capabilities)
		request.Commands = []*packp.Command{command}
		if pack != nil {
			request.Packfile = io.NopCloser(bytes.NewReader(pack))
		}
		said := listen(request, refs.Capabilities)
		if _, err = session.ReceivePack(ctx, request); err != nil {
			return pushError(err, said.String())
		}
		return nil
	})
}

// listen asks the server to send along what its hooks print: the reason of a
// refusal stands there and nowhere else.
func listen(request *packp.ReferenceUpdateRequest, server *capability.List) *bytes.Buffer {
	var said bytes.Buffer
	if server.Supports(capability.Sideband64k) && request.Capabilities.Set(capability.Sideband64k) == nil {
		request.Progress = &said
	}
	return &said
}

// pack makes a packfile of the objects of commit sha that a remote with the
// commit known lacks.
func (r *Repo) pack(sha, known string) ([]byte, error) {
	if _, err := r.load(sha); err != nil {
		return nil, err
	}
	boundary, err := r.store.Shallow()
	if err != nil {
		return nil, fmt.Errorf("reading where the clone is cut off: %w", err)
	}
	walk := newObjects{repo: r, known: plumbing.NewHash(known), seen: map[plumbing.Hash]bool{}}
	for _, hash := range boundary {
		walk.seen[hash] = true // it came from the remote
	}
	if err := walk.commits(plumbing.NewHash(sha)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := packfile.NewEncoder(&out, r.store, false).Encode(walk.found, 0); err != nil {
		return nil, fmt.Errorf("packing: check the clone with `git fsck`: %w", err)
	}
	return out.Bytes(), nil
}

// newObjects gathers what one history has over another, that of known.
type newObjects struct {
	repo  *Repo
	known plumbing.Hash
	seen  map[plumbing.Hash]bool
	found []plumbing.Hash
}

// commits gathers the commits reachable from tip up to those seen, each with
// what its tree has over its parents' trees.
func (n *newObjects) commits(tip plumbing.Hash) error {
	n.seen[n.known] = true
	for queue := []plumbing.Hash{tip}; len(queue) > 0; queue = queue[1:] {
		if !n.add(queue[0]) {
			continue
		}
		commit, err := n.repo.load(queue[0].String())
		if err != nil {
			return err
		}
		if len(commit.ParentHashes) > 1 {
			n.skipAncestors() // one of the lines may pass known by
		}
		var before []plumbing.Hash
		for _, parent := range commit.ParentHashes {
			made, err := n.repo.load(parent.String())
			if err != nil {
				return err
			}
			before = append(before, made.TreeHash)
		}
		if err := n.tree(commit.TreeHash, before); err != nil {
			return err
		}
		queue = append(queue, commit.ParentHashes...)
	}
	return nil
}

// skipAncestors marks the history of known as seen, as far as the clone has it.
func (n *newObjects) skipAncestors() {
	for queue := []plumbing.Hash{n.known}; len(queue) > 0; queue = queue[1:] {
		commit, err := object.GetCommit(n.repo.store, queue[0])
		if err != nil {
			continue // cut off here
		}
		for _, parent := range commit.ParentHashes {
			if !n.seen[parent] {
				n.seen[parent] = true
				queue = append(queue, parent)
			}
		}
	}
}

// add notes an object and reports whether it is new.
func (n *newObjects) add(hash plumbing.Hash) bool {
	if n.seen[hash] {
		return false
	}
	n.seen[hash] = true
	n.found = append(n.found, hash)
	return true
}

// tree gathers what is in a tree and not at the same place in one of others.
func (n *newObjects) tree(tree plumbing.Hash, others []plumbing.Hash) error {
	if slices.Contains(others, tree) || !n.add(tree) {
		return nil
	}
	entries, err := n.repo.entries(tree)
	if err != nil {
		return err
	}
	there := map[string][]plumbing.Hash{}
	for _, other := range others {
		known, err := n.repo.entries(other)
		if err != nil {
			return err
		}
		for _, entry := range known {
			there[place(entry)] = append(there[place(entry)], entry.Hash)
		}
	}
	for _, entry := range entries {
		switch {
		case entry.Mode == filemode.Submodule, slices.Contains(there[place(entry)], entry.Hash):
		case entry.Mode == filemode.Dir:
			if err := n.tree(entry.Hash, there[place(entry)]); err != nil {
				return err
			}
		default:
			n.add(entry.Hash)
		}
	}
	return nil
}

// place tells a directory from a file of the same name.
func place(entry object.TreeEntry) string {
	if entry.Mode == filemode.Dir {
		return entry.Name + "/"
	}
	return entry.Name
}

// commitOrNone names a place a branch may be at.
func commitOrNone(sha string) string {
	if plumbing.NewHash(sha).IsZero() {
		return "no commit (it does not exist)"
	}
	return short(sha)
}
