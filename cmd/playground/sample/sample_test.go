package sample_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/cmd/playground/sample"
)

func TestLaySameTwice(t *testing.T) {
	opts := sample.Options{Files: files, Base: "http://127.0.0.1:8080/"}
	first, second := lay(t, opts), lay(t, opts)
	if diff := cmp.Diff(first.Channels, second.Channels); diff != "" {
		t.Errorf("channels of two worlds: mismatch (-first +second):\n%s", diff)
	}
	if first.Main != second.Main {
		t.Errorf("fleets of two worlds: %s and %s", first.Main, second.Main)
	}
	if elsewhere := lay(t, sample.Options{Files: files}); elsewhere.Main == first.Main {
		t.Error("a fleet with other addresses has the same commit")
	} else if diff := cmp.Diff(first.Channels, elsewhere.Channels); diff != "" {
		t.Errorf("channels differ with the address: mismatch (-first +elsewhere):\n%s", diff)
	}
}

func TestLayWritesAddresses(t *testing.T) {
	world := lay(t, sample.Options{Files: files, Base: "http://127.0.0.1:8080/"})
	for _, file := range []string{"flake.nix", "flake.lock"} {
		text := readFile(t, world.Fleet, "main", file)
		for _, want := range []string{"http://127.0.0.1:8080/NixOS/nixpkgs.git", "http://127.0.0.1:8080/nix-community/home-manager.git"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s:\n%s", file, want, text)
			}
		}
	}
}

func TestLayBranches(t *testing.T) {
	world := lay(t, sample.Options{Files: files})
	for _, test := range []struct {
		branch, release, kernel string
	}{
		{"nixos-25.11", "25.11\n", `"linux-default": "6.12"`},
		{"release-25.11", "25.11\n", `"curl": "8.18.0"`},
		{"nixos-unstable", "26.05\n", `"firefox": "146.0.1"`},
		{"nixos-unstable-small", "26.05\n", `"nginx": "1.29.4"`},
		{"master", "26.05\n", `"python-buildbot-worker": "4.4.0"`},
	} {
		if got := readFile(t, world.Nixpkgs, test.branch, ".version"); got != test.release {
			t.Errorf("release of %s: %q, want %q", test.branch, got, test.release)
		}
		if got := readFile(t, world.Nixpkgs, test.branch, "pkgs/versions.json"); !strings.Contains(got, test.kernel) {
			t.Errorf("versions of %s lack %s:\n%s", test.branch, test.kernel, got)
		}
		if rev, err := sample.Rev(t.Context(), world.Nixpkgs, test.branch); err != nil || rev != world.Channels[test.branch] {
			t.Errorf("%s stands on %s, %v; want %s", test.branch, rev, err, world.Channels[test.branch])
		}
	}
}

func TestLayWithoutFiles(t *testing.T) {
	dir := t.TempDir()
	opts := sample.Options{Files: os.DirFS(dir)}
	if _, err := sample.Lay(t.Context(), dir, opts); err == nil || !strings.Contains(err.Error(), "laying out nixpkgs: ") {
		t.Errorf("laying out without the files: %v", err)
	}
	if world, err := sample.Lay(t.Context(), "", opts); err == nil {
		t.Errorf("laid out %+v in no directory", world)
	}
}

func TestAdvanceUnstable(t *testing.T) {
	world := lay(t, sample.Options{Files: files})
	for _, want := range []string{world.Channels["nixos-unstable-small"], world.Channels["master"]} {
		got, err := sample.AdvanceUnstable(t.Context(), world)
		if err != nil {
			t.Fatal(err)
		}
		stands, err := sample.Rev(t.Context(), world.Nixpkgs, "nixos-unstable")
		if err != nil {
			t.Fatal(err)
		}
		if got != want || stands != want {
			t.Errorf("the channel moved to %s and stands on %s, want %s", got, stands, want)
		}
	}
	if rev, err := sample.AdvanceUnstable(t.Context(), world); err == nil {
		t.Errorf("the channel moved past master to %s", rev)
	}
}

func TestCommit(t *testing.T) {
	world := lay(t, sample.Options{Files: files})
	rev, err := sample.Commit(t.Context(), world.Fleet, "main", map[string]string{"notes/a.md": "hello\n", "README.md": "changed\n"}, "Write notes")
	if err != nil {
		t.Fatal(err)
	}
	if main, err := sample.Rev(t.Context(), world.Fleet, "main"); err != nil || main != rev {
		t.Errorf("main stands on %s, %v; want %s", main, err, rev)
	}
	if parent, err := sample.Rev(t.Context(), world.Fleet, "main^"); err != nil || parent != world.Main {
		t.Errorf("the commit's parent is %s, %v; want %s", parent, err, world.Main)
	}
	for path, want := range map[string]string{"notes/a.md": "hello\n", "README.md": "changed\n"} {
		if got := readFile(t, world.Fleet, rev, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if before, after := readFile(t, world.Fleet, world.Main, "flake.nix"), readFile(t, world.Fleet, rev, "flake.nix"); before != after {
		t.Errorf("flake.nix changed: mismatch (-before +after):\n%s", cmp.Diff(before, after))
	}
}

func TestCommitToMissingBranch(t *testing.T) {
	world := lay(t, sample.Options{Files: files})
	if rev, err := sample.Commit(t.Context(), world.Fleet, "nowhere", nil, "x"); err == nil {
		t.Errorf("committed %s to a branch that is not there", rev)
	}
	if data, err := sample.ReadFile(t.Context(), world.Fleet, "main", "nothing.nix"); err == nil {
		t.Errorf("read %q from a file that is not there", data)
	}
}

// files is the directory testdata.
var files = os.DirFS(filepath.Join("..", "..", "..", "testdata"))

func lay(t *testing.T, opts sample.Options) sample.World {
	t.Helper()
	world, err := sample.Lay(context.Background(), t.TempDir(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return world
}

func readFile(t *testing.T, repo, ref, path string) string {
	t.Helper()
	data, err := sample.ReadFile(t.Context(), repo, ref, path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
