package bot

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What lies outside of the store is not there.
func TestStoreFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"store/hosts": "mine", "secret": "theirs", "store2/hosts": "theirs"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{"link": filepath.Join(dir, "secret"), "up": ".."} {
		if err := os.Symlink(to, filepath.Join(dir, "store", name)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir + "/store")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	files := storeFiles{root.FS(), strings.TrimPrefix(dir, "/") + "/store/"}
	inside := strings.TrimPrefix(dir, "/")
	if text, err := fs.ReadFile(files, inside+"/store/hosts"); string(text) != "mine" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	if to, err := fs.ReadLink(files, inside+"/store/link"); to != filepath.Join(dir, "secret") || err != nil {
		t.Errorf("got %q, %v", to, err)
	}
	if info, err := fs.Lstat(files, inside+"/store/link"); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("got %v, %v", info, err)
	}
	for _, name := range []string{inside + "/secret", inside + "/store2/hosts", inside + "/store/../secret", inside + "/store/link", inside + "/store/up/secret", "etc/passwd", "."} {
		if text, err := fs.ReadFile(files, name); err == nil {
			t.Errorf("%s: %q", name, text)
		}
	}
}
