package repo

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// pick makes changes to a tree and returns it with the paths that do not
// merge, which stay as they are. Files go first: another may need the place.
func (r *Repo) pick(ctx context.Context, tree plumbing.Hash, changes []change) (picked plumbing.Hash, unmerged []string, err error) {
	for _, going := range []bool{true, false} {
		for _, c := range changes {
			if (c.after == leaf{}) != going {
				continue
			}
			now, merged, err := r.pickOne(ctx, tree, c)
			if err != nil {
				return tree, nil, err
			}
			if !merged {
				unmerged = append(unmerged, c.path)
			}
			tree = now
		}
	}
	return tree, unmerged, nil
}

// pickOne makes one change to a tree, or reports that it does not merge.
func (r *Repo) pickOne(ctx context.Context, tree plumbing.Hash, c change) (picked plumbing.Hash, merged bool, err error) {
	here, err := r.look(tree, c.path)
	if err != nil {
		return tree, false, err
	}
	what, merged := three(c.before, here, c.after)
	if !merged {
		if what, merged, err = r.mergeFiles(ctx, here, c); err != nil || !merged {
			return tree, false, err
		}
	}
	if what == here {
		return tree, true, nil
	}
	picked, err = r.put(tree, c.path, what)
	if errors.Is(err, fs.ErrInvalid) {
		return tree, false, nil // a directory in the way, or a file
	}
	return picked, true, err
}

// three merges two descendants of a value as wholes.
func three[T comparable](before, here, after T) (merged T, ok bool) {
	switch {
	case here == before, here == after:
		return after, true
	case after == before:
		return here, true
	}
	return here, false
}

// mergeFiles merges a file that changed on both sides: mode and content, each
// for itself.
func (r *Repo) mergeFiles(ctx context.Context, here leaf, c change) (merged leaf, ok bool, err error) {
	for _, side := range []leaf{c.before, here, c.after} {
		if side == (leaf{}) || kind(side.mode) != "regular file" {
			return here, false, nil
		}
	}
	mode, ok := three(c.before.mode, here.mode, c.after.mode)
	if !ok {
		return here, false, nil
	}
	hash, ok := three(c.before.hash, here.hash, c.after.hash)
	if !ok {
		hash, ok, err = r.mergeTexts(ctx, c.path, c.before.hash, here.hash, c.after.hash)
	}
	return leaf{mode, hash}, ok, err
}

// mergeTexts merges the content of a file that changed on both sides. A
// lock file has to stay JSON.
func (r *Repo) mergeTexts(ctx context.Context, name string, before, here, after plumbing.Hash) (merged plumbing.Hash, ok bool, err error) {
	var sides [3][]byte
	for i, hash := range []plumbing.Hash{before, here, after} {
		if sides[i], err = r.blob(hash); err != nil || binary(sides[i]) {
			return merged, false, err
		}
	}
	text, ok, err := mergeText(ctx, sides[0], sides[1], sides[2])
	if err != nil || !ok || path.Base(name) == "flake.lock" && !json.Valid(text) {
		return merged, false, err
	}
	merged, err = r.writeBlob(text)
	return merged, true, err
}

// binary reports whether git takes the content for no text.
// https://git-scm.com/docs/gitattributes#_performing_text_diffs
func binary(content []byte) bool {
	return slices.Contains(content[:min(len(content), 8000)], 0)
}
