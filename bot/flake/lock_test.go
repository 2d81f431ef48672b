package flake

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The hash of a directory that holds a file "a" with "hi\n", and its path, as
// Nix 2.8, 2.26 and 2.34 give them.
const (
	treeHash = "sha256-h4gyzSK14DjhF7cBN4VY+Km2ytc4Gg5tV6noZdNPhaY="
	treePath = "/nix/store/ms37m6i4z2hfa1lm7a6lch7lw9vcr26l-source"
	zeroHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

const lockText = `{
  "nodes": {
    "home-manager": {
      "inputs": { "nixpkgs": ["nixpkgs"] },
      "locked": { "lastModified": 1763000000, "narHash": "` + zeroHash + `", "owner": "nix-community", "repo": "home-manager", "rev": "1111111111111111111111111111111111111111", "type": "github" },
      "original": { "owner": "nix-community", "ref": "release-25.11", "repo": "home-manager", "type": "github" }
    },
    "infra": {
      "inputs": { "nixpkgs": "nixpkgs_2" },
      "locked": { "type": "git", "url": "https://git.example.org/infra", "rev": "2222222222222222222222222222222222222222", "narHash": "` + zeroHash + `" },
      "original": { "type": "git", "url": "https://git.example.org/infra" }
    },
    "nixpkgs": {
      "locked": { "lastModified": 1762000000, "narHash": "` + treeHash + `", "owner": "NixOS", "repo": "nixpkgs", "rev": "3333333333333333333333333333333333333333", "type": "github" },
      "original": { "owner": "NixOS", "ref": "nixos-25.11", "repo": "nixpkgs", "type": "github" }
    },
    "nixpkgs_2": {
      "locked": { "lastModified": 1761000000, "narHash": "` + zeroHash + `", "type": "tarball", "url": "https://releases.nixos.org/nixos/unstable/nixos-26.05pre900000.4444444444ab/nixexprs.tar.xz" },
      "original": { "type": "tarball", "url": "https://channels.nixos.org/nixos-unstable/nixexprs.tar.xz" }
    },
    "root": { "inputs": { "alias": ["nixpkgs"], "home-manager": "home-manager", "infra": "infra", "nixpkgs": "nixpkgs" } }
  },
  "root": "root",
  "version": 7
}`

func parseLock(t *testing.T, text string) Lock {
	t.Helper()
	lock, err := ParseLock([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func TestParseLock(t *testing.T) {
	lock := parseLock(t, lockText)
	want := Node{
		Inputs:   map[string]Edge{"nixpkgs": {Follows: []string{"nixpkgs"}}},
		Original: Locked{Type: "github", Owner: "nix-community", Repo: "home-manager", Ref: "release-25.11"},
		Locked: Locked{
			Type: "github", Owner: "nix-community", Repo: "home-manager", Rev: strings.Repeat("1", 40),
			NarHash: zeroHash, LastModified: time.Date(2025, 11, 13, 2, 13, 20, 0, time.UTC),
		},
	}
	if diff := cmp.Diff(want, lock.Nodes["home-manager"]); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"alias", "home-manager", "infra", "nixpkgs"}, lock.Inputs()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	for path, want := range map[string]string{
		"nixpkgs": "nixpkgs", "alias": "nixpkgs", "home-manager/nixpkgs": "nixpkgs", "infra/nixpkgs": "nixpkgs_2", "none": "", "infra/none": "",
	} {
		if got, ok := lock.Find(strings.Split(path, "/")...); got != want || ok != (want != "") {
			t.Errorf("Find(%s) = %q, %v; want %q", path, got, ok, want)
		}
	}
}

// TestParseLockDangling reads a lock with an input whose node is missing: it is
// not locked.
func TestParseLockDangling(t *testing.T) {
	lock := parseLock(t, `{"version": 7, "root": "r", "nodes": {"r": {"inputs": {"a": "gone", "b": "b", "c": ["a"]}}, "b": {"inputs": {"d": "gone"}}}}`)
	if diff := cmp.Diff([]string{"b", "c"}, lock.Inputs()); diff != "" || len(lock.Nodes["b"].Inputs) != 0 {
		t.Errorf("got %+v; mismatch (-want +got):\n%s", lock, diff)
	}
}

// TestParseLockOld reads version 5, which kept hash and date apart.
func TestParseLockOld(t *testing.T) {
	lock := parseLock(t, `{"version": 5, "root": "root", "nodes": {"root": {"inputs": {"a": "a"}}, "a": {
		"info": {"lastModified": 1763000000, "narHash": "`+zeroHash+`"}, "locked": {"type": "path", "path": "/x"}, "original": {"type": "path", "path": "/x"}}}}`)
	want := Locked{Type: "path", Path: "/x", NarHash: zeroHash, LastModified: time.Unix(1763000000, 0).UTC()}
	if diff := cmp.Diff(want, lock.Nodes["a"].Locked); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestParseLockErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "not the JSON"},
		{"{", "not the JSON"},
		{"{\n<<<<<<< HEAD\n}", "merge conflict"},
		{`{"version": 4}`, "version 4"},
		{`{"version": 8, "root": "root", "nodes": {"root": {}}}`, "version 8"},
		{`{"version": 7, "root": "root", "nodes": {}}`, `root "root" is not among`},
		{`{"version": 7, "root": "r", "nodes": {"r": {"inputs": {"a": {}}}}}`, "not the JSON"},
	} {
		_, err := ParseLock([]byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.text, err, test.want)
		}
	}
	var version *VersionError
	if _, err := ParseLock([]byte(`{"version": 8}`)); !errors.As(err, &version) || version.Version != 8 {
		t.Errorf("no VersionError: %v", err)
	}
	if _, err := ParseLock([]byte(">>>>>>> other\n")); !errors.Is(err, ErrConflict) {
		t.Errorf("no ErrConflict: %v", err)
	}
}

