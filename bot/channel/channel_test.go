package channel

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const rev = "b6a8526db03f735b89dd5ff348f53f752e7ddc8e"

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name string
		want Channel
	}{
		{"nixos-unstable", Channel{Name: "nixos-unstable", Kind: Unstable}},
		{"nixos-unstable-small", Channel{Name: "nixos-unstable-small", Kind: Unstable, Small: true}},
		{"nixpkgs-unstable", Channel{Name: "nixpkgs-unstable", Kind: Nixpkgs}},
		{"nixos-25.11", Channel{Name: "nixos-25.11", Kind: Release, Release: "25.11"}},
		{"nixos-20.09-small", Channel{Name: "nixos-20.09-small", Kind: Release, Release: "20.09", Small: true}},
		{rev, Channel{Name: rev, Kind: Rev}},
		{strings.ToUpper(rev), Channel{Name: rev, Kind: Rev}},
	} {
		got, err := Parse(test.name)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Parse(%q) mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"unstable", "did you mean nixos-unstable?"},
		{"nixos-unstabel", "did you mean nixos-unstable?"},
		{"nixpkgs-unstabl", "did you mean nixpkgs-unstable?"},
		{"NixOS-unstable", "did you mean nixos-unstable?"},
		{"25.11", "did you mean nixos-25.11?"},
		{"release-25.11", "did you mean nixos-25.11?"},
		{"nixos-2511-small", "did you mean nixos-25.11-small?"},
		{rev[:12], "give all 40 digits"},
		{"", `"" is not known; use nixos-unstable`},
		{"nixos-25.12", "use nixos-unstable, "},
		{"💥 no such thing at all", "is not known; use"},
	} {
		got, err := Parse(test.name)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Parse(%q) = %v, %v; want an error with %q", test.name, got, err, test.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"nixos-unstable", "nixos-25.11-small", rev, "25.11", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		channel, err := Parse(name)
		if err == nil && !strings.EqualFold(channel.Name, name) {
			t.Errorf("Parse(%q) is named %q", name, channel.Name)
		}
	})
}

