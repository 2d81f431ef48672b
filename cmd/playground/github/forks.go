package github

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// fork makes the repository a fork of its parent, and each lend the other its
// objects. The lock must be held.
// https://git-scm.com/docs/gitrepository-layout#Documentation/gitrepository-layout.txt-objectsinfoalternates
func (s *Server) fork(name, parent string) error {
	from, to := filepath.Join(s.dir, parent+".git"), filepath.Join(s.dir, name+".git")
	if _, err := os.Stat(to); err != nil {
		clone := exec.CommandContext(context.Background(), "git", "clone", "--quiet", "--bare", "--shared", "--template=", from, to)
		clone.Env = gitEnv()
		if out, err := clone.CombinedOutput(); err != nil {
			return fmt.Errorf("forking %s as %s: %s: %w", parent, name, out, err)
		}
	}
	return cmp.Or(borrow(to, from), borrow(from, to))
}

// borrow lets a bare repository find objects in another.
func borrow(repo, lender string) error {
	info := filepath.Join(repo, "objects", "info")
	if err := os.MkdirAll(info, 0o755); err != nil {
		return fmt.Errorf("sharing objects: %w", err)
	}
	list, line := filepath.Join(info, "alternates"), filepath.Join(lender, "objects")+"\n"
	has, _ := os.ReadFile(list) // none yet is fine
	if strings.Contains("\n"+string(has), "\n"+line) {
		return nil
	}
	if err := os.WriteFile(list, append(has, line...), 0o644); err != nil {
		return fmt.Errorf("sharing objects: %w", err)
	}
	return nil
}

// relative is the repository of the same network that an owner has, nil
// without one. With a name it must have that, too. The lock must be held.
func (r *repository) relative(owner, name string) (*repository, error) {
	root := cmp.Or(r.settings.ForkOf, r.fullName())
	for _, of := range append(slices.Sorted(maps.Keys(r.server.settings)), root) {
		related := of == root || r.server.settings[of].ForkOf == root
		o, n, _ := strings.Cut(of, "/")
		if related && o == owner && (name == "" || n == name) {
			return r.server.opened(of)
		}
	}
	return nil, nil
}

// branchNamed is the branch that "branch" or "owner:branch" means, without a
// SHA when there is none. The name of a repository chooses among an owner's.
func (r *repository) branchNamed(text, repo string) (Branch, error) {
	owner, name, qualified := strings.Cut(text, ":")
	if !qualified {
		owner, name = r.owner, text
	}
	if owner == r.owner && (repo == "" || repo == r.name) {
		return Branch{Name: name, SHA: r.branch(name)}, nil
	}
	other, err := r.relative(owner, repo)
	if err != nil || other == nil {
		return Branch{Name: name}, err
	}
	return Branch{Name: name, SHA: other.branch(name), Fork: other.fullName()}, nil
}

// tip is where a pull request's branch points now, empty when it is gone.
func (r *repository) tip(b Branch) (string, error) {
	if b.Fork == "" {
		return r.branch(b.Name), nil
	}
	fork, err := r.server.opened(b.Fork)
	if err != nil || fork == nil {
		return "", err
	}
	return fork.branch(b.Name), nil
}

// home is the repository that a pull request's branch is in, good for its view.
func (r *repository) home(b Branch) *repository {
	if b.Fork == "" {
		return r
	}
	return r.server.named(b.Fork)
}

// named is a repository without its refs and its store.
func (s *Server) named(fullName string) *repository {
	owner, name, _ := strings.Cut(fullName, "/")
	return &repository{server: s, owner: owner, name: name, settings: s.settings[fullName]}
}

// crossName is a branch as GitHub names it across repositories.
func (r *repository) crossName(b Branch) string { return r.home(b).owner + ":" + b.Name }
