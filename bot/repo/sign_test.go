package repo_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/bot/repo"
)

// keygen makes a private key with the arguments and returns its text.
func keygen(t *testing.T, args ...string) (private, public string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", append([]string{"-q", "-f", path}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen %v: %v\n%s", args, err, out)
	}
	for _, file := range []struct {
		path string
		text *string
	}{{path, &private}, {path + ".pub", &public}} {
		text, err := os.ReadFile(file.path)
		if err != nil {
			t.Fatal(err)
		}
		*file.text = string(text)
	}
	return private, public
}

// TestSign has git verify what the bot writes and what it lays.
func TestSign(t *testing.T) {
	for _, kind := range []string{"ed25519", "rsa"} {
		t.Run(kind, func(t *testing.T) {
			private, public := keygen(t, "-t", kind, "-N", "")
			f := newFerry(t)
			signer, err := repo.NewSigner([]byte(strings.ReplaceAll(strings.TrimSpace(private), "\n", "\r\n")))
			if err != nil {
				t.Fatal(err)
			}
			f.repo.SignWith(signer)
			f.sh(t, "sed -i s/1/one/ web.nix; git commit -qam 'one'")
			f.onMain(t, "echo x >x; git add .; git commit -qm x")
			bump := f.bump(t, "newer")
			if again := f.bump(t, "newer"); again != bump {
				t.Errorf("got %s the second time, want %s", again, bump)
			}
			write(t, f.dir+"/../allowed", bot.Email+" "+public)
			for _, sha := range []string{bump, f.lay(t, bump, "ferry").Tip} {
				git(t, f.dir, "-c", "gpg.format=ssh", "-c", "gpg.ssh.allowedSignersFile="+f.dir+"/../allowed", "verify-commit", sha)
			}
			if own, err := f.repo.Own(bump); err != nil || !own {
				t.Errorf("got %v, %v, want the signed bump to be the bot's own", own, err)
			}
			git(t, f.dir, "fsck", "--strict")
		})
	}
}

func TestNewSignerRefuses(t *testing.T) {
	locked, _ := keygen(t, "-t", "ed25519", "-N", "secret")
	ecdsa, _ := keygen(t, "-t", "ecdsa", "-N", "")
	_, public := keygen(t, "-t", "ed25519", "-N", "")
	for _, test := range []struct{ name, key, says string }{
		{"a passphrase", locked, "has a passphrase"},
		{"ECDSA", ecdsa, "differently each time"},
		{"a public key", public, "none in OpenSSH's format"},
		{"nonsense", "hunter2", "none in OpenSSH's format"},
		{"nothing", "", "none in OpenSSH's format"},
	} {
		_, err := repo.NewSigner([]byte(test.key))
		if !errors.Is(err, repo.ErrKey) || !strings.Contains(err.Error(), test.says) || test.key != "" && strings.Contains(err.Error(), test.key) {
			t.Errorf("%s: got %v, want it to say %q", test.name, err, test.says)
		}
	}
}

func FuzzNewSigner(f *testing.F) {
	f.Add([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n"))
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if signer, err := repo.NewSigner(text); (signer == nil) != errors.Is(err, repo.ErrKey) {
			t.Fatalf("got %v, %v", signer, err)
		}
	})
}
