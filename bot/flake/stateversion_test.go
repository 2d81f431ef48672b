package flake

import "testing"

func TestTouchesStateVersion(t *testing.T) {
	const one = `{ inputs.n.url = "nixpkgs/nixos-25.11"; m = { system.stateVersion = "25.11"; home.stateVersion="24.05" ; }; }`
	for _, test := range []struct {
		name, after string
		want        bool
	}{
		{"nothing", one, false},
		{"an input on the same line", `{ inputs.n.url = "nixpkgs/nixos-unstable"; m = { system.stateVersion = "25.11"; home.stateVersion="24.05" ; }; }`, false},
		{"the system's", `{ inputs.n.url = "nixpkgs/nixos-25.11"; m = { system.stateVersion = "26.05"; home.stateVersion="24.05" ; }; }`, true},
		{"the home's", `{ inputs.n.url = "nixpkgs/nixos-25.11"; m = { system.stateVersion = "25.11"; home.stateVersion="25.11" ; }; }`, true},
		{"one is gone", `{ inputs.n.url = "nixpkgs/nixos-25.11"; m = { system.stateVersion = "25.11"; }; }`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := TouchesStateVersion([]byte(one), []byte(test.after)); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}
