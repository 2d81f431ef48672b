package sample_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/cmd/playground/sample"
)

var hosts = []string{"build", "db-01", "desk", "lab", "mail", "nas", "pi", "router", "web"}

const (
	drvPath  = `c: c.config.system.build.toplevel.drvPath`
	warnings = `c: c.config.warnings`
	failures = `c: map (a: a.message) (builtins.filter (a: !a.assertion) c.config.assertions)`
)

// The lock that Lay computes is the one Nix writes.
func TestLockIsNixs(t *testing.T) {
	world := lay(t, sample.Options{Files: files})
	dir := checkout(t, world.Fleet)
	lock := filepath.Join(dir, "flake.lock")
	want := readFile(t, world.Fleet, "main", "flake.lock")
	for _, name := range []string{"kept", "written afresh"} {
		if _, stderr, err := nix(t, "flake", "lock", dir); err != nil {
			t.Fatalf("nix flake lock: %v\n%s", err, stderr)
		}
		got, err := os.ReadFile(lock)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("flake.lock %s: mismatch (-computed +by Nix):\n%s", name, diff)
		}
		if err := os.Remove(lock); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHostsEvaluate(t *testing.T) {
	_, stable, unstable := sides(t)
	for _, test := range []struct {
		side  side
		name  string
		fails map[string]string
	}{
		{stable, "stable", map[string]string{
			"lab": "Package ‘unrar-7.2.1’ in pkgs/top-level/all-packages.nix:", // 115 has an unfree license (‘unfree’), refusing to evaluate.
		}},
		{unstable, "unstable", map[string]string{
			"lab":  "Refusing to evaluate package 'unrar-7.2.1' in pkgs/top-level/all-packages.nix:",
			"mail": "\nFailed assertions:\n- The option definition `services.dovecot2.sslServerCert' in `hosts/mail.nix' no longer has any effect; please remove it.\nDovecot 2.4 has a new configuration format. Use",
		}},
	} {
		for _, host := range hosts {
			value, messages, ok := test.side.eval(t, host, drvPath)
			want, fails := test.fails[host]
			switch {
			case ok == fails:
				t.Errorf("%s on %s: evaluates %t, want %t: %s%s", host, test.name, ok, !fails, value, messages)
			case fails && !strings.Contains(messages, want):
				t.Errorf("%s on %s: got %q, want %q in it", host, test.name, messages, want)
			}
		}
	}
}

func TestWarnings(t *testing.T) {
	world, stable, unstable := sides(t)
	mixed := side{stable.flake, []string{"--override-input", "nixpkgs", "git+file://" + world.Nixpkgs + "?ref=nixos-unstable"}}
	renamed := func(profile, from, to string) string {
		return profile + "The option `" + from + "' defined in `hosts/desk.nix' has been renamed to `" + to + "'."
	}
	system := []string{
		renamed("", "services.xserver.desktopManager.gnome.enable", "services.desktopManager.gnome.enable"),
		renamed("", "services.xserver.displayManager.gdm.enable", "services.displayManager.gdm.enable"),
		renamed("", "services.logind.lidSwitch", "services.logind.settings.Login.HandleLidSwitch"),
	}
	mismatch := `alice profile: You are using

  Home Manager version 25.11 and
  Nixpkgs version 26.05.

Using mismatched versions is likely to cause errors and unexpected
behavior. It is therefore highly recommended to use a release of Home
Manager that corresponds with your chosen release of Nixpkgs.

If you insist then you can disable this warning by adding

  home.enableNixpkgsReleaseCheck = false;

to your configuration.
`
	for _, test := range []struct {
		name, host string
		side       side
		want       []string
	}{
		{"stable", "desk", stable, []string{}},
		{"unstable", "desk", unstable, slices.Concat(system, []string{
			renamed("alice profile: ", "programs.git.userName", "programs.git.settings.user.name"),
			renamed("alice profile: ", "programs.git.userEmail", "programs.git.settings.user.email"),
		})},
		{"only nixpkgs moved", "desk", mixed, slices.Concat(system, []string{mismatch})},
		{"unstable", "web", unstable, []string{}},
	} {
		got := query[[]string](t, test.side, test.host, warnings)
		for i := range got {
			got[i] = plain(got[i])
		}
		slices.Sort(got)
		slices.Sort(test.want)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("warnings of %s, %s: mismatch (-want +got):\n%s", test.host, test.name, diff)
		}
	}
}

