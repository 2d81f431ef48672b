package flake

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDiffLocks(t *testing.T) {
	before := parseLock(t, lockText)
	after := parseLock(t, strings.NewReplacer(
		"nixos-25.11", "nixos-unstable", strings.Repeat("3", 40), strings.Repeat("5", 40), treeHash, zeroHash,
		"26.05pre900000.4444444444ab", "26.05pre900001.6666666666cd",
		`"alias": ["nixpkgs"]`, `"alias": ["infra", "nixpkgs"], "disko": "disko"`,
		`"infra": {`, `"disko": {"inputs": {"nixpkgs": ["nixpkgs"]}, "locked": {"type": "path", "path": "/x"}, "original": {"type": "path", "path": "/x"}}, "infra": {`,
		"1762000000", "1763000000",
	).Replace(lockText))
	day := func(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
	const home = "https://github.com/NixOS/nixpkgs"
	want := []InputChange{
		{Name: "alias", Kind: Follows, Before: Point{Follows: "nixpkgs"}, After: Point{Follows: "infra/nixpkgs"}},
		{Name: "disko", Kind: Added},
		{
			Name: "infra/nixpkgs", Kind: Moved,
			Before:  Point{Ref: "nixos-unstable", Rev: "4444444444ab", Date: day(1761000000), Repository: home},
			After:   Point{Ref: "nixos-unstable", Rev: "6666666666cd", Date: day(1761000000), Repository: home},
			Compare: home + "/compare/4444444444ab...6666666666cd",
		},
		{
			Name: "nixpkgs", Kind: Moved,
			Before:  Point{Ref: "nixos-25.11", Rev: strings.Repeat("3", 40), Date: day(1762000000), Repository: home},
			After:   Point{Ref: "nixos-unstable", Rev: strings.Repeat("5", 40), Date: day(1763000000), Repository: home},
			Compare: home + "/compare/" + strings.Repeat("3", 40) + "..." + strings.Repeat("5", 40),
		},
	}
	if diff := cmp.Diff(want, DiffLocks(before, after)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if changes := DiffLocks(before, before); changes != nil {
		t.Errorf("a lock differs from itself: %+v", changes)
	}
	if changes := DiffLocks(Lock{}, before); len(changes) != 5 {
		t.Errorf("from no lock: %+v", changes)
	}
}

// TestKinds changes one thing of the lock at a time.
func TestKinds(t *testing.T) {
	manager := `"inputs": { "nixpkgs": ["nixpkgs"] }`
	rev, other := strings.Repeat("3", 40), strings.Repeat("5", 40)
	for _, test := range []struct{ name, old, new, input, kind, back string }{
		{"younger", rev + `", "type`, other + `", "x": "", "type`, "nixpkgs", "moved", "moved"},
		{"older", `1762000000, "narHash": "` + treeHash + `", "owner": "NixOS", "repo": "nixpkgs", "rev": "` + rev, `1761999999, "narHash": "` + zeroHash + `", "owner": "NixOS", "repo": "nixpkgs", "rev": "` + other, "nixpkgs", "back", "moved"},
		{"only its ref", `"ref": "nixos-25.11"`, `"ref": "master"`, "nixpkgs", "same", "same"},
		{"other content at the same revision", treeHash, zeroHash, "nixpkgs", "same", "same"},
		{"another repository", `"NixOS", "repo": "nixpkgs", "rev"`, `"octo", "repo": "nixpkgs", "rev"`, "nixpkgs", "elsewhere", "elsewhere"},
		{"another server of its own", `"git", "url": "https://git.example.org/infra", "rev"`, `"git", "url": "ssh://git@git.example.org/infra", "rev"`, "infra", "elsewhere", "elsewhere"},
		{"a root input follows", `"home-manager": "home-manager"`, `"home-manager": ["infra"]`, "home-manager", "follows", "own"},
		{"an input's input has its own", manager, `"inputs": { "nixpkgs": "nixpkgs_2" }`, "home-manager/nixpkgs", "own", "follows"},
		{"new", `"alias": ["nixpkgs"],`, ``, "alias", "gone", "new"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := parseLock(t, lockText), parseLock(t, strings.Replace(lockText, test.old, test.new, 1))
			for _, way := range []struct {
				a, b Lock
				want string
			}{{before, after, test.kind}, {after, before, test.back}} {
				var got []string
				for _, change := range DiffLocks(way.a, way.b) {
					if change.Name == test.input {
						got = append(got, string(change.Kind))
					}
				}
				if diff := cmp.Diff([]string{way.want}, got); diff != "" {
					t.Errorf("mismatch (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestSpelling writes the same repository in several ways: it stays the same.
func TestSpelling(t *testing.T) {
	home := Locked{Type: "github", Owner: "NixOS", Repo: "nixpkgs"}.origin()
	for _, same := range []Locked{
		{Type: "github", Owner: "nixos", Repo: "nixpkgs", Host: "github.com"},
		{Type: "git", URL: "https://github.com/NixOS/nixpkgs.git"},
		{Type: "git", URL: "ssh://git@github.com/NixOS/nixpkgs"},
		{Type: "tarball", URL: "https://releases.nixos.org/nixos/unstable/nixos-26.05pre900000.4444444444ab/nixexprs.tar.xz"},
		{Type: "tarball", URL: "https://api.flakehub.com/f/pinned/NixOS/nixpkgs/0.1.1%2Brev-" + strings.Repeat("a", 40) + "/0190/source.tar.gz"},
		{Type: "tarball", URL: "https://github.com/nixos/nixpkgs/archive/nixos-25.11.tar.gz"},
	} {
		if got := same.origin(); got != home {
			t.Errorf("%+v comes from %q, want %q", same, got, home)
		}
	}
}

func TestPages(t *testing.T) {
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	pinned := "https://api.flakehub.com/f/pinned/%/0.2511.1%2Brev-" + b + "/0190/source.tar.gz"
	for _, test := range []struct {
		locked Locked
		want   string
	}{
		{Locked{Type: "github", Owner: "o", Repo: "r"}, "https://github.com/o/r/compare/A...B"},
		{Locked{Type: "github", Owner: "o", Repo: "r", Host: "ghe.example.org"}, "https://ghe.example.org/o/r/compare/A...B"},
		{Locked{Type: "gitlab", Owner: "g%2Fs", Repo: "r"}, "https://gitlab.com/g/s/r/-/compare/A...B"},
		{Locked{Type: "gitlab", Owner: "g", Repo: "r", Host: "code.example.org"}, "https://code.example.org/g/r/-/compare/A...B"},
		{Locked{Type: "sourcehut", Owner: "~o", Repo: "r"}, "log https://git.sr.ht/~o/r/log/B"},
		{Locked{Type: "git", URL: "https://git.sr.ht/~o/r"}, "log https://git.sr.ht/~o/r/log/B"},
		{Locked{Type: "git", URL: "https://github.com/o/r.git"}, "https://github.com/o/r/compare/A...B"},
		{Locked{Type: "git", URL: "ssh://git@github.com/o/r.git"}, "https://github.com/o/r/compare/A...B"},
		{Locked{Type: "git", URL: "https://octo.ghe.com/o/r"}, "https://octo.ghe.com/o/r/compare/A...B"},
		{Locked{Type: "git", URL: "https://gitlab.example.org/o/r"}, "https://gitlab.example.org/o/r/-/compare/A...B"},
		{Locked{Type: "git", URL: "https://codeberg.org/o/r.git"}, "https://codeberg.org/o/r/compare/A...B"},
		{Locked{Type: "git", URL: "https://forgejo.example.org/o/r"}, "https://forgejo.example.org/o/r/compare/A...B"},
		{Locked{Type: "tarball", URL: "https://codeberg.org/o/r/archive/" + b + ".tar.gz?rev=" + b}, "https://codeberg.org/o/r/compare/A...B"},
		{Locked{Type: "tarball", URL: strings.Replace(pinned, "%", "NixOS/nixpkgs", 1)}, "https://github.com/NixOS/nixpkgs/compare/A...B"},
		{Locked{Type: "tarball", URL: strings.Replace(pinned, "%", "DeterminateSystems/nixpkgs-weekly", 1)}, "https://github.com/NixOS/nixpkgs/compare/A...B"},
		{Locked{Type: "tarball", URL: strings.Replace(pinned, "%", "octo/thing", 1)}, ""},
		{Locked{Type: "git", URL: "file:///srv/r"}, ""},
		{Locked{Type: "git", URL: "http://127.0.0.1:1/o/r"}, ""},
		{Locked{Type: "git", URL: "http://github.com/o/r"}, ""},
		{Locked{Type: "git", URL: "https://git.kernel.org/pub/scm/git/git.git"}, ""},
		{Locked{Type: "git", URL: "https://user:token@github.com/o/r"}, ""},
		{Locked{Type: "git", URL: "ssh://git@example.org/o/r"}, ""},
		{Locked{Type: "github", Owner: "o/../..", Repo: "r"}, ""},
		{Locked{Type: "github", Owner: "o", Repo: "r) [x](y"}, ""},
		{Locked{Type: "github", Owner: "o", Repo: "r", Host: "user:token@x"}, ""},
		{Locked{Type: "sourcehut", Owner: "~o", Repo: "r?x=\"><b>"}, ""},
		{Locked{Type: "path", Path: "/x"}, ""},
	} {
		from, to := test.locked, test.locked
		compare, log := pages(state{Point{Rev: a, Repository: from.repository()}, from}, state{Point{Rev: b, Repository: to.repository()}, to})
		if log != "" {
			compare += "log " + log
		}
		if want := strings.NewReplacer("A...B", a+"..."+b, "/B", "/"+b).Replace(test.want); compare != want {
			t.Errorf("%+v: %q, want %q", test.locked, compare, want)
		}
	}
	hub := Locked{Type: "github", Owner: "o", Repo: "r"}
	point := func(rev string) state { return state{Point{Rev: rev, Repository: hub.repository()}, hub} }
	if got, _ := pages(point("x"), point(b)); got != "" {
		t.Errorf("a revision that is none is linked: %s", got)
	}
}

func TestPage(t *testing.T) {
	rev := strings.Repeat("a", 40)
	for repository, want := range map[string]string{
		"https://github.com/NixOS/nixpkgs": "https://github.com/NixOS/nixpkgs/commit/" + rev,
		"https://gitlab.com/o/r.git":       "https://gitlab.com/o/r/-/commit/" + rev,
		"https://codeberg.org/o/r":         "https://codeberg.org/o/r/commit/" + rev,
		"https://git.sr.ht/~o/r":           "https://git.sr.ht/~o/r/commit/" + rev,
		"http://github.com/NixOS/nixpkgs":  "",
		"https://example.org/r":            "",
		"https://github.com/o/r)](x":       "",
		"":                                 "",
	} {
		if got := (Point{Repository: repository, Rev: rev}).Page(); got != want {
			t.Errorf("%s: %q, want %q", repository, got, want)
		}
	}
	if got := (Point{Repository: "https://github.com/o/r", Rev: "master"}).Page(); got != "" {
		t.Errorf("a branch has the page %s", got)
	}
}

// TestRepository: an address that holds more than plain names is none.
func TestRepository(t *testing.T) {
	for _, test := range []struct {
		locked Locked
		want   string
	}{
		{Locked{Type: "github", Owner: "o", Repo: "r"}, "https://github.com/o/r"},
		{Locked{Type: "gitlab", Owner: "g%2Fs", Repo: "r"}, "https://gitlab.com/g/s/r"},
		{Locked{Type: "git", URL: "http://127.0.0.1:1/r.git/"}, "http://127.0.0.1:1/r.git"},
		{Locked{Type: "git", URL: "ssh://git@codeberg.org/o/r.git"}, "https://codeberg.org/o/r.git"},
		{Locked{Type: "git", URL: "ssh://git@example.org/o/r.git"}, ""},
		{Locked{Type: "git", URL: "https://me:secret@example.org/o/r"}, ""},
		{Locked{Type: "git", URL: "https://example.org/o/../r"}, ""},
		{Locked{Type: "git", URL: "https://example.org/o/r?x=y"}, ""},
		{Locked{Type: "git", URL: "https://example.org/o\n/r"}, ""},
		{Locked{Type: "github", Owner: "o", Repo: "r)|<b>"}, ""},
		{Locked{Type: "path", Path: "/x"}, ""},
	} {
		if got := test.locked.repository(); got != test.want {
			t.Errorf("%+v: %q, want %q", test.locked, got, test.want)
		}
	}
}
