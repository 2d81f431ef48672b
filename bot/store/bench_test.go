package store

import (
	"os/exec"
	"testing"
)

// BenchmarkClosures reads a host's worth of paths, beside what Nix needs for
// the same: 2,500 paths with 16,000 references.
func BenchmarkClosures(b *testing.B) {
	w := newWorld(b)
	db, root := w.register("host", 2500, 7)
	w.run(b, db, "nix-store", "--load-db")
	s := w.open(b)
	b.Run("nixferry", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Closures(b.Context(), []string{root}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, cmd := range map[string]func() *exec.Cmd{
		"nix-path-info":     func() *exec.Cmd { return w.command("nix", "path-info", "-r", "--json", root) },
		"nix-diff-closures": func() *exec.Cmd { return w.command("nix", "store", "diff-closures", root, root) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := cmd().Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
