package sample_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A built host has what a real one has, and on unstable what came with it.
func TestToplevel(t *testing.T) {
	_, stable, unstable := sides(t)
	always := []string{
		"activate", "append-initrd-secrets", "bin/switch-to-configuration", "boot.json", "dry-activate",
		"etc/fstab", "etc/os-release", "etc/ssh/sshd_config", "etc/nix/nix.conf",
		"etc/systemd/system/default.target", "etc/systemd/system/sshd.service",
		"etc/systemd/system/multi-user.target.wants/sshd.service",
		"etc/systemd/system/systemd-logind.service.d/overrides.conf",
		"extra-dependencies", "init", "init-interface-version", "initrd", "kernel", "kernel-params",
		"kernel-modules/lib/modules", "nixos-version", "sw/bin/systemctl", "system", "systemd/bin/systemctl",
	}
	for _, test := range []struct {
		side         side
		host, kernel string
		has, lacks   []string
	}{
		{stable, "nas", "6.12.58", []string{"etc/systemd/system/dbus.service", "kernel-modules/lib/modules/6.12.58/extra/zfs.ko.xz"}, []string{"switch-inhibitors", "prepare-root"}},
		{unstable, "nas", "6.18.3", []string{"switch-inhibitors", "prepare-root", "etc/systemd/system/dbus-broker.service", "kernel-modules/lib/modules/6.18.3/extra/zfs.ko.xz"}, nil},
		{unstable, "web", "6.18.3", []string{"etc/systemd/system/nginx.service", "etc/systemd/system/postgresql.service", "sw/bin/psql", "sw/bin/openssl", "sw/share/man/man1/openssl.1.gz"}, []string{"sw/bin/firefox"}},
		{stable, "desk", "6.12.58", []string{"sw/bin/firefox", "etc/systemd/system/graphical.target", "etc/systemd/system/home-manager-alice.service", "firmware"}, nil},
	} {
		top := buildHost(t, test.side, test.host)
		for _, name := range slices.Concat(always, test.has) {
			if _, err := os.Stat(filepath.Join(top, name)); err != nil {
				t.Errorf("%s: %v", test.host, err)
			}
		}
		for _, name := range test.lacks {
			if _, err := os.Stat(filepath.Join(top, name)); err == nil {
				t.Errorf("%s has %s in %s", test.host, name, top)
			}
		}
		if _, err := os.Stat(filepath.Join(top, "kernel-modules/lib/modules", test.kernel)); err != nil {
			t.Errorf("modules of %s: %v", test.host, err)
		}
	}
}

// The files of a host that a forecast reads say what NixOS writes there.
func TestToplevelTexts(t *testing.T) {
	_, _, unstable := sides(t)
	top := buildHost(t, unstable, "web")
	for _, test := range []struct {
		file string
		want []string
	}{
		{"init-interface-version", []string{"systemd 2"}},
		{"system", []string{"x86_64-linux"}},
		{"nixos-version", []string{"26.05.20260116."}},
		{"kernel-params", []string{"loglevel=4 lsm=landlock,yama,bpf"}},
		{"switch-inhibitors", []string{`{"dbus-implementation":"broker"}`}},
		{"boot.json", []string{`"org.nixos.bootspec.v1":{`, `"label":"NixOS Yarara 26.05.`, `(Linux 6.18.3)`, top + "/init"}},
		{"activate", []string{"#### Activation script snippet users:\n", "-users-groups.json\n", "systemConfig='" + top + "'"}},
		{"bin/switch-to-configuration", []string{"export INSTALL_BOOTLOADER='/nix/store/", "-install-grub.sh'\n", "export SYSTEMD='/nix/store/"}},
		{"etc/systemd/system/sshd.service", []string{"[Unit]\n", "X-Restart-Triggers=/nix/store/", "X-StopIfChanged=false\n", "ExecStart=/nix/store/", "[Install]\nWantedBy=multi-user.target\n"}},
		{"etc/systemd/system/dbus.service", []string{"X-ReloadIfChanged=true\n", "/bin/dbus-broker-launch "}},
		{"etc/systemd/system/systemd-logind.service.d/overrides.conf", []string{"X-RestartIfChanged=false\n"}},
		{"etc/systemd/system/postgresql.service", []string{"-postgresql-16.11/bin/postgres\n", "StateDirectory=postgresql postgresql/16\n", `Environment="PGDATA=/var/lib/postgresql/16"`}},
		{"etc/fstab", []string{"/dev/disk/by-label/nixos / ext4 x-initrd.mount,defaults 0 1\n"}},
	} {
		data, err := os.ReadFile(filepath.Join(top, test.file))
		if err != nil {
			t.Error(err)
		}
		for _, want := range test.want {
			if !strings.Contains(string(data), want) {
				t.Errorf("%s: got\n%s\nwant in it\n%s", test.file, data, want)
			}
		}
	}
}

