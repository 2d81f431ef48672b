package forecast

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTexts(t *testing.T) {
	files := func(pairs ...string) map[string]string {
		all := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			all[pairs[i]] = pairs[i+1]
		}
		return all
	}
	path := func(hash, name string) string {
		return "/nix/store/" + hash + "0000000000000000000000000000000-" + name
	}
	pam := func(hash, version, rule string) string {
		return "auth sufficient " + path(hash, "linux-pam-"+version) + "/lib/security/pam_unix.so\n" + rule
	}
	for _, test := range []struct {
		name          string
		before, after map[string]string
		want          []Text
	}{
		{"hashes and versions only", files("sudoers", pam("0", "1.6", "")), files("sudoers", pam("1", "1.7", "")), nil},
		{
			"changed", files("ssh/sshd_config", "Port 22\nPermitRootLogin yes\n"), files("ssh/sshd_config", "Port 22\nPermitRootLogin no\n"),
			[]Text{{Paths: []string{"ssh/sshd_config"}, Change: Changed, Diff: "@@ -1,2 +1,2 @@\n Port 22\n-PermitRootLogin yes\n+PermitRootLogin no\n"}},
		},
		{"added", nil, files("hosts", "::1 a\n"), []Text{{Paths: []string{"hosts"}, Change: Came, Diff: "@@ -0,0 +1,1 @@\n+::1 a\n"}}},
		{
			"removed", files("sudoers", "root ALL=(ALL) ALL\n"), nil,
			[]Text{{Paths: []string{"sudoers"}, Change: Went, Diff: "@@ -1,1 +0,0 @@\n-root ALL=(ALL) ALL\n"}},
		},
		{"added and empty", nil, files("hosts", ""), []Text{{Paths: []string{"hosts"}, Change: Came}}},
		{
			"many alike", files("pam.d/su", pam("0", "1.6", ""), "pam.d/sudo", pam("0", "1.6", ""), "pam.d/login", "a\n"),
			files("pam.d/su", pam("1", "1.7", "x\n"), "pam.d/sudo", pam("1", "1.7", "x\n"), "pam.d/login", "b\n"),
			[]Text{
				{Paths: []string{"pam.d/login"}, Change: Changed, Diff: "@@ -1,1 +1,1 @@\n-a\n+b\n"},
				{Paths: []string{"pam.d/su", "pam.d/sudo"}, Change: Changed, Diff: "@@ -1,1 +1,2 @@\n auth sufficient /nix/store/linux-pam/lib/security/pam_unix.so\n+x\n"},
			},
		},
		{"files that may hold secrets", files("shadow", "a", "wpa_supplicant.conf", "a", "ssh/ssh_host_rsa_key", "a", "systemd/network/wg.netdev", "a", "NetworkManager/NetworkManager.conf", "a", "systemd/system.conf", "a"), files("shadow", "b"), nil},
		{"a token that changed", files("nix/nix.conf", "access-tokens = github.com=ghp_1\n"), files("nix/nix.conf", "access-tokens = github.com=ghp_2\n"), nil},
		{
			"secrets beside a change", files("nix/nix.conf", ""), files("nix/nix.conf", "cores = 2\nextra-access-tokens = github.com=ghp_2\nsubstituters = https://me:pw@cache.example\n", "pam.d/x", "auth x.so user=a passwd=b\n"),
			[]Text{
				{Paths: []string{"nix/nix.conf"}, Change: Changed, Diff: "@@ -0,0 +1,3 @@\n+cores = 2\n+extra-access-tokens = …\n+substituters = https://…@cache.example\n"},
				{Paths: []string{"pam.d/x"}, Change: Came, Diff: "@@ -0,0 +1,1 @@\n+auth x.so user=a passwd=…\n"},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := system("a"), system("b")
			before.Texts, after.Texts = test.before, test.after
			if diff := cmp.Diff(append([]Text{}, test.want...), texts(before, after)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnifiedIsBounded(t *testing.T) {
	var after strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&after, "0.0.0.0 host-%d.example\n", i)
	}
	text, cut := unified("", after.String())
	shown := strings.Count(text, "\n")
	if len(text) > maxDiff || !strings.HasSuffix(text, "\n") || shown+cut != 2001 {
		t.Errorf("%d bytes, %d lines shown and %d cut, want at most %d bytes and 2001 lines", len(text), shown, cut, maxDiff)
	}
	if text, cut := unified("", strings.Repeat("x", 2*maxDiff)+"\n"); text != "@@ -0,0 +1,1 @@\n" || cut != 1 {
		t.Errorf("a long line gives %d bytes and %d lines cut, want the header and 1", len(text), cut)
	}
}

// apply does what a diff of a text says, in the way patch(1) does.
func apply(t *testing.T, text, patch string) string {
	t.Helper()
	const bare = "\n\\ No newline at end of file\n"
	old, at := strings.SplitAfter(text, "\n"), 0
	var out strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(patch, bare, "\x00\n")) {
		body := strings.TrimSuffix(line[1:], "\x00\n")
		switch line[0] {
		case '@':
			from, count, _ := strings.Cut(strings.TrimPrefix(strings.Fields(line)[1], "-"), ",")
			start, err := strconv.Atoi(from)
			if err != nil {
				t.Fatal(err)
			}
			if count != "0" {
				start--
			}
			for ; at < start; at++ {
				out.WriteString(old[at])
			}
		case '+':
			out.WriteString(body)
		case '-', ' ':
			if old[at] != body {
				t.Fatalf("line %d is %q, and the diff says %q", at+1, old[at], body)
			}
			if at++; line[0] == ' ' {
				out.WriteString(body)
			}
		default:
			t.Fatalf("%q is no line of a diff", line)
		}
	}
	return out.String() + strings.Join(old[at:], "")
}

// FuzzPatch applies the diff of two texts to the first and wants the second.
func FuzzPatch(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nc\nd\n")
	f.Add("", "\n")
	f.Add("a", "a\n")
	f.Add("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "1\n2\n3\nx\n4\n5\n6\n7\n8\n9\n10\n12")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.ContainsAny(before+after, "\x00\\") {
			return // what apply itself marks lines with
		}
		if got := apply(t, before, patch(before, after)); got != after {
			t.Errorf("%q and its diff give %q, want %q", before, got, after)
		}
	})
}

// FuzzSecretless hides any password where passwords stand.
func FuzzSecretless(f *testing.F) {
	f.Add("geheim")
	f.Add("p@ss:w=rd")
	f.Fuzz(func(t *testing.T, password string) {
		if password == "" || strings.ContainsAny(password, "\t\n\f\r /,") {
			return // none that fits into an option and a URL
		}
		text := "mount -o uid=1,password=" + password + ",rw\nsubstituters = https://me:" + password + "@cache.example/x\naccess-tokens = github.com=" + password
		const want = "mount -o uid=1,password=…,rw\nsubstituters = https://…@cache.example/x\naccess-tokens = …"
		if got := secretless(text); got != want {
			t.Errorf("%q is shown as %q", text, got)
		}
	})
}
