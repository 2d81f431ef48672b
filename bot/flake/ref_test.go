package flake

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const rev = "b6a8526db03f735b89dd5ff348f53f752e7ddc8e"

func TestParseRef(t *testing.T) {
	for _, test := range []struct {
		text string
		want flakeRef
	}{
		{"github:NixOS/nixpkgs/nixos-25.11", flakeRef{Type: "github", Host: "github.com", Owner: "NixOS", Repo: "nixpkgs", Ref: "nixos-25.11"}},
		{"github:/nixos//nixpkgs/", flakeRef{Type: "github", Host: "github.com", Owner: "nixos", Repo: "nixpkgs"}},
		{"github:o/r/a/b?dir=sub", flakeRef{Type: "github", Host: "github.com", Owner: "o", Repo: "r", Ref: "a/b", Dir: "sub"}},
		{"github:o/r?host=GHE.example.org&ref=x", flakeRef{Type: "github", Host: "ghe.example.org", Owner: "o", Repo: "r", Ref: "x"}},
		{"github:o/r/" + rev, flakeRef{Type: "github", Host: "github.com", Owner: "o", Repo: "r", Rev: rev}},
		{"gitlab:group%2Fsub/r/main", flakeRef{Type: "gitlab", Host: "gitlab.com", Owner: "group/sub", Repo: "r", Ref: "main"}},
		{"sourcehut:~o/r", flakeRef{Type: "sourcehut", Host: "git.sr.ht", Owner: "~o", Repo: "r"}},
		{"nixpkgs", flakeRef{Type: "indirect", Repo: "nixpkgs"}},
		{"flake:nixpkgs/nixos-25.11", flakeRef{Type: "indirect", Repo: "nixpkgs", Ref: "nixos-25.11"}},
		{"nixpkgs/" + rev, flakeRef{Type: "indirect", Repo: "nixpkgs", Rev: rev}},
		{"nixpkgs/nixos-25.11/" + rev, flakeRef{Type: "indirect", Repo: "nixpkgs", Ref: "nixos-25.11", Rev: rev}},
		{"git+https://git@Example.org/a/b/nixpkgs.git?ref=refs/heads/x&rev=" + rev, flakeRef{Type: "git", Host: "example.org", Owner: "a/b", Repo: "nixpkgs", Ref: "x", Rev: rev}},
		{"git+file:///srv/nixpkgs/?ref=x", flakeRef{Type: "git", Repo: "nixpkgs", Ref: "x"}},
		{"git+file:./nixpkgs", flakeRef{Type: "git", Repo: "nixpkgs"}},
		{"git://git.example.org/nixpkgs", flakeRef{Type: "git", Host: "git.example.org", Repo: "nixpkgs"}},
		{"https://flakehub.com/f/NixOS/nixpkgs/0.2511.%2A.tar.gz", flakeRef{Type: "flakehub", Host: "flakehub.com", Owner: "NixOS", Repo: "nixpkgs", Ref: "0.2511.*"}},
		{"https://channels.nixos.org/nixos-25.11/nixexprs.tar.xz", flakeRef{Type: "channel", Host: "channels.nixos.org", Owner: "NixOS", Repo: "nixpkgs", Ref: "nixos-25.11"}},
		{"tarball+https://github.com/o/r/archive/refs/tags/v1.2.tar.gz", flakeRef{Type: "archive", Host: "github.com", Owner: "o", Repo: "r", Ref: "v1.2"}},
		{"https://github.com/o/r/archive/" + rev + ".zip", flakeRef{Type: "archive", Host: "github.com", Owner: "o", Repo: "r", Rev: rev}},
		{"https://example.org/x/thing.tar.gz?a=b", flakeRef{Type: "tarball", Host: "example.org", Repo: "thing"}},
		{"path:./sub", flakeRef{Type: "path", Repo: "sub"}},
		{"../sub", flakeRef{Type: "path", Repo: "sub"}},
		{"/srv/sub", flakeRef{Type: "path", Repo: "sub"}},
		{".", flakeRef{Type: "path", Repo: "."}},
	} {
		got, err := parseRef(test.text)
		if err != nil {
			t.Errorf("parseRef(%q): %v", test.text, err)
		}
		if diff := cmp.Diff(test.want, got, cmpopts.IgnoreUnexported(flakeRef{})); diff != "" {
			t.Errorf("parseRef(%q) mismatch (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestParseRefErrors(t *testing.T) {
	for _, text := range []string{"", "github:", "github:o", "github:o/r/x?ref=y", "github:o/r x", "github:o/r#x", "nixpkgs/x?rev=" + rev, "a\tb"} {
		if got, err := parseRef(text); err == nil {
			t.Errorf("parseRef(%q) = %+v, want an error", text, got)
		}
	}
}

func TestWith(t *testing.T) {
	for _, test := range []struct{ text, ref, want string }{
		{"github:o/r/a", "b", "github:o/r/b"},
		{"github:o/r/a/b/?x=y", "c", "github:o/r/c/?x=y"},
		{"github:o/r/a", "", "github:o/r"},
		{"github:o/r/a?dir=x", "", "github:o/r?dir=x"},
		{"github:o/r", "a", "github:o/r/a"},
		{"github:o/r/?dir=x", "a", "github:o/r/a?dir=x"},
		{"github:o/r", "", "github:o/r"},
		{"github:o/r?", "", "github:o/r?"},
		{"github:o/r?ref=a", "", "github:o/r"},
		{"github:o/r?ref=a&dir=x", "", "github:o/r?dir=x"},
		{"github:o/r?a&ref=a&&dir=x", "b", "github:o/r?a&ref=b&&dir=x"},
		{"github:o/r?ref=a", rev, "github:o/r?rev=" + rev},
		{"git+https://h/o/r?ref=a&rev=" + rev, "b", "git+https://h/o/r?ref=b"},
		{"git+https://h/o/r?rev=" + rev + "&ref=a&shallow=1", "b", "git+https://h/o/r?ref=b&shallow=1"},
		{"git+https://h/o/r", "b", "git+https://h/o/r?ref=b"},
		{"git+https://h/o/r?ref=refs%2Fheads%2Fa", "b", "git+https://h/o/r?ref=refs/heads/b"},
		{"git+https://h/o/r?ref=refs/heads/a", rev, "git+https://h/o/r?rev=" + rev},
		{"nixpkgs", "a", "nixpkgs/a"},
		{"flake:nixpkgs/a/" + rev, "b", "flake:nixpkgs/b"},
		{"nixpkgs/a", "", "nixpkgs"},
		{"https://github.com/o/r/archive/a.tar.gz", "b", "https://github.com/o/r/archive/b.tar.gz"},
		{"https://github.com/o/r/archive/refs/tags/a.tar.gz", "b", "https://github.com/o/r/archive/refs/heads/b.tar.gz"},
		{"https://github.com/o/r/archive/refs/tags/v1.0.tar.gz", "v1.1", "https://github.com/o/r/archive/refs/tags/v1.1.tar.gz"},
		{"github:o/r/refs/tags/a", "b", "github:o/r/b"},
		{"github:o/r/refs/tags/v1", "v10", "github:o/r/refs/tags/v10"},
		{"github:o/r?ref=refs/tags/a1", "b1", "github:o/r?ref=b1"},
	} {
		ref, err := parseRef(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ref.with(test.ref); err != nil || got != test.want {
			t.Errorf("%q with %q = %q, %v; want %q", test.text, test.ref, got, err, test.want)
		}
	}
}

func TestWithErrors(t *testing.T) {
	for _, test := range []struct{ text, ref string }{
		{"path:./x", "a"},
		{"https://example.org/x.tar.gz", "a"},
		{"https://github.com/o/r/archive/a.tar.gz", ""},
		{"https://channels.nixos.org/nixos-25.11/nixexprs.tar.xz", "master"},
		{"https://channels.nixos.org/nixos-25.11/nixexprs.tar.xz", rev},
		{"github:o/r", "a b"},
		{"github:o/r", "a?dir=x"},
		{"github:o/r", "../../x"},
		{"github:o/r", "-x"},
		{"github:o/r", `"`},
	} {
		ref, err := parseRef(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ref.with(test.ref); err == nil {
			t.Errorf("%q with %q = %q, want an error", test.text, test.ref, got)
		}
	}
}

// FuzzRef: a rewritten reference reads back with the new ref, and with all
// else as it was.
func FuzzRef(f *testing.F) {
	for _, seed := range []string{
		"github:NixOS/nixpkgs/nixos-25.11?shallow=1", "nixpkgs/x", "git+https://h/o/r?ref=a&rev=b", "https://flakehub.com/f/a/b/0.1.*.tar.gz",
		"https://channels.nixos.org/nixos-25.11/nixexprs.tar.xz", "https://github.com/o/r/archive/refs/heads/x.tar.gz", "path:a", "flake:a/b/c?ref=d", "github:o/r?ref=&x",
	} {
		f.Add(seed, "nixos-unstable")
		f.Add(seed, rev)
	}
	f.Fuzz(func(t *testing.T, text, to string) {
		before, err := parseRef(text)
		if err != nil {
			return
		}
		rewritten, err := before.with(to)
		if err != nil || before.Type == "flakehub" {
			return
		}
		after, err := parseRef(rewritten)
		if err != nil {
			t.Fatalf("%q with %q = %q: %v", text, to, rewritten, err)
		}
		_, want := cutRefPrefix(to)
		if after.Ref+after.Rev != want && to != "" {
			t.Errorf("%q with %q = %q, which reads as %+v", text, to, rewritten, after)
		}
		if diff := cmp.Diff(before, after, cmpopts.IgnoreUnexported(flakeRef{}), cmpopts.IgnoreFields(flakeRef{}, "Ref", "Rev")); diff != "" {
			t.Errorf("%q with %q = %q mismatch (-before +after):\n%s", text, to, rewritten, diff)
		}
	})
}
