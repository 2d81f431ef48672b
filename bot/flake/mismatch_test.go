package flake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMismatches(t *testing.T) {
	const warning = "a warning at every evaluation"
	for _, test := range []struct {
		name, home, nixpkgs string
		want                []Mismatch
	}{
		{
			"left behind", `"type":"github","owner":"nix-community","repo":"home-manager","ref":"release-25.11"`, `"ref":"nixos-unstable"`,
			[]Mismatch{{"home-manager", "25.11", "unstable", warning}},
		},
		{
			"gone ahead", `"type":"github","owner":"nix-community","repo":"home-manager"`, `"ref":"nixos-25.11"`,
			[]Mismatch{{"home-manager", "unstable", "25.11", warning}},
		},
		{
			"by git", `"type":"git","url":"https://github.com/nix-community/home-manager","ref":"release-25.05"`, `"ref":"nixos-25.11"`,
			[]Mismatch{{"home-manager", "25.05", "25.11", warning}},
		},
		{"of one release", `"type":"github","owner":"nix-community","repo":"home-manager","ref":"release-25.11"`, `"ref":"nixos-25.11-small"`, nil},
		{"both unstable", `"type":"github","owner":"nix-community","repo":"home-manager","ref":"master"`, `"ref":"nixpkgs-unstable"`, nil},
		{"a branch of its owner's", `"type":"github","owner":"nix-community","repo":"home-manager","ref":"try-this"`, `"ref":"nixos-25.11"`, nil},
		{"pinned", `"type":"github","owner":"nix-community","repo":"home-manager","rev":"0000000000000000000000000000000000000001"`, `"ref":"nixos-25.11"`, nil},
		{"a pinned nixpkgs", `"type":"github","owner":"nix-community","repo":"home-manager"`, `"rev":"0000000000000000000000000000000000000001"`, nil},
		{"one that does not mind", `"type":"github","owner":"catppuccin","repo":"nix","ref":"release-25.05"`, `"ref":"nixos-unstable"`, nil},
		{"somebody's fork", `"type":"github","owner":"me","repo":"home-manager","ref":"release-25.05"`, `"ref":"nixos-unstable"`, nil},
		{"a path", `"type":"path","path":"/x"`, `"ref":"nixos-unstable"`, nil},
	} {
		lock, err := ParseLock([]byte(strings.NewReplacer("HOME", test.home, "NIXPKGS", test.nixpkgs).Replace(`{"version":7,"root":"root","nodes":{
			"root":{"inputs":{"nixpkgs":"nixpkgs","home-manager":"home"}},
			"home":{"inputs":{"nixpkgs":["nixpkgs"]},"original":{HOME},"locked":{HOME,"rev":"0000000000000000000000000000000000000002"}},
			"nixpkgs":{"original":{"type":"github","owner":"NixOS","repo":"nixpkgs",NIXPKGS},"locked":{"type":"github","owner":"NixOS","repo":"nixpkgs","rev":"0000000000000000000000000000000000000003"}}
		}}`)))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, Mismatches(lock)); diff != "" {
			t.Errorf("%s: mismatch (-want +got)\n%s", test.name, diff)
		}
	}
}

// Inputs of inputs mind as well.
func TestMismatchesDeepInALock(t *testing.T) {
	lock, err := ParseLock([]byte(`{"version":7,"root":"root","nodes":{
		"root":{"inputs":{"infra":"infra","nixpkgs":"nixpkgs"}},
		"infra":{"inputs":{"home-manager":"home"},"original":{"type":"github","owner":"me","repo":"infra"},"locked":{}},
		"home":{"inputs":{"nixpkgs":["nixpkgs"]},"original":{"type":"github","owner":"nix-community","repo":"home-manager","ref":"release-25.05"},"locked":{}},
		"nixpkgs":{"original":{"type":"github","owner":"NixOS","repo":"nixpkgs"},"locked":{}}
	}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Mismatch{{"infra/home-manager", "25.05", "unstable", "a warning at every evaluation"}}
	if diff := cmp.Diff(want, Mismatches(lock)); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}
