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

// A Kept is a person's commit that was laid; of commits laid as one, the merge
// that settled them. Author, a name, and Subject are what others wrote.
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
// Where that ends in a Conflict, and people have merged base since and settled
// it there, all up to the last such merge is laid as one commit, of the
// merge's author: see fold. The Conflict stands if that does not fit either.
//
// A commit whose changes are there already vanishes. One that is on top of
// what it is to be laid on stays itself. Any other keeps its author, author
// date and message; its committer is by, at the later of its own date and that
// of what it is laid on: so the same arguments always give the same shas.
func (r *Repo) Lay(ctx context.Context, onto string, commits []string, by Signature) (Laid, error) {
	if err := by.valid(); err != nil {
		return Laid{}, fmt.Errorf("laying commits: %w", err)
	}
	run := func(f *fold) (Laid, error) {
		l := laying{ctx: ctx, repo: r, by: by, locks: map[string]bool{}, laid: Laid{Tip: onto}}
		return l.run(commits, f)
	}
	laid, err := run(nil)
	if err != nil || laid.Conflict == nil {
		return laid, err
	}
	f, err := r.foldOf(commits, laid.Conflict.SHA)
	if err != nil || f == nil {
		return laid, err
	}
	folded, err := run(f)
	if err == nil && folded.Conflict != nil && folded.Conflict.SHA == f.merge.Hash.String() {
		return laid, nil
	}
	return folded, err
}

// laying is one run of Lay.
type laying struct {
	ctx   context.Context
	repo  *Repo
	by    Signature
	locks map[string]bool
	laid  Laid
}

// run lays the fold, if there is one, and one by one the commits that are not
// in it.
func (l *laying) run(commits []string, f *fold) (Laid, error) {
	onto := l.laid.Tip
	if f != nil {
		if err := l.fold(f); err != nil {
			return Laid{}, fmt.Errorf("laying all up to %s on %s: %w", short(f.merge.Hash.String()), short(onto), err)
		}
	}
	for i, sha := range commits {
		if l.laid.Conflict != nil {
			break
		}
		if f.has(sha) {
			continue
		}
		if err := l.next(sha, commits[:i]); err != nil {
			return Laid{}, fmt.Errorf("laying %s on %s: %w", short(sha), short(onto), err)
		}
	}
	if l.laid.Conflict != nil {
		return Laid{Conflict: l.laid.Conflict}, nil
	}
	l.laid.Locks = slices.Sorted(maps.Keys(l.locks))
	return l.laid, nil
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
	changes, err := l.repo.changesOf(commit)
	if err != nil {
		return err
	}
	return l.lay(commit, changes, commit.Message)
}

// lay makes a commit's changes on top of what is there.
func (l *laying) lay(commit *object.Commit, changes []change, message string) error {
	tip, err := l.repo.load(l.laid.Tip)
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
		Message:      message,
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
	conflicts := l.leave(paths)
	if len(conflicts) == 0 {
		return false
	}
	slices.Sort(conflicts)
	l.laid.Conflict = &Conflict{commit.Hash.String(), commit.Author.Name, subject(commit), conflicts}
	return true
}

// leave notes the lock files among the paths as left out and returns the others.
func (l *laying) leave(paths []string) (others []string) {
	for _, name := range paths {
		if path.Base(name) == "flake.lock" {
			l.locks[name] = true
		} else {
			others = append(others, name)
		}
	}
	return others
}

// subject is the first line of a commit's message.
func subject(commit *object.Commit) string {
	line, _, _ := strings.Cut(strings.TrimLeft(commit.Message, "\n"), "\n")
	return line
}
