package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Where a local store is.
type Where struct {
	// StateDir holds Nix's database: "/nix/var/nix".
	StateDir string
	// StoreDir is what store paths begin with: "/nix/store".
	StoreDir string
}

// Locate says where the store is that Nix uses with an environment and its
// configuration files. The error says why it is not, or may not be, a local one
// at its usual place; it is cautious rather than right.
func Locate(getenv func(name string) string) (Where, error) {
	return locate(getenv, os.ReadFile)
}

// locate follows globals.cc and store-api.cc of Nix.
func locate(getenv func(string) string, read func(file string) ([]byte, error)) (Where, error) {
	where := Where{
		StateDir: filepath.Clean(cmp.Or(getenv("NIX_STATE_DIR"), "/nix/var/nix")),
		StoreDir: filepath.Clean(cmp.Or(getenv("NIX_STORE_DIR"), getenv("NIX_STORE"), "/nix/store")),
	}
	if uri := getenv("NIX_REMOTE"); !isLocal(uri) {
		return Where{}, fmt.Errorf("NIX_REMOTE is %q", uri)
	}
	socket := filepath.Join(where.StateDir, "daemon-socket", "socket")
	if other := getenv("NIX_DAEMON_SOCKET_PATH"); other != "" && other != socket {
		return Where{}, fmt.Errorf("NIX_DAEMON_SOCKET_PATH is %q", other)
	}
	c := configuration{read: read}
	if err := c.text("NIX_CONFIG", getenv("NIX_CONFIG")); err != nil {
		return Where{}, err
	}
	for _, file := range configFiles(getenv) {
		if err := c.file(file, true); err != nil {
			return Where{}, err
		}
	}
	return where, nil
}

// isLocal says whether a store's address stands for the local one. A daemon
// has the same database.
func isLocal(uri string) bool {
	return slices.Contains([]string{"", "auto", "daemon", "local"}, uri)
}

// configFiles are those that Nix reads:
// https://nix.dev/manual/nix/2.34/command-ref/conf-file
func configFiles(getenv func(string) string) []string {
	files := []string{filepath.Join(cmp.Or(getenv("NIX_CONF_DIR"), "/etc/nix"), "nix.conf")}
	if user := getenv("NIX_USER_CONF_FILES"); user != "" {
		return append(files, filepath.SplitList(user)...)
	}
	dirs := append(filepath.SplitList(cmp.Or(getenv("XDG_CONFIG_DIRS"), "/etc/xdg")),
		cmp.Or(getenv("XDG_CONFIG_HOME"), filepath.Join(getenv("HOME"), ".config")))
	for _, dir := range dirs {
		files = append(files, filepath.Join(dir, "nix", "nix.conf"))
	}
	return files
}

// A configuration is looked through for another store.
type configuration struct {
	read  func(file string) ([]byte, error)
	texts int
}

// maxTexts is where files must be including each other in circles.
const maxTexts = 100

func (c *configuration) file(file string, optional bool) error {
	text, err := c.read(file)
	if optional && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading Nix's configuration: %w", err)
	}
	return c.text(file, string(text))
}

// text looks through one text. What another setting there or elsewhere makes of
// a store does not matter: where one is named, Nix had better be asked.
func (c *configuration) text(file, text string) error {
	if c.texts++; c.texts > maxTexts {
		return fmt.Errorf("reading Nix's configuration: %s is one of too many files", file)
	}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		value := strings.Join(words[1:], " ")
		var err error
		switch words[0] {
		case "include", "!include":
			if !filepath.IsAbs(value) {
				value = filepath.Join(filepath.Dir(file), value)
			}
			err = c.file(value, words[0] == "!include")
		case "store":
			if uri := strings.TrimSpace(strings.TrimPrefix(value, "=")); !isLocal(uri) {
				err = fmt.Errorf("%s sets the store %q", file, uri)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
