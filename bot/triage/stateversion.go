package triage

import "fmt"

// FromStateVersion is the finding about a host whose system.stateVersion is
// not the same before the bump and after it: services would take the data on
// its disk for that of another NixOS. file is where the option is set in the
// owner's repository, "" where nobody knows or the host does not set it.
// https://nixos.org/manual/nixos/stable/options#opt-system.stateVersion
func FromStateVersion(before, after, file string) Finding {
	return Finding{
		Class:   StateVersion,
		Bucket:  Yours,
		Message: fmt.Sprintf("system.stateVersion would change from %q to %q with nixpkgs, because no fixed value is set.", before, after),
		File:    file,
		Option:  "system.stateVersion",
		Owner:   You,
		Next:    fmt.Sprintf("Set system.stateVersion = %q in the configuration of this host, which is what it has now.", before),
	}
}
