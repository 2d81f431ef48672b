package flake

import (
	"bytes"
	"regexp"
	"slices"
)

// stateVersion matches a definition of system.stateVersion or of
// home.stateVersion, with its value.
var stateVersion = regexp.MustCompile(`\bstateVersion\s*=[^;]*;`)

// TouchesStateVersion reports whether a change of a Nix file from before to
// after changes what it sets a stateVersion to. It says which NixOS a machine's
// data was made by, so that no move of nixpkgs is a reason to change it.
// https://nixos.org/manual/nixos/stable/options#opt-system.stateVersion
func TouchesStateVersion(before, after []byte) bool {
	return !slices.EqualFunc(stateVersion.FindAll(before, -1), stateVersion.FindAll(after, -1), bytes.Equal)
}