func TestWarningsArePrinted(t *testing.T) {
	_, stable, unstable := sides(t)
	const alias = "'system' has been renamed to/replaced by 'stdenv.hostPlatform.system'"
	if _, messages, _ := unstable.eval(t, "router", drvPath); !strings.Contains(messages, alias) {
		t.Errorf("router on unstable says %q, want %q", messages, alias)
	}
	if _, messages, _ := stable.eval(t, "router", drvPath); strings.Contains(messages, alias) {
		t.Errorf("router on stable says %q", messages)
	}
	if _, messages, _ := unstable.eval(t, "desk", drvPath); !strings.Contains(messages, "`services.logind.lidSwitch' defined in `hosts/desk.nix' has been renamed to") {
		t.Errorf("desk on unstable says %q, want its warnings", messages)
	}
}

func TestFailedAssertions(t *testing.T) {
	_, stable, unstable := sides(t)
	removed := func(option, instead string) string {
		return "The option definition `" + option + "' in `hosts/mail.nix' no longer has any effect; please remove it.\n" +
			"Dovecot 2.4 has a new configuration format. Use `" + instead + "' instead."
	}
	for _, test := range []struct {
		name string
		side side
		want []string
	}{
		{"stable", stable, []string{}},
		{"unstable", unstable, []string{
			removed("services.dovecot2.sslServerCert", "services.dovecot2.settings.ssl_server_cert_file"),
			removed("services.dovecot2.sslServerKey", "services.dovecot2.settings.ssl_server_key_file"),
		}},
	} {
		got := query[[]string](t, test.side, "mail", failures)
		for i := range got {
			got[i] = strings.ReplaceAll(plain(got[i]), "_file` instead", "_file' instead")
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("assertions: failed assertions of mail on %s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

// Which nixpkgs built a host, and which options are used under former names,
// is what the bot asks.
func TestWhatTheBotAsks(t *testing.T) {
	_, stable, unstable := sides(t)
	const path = `c: toString c.pkgs.path == c._module.specialArgs.inputs.nixpkgs.outPath`
	const obsolete = `c: map (o: { option = c.lib.showOption o.loc; inherit (o) files description; })
		(builtins.filter (o: c.lib.hasPrefix "Alias of " (o.description or "") && o.isDefined && o.visible == false)
			(c.lib.collect c.lib.isOption (removeAttrs c.options [ "_module" ])))`
	type option struct {
		Option, Description string
		Files               []string
	}
	for _, s := range []side{stable, unstable} {
		if !query[bool](t, s, "web", path) {
			t.Error("pkgs.path is not the nixpkgs of the flake")
		}
		if got := query[string](t, s, "nas", `c: c.config.system.stateVersion`); got != "23.11" {
			t.Errorf("stateVersion of nas: %s", got)
		}
	}
	got := query[[]option](t, unstable, "desk", obsolete)
	for i := range got {
		got[i].Files[0] = plain(got[i].Files[0])
	}
	want := []option{
		{"services.logind.lidSwitch", "Alias of {option}`services.logind.settings.Login.HandleLidSwitch`.", []string{"hosts/desk.nix"}},
		{"services.xserver.desktopManager.gnome.enable", "Alias of {option}`services.desktopManager.gnome.enable`.", []string{"hosts/desk.nix"}},
		{"services.xserver.displayManager.gdm.enable", "Alias of {option}`services.displayManager.gdm.enable`.", []string{"hosts/desk.nix"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("former names in use: mismatch (-want +got):\n%s", diff)
	}
}
