package sample_test

import (
	"strings"
	"testing"
)

// mistakes are modules that go wrong, and what NixOS has to say of them.
var mistakes = []struct {
	name, module string
	// want is said on both states, unless stable says something else.
	want, stable string
}{
	{
		name:   "unknown option",
		module: `{ services.nginx.enabel = true; }`,
		want:   "The option `services.nginx.enabel' does not exist. Definition values:\n- In `<unknown-file>': true\n\nDid you mean `services.nginx.enable', `services.nginx.package' or",
		stable: "The option `services.nginx.enabel' does not exist. Definition values:\n- In `<unknown-file>': true",
	},
	{
		name:   "unknown module",
		module: `{ services.oldthing = { enable = true; settings = { a = 1; b = [ 1 2 ]; }; }; }`,
		want:   "The option `services.oldthing' does not exist. Definition values:\n- In `<unknown-file>':\n    {\n      enable = true;\n      settings = {\n        a = 1;\n        b = [\n    ...",
	},
	{
		name:   "unknown option of a submodule",
		module: `{ users.users.octo.shel = "/bin/sh"; }`,
		want:   "The option `users.users.octo.shel' does not exist. Definition values:\n- In `<unknown-file>': \"/bin/sh\"",
	},
	{
		name:   "wrong type",
		module: `{ services.openssh.settings.PermitRootLogin = "maybe"; }`,
		want:   "A definition for option `services.openssh.settings.PermitRootLogin' is not of type `one of \"yes\", \"without-password\", \"prohibit-password\", \"forced-commands-only\", \"no\"'. Definition values:\n- In `<unknown-file>': \"maybe\"",
	},
	{
		name:   "wrong type of an entry",
		module: `{ networking.firewall.allowedTCPPorts = [ 22 "443" ]; }`,
		want:   "A definition for option `networking.firewall.allowedTCPPorts.\"[definition 3-entry 2]\"' is not of type `16 bit unsigned integer; between 0 and 65535 (both inclusive)'. Definition values:\n- In `<unknown-file>': \"443\"",
	},
	{
		name:   "conflict",
		module: `{ networking.hostName = "www"; }`,
		want:   "The option `networking.hostName' has conflicting definition values:\n- In `<unknown-file>': \"web\"\n- In `<unknown-file>': \"www\"\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.\n",
	},
	{
		name:   "no value",
		module: `{ networking.wireguard.interfaces.wg0 = { }; }`,
		want:   "The option `networking.wireguard.interfaces.wg0.privateKeyFile' was accessed but has no value defined. Try setting the option.",
	},
	{
		name:   "read-only",
		module: `{ system.nixos.release = "1.0"; }`,
		want:   "The option `system.nixos.release' is read-only, but it's set multiple times. Definition values:\n- In `nixos/modules/misc/version.nix': \"",
	},
	{
		name:   "stray attribute",
		module: `{ config.networking.useDHCP = true; networking.hostId = "x"; }`,
		want:   "Module `<unknown-file>' has an unsupported attribute `networking'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: networking) into the explicit `config' attribute.",
	},
	{
		name:   "missing argument",
		module: `({ nothing, ... }: { environment.etc.issue.text = nothing; })`,
		want:   "attribute 'nothing' missing",
	},
	{
		name:   "removed option",
		module: `{ system.switch.enableNg = true; }`,
		want:   "\nFailed assertions:\n- The option definition `system.switch.enableNg' in `<unknown-file>' no longer has any effect; please remove it.\nThe Perl implementation of switch-to-configuration has been removed.",
	},
	{
		name:   "removed option read",
		module: `({ config, ... }: { networking.useDHCP = config.system.switch.enableNg; system.nixos.tags = [ (toString config.networking.useDHCP) ]; })`,
		want:   "The option `system.switch.enableNg' can no longer be used since it's been removed. The Perl implementation",
	},
	{
		name:   "several assertions",
		module: `{ assertions = [ { assertion = false; message = "one"; } { assertion = false; message = "two"; } ]; }`,
		want:   "\nFailed assertions:\n- one\n- two",
	},
	{
		name:   "insecure package",
		module: `({ pkgs, ... }: { environment.systemPackages = [ pkgs.openssl_1_1 ]; })`,
		want:   "Refusing to evaluate package 'openssl-1.1.1w' in pkgs/top-level/all-packages.nix:%d because it is marked as insecure\n\nKnown issues:\n - OpenSSL 1.1 is reaching its end of life",
		stable: "Package ‘openssl-1.1.1w’ in pkgs/top-level/all-packages.nix:%d is marked as insecure, refusing to evaluate.\n\n\nKnown issues:\n - OpenSSL 1.1",
	},
	{
		name:   "broken package",
		module: `({ pkgs, ... }: { environment.systemPackages = [ (pkgs.stdenv.mkDerivation { pname = "x"; version = "1"; meta.broken = true; }) ]; })`,
		want:   "Refusing to evaluate package 'x-1' in ",
		stable: ":%d is marked as broken, refusing to evaluate.",
	},
	{
		name:   "package of another platform",
		module: `({ pkgs, lib, ... }: { environment.systemPackages = [ (pkgs.stdenv.mkDerivation { name = "y"; meta.platforms = [ "riscv64-linux" ]; }) ]; })`,
		want:   " because it is not available on the requested hostPlatform:\nhostPlatform.system = \"x86_64-linux\"",
		stable: " is not available on the requested hostPlatform:\nhostPlatform.system = \"x86_64-linux\"",
	},
	{
		name:   "removed alias",
		module: `({ pkgs, ... }: { environment.systemPackages = [ pkgs.postgresql_15 ]; })`,
		want:   "'postgresql_15' has been removed, as it is end-of-life upstream",
	},
}

