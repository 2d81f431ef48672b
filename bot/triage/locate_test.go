package triage

import "testing"

func TestLocate(t *testing.T) {
	const file = `{ pkgs, ... }:
{
  # services.nginx.http3 = true;
  services.nginx.enable = true;
  services.nginx = {
    virtualHosts."example.org".root = "/";
    http3 = pkgs.nginx == null;
  };
  networking.vpnc.services = { };
  boot.kernel.sysctl
    = { };
}
`
	for _, test := range []struct {
		option string
		want   int
	}{
		{"services.nginx.http3", 7},
		{"services.nginx.enable", 4},
		{"networking.vpnc", 9},
		{"boot.kernel.sysctl", 10},
		{"services.postgresql.enable", 0},
		{`services.nginx.virtualHosts."example.org".root`, 6},
		{"services.apache.nginx", 0},
		{"", 0},
	} {
		t.Run(test.option, func(t *testing.T) {
			if got := (Finding{Option: test.option}).Locate(file).Line; got != test.want {
				t.Errorf("line %d, want %d", got, test.want)
			}
		})
	}
	if got := (Finding{Option: "services.nginx.enable", Line: 1}).Locate(file).Line; got != 1 {
		t.Errorf("a line that is known became %d", got)
	}
}

func TestOption(t *testing.T) {
	for _, test := range []struct{ message, want string }{
		{"The option definition `services.gone' in `a.nix' no longer has any effect; please remove it.\nUse services.here.", "services.gone"},
		{"The option `a.\"b.c\".d' does not exist. Definition values:", `a."b.c".d`},
		{"A definition for option `x.y' is not of type `signed integer'.", "x.y"},
		{"Obsolete option `i18n.consoleFont' is used. It was renamed to `console.font'.", "i18n.consoleFont"},
		{"You must set an option.", ""},
	} {
		if got := option(test.message); got != test.want {
			t.Errorf("%q is about %q, want %q", test.message, got, test.want)
		}
	}
}
