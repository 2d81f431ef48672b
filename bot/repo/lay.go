package repo

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Laid is what became of people's commits.
type Laid struct {
	// Tip is the last commit, or the one they were laid on when none was left.
	Tip string
	// Kept are people's commits that are in Tip's history, oldest first.
	Kept []Kept
	// Locks are the flake.lock files, sorted, of which a person's change was
	// left out because it does not merge.
	Locks []string
	// Conflict is the first commit that cannot be laid; then nothing else is
	// set.
	Conflict *Conflict
}

// A Kept is a person's commit that was laid. Author, a name, and Subject are
// what others wrote.
type Kept struct {
	Old, SHA        string // which it was, and which it is now
	Author, Subject string
}

// A Conflict is a person's commit that does not fit what it is to be laid on.
// Author, Subject and Paths are what others wrote.
type Conflict struct {
	SHA, Author, Subject string
	Paths                []string // sorted, where it does not
}

// Lay puts people's commits on top of the commit onto. Commits are all that a
// branch has over its base, each after its parents; those that are the bot's
// own are dropped, and merges that hold no more than what they merge. The
// others are laid path by path: where a path is as the commit found it, it
// becomes as the commit left it; else the text is merged; else the commit is a
// Conflict. A flake.lock that does not merge is none: it is left as it is and
// listed.
//
// A commit whose changes are there already vanishes. One that is on top of
// what it is to be laid on stays itself. Any other keeps its author, author
// date and message; its committer is by, at the later of its own date and that
// of what it is laid on: so the same arguments always give the same shas.
func (r *Repo) Lay(ctx context.Context, onto string, commits []string, by Signature) (Laid, error) {
	if err := by.valid(); err != nil {
		return Laid{}, fmt.Errorf("laying commits: %w", err)
	}
	l := laying{ctx: ctx, repo: r, by: by, locks: map[string]bool{}, laid: Laid{Tip: onto}}
	for i, sha := range commits {
		if err := l.next(sha, commits[:i]); err != nil {
			return Laid{}, fmt.Errorf("laying %s on %s: %w", short(sha), short(onto), err)
		}
		if l.laid.Conflict != nil {
			return Laid{Conflict: l.laid.Conflict}, nil
		}
	}
	l.laid.Locks = slices.Sorted(maps.Keys(l.locks))
	return l.laid, nil
}

// laying is one run of Lay.
type laying struct {
	ctx   context.Context
	repo  *Repo
	by    Signature
	locks map[string]bool
	laid  Laid
}

// next lays one commit, given those before it.
func (l *laying) next(sha string, earlier []string) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	commit, err := l.repo.load(sha)
	if err != nil {
		return err
	}
	if len(commit.ParentHashes) > 1 {
		paths, err := l.repo.beyond(l.ctx, commit, earlier)
		l.misfit(commit, paths)
		return err
	}
	if own, err := l.repo.Own(sha); own || err != nil {
		return err
	}
	if len(commit.ParentHashes) == 1 && commit.ParentHashes[0].String() == l.laid.Tip {
		l.keep(commit, sha)
		return nil
	}
	return l.lay(commit)
}

// lay makes a commit again on top of what is there.
func (l *laying) lay(commit *object.Commit) error {
	tip, err := l.repo.load(l.laid.Tip)
	if err != nil {
		return err
	}
	changes, err := l.repo.changesOf(commit)
	if err != nil {
		return err
	}
	tree, unmerged, err := l.repo.pick(l.ctx, tip.TreeHash, changes)
	if err != nil {
		return err
	}
	if l.misfit(commit, unmerged) || tree == tip.TreeHash {
		return nil
	}
	when := commit.Committer.When
	if tip.Committer.When.After(when) {
		when = tip.Committer.When
	}
	sha, err := l.repo.writeCommit(&object.Commit{
		Author:       commit.Author,
		Committer:    l.by.at(when),
		Message:      commit.Message,
		Encoding:     commit.Encoding,
		TreeHash:     tree,
		ParentHashes: []plumbing.Hash{tip.Hash},
	})
	l.keep(commit, sha)
	return err
}

// keep notes what a commit has become.
func (l *laying) keep(commit *object.Commit, sha string) {
	l.laid.Tip = sha
	l.laid.Kept = append(l.laid.Kept, Kept{commit.Hash.String(), sha, commit.Author.Name, subject(commit)})
}

// misfit notes where a commit does not fit and reports whether that is a
// conflict.
func (l *laying) misfit(commit *object.Commit, paths []string) bool {
	var conflicts []string
	for _, name := range paths {
		if path.Base(name) == "flake.lock" {
			l.locks[name] = true
		} else {
			conflicts = append(conflicts, name)
		}
	}
	if len(conflicts) == 0 {
		return false
	}
	slices.Sort(conflicts)
	l.laid.Conflict = &Conflict{commit.Hash.String(), commit.Author.Name, subject(commit), conflicts}
	return true
}

// subject is the first line of a commit's message.
func subject(commit *object.Commit) string {
	line, _, _ := strings.Cut(strings.TrimLeft(commit.Message, "\n"), "\n")
	return line
}
