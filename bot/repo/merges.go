package repo

import (
	"context"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// beyond lists where a merge commit holds something of its own. It holds none
// where it is what laying all it merges on one of its parents gives, or, where
// that conflicts, as one of them has it. So no common ancestor has to be in
// the clone, only the commits earlier in the branch.
func (r *Repo) beyond(ctx context.Context, merge *object.Commit, earlier []string) (own []string, err error) {
	parents := merge.ParentHashes
	// What is base's, as main is in "Update branch", is only known as a whole.
	if i := slices.IndexFunc(parents, func(p plumbing.Hash) bool { return !slices.Contains(earlier, p.String()) }); i >= 0 {
		parents = parents[i : i+1]
	}
	for i, parent := range parents {
		paths, err := r.beyondOne(ctx, merge, parent, earlier)
		if err != nil || len(paths) == 0 {
			return nil, err
		}
		if i == 0 || len(paths) < len(own) {
			own = paths
		}
	}
	return own, nil
}

// beyondOne is beyond for one of the parents to lay all else on.
func (r *Repo) beyondOne(ctx context.Context, merge *object.Commit, parent plumbing.Hash, earlier []string) (own []string, err error) {
	onto, err := r.load(parent.String())
	if err != nil {
		return nil, err
	}
	tree, unmerged := onto.TreeHash, map[string]bool{}
	missing, err := r.missing(merge, onto, earlier)
	if err != nil {
		return nil, err
	}
	for _, commit := range missing {
		changes, err := r.changesOf(commit)
		if err != nil {
			return nil, err
		}
		var paths []string
		if tree, paths, err = r.pick(ctx, tree, changes); err != nil {
			return nil, err
		}
		for _, name := range paths {
			unmerged[name] = true
		}
	}
	differing, err := r.changes(tree, merge.TreeHash)
	if err != nil {
		return nil, err
	}
	for _, c := range differing {
		decided := false
		if unmerged[c.path] {
			if decided, err = r.parentHas(merge, c.path, c.after); err != nil {
				return nil, err
			}
		}
		if !decided {
			own = append(own, c.path)
		}
	}
	return own, nil
}

// missing are the commits, merges aside, that a merge brings to one of its
// parents, oldest first.
func (r *Repo) missing(merge, parent *object.Commit, earlier []string) (all []*object.Commit, err error) {
	there, err := r.reach(parent, earlier)
	if err != nil {
		return nil, err
	}
	merged, err := r.reach(merge, earlier)
	if err != nil {
		return nil, err
	}
	for _, sha := range earlier {
		hash := plumbing.NewHash(sha)
		if commit := merged[hash]; commit != nil && there[hash] == nil && len(commit.ParentHashes) < 2 {
			all = append(all, commit)
		}
	}
	return all, nil
}

// reach returns those of the commits that are in the history of tip.
func (r *Repo) reach(tip *object.Commit, among []string) (map[plumbing.Hash]*object.Commit, error) {
	found := map[plumbing.Hash]*object.Commit{}
	for queue := []plumbing.Hash{tip.Hash}; len(queue) > 0; queue = queue[1:] {
		hash := queue[0]
		if found[hash] != nil || hash != tip.Hash && !slices.Contains(among, hash.String()) {
			continue
		}
		commit, err := r.load(hash.String())
		if err != nil {
			return nil, err
		}
		found[hash] = commit
		queue = append(queue, commit.ParentHashes...)
	}
	return found, nil
}

// parentHas reports whether a parent of the merge has this at the path.
func (r *Repo) parentHas(merge *object.Commit, name string, what leaf) (bool, error) {
	for _, parent := range merge.ParentHashes {
		commit, err := r.load(parent.String())
		if err != nil {
			return false, err
		}
		if there, err := r.look(commit.TreeHash, name); err != nil || there == what {
			return err == nil, err
		}
	}
	return false, nil
}
