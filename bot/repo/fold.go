package repo

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// A fold is a merge of base into the branch with all the commits behind it, to
// be laid as one. GitHub's "Resolve conflicts" and "Update branch" make such
// merges: what people settle there is said nowhere else.
// https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/addressing-merge-conflicts/resolving-a-merge-conflict-on-github
type fold struct {
	merge, base  *object.Commit   // base is what is merged in
	bots, people []*object.Commit // the commits behind the merge, oldest first
}

// foldOf finds the last merge of base that has the commit behind it, or is it;
// nil if there is none.
func (r *Repo) foldOf(commits []string, conflict string) (*fold, error) {
	for i, sha := range slices.Backward(commits) {
		merge, err := r.load(sha)
		if err != nil {
			return nil, err
		}
		behind, err := r.reach(merge, commits[:i])
		if err != nil {
			return nil, err
		}
		if behind[plumbing.NewHash(conflict)] == nil {
			continue
		}
		base, err := r.mergedBase(merge, behind)
		if err != nil {
			return nil, err
		}
		if base != nil {
			return r.folded(&fold{merge: merge, base: base}, commits[:i], behind)
		}
	}
	return nil, nil
}

// mergedBase is the one parent of a merge that is base's, nil if it is no merge
// of base with the branch. All else of base that the branch is on has to be in
// its history: one that is not would pass for people's work. Where a shallow
// clone cannot tell, it is.
func (r *Repo) mergedBase(merge *object.Commit, behind map[plumbing.Hash]*object.Commit) (*object.Commit, error) {
	bases := slices.DeleteFunc(slices.Clone(merge.ParentHashes), func(p plumbing.Hash) bool { return behind[p] != nil })
	if len(bases) != 1 || len(merge.ParentHashes) == 1 {
		return nil, nil
	}
	base, err := r.load(bases[0].String())
	if err != nil {
		return nil, err
	}
	for _, commit := range behind {
		for _, parent := range commit.ParentHashes {
			if behind[parent] != nil || parent == base.Hash {
				continue
			}
			older, err := r.load(parent.String())
			if err != nil {
				return nil, err
			}
			has, err := older.IsAncestor(base)
			if err != nil && !errors.Is(err, plumbing.ErrObjectNotFound) {
				return nil, fmt.Errorf("reading the history of %s: check the clone with `git fsck`: %w", short(base.Hash.String()), err)
			}
			if err == nil && !has {
				return nil, nil
			}
		}
	}
	return base, nil
}

// folded sorts the commits behind the merge by who they are of.
func (r *Repo) folded(f *fold, commits []string, behind map[plumbing.Hash]*object.Commit) (*fold, error) {
	for _, sha := range commits {
		commit := behind[plumbing.NewHash(sha)]
		if commit == nil {
			continue
		}
		own, err := r.Own(sha)
		if err != nil {
			return nil, err
		}
		if own {
			f.bots = append(f.bots, commit)
		} else {
			f.people = append(f.people, commit)
		}
	}
	return f, nil
}

// has reports whether the fold takes the commit in.
func (f *fold) has(sha string) bool {
	is := func(c *object.Commit) bool { return c.Hash.String() == sha }
	return f != nil && (is(f.merge) || slices.ContainsFunc(f.bots, is) || slices.ContainsFunc(f.people, is))
}

// fold lays what people did in all: what the merge holds over the base it
// merged with the bot's own changes made to that. A lock file on which those do
// not merge is left out.
func (l *laying) fold(f *fold) error {
	tree := f.base.TreeHash
	for _, own := range f.bots {
		changes, err := l.repo.changesOf(own)
		if err != nil {
			return err
		}
		var unmerged []string
		if tree, unmerged, err = l.repo.pick(l.ctx, tree, changes); err != nil {
			return err
		}
		l.leave(unmerged)
	}
	changes, err := l.repo.changes(tree, f.merge.TreeHash)
	if err != nil {
		return err
	}
	changes = slices.DeleteFunc(changes, func(c change) bool { return l.locks[c.path] })
	return l.lay(f.merge, changes, f.message())
}

var (
	// coAuthor credits somebody in a commit's message.
	// https://docs.github.com/en/pull-requests/committing-changes-to-your-project/creating-and-editing-commits/creating-a-commit-with-multiple-authors
	coAuthor = regexp.MustCompile(`(?mi)^Co-authored-by: .*`)
	// nextLine is where a message goes on.
	nextLine = regexp.MustCompile(`\n(.)`)
)

// message is the merge's, with those of the commits it settles and credit to
// all who wrote them.
func (f *fold) message() string {
	if len(f.people) == 0 {
		return f.merge.Message
	}
	text := strings.TrimSpace(f.merge.Message) + "\n\nWhat it settles is in here:\n\n"
	credits := coAuthor.FindAllString(f.merge.Message, -1)
	for _, commit := range f.people {
		said := strings.TrimSpace(commit.Message)
		text += fmt.Sprintf("* %s %s\n", short(commit.Hash.String()), nextLine.ReplaceAllString(said, "\n  $1"))
		credits = append(append(credits, credit(commit)), coAuthor.FindAllString(commit.Message, -1)...)
	}
	slices.Sort(credits)
	credits = slices.DeleteFunc(slices.Compact(credits), func(c string) bool { return c == credit(f.merge) })
	if len(credits) > 0 {
		text += "\n" + strings.Join(credits, "\n") + "\n"
	}
	return text
}

// credit is the line that says who wrote a commit.
func credit(commit *object.Commit) string {
	return fmt.Sprintf("Co-authored-by: %s <%s>", commit.Author.Name, commit.Author.Email)
}
