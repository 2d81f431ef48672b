// Package store reads the local Nix store without Nix: closures from its
// database, many times faster than the command line tells them, and
// derivations from their files.
//
// That is right only where Nix itself would use this very database. [Locate]
// decides that from the environment and Nix's settings, [Open] checks what it
// finds, and whoever gets an error asks the command line instead, which always
// knows.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/store/sqlite"
)

// schema is the only one known, and Nix's since 2016:
// https://github.com/NixOS/nix/blob/master/src/libstore/local-store.hh
const schema = "10"

// ErrNotValid says that a path is not in the store.
var ErrNotValid = errors.New("not in the store: build or fetch it first")

// A Store is a local one, read without locks that would keep Nix from its
// work. Any number of goroutines may use it.
type Store struct{ database string }

// Open looks at the store at a place. The error says why its database is not
// to be read.
func Open(where Where) (*Store, error) {
	s := &Store{database: filepath.Join(where.StateDir, "db", "db.sqlite")}
	text, err := os.ReadFile(filepath.Join(where.StateDir, "db", "schema"))
	if err != nil {
		return nil, fmt.Errorf("reading the database of Nix: %w", err)
	}
	if got := strings.TrimSpace(string(text)); got != schema {
		return nil, fmt.Errorf("reading the database of Nix: it has schema %q, and only %s is known", got, schema)
	}
	return s, nil
}

// Valid returns those of paths that are in the store, in their order.
func (s *Store) Valid(ctx context.Context, paths []string) (valid []string, err error) {
	err = s.read(ctx, func(db *sqlite.Snapshot) error {
		valid = nil
		byPath, err := db.Index("ValidPaths", "path")
		for _, path := range paths {
			found := false
			if err == nil {
				err = byPath.Text(path, func(*sqlite.Record) error { found = true; return nil })
			}
			if found {
				valid = append(valid, path)
			}
		}
		return err
	})
	return valid, err
}

// Tries to read while others write.
const (
	tries = 5
	pause = 5 * time.Millisecond
)

// Closures returns the paths that roots need, themselves included, as of one
// moment. The error wraps [ErrNotValid] where a root is not in the store.
func (s *Store) Closures(ctx context.Context, roots []string) (listing closure.Listing, err error) {
	err = s.read(ctx, func(db *sqlite.Snapshot) (err error) {
		listing, err = readClosures(ctx, db, roots)
		return err
	})
	if err != nil {
		return nil, err
	}
	return listing, nil
}

// read hands the database as of one moment to from, again where another process
// was in the way.
func (s *Store) read(ctx context.Context, from func(*sqlite.Snapshot) error) error {
	for try := 1; ; try++ {
		err := sqlite.Read(s.database, from)
		if try == tries || !errors.Is(err, sqlite.ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