func TestFindCircle(t *testing.T) {
	lock := parseLock(t, `{"version": 7, "root": "r", "nodes": {"r": {"inputs": {"a": ["b"], "b": ["a"], "c": ["c", "c"], "d": []}}}}`)
	for _, name := range []string{"a", "b", "c"} {
		if label, ok := lock.Find(name); ok {
			t.Errorf("Find(%s) = %q, want nothing", name, label)
		}
	}
	if at := lock.Point("d"); at != (Point{}) {
		t.Errorf("Point(d) = %+v, want none", at)
	}
}

func TestLockedOutPath(t *testing.T) {
	if got, err := LockedOutPath(treeHash); err != nil || got != treePath {
		t.Errorf("got %s, %v; want %s", got, err, treePath)
	}
	for _, hash := range []string{"", "sha256-", "sha256-AAAA", "sha512-" + zeroHash[7:], zeroHash + "x"} {
		if got, err := LockedOutPath(hash); err == nil {
			t.Errorf("%q: %s, want an error", hash, got)
		}
	}
}

func TestSystemInput(t *testing.T) {
	lock := parseLock(t, lockText)
	zeroPath, err := LockedOutPath(zeroHash)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := parseLock(t, strings.ReplaceAll(strings.ReplaceAll(lockText, treeHash, zeroHash), `"narHash": "`+zeroHash+`", "type": "tarball"`, `"narHash": "`+treeHash+`", "type": "tarball"`))
	for _, test := range []struct {
		lock       Lock
		path, want string
	}{
		{lock, treePath, "nixpkgs"},
		{lock, treePath + "/pkgs", "nixpkgs"},
		{elsewhere, treePath, "infra/nixpkgs"},
		{lock, zeroPath, ""}, // home-manager and infra alike
		{lock, "/nix/store/00000000000000000000000000000000-source", ""},
		{lock, "/home/me/nixpkgs", ""},
		{lock, "", ""},
		{Lock{}, treePath, ""},
	} {
		if got, ok := SystemInput(test.lock, test.path); got != test.want || ok != (test.want != "") {
			t.Errorf("SystemInput(%s) = %q, %v; want %q", test.path, got, ok, test.want)
		}
	}
}

func TestCommitRef(t *testing.T) {
	for _, test := range []struct{ dir, subdir, want string }{
		{"/srv/fleet", "", "git+file:///srv/fleet?rev=" + rev + "&shallow=1"},
		{"/srv/fleet", ".", "git+file:///srv/fleet?rev=" + rev + "&shallow=1"},
		{"/srv/a b/ä+b%c&d#e?f", "x/y&z", "git+file:///srv/a%20b/%C3%A4%2Bb%25c%26d%23e%3Ff?rev=" + rev + "&shallow=1&dir=x/y%26z"},
	} {
		if got := CommitRef(test.dir, rev, test.subdir); got != test.want {
			t.Errorf("CommitRef(%s, %s) = %s, want %s", test.dir, test.subdir, got, test.want)
		}
	}
}

// FuzzLock: no lock makes a walk hang or panic, and none differs from itself.
func FuzzLock(f *testing.F) {
	f.Add([]byte(lockText))
	f.Add([]byte(`{"version": 7, "root": "r", "nodes": {"r": {"inputs": {"a": ["b"], "b": ["a", "b"], "c": "r"}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		lock, err := ParseLock(data)
		if err != nil {
			return
		}
		for _, name := range lock.Inputs() {
			lock.Find(name, name, name)
			lock.Point(name)
		}
		SystemInput(lock, treePath)
		if changes := DiffLocks(lock, lock); changes != nil {
			t.Errorf("a lock differs from itself: %+v", changes)
		}
		DiffLocks(Lock{}, lock)
	})
}
