package triage

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// messages are such as the captured cases do not have: of other releases of
// nixpkgs, other servers and other machines.
var messages = []struct {
	text string
	want Finding // Class and what else is not empty
}{
	{
		"Package ‘unrar-5.9.2’ in /nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/pkgs/tools/unrar.nix:3 has an unfree license (‘unfreeRedistributable’), refusing to evaluate.",
		Finding{Class: RefusedPackage, Bucket: Gap, Next: `allowUnfreePredicate = pkg: builtins.elem (lib.getName pkg) [ "unrar" ];`},
	},
	{
		"Package ‘hello-2.10’ in /nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/pkgs/applications/hello.nix:3 is not supported on ‘x86_64-linux’, refusing to evaluate.",
		Finding{Class: RefusedPackage, Bucket: Gap, Next: "allowUnsupportedSystem"},
	},
	{
		"Refusing to evaluate package 'python3.12-foo-bar-1.0' in /nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/pkgs/by-name/x.nix:3 because it is not available on the requested hostPlatform:\n  hostPlatform.system = \"x86_64-linux\"",
		Finding{Class: RefusedPackage, Bucket: Gap, Next: "Leave python3.12-foo-bar out"},
	},
	{
		"Package ‘linux-5.4.1’ in /nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/pkgs/os-specific/linux.nix:3 is marked as insecure, refusing to evaluate.",
		Finding{Class: RefusedPackage, Bucket: Gap, Next: "boot.kernelPackages = pkgs.linuxPackages"},
	},
	{"linux 6.11 was removed because it has reached its end of life upstream", Finding{Class: Alias, Bucket: Gap, Next: "boot.kernelPackages"}},
	{"linuxPackages_6_11 has been removed since it reached its EOL upstream", Finding{Class: Alias, Bucket: Gap, Next: "boot.kernelPackages"}},
	{"postgresql_12 has been removed since it reached its EOL upstream", Finding{Class: Alias, Bucket: Gap, Next: "never raise system.stateVersion"}},
	{"nextcloud28 has been removed, as it reached its end of life. Please upgrade to nextcloud29.", Finding{Class: Alias, Bucket: Gap, Next: "never raise system.stateVersion"}},
	{"'foo' was renamed to 'bar'.", Finding{Class: Alias, Bucket: Yours, Replacement: "bar", Next: "Write bar for foo."}},
	{"neofetch has been removed because it is unmaintained upstream. Consider using 'fastfetch' instead.", Finding{Class: Alias, Bucket: Gap, Replacement: "fastfetch"}},
	{"The package foo was removed: use bar-baz instead", Finding{Class: Alias, Bucket: Gap, Replacement: "bar-baz"}},
	{"unable to download 'https://api.github.com/repos/a/b/commits/main': HTTP error 401\n\nresponse body:\n\n{}", Finding{Class: Fetch, Bucket: Yours, Next: "access-tokens"}},
	{"unable to download 'https://api.github.com/repos/a/b/commits/main': HTTP error 422\n\nresponse body:\n\n{}", Finding{Class: Fetch, Bucket: Gap}},
	{"unable to download 'https://x.org/y': HTTP error 503", Finding{Class: Fetch, Bucket: Runner, Next: "Run again"}},
	{"SQLite database '/nix/var/nix/db/db.sqlite' is busy", Finding{Class: StoreBusy, Bucket: Runner}},
	{"cannot add path '/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-x' because it lacks a signature by a trusted key", Finding{Class: Untrusted, Bucket: Runner, Next: "trusted-public-keys"}},
	{"Nix daemon disconnected unexpectedly (maybe it crashed?)", Finding{Class: Daemon, Bucket: Runner}},
	{"opening pseudoterminal master: No such device", Finding{Class: Sandbox, Bucket: Runner}},
	{"this system does not support the kernel namespaces that are required for sandboxing; use '--no-sandbox' to disable sandboxing", Finding{Class: Sandbox, Bucket: Runner}},
	{"cached failure of attribute 'nixosConfigurations.web'", Finding{Class: CachedError, Next: "eval-cache false"}},
	{"unable to fork: Cannot allocate memory", Finding{Class: OutOfMemory, Bucket: Runner}},
	{"The unique option `a.b' is defined multiple times. Definition values:\n- In `/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/a.nix'", Finding{Class: Conflict, Bucket: Yours, Option: "a.b"}},
	{"The option `a.b' in `/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/a.nix' is already declared in `/nix/store/3z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/nixos/modules/misc/x.nix'.", Finding{Class: OptionTwice, Bucket: Yours, Option: "a.b"}},
	{"A definition for option `a.b.\"[definition 1-entry 2]\"' is not of type `string'. Definition values:\n- In `/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/a.nix': 3", Finding{Class: TypeMismatch, Bucket: Yours, Option: `a.b."[definition 1-entry 2]"`}},
	{"evaluation aborted with the following error message: 'no'", Finding{Class: Abort}},
	{"a string with value 'a' is not equal to a string with value 'b'", Finding{Class: Assert}},
	{"cannot call 'getFlake' on unlocked flake reference 'github:a/b', at «none»:0 (use --impure to override)", Finding{Class: PureEval, Bucket: Yours}},
	{"no idea at all", Finding{Class: Unknown, Message: "no idea at all"}},
}

