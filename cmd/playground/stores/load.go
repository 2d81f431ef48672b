package stores

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
)

// settings make Nix work as anybody on a store of its own, and write as fast
// as it can.
const settings = "NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nsubstitute = false\nfsync-metadata = false"

// batch is how many paths are registered at once: a store grows by closures,
// whose rows lie together in the database.
const batch = 25_000

// Load has nix-store register padding paths with eight references each and
// then the fleet, in a database below the directory state. It gives the
// environment in which nix, added to the process's own, sees them.
func (f Fleet) Load(ctx context.Context, state string, padding int) ([]string, error) {
	env := []string{"NIX_REMOTE=", "NIX_STORE_DIR=/nix/store", "NIX_STATE_DIR=" + state, settings}
	for first := 0; first < padding; first += batch {
		if err := load(ctx, env, pad(first, min(first+batch, padding))); err != nil {
			return nil, err
		}
	}
	return env, load(ctx, env, slices.Values(f.Paths))
}

func load(ctx context.Context, env []string, paths iter.Seq[Path]) error {
	read, write := io.Pipe()
	go func() {
		out := bufio.NewWriter(write)
		for path := range paths {
			path.register(out)
		}
		write.CloseWithError(out.Flush())
	}()
	_, err := run(ctx, env, read, "nix-store", "--load-db")
	_ = read.Close() // ends the writer when nix-store did not read it all
	if err != nil {
		return fmt.Errorf("registering made-up paths: %w", err)
	}
	return nil
}

// run gives what a tool printed.
func run(ctx context.Context, env []string, in io.Reader, tool string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", tool, stderr.Bytes(), err)
	}
	return out, nil
}

// register writes what nix-store --load-db reads about one path. Nobody looks
// at the hash of contents that are not there.
func (p Path) register(w io.Writer) {
	fmt.Fprintf(w, "%s\n%x\n%d\n%s\n%d\n", p.Path, sha256.Sum256([]byte(p.Path)), p.NarSize, p.Deriver, len(p.References))
	for _, reference := range p.References {
		fmt.Fprintln(w, reference)
	}
}

// pad gives paths that belong to nobody's host, as a long-lived store has.
func pad(first, end int) iter.Seq[Path] {
	return func(yield func(Path) bool) {
		for number := first; number < end; number++ {
			random := rand.New(rand.NewPCG(seed, uint64(number)))
			path := Path{Path: stray(number, ""), Deriver: stray(number, ".drv"), NarSize: random.Int64N(1 << 22)}
			for range min(8, number) {
				path.References = append(path.References, stray(random.IntN(number), ""))
			}
			if !yield(path) {
				return
			}
		}
	}
}

// stray is a padding path, or what has been its deriver.
func stray(number int, suffix string) string {
	return fmt.Sprintf("%s%s-%s-%d.%d%s", dir, hash(fmt.Sprint("stray", number, suffix)), word(number), number%17, number%7, suffix)
}
