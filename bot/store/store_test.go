package store

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestLocate(t *testing.T) {
	usual := Where{StateDir: "/nix/var/nix", StoreDir: "/nix/store"}
	for _, test := range []struct {
		name       string
		env, files map[string]string
		want       Where
		why        string
	}{
		{name: "nothing set", want: usual},
		{name: "local", env: map[string]string{"NIX_REMOTE": "local"}, want: usual},
		{name: "daemon", env: map[string]string{"NIX_REMOTE": "daemon", "NIX_DAEMON_SOCKET_PATH": "/nix/var/nix/daemon-socket/socket"}, want: usual},
		{
			name: "elsewhere", env: map[string]string{"NIX_STATE_DIR": "/a/var/", "NIX_STORE_DIR": "/a//store"},
			want: Where{StateDir: "/a/var", StoreDir: "/a/store"},
		},
		{name: "the older name", env: map[string]string{"NIX_STORE": "/a/store"}, want: Where{StateDir: "/nix/var/nix", StoreDir: "/a/store"}},
		{name: "a chroot store", env: map[string]string{"NIX_REMOTE": "local?root=/mnt"}, why: `NIX_REMOTE is "local?root=/mnt"`},
		{name: "a directory", env: map[string]string{"NIX_REMOTE": "/mnt"}, why: "NIX_REMOTE"},
		{name: "another machine", env: map[string]string{"NIX_REMOTE": "ssh-ng://builder"}, why: "NIX_REMOTE"},
		{name: "another daemon", env: map[string]string{"NIX_DAEMON_SOCKET_PATH": "/run/socket"}, why: "NIX_DAEMON_SOCKET_PATH"},
		{name: "a setting", env: map[string]string{"NIX_CONFIG": "cores = 1\n store=auto\nstore = https://cache # the best"}, why: `NIX_CONFIG sets the store "https://cache"`},
		{name: "settings for this store", env: map[string]string{"NIX_CONFIG": "cores = 1\nstore = daemon # ssh://\n#store = /a\nstore-x = /a\nstore"}, want: usual},
		{name: "nix.conf", files: map[string]string{"/etc/nix/nix.conf": "store = /mnt\n"}, why: `/etc/nix/nix.conf sets the store "/mnt"`},
		{name: "another nix.conf", env: map[string]string{"NIX_CONF_DIR": "/c"}, files: map[string]string{"/etc/nix/nix.conf": "store = /mnt", "/c/nix.conf": "store = auto"}, want: usual},
		{name: "the user's", env: map[string]string{"HOME": "/h"}, files: map[string]string{"/h/.config/nix/nix.conf": "store = /mnt"}, why: "/h/.config"},
		{name: "XDG's", env: map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/x"}, files: map[string]string{"/x/nix/nix.conf": "store = /mnt"}, why: "/x/nix"},
		{name: "all users'", files: map[string]string{"/etc/xdg/nix/nix.conf": "store = /mnt"}, why: "/etc/xdg"},
		{
			name: "files the user names", env: map[string]string{"HOME": "/h", "NIX_USER_CONF_FILES": "/a:/b"},
			files: map[string]string{"/h/.config/nix/nix.conf": "store = /mnt", "/b": "store = /mnt"}, why: "/b sets",
		},
		{
			name:  "included",
			files: map[string]string{"/etc/nix/nix.conf": "!include /gone\n!include nix.custom.conf", "/etc/nix/nix.custom.conf": "include more", "/etc/nix/more": "store = /mnt"},
			why:   "/etc/nix/more sets",
		},
		{name: "missing", files: map[string]string{"/etc/nix/nix.conf": "include gone"}, why: "open /etc/nix/gone"},
		{name: "in circles", files: map[string]string{"/etc/nix/nix.conf": "include nix.conf"}, why: "too many"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := locate(func(name string) string { return test.env[name] }, func(file string) ([]byte, error) {
				text, ok := test.files[file]
				if !ok {
					return nil, &fs.PathError{Op: "open", Path: file, Err: fs.ErrNotExist}
				}
				return []byte(text), nil
			})
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if (err == nil) != (test.why == "") || err != nil && !strings.Contains(err.Error(), test.why) {
				t.Errorf("got %v, want %q", err, test.why)
			}
		})
	}
}

// FuzzLocate finds a way out of any configuration.
func FuzzLocate(f *testing.F) {
	f.Add("store = auto\n!include x", "include y\nstore = /mnt")
	f.Fuzz(func(_ *testing.T, config, included string) {
		getenv := func(name string) string { return map[string]string{"NIX_CONFIG": config}[name] }
		locate(getenv, func(string) ([]byte, error) { return []byte(included), nil })
	})
}

func TestOpenRefuses(t *testing.T) {
	for text, want := range map[string]string{"": "no such file", "9\n": `schema "9"`} {
		dir := t.TempDir()
		if text != "" {
			if err := os.Mkdir(filepath.Join(dir, "db"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "db", "schema"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Open(Where{StateDir: dir, StoreDir: "/nix/store"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open = %v, want %q", err, want)
		}
	}
}

func TestReadDerivationOfAnySize(t *testing.T) {
	for _, size := range []int{0, 1, most - 1, most, most + 1, 3 * most} {
		drv := filepath.Join(t.TempDir(), "x.drv")
		want := bytes.Repeat([]byte("x"), size)
		if err := os.WriteFile(drv, want, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadDerivation(drv); !bytes.Equal(got, want) || err != nil {
			t.Errorf("%d bytes: got %d, %v", size, len(got), err)
		}
	}
}
