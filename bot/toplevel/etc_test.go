package toplevel

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTexts(t *testing.T) {
	files := world{
		"etc":                                 "-> /nix/store/~etc/etc",
		"/nix/store/~etc/etc/ssh/sshd_config": "-> /nix/store/~sshd.conf-final",
		"/nix/store/~sshd.conf-final":         "Port 22\n",
		"/nix/store/~etc/etc/pam.d/login":     "auth required pam_unix.so\n",
		"/nix/store/~etc/etc/pam.d/sub/x":     "in a directory",
		"/nix/store/~etc/etc/pam.d/su.mode":   "0440",
		"/nix/store/~etc/etc/pam.d/su.uid":    "+0",
		"/nix/store/~etc/etc/pam.d/su.gid":    "+0",
		"/nix/store/~etc/etc/hosts":           "\x00binary",
		"/nix/store/~etc/etc/sudoers":         "caf\xe9",
		"/nix/store/~etc/etc/crypttab":        "",
		"/nix/store/~etc/etc/login.defs":      strings.Repeat("#", maxText+1),
		"/nix/store/~etc/etc/vconsole.conf":   "-> /nix/store/~gone",
		"/nix/store/~etc/etc/shadow":          "root:$6$secret",
	}
	want := map[string]string{"ssh/sshd_config": "Port 22\n", "pam.d/login": "auth required pam_unix.so\n"}
	if diff := cmp.Diff(want, files.read(t).Texts); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestSoftware(t *testing.T) {
	files := world{
		"sw":                                "-> /nix/store/~system-path",
		"/nix/store/~system-path/bin":       "-> /nix/store/~links/bin",
		"/nix/store/~links/bin/zfs":         "-> /nix/store/~zfs-user-2.3.4/bin/zfs",
		"/nix/store/~links/bin/script":      "#! /bin/sh\n",
		"/nix/store/~links/bin/gone":        "-> /nix/store/~gone-1.0/bin/gone",
		"/nix/store/~links/bin/elsewhere":   "-> /run/wrappers/bin/sudo",
		"/nix/store/~links/bin/very/nested": "",
	}
	got := files.read(t)
	if diff := cmp.Diff([]string{"elsewhere", "gone", "script", "very", "zfs"}, got.Commands); diff != "" {
		t.Errorf("commands: mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"zfs": "zfs-user-2.3.4", "gone": "gone-1.0"}, got.Userland); diff != "" {
		t.Errorf("packages: mismatch (-want +got):\n%s", diff)
	}
}

func TestWrappers(t *testing.T) {
	const old = `
cp /nix/store/~security-wrapper/bin/security-wrapper $wrapperDir/sudo
echo -n "/nix/store/~sudo/bin/sudo" > $wrapperDir/sudo.real
chmod "u+s,g-s,u+rx,g+x,o+x" $wrapperDir/sudo
cp /nix/store/~security-wrapper/bin/security-wrapper $wrapperDir/ping
`
	const newer = `
wrapperDir=$(mktemp --directory --tmpdir="/run/wrappers" wrappers.XXXXXXXXXX)
cp /nix/store/~security-wrapper-sudo/bin/security-wrapper "$wrapperDir/sudo"
chmod 0000 "$wrapperDir/sudo"
cp /nix/store/~security-wrapper-mount/bin/security-wrapper "$wrapperDir/mount"
`
	const script = "/nix/store/~unit-script-suid-sgid-wrappers-start/bin/suid-sgid-wrappers-start"
	for _, test := range []struct {
		name  string
		files world
		want  []string
	}{
		{"none", world{"activate": "echo setting up /etc\n"}, nil},
		{"by the activation script", world{"activate": old}, []string{"ping", "sudo"}},
		{"by a service", unitsAt(map[string]string{"suid-sgid-wrappers.service": "[Service]\nExecStart=" + script + "\n", script: newer}), []string{"mount", "sudo"}},
		{"by a service whose script is gone", unitsAt(map[string]string{"suid-sgid-wrappers.service": "[Service]\n"}), nil},
	} {
		if diff := cmp.Diff(test.want, test.files.read(t).Wrappers); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestFirewall(t *testing.T) {
	const script = "/nix/store/~firewall-start/bin/firewall-start"
	const iptables = "[Service]\nExecStart=@" + script + " firewall-start\n"
	const nftables = "[Service]\nExecStart=/nix/store/~nftables-ensure-deletions\nExecStart=/nix/store/~nftables-rules\n"
	for _, test := range []struct {
		name  string
		files map[string]string
		want  Firewall
	}{
		{"none", map[string]string{}, Firewall{}},
		{"iptables", map[string]string{"firewall.service": iptables, script: "iptables -A"}, Firewall{"iptables", "iptables -A"}},
		{"iptables whose script is gone", map[string]string{"firewall.service": iptables}, Firewall{"iptables", ""}},
		{"switched off", map[string]string{"firewall.service": "-> /dev/null", "nftables.service": "-> /dev/null"}, Firewall{}},
		{"nftables", map[string]string{"nftables.service": nftables, "/nix/store/~nftables-rules": "table inet"}, Firewall{"nftables", "table inet"}},
		{"nftables of a script of the owner's", map[string]string{"nftables.service": iptables, script: "nft"}, Firewall{"nftables", ""}},
	} {
		if got := unitsAt(test.files).read(t).Firewall; got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