// The sample's module system and packages say what NixOS says; the texts are
// those captured from the real one.
func TestMessages(t *testing.T) {
	_, stable, unstable := sides(t)
	for _, test := range mistakes {
		for _, s := range []struct {
			side
			name, want string
		}{{unstable, "unstable", test.want}, {stable, "stable", test.stable}} {
			if s.want == "" {
				s.want = test.want
			}
			_, messages, ok := s.with(t, test.module)
			if ok || !contains(messages, s.want) {
				t.Errorf("%s on %s: evaluates %t; said\n%s\nwant in it\n%s", test.name, s.name, ok, messages, s.want)
			}
		}
	}
}

// What is fine on one state only.
func TestOneStateOnly(t *testing.T) {
	_, stable, unstable := sides(t)
	for _, test := range []struct {
		name, module string
		good, bad    side
		want         string
	}{
		{
			name:   "former name of a package",
			module: `({ pkgs, ... }: { environment.systemPackages = [ pkgs.docker_28 ]; })`,
			good:   stable, bad: unstable,
			want: "'docker_28' has been renamed to/replaced by 'docker'",
		},
		{
			name:   "ZFS on the latest kernel",
			module: `({ pkgs, ... }: { boot.supportedFilesystems = [ "zfs" ]; networking.hostId = "8425e349"; boot.kernelPackages = pkgs.linuxPackages_latest; })`,
			good:   unstable, bad: stable,
			want: "Package ‘zfs-kernel-2.3.5-6.18.2’ in pkgs/top-level/linux-kernels.nix:%d is marked as broken, refusing to evaluate.",
		},
	} {
		if _, messages, ok := test.good.with(t, test.module); !ok {
			t.Errorf("%s: fails where it should not: %s", test.name, messages)
		}
		if _, messages, ok := test.bad.with(t, test.module); ok || !contains(messages, test.want) {
			t.Errorf("%s: evaluates %t; said\n%s\nwant in it\n%s", test.name, ok, messages, test.want)
		}
	}
}

// with evaluates the host web with one more module.
func (s side) with(t *testing.T, module string) (value, messages string, ok bool) {
	t.Helper()
	return s.eval(t, "web", `c: (c.extendModules { modules = [ `+module+` ]; }).config.system.build.toplevel.drvPath`)
}

// contains says whether text contains want, in which %d is any number.
func contains(text, want string) bool {
	before, after, counted := strings.Cut(want, "%d")
	if !counted {
		return strings.Contains(text, want)
	}
	for _, rest := range strings.Split(text, before)[1:] {
		if strings.HasPrefix(strings.TrimLeft(rest, "0123456789"), after) {
			return true
		}
	}
	return false
}
