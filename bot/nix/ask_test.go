package nix

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRealSource asks where a flake's files are, and finds them there.
func TestRealSource(t *testing.T) {
	got, err := open(t).Source(t.Context(), fleet(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(got, "salt.nix")); err != nil || !strings.HasPrefix(got, "/nix/store/") {
		t.Errorf("the source is %q: %v", got, err)
	}
	if _, err := open(t).Source(t.Context(), "path:/no/such/flake"); err == nil || !strings.Contains(err.Error(), "asking where the flake's source is") {
		t.Errorf("got %v, want what was being done", err)
	}
}

// TestRealPkgsPath asks hosts for their nixpkgs; one of them has none.
func TestRealPkgsPath(t *testing.T) {
	c, ref := open(t), fleet(t)
	source, err := c.Source(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.PkgsPath(t.Context(), ref, "full"); err != nil || got != source {
		t.Errorf("got %q, %v, want %q", got, err, source)
	}
	var broken *EvalError
	if _, err := c.PkgsPath(t.Context(), ref, "plain"); !errors.As(err, &broken) {
		t.Errorf("got %v, want an EvalError", err)
	}
}
