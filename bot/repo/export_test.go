package repo_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExport(t *testing.T) {
	dir := sample(t)
	head := rev(t, dir, "HEAD")
	git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+head+",vendor/sub")
	git(t, dir, "commit", "--quiet", "-m", "with a submodule")
	out := realTempDir(t)
	submodules, err := open(t, dir).Export(t.Context(), rev(t, dir, "HEAD"), out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"vendor/sub"}, submodules); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	want := []string{
		"README -rw-r--r-- read me\n",
		"fleet/flake.nix -rw-r--r-- { }\n",
		"fleet/hosts/web.nix -rw-r--r-- { web = 1; }\n",
		"link -> fleet/flake.nix",
		"run.sh -rwxr-xr-x #!/bin/sh\n",
	}
	if diff := cmp.Diff(want, listing(t, out)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestExportStops(t *testing.T) {
	dir := sample(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, dir).Export(ctx, rev(t, dir, "HEAD"), t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the export to stop", err)
	}
}

// Trees that git itself would not make: each tries to write outside.
func TestExportHostileTrees(t *testing.T) {
	for _, test := range []struct {
		name string
		tree func(blob, link, sub string) string // a raw tree, of these objects
	}{
		{"parent", func(blob, _, _ string) string { return entry("100644 ..", blob) }},
		{"slash", func(blob, _, _ string) string { return entry("100644 ../evil", blob) }},
		{"sideways", func(blob, _, _ string) string { return entry("100644 ../beside", blob) }},
		{"absolute", func(blob, _, _ string) string { return entry("100644 /tmp/nixferry-evil", blob) }},
		{"git's own", func(_, _, sub string) string { return entry("40000 .GIT", sub) }},
		{"through a link", func(_, link, sub string) string { return entry("120000 a", link) + entry("40000 a", sub) }},
		{"twice", func(blob, _, _ string) string { return entry("100644 a", blob) + entry("100644 a", blob) }},
		{"itself", func(blob, _, _ string) string { return entry("100644 .", blob) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := sample(t)
			outside := filepath.Join(dir, "../outside")
			blob := object(t, dir, "blob", "evil")
			link := object(t, dir, "blob", outside)
			sub := object(t, dir, "tree", entry("100644 evil", blob))
			tree := object(t, dir, "tree", test.tree(blob, link, sub))
			if test.name == "sideways" {
				tree = object(t, dir, "tree", entry("40000 a", tree))
			}
			commit := object(t, dir, "commit", "tree "+tree+"\nauthor a <b> 1 +0000\ncommitter a <b> 1 +0000\n\nx\n")
			out := filepath.Join(dir, "../out")
			if err := errors.Join(os.Mkdir(out, 0o755), os.Mkdir(outside, 0o755)); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, dir).Export(t.Context(), commit, out); err == nil {
				t.Error("no error")
			}
			if got := listing(t, outside); len(got) > 0 {
				t.Errorf("written outside: %v", got)
			}
			for _, name := range []string{"../evil", ".GIT", ".git"} {
				if _, err := os.Lstat(filepath.Join(out, name)); err == nil {
					t.Errorf("%s was written", name)
				}
			}
		})
	}
}

// listing is every file and link below dir, by name.
func listing(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if entry.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			out = append(out, name+" -> "+target)
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		out = append(out, fmt.Sprintf("%s %s %s", name, info.Mode(), content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// entry is one entry of a raw tree object: "mode name".
func entry(head, sha string) string {
	var raw strings.Builder
	raw.WriteString(head + "\x00")
	for i := 0; i < len(sha); i += 2 {
		var b byte
		fmt.Sscanf(sha[i:i+2], "%02x", &b)
		raw.WriteByte(b)
	}
	return raw.String()
}

// object writes a raw object, right or not.
func object(t *testing.T, dir, kind, content string) string {
	t.Helper()
	command := exec.Command("git", "hash-object", "-w", "--literally", "--stdin", "-t", kind)
	command.Dir = dir
	command.Stdin = strings.NewReader(content)
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