// The accounts stand in the file that the activation script names.
func TestUsersGroups(t *testing.T) {
	_, stable, _ := sides(t)
	script, err := os.ReadFile(filepath.Join(buildHost(t, stable, "web"), "activate"))
	if err != nil {
		t.Fatal(err)
	}
	var path string
	for _, word := range strings.Fields(string(script)) {
		if strings.HasSuffix(word, "-users-groups.json") {
			path = word
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Users []struct{ Name string } `json:"users"`
	}
	if err := json.Unmarshal(data, &spec); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, user := range spec.Users {
		got = append(got, user.Name)
	}
	want := []string{"messagebus", "nginx", "nobody", "octo", "postgres", "root", "sshd"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("accounts of web: mismatch (-want +got):\n%s", diff)
	}
}

// The closure of a host is real: packages, their outputs and the source of
// nixpkgs are in it, what only built it is not.
func TestClosure(t *testing.T) {
	_, stable, unstable := sides(t)
	for _, test := range []struct {
		side side
		want []string
	}{
		{stable, []string{"glibc-2.40-66", "linux-6.12.58", "linux-6.12.58-modules", "nginx-1.28.0", "openssl-3.4.3", "openssl-3.4.3-bin", "openssl-3.4.3-man", "postgresql-16.11", "source", "systemd-257.10", "zlib-1.3.1"}},
		{unstable, []string{"dbus-broker-37", "glibc-2.42-47", "linux-6.18.3", "nginx-1.29.3", "openssl-3.6.0-man", "postgresql-16.11", "systemd-258.2", "zlib-1.3.1"}},
	} {
		out, stderr, err := nix(t, "path-info", "--recursive", buildHost(t, test.side, "web"))
		if err != nil {
			t.Fatalf("nix path-info: %v\n%s", err, stderr)
		}
		var names []string
		for path := range strings.Lines(out) {
			names = append(names, strings.TrimSpace(path)[len("/nix/store/")+33:])
		}
		for _, want := range test.want {
			if !slices.Contains(names, want) {
				t.Errorf("closure of web lacks %s: %q", want, names)
			}
		}
	}
}

// build builds on stable and does not on unstable, with a log to read.
func TestBuildBreaks(t *testing.T) {
	_, stable, unstable := sides(t)
	buildHost(t, stable, "build")
	stderr, ok := build(t, query[string](t, unstable, "build", drvPath))
	if ok {
		t.Fatal("the host build builds on unstable")
	}
	log := logLines(stderr)
	const want = "FAILED buildbot_worker/test/unit/test_commands_shell.py::TestShellCommand::test_pipe_quoting - ModuleNotFoundError: No module named 'pipes'"
	if len(log) < 30 || !slices.Contains(log, want) {
		t.Errorf("the log has %d lines, want 30 or more with the failed test:\n%s", len(log), strings.Join(log, "\n"))
	}
	if messages := rawMessages(stderr); !strings.Contains(messages, "-python3.13-buildbot-worker-4.3.0.drv") {
		t.Errorf("the derivation is not named: %s", messages)
	}
}

// A machine for another processor evaluates all the same.
func TestOtherSystem(t *testing.T) {
	_, stable, _ := sides(t)
	if got := query[string](t, stable, "pi", `c: c.config.nixpkgs.system`); got != "aarch64-linux" {
		t.Errorf("system of pi: %s", got)
	}
}

// No file of the sample has a mode or a link: the hash in the lock reckons
// with plain files only.
func TestFilesArePlain(t *testing.T) {
	for _, dir := range []string{"nixpkgs", "home-manager", "fleet"} {
		err := fs.WalkDir(files, dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && !entry.Type().IsRegular() {
				t.Errorf("%s is no plain file", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// buildHost builds a host and gives its toplevel.
func buildHost(t *testing.T, s side, host string) string {
	t.Helper()
	both := query[[]string](t, s, host, `c: let top = c.config.system.build.toplevel; in [ top.drvPath top.outPath ]`)
	if stderr, ok := build(t, both[0]); !ok {
		t.Fatalf("building %s: %s", host, rawMessages(stderr))
	}
	return both[1]
}
