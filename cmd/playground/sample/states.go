package sample

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"time"
)

// A project is what was laid out of one upstream: by branch, the commit, and
// what a flake.lock says of it.
type project struct {
	revs map[string]string
	lock map[string]locked
}

// history is testdata/nixpkgs/history.json.
type history struct {
	Comment string `json:"comment"`
	States  []struct {
		State   string     `json:"state"`
		Parent  string     `json:"parent"`
		Commits []revision `json:"commits"`
	} `json:"states"`
	Branches map[string]string `json:"branches"`
}

// A revision is one commit of a state: the state's files with the versions of
// some packages raised, for good.
type revision struct {
	ID       string            `json:"id"`
	Date     time.Time         `json:"date"`
	Message  string            `json:"message"`
	Versions map[string]string `json:"versions"`
}

// readTree gives the files below the given directories of files, each laid
// over those before it.
func readTree(files fs.FS, dirs ...string) (map[string]string, error) {
	tree := map[string]string{}
	for _, dir := range dirs {
		err := fs.WalkDir(files, dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := fs.ReadFile(files, name)
			tree[strings.TrimPrefix(name, dir+"/")] = string(data)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading the sample files: %w", err)
		}
	}
	return tree, nil
}

// layNixpkgs makes the repository of nixpkgs as its history says.
func layNixpkgs(ctx context.Context, files fs.FS, repo string) (project, error) {
	var past history
	data, err := fs.ReadFile(files, "nixpkgs/history.json")
	if err != nil {
		return project{}, err
	}
	if err := json.Unmarshal(data, &past); err != nil {
		return project{}, fmt.Errorf("reading history.json: %w", err)
	}
	var commits []commit
	for _, state := range past.States {
		tree, err := readTree(files, "nixpkgs/common", path.Join("nixpkgs", state.State))
		if err != nil {
			return project{}, err
		}
		more, err := stateCommits(tree, state.Parent, state.Commits)
		if err != nil {
			return project{}, fmt.Errorf("making the state %s: %w", state.State, err)
		}
		commits = append(commits, more...)
	}
	return layProject(ctx, repo, "master", commits, past.Branches)
}

// stateCommits gives the commits of one state, the first on parent.
func stateCommits(tree map[string]string, parent string, revisions []revision) ([]commit, error) {
	const file = "pkgs/versions.json"
	var commits []commit
	for _, r := range revisions {
		versions := map[string]string{}
		if err := json.Unmarshal([]byte(tree[file]), &versions); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		maps.Copy(versions, r.Versions)
		text, err := json.MarshalIndent(versions, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", file, err)
		}
		tree = maps.Clone(tree)
		tree[file] = string(text) + "\n"
		commits = append(commits, commit{
			id: r.ID, parent: parent, date: r.Date, message: r.Message, whole: true, files: tree,
			author: "Nixpkgs Committer <committer@nixpkgs.example>",
		})
		parent = r.ID
	}
	return commits, nil
}

// layHomeManager makes the repository of home-manager: the release branch was
// cut from what became master.
func layHomeManager(ctx context.Context, files fs.FS, repo string) (project, error) {
	var commits []commit
	parent := ""
	for i, branch := range []string{"release-25.11", "master"} {
		tree, err := readTree(files, "home-manager/common", path.Join("home-manager", branch))
		if err != nil {
			return project{}, err
		}
		commits = append(commits, commit{
			id: branch, parent: parent, whole: true, files: tree,
			date:    time.Date(2025, time.November, 24+40*i, 19, 30, 0, 0, time.UTC),
			message: "home-manager: prepare " + branch,
			author:  "Home Manager Committer <committer@home-manager.example>",
		})
		parent = branch
	}
	return layProject(ctx, repo, "master", commits, map[string]string{"release-25.11": "release-25.11", "master": "master"})
}

// layProject makes a repository of whole commits and says what a lock would
// say of each branch.
func layProject(ctx context.Context, repo, head string, commits []commit, branches map[string]string) (project, error) {
	if err := initBare(ctx, repo, head); err != nil {
		return project{}, err
	}
	revs, err := fastImport(ctx, repo, head, commits, branches)
	if err != nil {
		return project{}, err
	}
	byID, count := map[string]commit{}, map[string]int{}
	for _, c := range commits {
		byID[c.id] = c
		count[c.id] = count[c.parent] + 1
	}
	made := project{revs: map[string]string{}, lock: map[string]locked{}}
	for branch, id := range branches {
		made.revs[branch] = revs[id]
		made.lock[branch] = locked{
			LastModified: byID[id].date.Unix(), NarHash: narHash(byID[id].files),
			Ref: branch, Rev: revs[id], RevCount: count[id], Type: "git",
		}
	}
	return made, nil
}

// layFleet makes the owner's repository, locked to the stable state. On the
// branch classes, other machines take the place of main's.
func layFleet(ctx context.Context, files fs.FS, world World, nixpkgs, homeManager locked) (string, error) {
	tree, err := readTree(files, "fleet")
	if err != nil {
		return "", err
	}
	classes, err := readTree(files, "classes")
	if err != nil {
		return "", err
	}
	for _, t := range []map[string]string{tree, classes} {
		t["flake.nix"] = strings.ReplaceAll(t["flake.nix"], "@base@", world.Base)
	}
	nixpkgs.URL = world.Base + "/NixOS/nixpkgs.git"
	homeManager.URL = world.Base + "/nix-community/home-manager.git"
	lock, err := lockFile(nixpkgs, homeManager)
	if err != nil {
		return "", err
	}
	if err := initBare(ctx, world.Fleet, "main"); err != nil {
		return "", err
	}
	begin := map[string]string{"README.md": tree["README.md"]}
	tree["flake.lock"] = lock
	revs, err := fastImport(ctx, world.Fleet, "main", []commit{
		{id: "begin", date: time.Date(2025, time.December, 6, 10, 0, 0, 0, time.UTC), author: owner, message: "Begin", files: begin},
		{id: "main", parent: "begin", date: time.Date(2026, time.January, 17, 15, 20, 0, 0, time.UTC), author: owner, message: "Nine machines on nixos-25.11", files: tree},
		{id: "classes", parent: "main", date: time.Date(2026, time.January, 17, 16, 5, 0, 0, time.UTC), author: owner, message: "A machine for each kind of trouble", files: classes},
	}, map[string]string{"main": "main", "classes": "classes"})
	return revs["main"], err
}
