// Package sample lays out the sample world of the demo and the tests as git
// repositories: a small nixpkgs with a stable release and an unstable that
// moves, a home-manager with release branches, and the fleet of nine machines
// that one owner keeps on them. The fleet's branch classes has a machine for
// each kind of trouble that a bump brings.
//
// The files stand in testdata/nixpkgs, testdata/home-manager, testdata/fleet
// and testdata/classes. What two states of a project share is written once, in
// common/; a state's own directory lies over it. The commits of nixpkgs, and
// which branch stands on which, are read from testdata/nixpkgs/history.json.
//
// The same files and the same base address give the same commit ids.
package sample

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// Options say what to lay out.
type Options struct {
	// Files is the directory testdata.
	Files fs.FS
	// Base is what the fleet's inputs have before "/NixOS/nixpkgs.git": the
	// address of a server of the repositories, such as
	// "http://127.0.0.1:8080". Empty means file:// and the directory itself.
	Base string
}

// A World is the sample world as it was laid out.
type World struct {
	// Base is the address before "/NixOS/nixpkgs.git" in the fleet's inputs.
	Base string
	// Nixpkgs, HomeManager and Fleet are the directories of the bare
	// repositories NixOS/nixpkgs.git, nix-community/home-manager.git and
	// octo/fleet.git.
	Nixpkgs, HomeManager, Fleet string
	// Channels holds the commit of each branch of nixpkgs: nixos-25.11,
	// release-25.11, nixos-unstable, nixos-unstable-small and master.
	Channels map[string]string
	// Main is the commit of the fleet's branch main.
	Main string
}

// Lay makes the three bare repositories below dir and gives their places. The
// directory has to exist and to hold none of them.
func Lay(ctx context.Context, dir string, opts Options) (World, error) {
	if dir == "" {
		return World{}, errors.New("laying out the sample world: no directory given; name an empty one")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return World{}, fmt.Errorf("laying out the sample world: %w", err)
	}
	world := World{
		Base:        strings.TrimSuffix(opts.Base, "/"),
		Nixpkgs:     filepath.Join(dir, "NixOS", "nixpkgs.git"),
		HomeManager: filepath.Join(dir, "nix-community", "home-manager.git"),
		Fleet:       filepath.Join(dir, "octo", "fleet.git"),
	}
	if world.Base == "" {
		world.Base = "file://" + dir
	}
	nixpkgs, err := layNixpkgs(ctx, opts.Files, world.Nixpkgs)
	if err != nil {
		return World{}, fmt.Errorf("laying out nixpkgs: %w", err)
	}
	homeManager, err := layHomeManager(ctx, opts.Files, world.HomeManager)
	if err != nil {
		return World{}, fmt.Errorf("laying out home-manager: %w", err)
	}
	world.Channels = nixpkgs.revs
	world.Main, err = layFleet(ctx, opts.Files, world, nixpkgs.lock["nixos-25.11"], homeManager.lock["release-25.11"])
	if err != nil {
		return World{}, fmt.Errorf("laying out the fleet: %w", err)
	}
	return world, nil
}

// AdvanceUnstable moves the channel nixos-unstable by one commit towards
// master, as upstream does every other day, and gives the commit it stands on
// then. It is an error when the channel has arrived.
func AdvanceUnstable(ctx context.Context, world World) (string, error) {
	const branch = "refs/heads/nixos-unstable"
	out, err := git(ctx, world.Nixpkgs, nil, "rev-list", "--reverse", branch+"..refs/heads/master")
	if err != nil {
		return "", fmt.Errorf("advancing nixos-unstable: %w", err)
	}
	next, _, _ := strings.Cut(string(out), "\n")
	if next == "" {
		return "", errors.New("advancing nixos-unstable: it stands on master already; add commits to testdata/nixpkgs/history.json")
	}
	if _, err := git(ctx, world.Nixpkgs, nil, "update-ref", branch, next); err != nil {
		return "", fmt.Errorf("advancing nixos-unstable: %w", err)
	}
	return next, nil
}

// Commit adds a commit to a branch of a bare repository that writes the given
// files, by path, and leaves all others as they are. It gives the new commit,
// which is dated an hour after the one before it.
func Commit(ctx context.Context, repo, branch string, files map[string]string, message string) (string, error) {
	ref := "refs/heads/" + branch
	out, err := git(ctx, repo, nil, "log", "-1", "--format=%cI", ref)
	if err != nil {
		return "", fmt.Errorf("committing to %s: %w", branch, err)
	}
	before, err := time.Parse(time.RFC3339, strings.TrimSpace(string(out)))
	if err != nil {
		return "", fmt.Errorf("committing to %s: %w", branch, err)
	}
	revs, err := fastImport(ctx, repo, branch, []commit{{
		id: "new", parent: ref + "^0", date: before.Add(time.Hour), author: owner, message: message, files: files,
	}}, nil)
	if err != nil {
		return "", fmt.Errorf("committing to %s: %w", branch, err)
	}
	return revs["new"], nil
}

// Rev gives the commit a ref of a repository stands on.
func Rev(ctx context.Context, repo, ref string) (string, error) {
	out, err := git(ctx, repo, nil, "rev-parse", "--verify", "--end-of-options", ref+"^{commit}")
	return strings.TrimSpace(string(out)), err
}

// ReadFile gives a file of a repository as it is at a ref.
func ReadFile(ctx context.Context, repo, ref, path string) ([]byte, error) {
	return git(ctx, repo, nil, "cat-file", "blob", ref+":"+path)
}
