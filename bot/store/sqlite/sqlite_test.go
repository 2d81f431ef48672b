package sqlite

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata has what Nix 2.34.8 left of a store while one process of it had the
// database open: old-1 to old-30 in the database, new-1 to new-5 and newer-1 to
// newer-5 in the log, a transaction each. Path i has the size 1000 i, if even
// a deriver, and references itself (1) or i-1 and i/2.

const frames, frameSize = 14, frameHeaderSize + 4096

// captured returns a file of testdata: "", "-wal" or "-shm".
func captured(t testing.TB, suffix string) []byte {
	t.Helper()
	file, err := os.Open("testdata/db.sqlite" + suffix + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// lay writes files of a database, by their suffix, and returns its name.
func lay(t *testing.T, files map[string][]byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "db.sqlite")
	for suffix, data := range files {
		if err := os.WriteFile(name+suffix, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// summary is how many paths of a name there are, by what all columns say.
func summary(s *Snapshot) (string, error) {
	var text strings.Builder
	paths, err := s.Table("ValidPaths", "path", "deriver", "narSize")
	if err != nil {
		return "", err
	}
	byPath, err := s.Index("ValidPaths", "path")
	if err != nil {
		return "", err
	}
	refs, err := s.Index("Refs", "referrer", "reference")
	if err != nil {
		return "", err
	}
	counts := map[string]int{}
	for id := int64(1); ; id++ {
		row, err := paths.Row(id)
		if err != nil {
			return "", err
		}
		if row == nil {
			break
		}
		path, _ := row.Text(0)
		deriver, _ := row.Text(1)
		size, _ := row.Int(2)
		name := string(path[min(len(path), len("/nix/store/6x99d1912563y14121x4x99a14xa65yb-")):])
		word, number, _ := strings.Cut(name, "-")
		if strconv.FormatInt(size, 10) != number+"000" || (size%2000 == 0) != strings.HasSuffix(string(deriver), "-"+name+".drv") {
			return "", fmt.Errorf("%s has %d, %s", path, size, deriver)
		}
		if err := find(byPath, refs, string(path), id); err != nil {
			return "", err
		}
		counts[word]++
	}
	for _, word := range []string{"old", "new", "newer"} {
		fmt.Fprintf(&text, "%d %s ", counts[word], word)
	}
	return strings.TrimSpace(text.String()), nil
}

// find looks for a row by both indexes.
func find(byPath, refs *Index, path string, id int64) error {
	var found []int64
	note := func(number int64) error {
		found = append(found, number)
		return nil
	}
	byName := func(r *Record) error {
		number, _ := r.Int(1)
		return note(number)
	}
	if err := errors.Join(byPath.Text(path, byName), refs.Pairs(id, note)); err != nil {
		return err
	}
	if len(found) < 2 || found[0] != id || len(found) > 3 {
		return fmt.Errorf("%s is %d, has %d", path, id, found)
	}
	return nil
}

func TestLog(t *testing.T) {
	db, wal := captured(t, ""), captured(t, "-wal")
	cut := func(n int) []byte { return wal[:n] }
	flip := func(at int) []byte {
		wal := bytes.Clone(wal)
		wal[at] ^= 1
		return wal
	}
	end := logHeaderSize + frames*frameSize
	for _, test := range []struct {
		name, want string
		wal        []byte
	}{
		{"whole", "30 old 5 new 5 newer", wal},
		{"followed by a frame of an earlier use", "30 old 5 new 5 newer", append(bytes.Clone(wal), wal[logHeaderSize:logHeaderSize+frameSize]...)},
		{"followed by less", "30 old 5 new 5 newer", append(bytes.Clone(wal), 1, 2, 3)},
		{"empty", "30 old 0 new 0 newer", nil},
		{"shorter than a header", "30 old 0 new 0 newer", cut(31)},
		{"only a header", "30 old 0 new 0 newer", cut(32)},
		{"no commit", "30 old 0 new 0 newer", cut(logHeaderSize + 3*frameSize)},
		{"cut in a frame", "30 old 5 new 0 newer", cut(end - 1)},
		{"cut after a frame", "30 old 5 new 0 newer", cut(end - frameSize)},
		{"another magic", "30 old 0 new 0 newer", flip(2)},
		{"sums of the other order", "30 old 0 new 0 newer", flip(3)},
		{"a damaged sum of the header", "30 old 0 new 0 newer", flip(24)},
		{"another salt", "30 old 0 new 0 newer", flip(16)},
		{"damaged content", "30 old 5 new 0 newer", flip(end - 1)},
		{"a damaged sum", "30 old 5 new 0 newer", flip(end - frameSize + 20)},
		{"a damaged salt", "30 old 5 new 0 newer", flip(end - frameSize + 8)},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Open(lay(t, map[string][]byte{"": db, "-wal": test.wal}))
			if err != nil {
				t.Fatal(err)
			}
			got, err := summary(s)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	change := func(at int, to ...byte) map[string][]byte {
		db := captured(t, "")
		copy(db[at:], to)
		return map[string][]byte{"": db}
	}
	// A log of another version, with its sum right.
	wal := captured(t, "-wal")
	wal[7]++
	sum := checksum{order: leOrBe(wal)}
	sum.add(wal[:24])
	for i := range 4 {
		wal[24+i], wal[28+i] = byte(sum.s1>>(24-8*i)), byte(sum.s2>>(24-8*i))
	}
	for _, test := range []struct {
		name, want string
		files      map[string][]byte
	}{
		{"nothing", "no such file", nil},
		{"empty", "no SQLite database", map[string][]byte{"": {}}},
		{"short", "page 1 of 0: the database is damaged", map[string][]byte{"": captured(t, "")[:4000]}},
		{"something else", "it is no SQLite database", change(0, 's')},
		{"no log", "use-sqlite-wal is off", change(18, 1, 1)},
		{"a rollback journal", "rollback journal", map[string][]byte{"": captured(t, ""), "-journal": {1}}},
		{"size of pages", "damaged", change(16, 0, 3)},
		{"other pages than the log's", "pages of 2048 bytes, and of 4096 in the log", map[string][]byte{"": change(16, 8, 0)[""], "-wal": captured(t, "-wal")}},
		{"fractions", "damaged", change(21, 63)},
		{"reserved bytes", "damaged", change(16, 2, 0, 2, 2, 64)},
		{"another encoding", "encoding 2 is unknown", change(56, 0, 0, 0, 2)},
		{"a later schema", "schema format 5", change(44, 0, 0, 0, 5)},
		{"no table", "page 1 is of kind 0: the database is damaged", change(100, 0)},
		{"another log", "unknown version", map[string][]byte{"": captured(t, ""), "-wal": wal}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Open(lay(t, test.files))
			if err == nil || !strings.Contains(err.Error(), test.want) || s != nil || errors.Is(err, ErrBusy) {
				t.Errorf("Open = %v, want %q", err, test.want)
			}
		})
	}
}

func TestAbsent(t *testing.T) {
	s, err := Open(lay(t, map[string][]byte{"": captured(t, "")}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, ask := range map[string]func() error{
		"table":  func() error { _, err := s.Table("refs"); return err },
		"column": func() error { _, err := s.Table("ValidPaths", "path", "size"); return err },
		"index":  func() error { _, err := s.Index("ValidPaths", "deriver"); return err },
		"order":  func() error { _, err := s.Index("Refs", "reference", "referrer"); return err },
	} {
		if err := ask(); err == nil || !strings.Contains(err.Error(), " has no ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	paths, err := s.Table("ValidPaths")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{-1 << 63, -1, 0, 31, 1<<63 - 1} {
		if row, err := paths.Row(id); row != nil || err != nil {
			t.Errorf("Row(%d) = %v, %v", id, row, err)
		}
	}
}

func TestReadOfWhatIsCutOff(t *testing.T) {
	file := lay(t, map[string][]byte{"": captured(t, "")})
	err := Read(file, func(s *Snapshot) error {
		if err := os.Truncate(file, 0); err != nil {
			t.Fatal(err)
		}
		_, err := summary(s)
		return err
	})
	if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("got %v, want ErrBusy", err)
	}
}

func TestReadLetsPanicsThrough(t *testing.T) {
	defer func() {
		if got := recover(); got != "mine" {
			t.Errorf("got %v", got)
		}
	}()
	_ = Read(lay(t, map[string][]byte{"": captured(t, "")}), func(*Snapshot) error { panic("mine") })
}
