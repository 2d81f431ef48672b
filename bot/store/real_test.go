package store

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/store/sqlite"
)

// The tests of this file run the real nix on PATH, in stores of their own.

// A world is a store that only one test has.
type world struct {
	dir string
	env []string
}

func newWorld(t testing.TB) world {
	t.Helper()
	dir := t.TempDir()
	env := append(os.Environ(), "HOME="+dir, "NIX_REMOTE=", "NIX_STORE_DIR="+dir+"/store", "NIX_STATE_DIR="+dir+"/var", "NIX_LOG_DIR="+dir+"/log",
		"NIX_CONF_DIR="+dir, "NIX_CONFIG=experimental-features = nix-command\nbuild-users-group =\nsandbox = false\nsubstitute = false")
	return world{dir: dir, env: env}
}

func (w world) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir = w.env, w.dir
	return cmd
}

func (w world) run(t testing.TB, stdin, name string, args ...string) string {
	t.Helper()
	cmd := w.command(name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %.100s: %v\n%s", name, args, err, &stderr)
	}
	return strings.TrimSpace(string(out))
}

func (w world) open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(Where{StateDir: w.dir + "/var", StoreDir: w.dir + "/store"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// told is what nix path-info tells.
func (w world) told(t testing.TB, roots ...string) closure.Listing {
	t.Helper()
	args := []string{"path-info", "-r", "--json"}
	if strings.HasSuffix(roots[0], ".drv") {
		args = append(args, "--derivation")
	}
	text := w.run(t, "", "nix", append(args, roots...)...)
	listing, err := closure.ParsePathInfo(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return listing
}

// A line is one path of a listing, without places.
type line struct {
	Path, Deriver string
	NarSize       int64
	References    []string
}

func lines(listing closure.Listing) (all []line) {
	for _, p := range listing {
		l := line{Path: p.Path, Deriver: p.Deriver, NarSize: p.NarSize}
		for _, to := range p.References {
			l.References = append(l.References, listing[to].Path)
		}
		slices.Sort(l.References)
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b line) int { return cmp.Compare(a.Path, b.Path) })
	return all
}

// same reads closures and compares them with what Nix tells.
func (w world) same(t *testing.T, roots ...string) {
	t.Helper()
	got, err := w.open(t).Closures(t.Context(), roots)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(lines(w.told(t, roots...)), lines(got)); diff != "" || len(got) == 0 {
		t.Errorf("%d paths, mismatch (-want +got):\n%s", len(got), diff)
	}
}

// path makes up a store path.
func (w world) path(name string) string {
	sum := sha256.Sum256([]byte(name))
	hash := base32.NewEncoding("0123456789abcdfghijklmnpqrsvwxyz").EncodeToString(sum[:20])
	return w.dir + "/store/" + hash + "-" + name
}

// register makes up n paths of a name; each refers to itself and to several
// before it, so that the last needs them all. It returns them as nix-store
// --load-db wants them.
func (w world) register(name string, n, references int) (db, root string) {
	var b strings.Builder
	for i := range n {
		p := w.path(fmt.Sprintf("%s-%d", name, i))
		sum := sha256.Sum256([]byte(p))
		refs := map[string]bool{}
		if i > 0 {
			refs[p], refs[w.path(fmt.Sprintf("%s-%d", name, i-1))] = true, true
			for k := len(refs); k < references; k++ {
				refs[w.path(fmt.Sprintf("%s-%d", name, int(sum[k])*i/256))] = true
			}
		}
		deriver := p + ".drv"
		if i%3 == 0 {
			deriver = ""
		}
		fmt.Fprintf(&b, "%s\n%s\n%d\n%s\n%d\n", p, hex.EncodeToString(sum[:]), 1+i*i*i*i, deriver, len(refs))
		for ref := range refs {
			fmt.Fprintln(&b, ref)
		}
		root = p
	}
	return b.String(), root
}

func TestClosuresAsNixTellsThem(t *testing.T) {
	w := newWorld(t)
	var roots []string
	for _, name := range []string{"few", "many"} {
		db, root := w.register(name, len(name)*len(name)*60, 7)
		w.run(t, db, "nix-store", "--load-db")
		roots = append(roots, root)
	}
	w.same(t, roots...)
	w.same(t, roots[1], roots[1])

	for _, root := range []string{"", w.path("none"), roots[0][:len(roots[0])-1], w.dir} {
		if _, err := w.open(t).Closures(t.Context(), []string{roots[0], root}); !errors.Is(err, ErrNotValid) {
			t.Errorf("Closures(%q): %v, want ErrNotValid", root, err)
		}
	}
	valid, err := w.open(t).Valid(t.Context(), []string{roots[1], w.path("none"), "", roots[0], roots[1]})
	if diff := gocmp.Diff([]string{roots[1], roots[0], roots[1]}, valid); diff != "" || err != nil {
		t.Errorf("Valid: %v, mismatch (-want +got)\n%s", err, diff)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.open(t).Closures(ctx, roots); !errors.Is(err, context.Canceled) {
		t.Errorf("Closures = %v, want context.Canceled", err)
	}
}

// Signatures lie behind what is read, on pages of their own when they are long.
func TestClosuresOfLongRows(t *testing.T) {
	w := newWorld(t)
	db, root := w.register("signed", 40, 3)
	w.run(t, db, "nix-store", "--load-db")
	_, half := w.register("signed", 20, 3)
	for i, signed := range []string{root, half} {
		key := fmt.Sprint(w.dir, "/key", i)
		secret := w.run(t, "", "nix", "key", "generate-secret", "--key-name", strings.Repeat("x", 3900+i))
		if err := os.WriteFile(key, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
		w.run(t, "", "nix", "store", "sign", "-k", key, "-r", signed)
	}
	w.same(t, root)
}

// slow is a build that goes on until it is let go. While it does, Nix has its
// derivations in the log of the database and nowhere else.
const slow = `
let
  system = builtins.currentSystem;
  one = derivation { inherit system; name = "one"; builder = "/bin/sh"; args = [ "-c" "echo ${builtins.toFile "text" "one"} > $out" ]; };
in derivation { inherit system; name = "two"; builder = "/bin/sh"; args = [ "-c" "echo begun >&2; read go < DIR/go; echo ${one} > $out" ]; }`

// begin builds slow, as far as it goes. What end returns is the last of it.
func (w world) begin(t *testing.T) (build *exec.Cmd, drv string, end func() error) {
	t.Helper()
	db, _ := w.register("before", 40, 3)
	w.run(t, db, "nix-store", "--load-db")
	fifo := filepath.Join(w.dir, "go")
	w.run(t, "", "mkfifo", fifo)
	let, err := os.OpenFile(fifo, os.O_RDWR, 0) // does not wait for a reader
	if err != nil {
		t.Fatal(err)
	}
	expression := strings.ReplaceAll(slow, "DIR", w.dir)
	build = w.command("nix-build", "--no-out-link", "-E", expression)
	stderr, err := build.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := build.Start(); err != nil {
		t.Fatal(err)
	}
	end = sync.OnceValue(func() error {
		let.WriteString("go\n")
		defer let.Close()
		io.Copy(io.Discard, stderr)
		return build.Wait()
	})
	t.Cleanup(func() { end() })
	said := bufio.NewScanner(stderr)
	for said.Scan() && said.Text() != "begun" {
	}
	if said.Text() != "begun" {
		t.Fatalf("the build ended: %v", end())
	}
	return build, w.run(t, "", "nix-instantiate", "-E", expression), end
}

func TestClosuresWhileNixBuilds(t *testing.T) {
	w := newWorld(t)
	_, drv, end := w.begin(t)
	if info, err := os.Stat(w.dir + "/var/db/db.sqlite-wal"); err != nil || info.Size() == 0 {
		t.Errorf("the log should have something: %v", err)
	}
	w.same(t, drv)
	text, err := ReadDerivation(drv)
	if err != nil || !bytes.HasPrefix(text, []byte("Derive(")) {
		t.Errorf("ReadDerivation = %.20q, %v", text, err)
	}
	for _, bad := range []string{"", "/etc/passwd", drv[:len(drv)-4], drv + ".drv"} {
		if text, err := ReadDerivation(bad); err == nil {
			t.Errorf("ReadDerivation(%q) = %.20q", bad, text)
		}
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	w.same(t, w.run(t, "", "nix-store", "--query", "--outputs", drv))
}

// A Nix that was killed leaves a log, and an index that nobody vouches for, or
// none.
func TestClosuresAfterNixWasKilled(t *testing.T) {
	w := newWorld(t)
	build, drv, end := w.begin(t)
	want := w.told(t, drv)
	if err := build.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := end(); err == nil {
		t.Error("it should not have ended well")
	}
	for _, index := range []string{"old", "no"} {
		if index == "no" {
			os.Remove(w.dir + "/var/db/db.sqlite-shm")
		}
		got, err := w.open(t).Closures(t.Context(), []string{drv})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(lines(want), lines(got)); diff != "" {
			t.Errorf("%s index: mismatch (-want +got):\n%s", index, diff)
		}
	}
	w.same(t, drv)
}

// The last to close a database has it for itself for a moment: no lock is
// given then, but soon after.
func TestClosuresTriesAgain(t *testing.T) {
	w := newWorld(t)
	db, root := w.register("some", 10, 3)
	w.run(t, db, "nix-store", "--load-db")
	file, err := os.OpenFile(w.dir+"/var/db/db.sqlite", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	const ofdSetlk, pending, size = 37, 0x40000000, 512
	if err := syscall.FcntlFlock(file.Fd(), ofdSetlk, &syscall.Flock_t{Type: syscall.F_WRLCK, Start: pending, Len: size}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.open(t).Closures(t.Context(), []string{root}); !errors.Is(err, sqlite.ErrBusy) {
		t.Errorf("Closures: %v, want ErrBusy", err)
	}
	time.AfterFunc(pause, func() { file.Close() })
	if _, err := w.open(t).Closures(t.Context(), []string{root}); err != nil {
		t.Error(err)
	}
}

// TestClosuresWhileNixWrites reads what one Nix after the other registers: a
// root is there with all it needs, or not at all.
func TestClosuresWhileNixWrites(t *testing.T) {
	const rounds, paths = 12, 150
	w := newWorld(t)
	db, steady := w.register("steady", paths, 5)
	w.run(t, db, "nix-store", "--load-db")
	s := w.open(t)
	want, err := s.Closures(t.Context(), []string{steady})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var roots []string
	for i := range rounds {
		_, root := w.register(fmt.Sprint("round", i), paths, 5)
		roots = append(roots, root)
	}
	go func() {
		defer close(done)
		for i := range rounds {
			db, _ := w.register(fmt.Sprint("round", i), paths, 5)
			w.run(t, db, "nix-store", "--load-db")
		}
	}()
	seen, busy, next := 0, 0, 0
	for writing := true; writing || next < rounds; seen++ {
		select {
		case <-done:
			writing = false
		default:
		}
		got, err := s.Closures(t.Context(), []string{steady, roots[min(next, rounds-1)]})
		switch {
		case err == nil:
			next++
		case errors.Is(err, sqlite.ErrBusy):
			busy++
			continue
		case errors.Is(err, ErrNotValid) && writing:
			got, err = s.Closures(t.Context(), []string{steady})
			if errors.Is(err, sqlite.ErrBusy) {
				continue
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		if want[0].Path != got[0].Path || len(got) != len(want) && len(got) != 2*len(want) {
			t.Fatalf("%d paths, want %d or twice that", len(got), len(want))
		}
	}
	t.Logf("%d readings, %d were busy", seen, busy)
	w.same(t, roots...)
}
