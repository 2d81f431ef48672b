package repo_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// changes are what people do to a clone, and what is to be seen of it.
var changes = []struct {
	name  string
	do    func(t *testing.T, dir string)
	names []string
	want  []string
}{
	{name: "fresh", do: func(*testing.T, string) {}},
	{name: "edited", want: []string{"README", "fleet/flake.nix"}, do: func(t *testing.T, dir string) {
		write(t, dir+"/README", "other\n")
		write(t, dir+"/fleet/flake.nix", "{x}\n")
	}},
	{name: "only the named", names: []string{"fleet/flake.nix", "fleet/flake.lock"}, do: func(t *testing.T, dir string) {
		write(t, dir+"/README", "other\n")
	}},
	{name: "same size and time", want: []string{"README"}, do: func(t *testing.T, dir string) {
		info, err := os.Stat(dir + "/README")
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir+"/README", "READ ME\n")
		if err := os.Chtimes(dir+"/README", time.Now(), info.ModTime().Add(time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "touched", do: func(t *testing.T, dir string) {
		if err := os.Chtimes(dir+"/README", time.Now(), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "staged", want: []string{"README", "new"}, do: func(t *testing.T, dir string) {
		write(t, dir+"/README", "other\n")
		write(t, dir+"/new", "new\n")
		git(t, dir, "add", ".")
	}},
	{name: "deleted", want: []string{"README", "link"}, do: func(t *testing.T, dir string) {
		if err := errors.Join(os.Remove(dir+"/README"), os.Remove(dir+"/link")); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "removed from the index", want: []string{"README"}, do: func(t *testing.T, dir string) {
		git(t, dir, "rm", "--quiet", "--cached", "README")
	}},
	{name: "untracked", do: func(t *testing.T, dir string) { write(t, dir+"/new", "new\n") }},
	{name: "untracked but named", names: []string{"new", "gone"}, want: []string{"new"}, do: func(t *testing.T, dir string) {
		write(t, dir+"/new", "new\n")
	}},
	{name: "link turned", want: []string{"link"}, do: func(t *testing.T, dir string) {
		if err := errors.Join(os.Remove(dir+"/link"), os.Symlink("README", dir+"/link")); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "autocrlf", do: func(t *testing.T, dir string) {
		git(t, dir, "config", "core.autocrlf", "true")
		if err := os.Remove(dir + "/README"); err != nil {
			t.Fatal(err)
		}
		git(t, dir, "checkout", "README")
		if got, err := os.ReadFile(dir + "/README"); err != nil || string(got) != "read me\r\n" {
			t.Fatalf("got %q, %v", got, err)
		}
	}},
	{name: "racy", want: []string{"README"}, do: func(t *testing.T, dir string) {
		info, err := os.Stat(dir + "/README")
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir+"/README", "READ ME\n") // right after the index was written, as far as clocks can tell
		if err := errors.Join(os.Chtimes(dir+"/README", info.ModTime(), info.ModTime()), os.Chtimes(dir+"/.git/index", info.ModTime(), info.ModTime())); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "git-crypt", do: encrypted},
	{name: "git-crypt, edited", want: []string{"secret"}, do: func(t *testing.T, dir string) {
		encrypted(t, dir)
		write(t, dir+"/secret", "longer than it was\n")
	}},
	{name: "submodule", do: func(t *testing.T, dir string) {
		git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+rev(t, dir, "HEAD")+",sub")
		git(t, dir, "commit", "--quiet", "-m", "sub")
	}},
}

func TestChanged(t *testing.T) {
	for _, test := range changes {
		t.Run(test.name, func(t *testing.T) {
			dir := sample(t)
			test.do(t, dir)
			got, err := open(t, dir+"/fleet").Changed(test.names...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// encrypted commits a file through a filter, as git-crypt does.
func encrypted(t *testing.T, dir string) {
	git(t, dir, "config", "filter.git-crypt.clean", `printf '\0GITCRYPT\0'; tr a-z b-za`)
	git(t, dir, "config", "filter.git-crypt.smudge", `tail -c +11 | tr b-za a-z`)
	write(t, dir+"/.gitattributes", "secret filter=git-crypt\n")
	write(t, dir+"/secret", "plain\n")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "-m", "secret")
	if err := os.Chtimes(dir+"/secret", time.Now(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
}
