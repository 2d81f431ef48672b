package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/store/sqlite"
)

// errUnknownRow says that the database is not what its schema promises.
var errUnknownRow = errors.New("a row of Nix' database is not understood: run `nix-store --verify`")

// maxNumber bounds the numbers of paths. A store gives out each but once; this
// one has registered a hundred million paths.
const maxNumber = 100_000_000

// A reader follows references from path to path. Paths have numbers in the
// database, and places in the listing.
type reader struct {
	paths   *sqlite.Table // path, deriver, narSize
	byPath  *sqlite.Index // path; number
	refs    *sqlite.Index // referrer, reference
	numbers []int64       // by place
	places  []int32       // by number, 0 for none, else one more
	// references hold those of all paths, one after the other.
	references []int32
}

// readClosures lists the roots first, and then what they need, level by level.
func readClosures(ctx context.Context, db *sqlite.Snapshot, roots []string) (closure.Listing, error) {
	r, err := newReader(db)
	if err != nil {
		return nil, err
	}
	for _, root := range roots {
		if err := r.root(root); err != nil {
			return nil, err
		}
	}
	listing := make(closure.Listing, 0, 4096)
	for place := 0; place < len(r.numbers); place++ {
		if place%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		path, err := r.path(r.numbers[place])
		if err != nil {
			return nil, fmt.Errorf("reading path %d: %w", r.numbers[place], err)
		}
		listing = append(listing, path)
	}
	return listing, nil
}

// newReader opens what Nix' schema has:
// https://github.com/NixOS/nix/blob/master/src/libstore/schema.sql
func newReader(db *sqlite.Snapshot) (*reader, error) {
	r := &reader{}
	var err error
	if r.paths, err = db.Table("ValidPaths", "path", "deriver", "narSize"); err != nil {
		return nil, err
	}
	if r.byPath, err = db.Index("ValidPaths", "path"); err != nil {
		return nil, err
	}
	if r.refs, err = db.Index("Refs", "referrer", "reference"); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *reader) root(path string) error {
	before := len(r.references)
	err := r.byPath.Text(path, func(entry *sqlite.Record) error {
		number, ok := entry.Int(1)
		if !ok {
			return errUnknownRow
		}
		return r.refer(number)
	})
	if err != nil {
		return fmt.Errorf("looking for %s: %w", path, err)
	}
	if len(r.references) == before {
		return fmt.Errorf("looking for %s: %w", path, ErrNotValid)
	}
	return nil
}

// refer adds a path by its number, unless it has a place already, and notes its
// place as a reference.
func (r *reader) refer(number int64) error {
	if number < 0 || number > maxNumber {
		return errUnknownRow
	}
	if missing := int(number) + 1 - len(r.places); missing > 0 {
		r.places = append(r.places, make([]int32, missing)...)
	}
	if r.places[number] == 0 {
		r.numbers = append(r.numbers, number)
		r.places[number] = int32(len(r.numbers))
	}
	r.references = append(r.references, r.places[number]-1)
	return nil
}

func (r *reader) path(number int64) (closure.Path, error) {
	row, err := r.paths.Row(number)
	if err != nil {
		return closure.Path{}, err
	}
	if row == nil {
		return closure.Path{}, errUnknownRow
	}
	path, ok := row.Text(0)
	deriver, _ := row.Text(1)
	size, _ := row.Int(2)
	if !ok {
		return closure.Path{}, errUnknownRow
	}
	p := closure.Path{Path: string(path), Deriver: string(deriver), NarSize: size}
	from := len(r.references)
	err = r.refs.Pairs(number, r.refer)
	p.References = r.references[from:len(r.references):len(r.references)]
	return p, err
}