// TestBranches says for each branch which channels it has reached and what it
// becomes for each of them.
func TestBranches(t *testing.T) {
	targets := []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable", "nixos-25.11", "nixos-25.11-small", rev}
	there := "✓"
	for _, test := range []struct {
		ref  string
		want []string
	}{
		{"", []string{there, "nixos-unstable-small", "nixpkgs-unstable", "nixos-25.11", "nixos-25.11-small", rev}},
		{"master", []string{there, "nixos-unstable-small", "nixpkgs-unstable", "nixos-25.11", "nixos-25.11-small", rev}},
		{"nixos-unstable", []string{there, "nixos-unstable-small", "nixpkgs-unstable", "nixos-25.11", "nixos-25.11-small", rev}},
		{"nixos-unstable-small", []string{there, there, "nixpkgs-unstable", "nixos-25.11-small", "nixos-25.11-small", rev}},
		{"nixpkgs-unstable", []string{there, "nixos-unstable-small", there, "nixos-25.11", "nixos-25.11-small", rev}},
		{"nixos-25.11", []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable", there, "nixos-25.11-small", rev}},
		{"nixos-25.05", []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable", "nixos-25.11", "nixos-25.11-small", rev}},
		{"nixos-25.11-small", []string{"nixos-unstable-small", "nixos-unstable-small", "nixpkgs-unstable", there, there, rev}},
		{"nixos-25.05-small", []string{"nixos-unstable-small", "nixos-unstable-small", "nixpkgs-unstable", "nixos-25.11-small", "nixos-25.11-small", rev}},
		{"release-25.11", []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable", there, "nixos-25.11-small", rev}},
		{"nixpkgs-25.05-darwin", []string{"nixpkgs-unstable", "nixos-unstable-small", "nixpkgs-unstable", "nixpkgs-25.11-darwin", "nixos-25.11-small", rev}},
		{"25.05", []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable", "nixos-25.11", "nixos-25.11-small", rev}},
		{"nixos-19.09-aarch64", []string{"nixos-unstable", "nixos-unstable-small", "nixpkgs-unstable", "nixos-25.11", "nixos-25.11-small", rev}},
	} {
		branch, ok := ParseBranch(test.ref)
		if !ok {
			t.Errorf("ParseBranch(%q) does not know it", test.ref)
		}
		var got []string
		for _, name := range targets {
			target, err := Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			to := target.BranchFor(branch)
			if target.Reached(branch) {
				to = there
			}
			got = append(got, to)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q mismatch (-want +got):\n%s", test.ref, diff)
		}
	}
}

func TestParseBranchUnknown(t *testing.T) {
	for _, ref := range []string{rev, "haskell-updates", "pull/1/head", "nixos-25.11-beta", "nixos-stable", "Master", "nixos-25"} {
		if branch, ok := ParseBranch(ref); ok {
			t.Errorf("ParseBranch(%q) = %+v, want it unknown", ref, branch)
		}
	}
}

func TestCompanions(t *testing.T) {
	unstable, _ := Parse("nixos-unstable")
	release, _ := Parse("nixos-25.11")
	for _, test := range []struct{ owner, repo, name, release, unstable string }{
		{"nix-community", "home-manager", "home-manager", "release-25.11", "master"},
		{"Rycee", "Home-Manager", "home-manager", "release-25.11", "master"},
		{"LnL7", "nix-darwin", "nix-darwin", "nix-darwin-25.11", "master"},
		{"danth", "stylix", "stylix", "release-25.11", "master"},
		{"nix-community", "nixvim", "nixvim", "nixos-25.11", "main"},
		{"simple-nixos-mailserver", "nixos-mailserver", "nixos-mailserver", "nixos-25.11", ""},
		{"catppuccin", "nix", "catppuccin", "release-25.11", "main"},
		{"nix-community", "NixOS-WSL", "nixos-wsl", "release-25.11", "main"},
		{"tpwrules", "nixos-apple-silicon", "nixos-apple-silicon", "release-25.11", "main"},
		{"ezKEa", "aagl-gtk-on-nix", "aagl-gtk-on-nix", "release-25.11", ""},
		{"nix-community", "nix-on-droid", "nix-on-droid", "release-25.11", "master"},
		{"", "home-manager", "home-manager", "release-25.11", "master"},
	} {
		companion, ok := CompanionOf(test.owner, test.repo)
		if !ok || companion.Name != test.name {
			t.Errorf("CompanionOf(%q, %q) = %q, %v; want %q", test.owner, test.repo, companion.Name, ok, test.name)
			continue
		}
		down, _ := companion.RefFor("", release)
		up, _ := companion.RefFor("", unstable)
		if down != test.release || up != test.unstable {
			t.Errorf("%s: RefFor = %q, %q; want %q, %q", test.name, down, up, test.release, test.unstable)
		}
		for _, prefix := range companion.Prefixes {
			if got, _ := companion.RefFor(prefix+"24.11", release); got != prefix+"25.11" {
				t.Errorf("%s: RefFor(%s24.11) = %q", test.name, prefix, got)
			}
		}
		if got, ok := companion.ReleaseOf(down); !ok || got != "25.11" {
			t.Errorf("%s: ReleaseOf(%q) = %q, %v", test.name, down, got, ok)
		}
		if !companion.IsUnstable(up) || companion.IsUnstable(down) {
			t.Errorf("%s: IsUnstable does not tell %q from %q", test.name, up, down)
		}
	}
}

func TestCompanionsUnknown(t *testing.T) {
	for _, test := range []struct{ owner, repo string }{
		{"me", "home-manager"}, {"nix-community", "disko"}, {"", "nix"}, {"NixOS", "nix"}, {"", ""},
	} {
		if companion, ok := CompanionOf(test.owner, test.repo); ok {
			t.Errorf("CompanionOf(%q, %q) = %s, want none", test.owner, test.repo, companion.Name)
		}
	}
	if _, ok := companions[0].RefFor("", Channel{Name: rev, Kind: Rev}); ok {
		t.Error("a revision has a companion branch")
	}
}

// TestTable keeps the table complete and in order.
func TestTable(t *testing.T) {
	for i, companion := range companions {
		if i > 0 && companions[i-1].Name >= companion.Name {
			t.Errorf("%s is out of order", companion.Name)
		}
		if len(companion.Repos) == 0 || len(companion.Prefixes) == 0 || companion.Mismatch == "" || !strings.HasPrefix(companion.Source, "https://") {
			t.Errorf("%s is incomplete: %+v", companion.Name, companion)
		}
		for _, repo := range companion.Repos {
			if repo != strings.ToLower(repo) || strings.Count(repo, "/") != 1 {
				t.Errorf("%s: %q is no owner/name in lower case", companion.Name, repo)
			}
		}
	}
}