func TestRules(t *testing.T) {
	for _, test := range messages {
		all := Explain([]byte("error: "+strings.ReplaceAll(test.text, "\n", "\n       ")+"\n"), Source{})
		if len(all) != 1 {
			t.Errorf("%q became %d findings", test.text, len(all))
			continue
		}
		got := Finding{Class: all[0].Class, Bucket: all[0].Bucket, Option: all[0].Option, Replacement: test.want.Replacement, Message: test.want.Message, Next: test.want.Next}
		if test.want.Replacement != "" {
			got.Replacement = all[0].Replacement
		}
		if test.want.Message != "" {
			got.Message = all[0].Message
		}
		if !strings.Contains(all[0].Next, test.want.Next) {
			got.Next = all[0].Next
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", test.text, diff)
		}
	}
}

// TestNoErrors has lines that speak of errors and are none.
func TestNoErrors(t *testing.T) {
	for _, log := range []string{
		"",
		"warning: error: unable to download 'https://cache.nixos.org/nix-cache-info': Could not resolve hostname (6); retrying in 300 ms\n",
		"error (ignored): error: interrupted by the user\n",
		"warning: Git tree '/root/x' is dirty\nfoo> error: bar\n",
		`@nix {"action":"msg","level":1,"msg":"warning: error: unable to download 'x': y; retrying in 3 ms"}`,
	} {
		if all := Explain([]byte(log), Source{}); len(all) > 0 {
			t.Errorf("%q became %+v", log, all)
		}
	}
}

// TestActionsLog has the stamps that GitHub puts before every line, and the
// colours Nix prints on a terminal.
func TestActionsLog(t *testing.T) {
	log := "2026-11-22T18:22:36.1234567Z \x1b[31;1merror:\x1b[0m undefined variable '\x1b[35;1mfoo\x1b[0m'\r\n" +
		"2026-11-22T18:22:36.1234568Z \r\n" +
		"2026-11-22T18:22:36.1234569Z        \x1b[34;1mat \x1b[35;1m" + store + "/hosts/a.nix:3:9\x1b[0m:\r\n" +
		"2026-11-22T18:22:36.1234569Z             2| foo\r\n"
	want := []Finding{{
		Class: UndefinedVariable, Bucket: Yours, Message: "undefined variable 'foo'", File: "hosts/a.nix", Line: 3, Column: 9, Owner: You,
		Next: "Correct the name foo: it is not in scope, and no `with` provides it.",
	}}
	if diff := cmp.Diff(want, Explain([]byte(log), Source{})); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestBuildLogs has the log of a failed build in all places it can stand in.
func TestBuildLogs(t *testing.T) {
	const drv = "/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-foo-bar-1.4.drv"
	for _, log := range []string{
		"error: builder for '" + drv + "' failed with exit code 2;\n       last 2 log lines:\n       > one\n       > x.c:3: error: two\n       For full logs, run 'nix log " + drv + "'.\n",
		"building '" + drv + "'...\nfoo-bar> one\nfoo-bar> x.c:3: error: two\nerror: builder for '" + drv + "' failed with exit code 2\n",
		"@nix {\"action\":\"start\",\"id\":7,\"type\":105,\"fields\":[\"" + drv + "\",\"\",1,1]}\n@nix {\"action\":\"result\",\"id\":7,\"type\":101,\"fields\":[\"one\"]}\n@nix {\"action\":\"result\",\"id\":7,\"type\":101,\"fields\":[\"x.c:3: error: two\"]}\n" +
			"@nix {\"action\":\"msg\",\"level\":0,\"raw_msg\":\"builder for '" + drv + "' failed with exit code 2\",\"msg\":\"error: builder\"}\n",
	} {
		want := []Finding{{
			Class: BuildFailed, Bucket: Upstream, Message: "foo-bar-1.4: its builder ended with exit code 2: x.c:3: error: two",
			Derivation: drv, LogTail: []string{"one", "x.c:3: error: two"}, Next: "Read its log: nix log " + drv,
		}}
		if diff := cmp.Diff(want, Explain([]byte(log), Source{})); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", log, diff)
		}
	}
}

// TestStoreHash takes a narHash and the store path Nix copied it to.
func TestStoreHash(t *testing.T) {
	if got, want := storeHash("sha256-dKObuIGw6RLekOXZX829sVfiUla6qLjbq3s6+lpoEw8="), "i1kb483k5if24mdn04fw8lfzzhhq464m"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, bad := range []string{"", "sha256-", "md5-xx", "sha256-AAAA"} {
		if got := storeHash(bad); got != "" {
			t.Errorf("%q became %s", bad, got)
		}
	}
}
