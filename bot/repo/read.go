package repo

import (
	"fmt"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// A Commit is what a commit says of itself.
type Commit struct {
	SHA, Tree, Message string
	Parents            []string
	Author, Committer  Person
}

// A Person is who did something and when, in the time zone they did it in.
type Person struct {
	Name, Email string
	When        time.Time
}

// Commit reads a commit that is in the clone.
func (r *Repo) Commit(sha string) (Commit, error) {
	from, err := r.load(sha)
	if err != nil {
		return Commit{}, err
	}
	commit := Commit{
		SHA: from.Hash.String(), Tree: from.TreeHash.String(), Message: from.Message,
		Author: person(from.Author), Committer: person(from.Committer),
	}
	for _, parent := range from.ParentHashes {
		commit.Parents = append(commit.Parents, parent.String())
	}
	return commit, nil
}

func person(s object.Signature) Person { return Person{s.Name, s.Email, s.When} }

// A Change is what a commit does to one path.
type Change struct {
	// Path is the slash path from the root.
	Path string
	// Gone is set where nothing is left at the path; then nothing else is.
	Gone bool
	// Mode is git's: 100644, 100755, 120000 for a link, 160000 for a submodule.
	Mode string
	// SHA is the blob, or the submodule's commit.
	SHA string
	// Content is the file's, or the link's target; nil for a submodule.
	Content []byte
}

// Changes lists what makes the tree of commit sha out of that of commit
// parent, sorted by path. A renamed file is one gone and one new.
func (r *Repo) Changes(parent, sha string) ([]Change, error) {
	var trees [2]plumbing.Hash
	for i, name := range []string{parent, sha} {
		commit, err := r.load(name)
		if err != nil {
			return nil, err
		}
		trees[i] = commit.TreeHash
	}
	changes, err := r.changes(trees[0], trees[1])
	if err != nil {
		return nil, err
	}
	all := make([]Change, 0, len(changes))
	for _, c := range changes {
		one := Change{Path: c.path, Gone: c.after == leaf{}}
		if !one.Gone {
			one.Mode, one.SHA = fmt.Sprintf("%06o", uint32(c.after.mode)), c.after.hash.String()
			if c.after.mode != filemode.Submodule {
				if one.Content, err = r.blob(c.after.hash); err != nil {
					return nil, err
				}
			}
		}
		all = append(all, one)
	}
	return all, nil
}
