package nix

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRealOrigins asks about every kind of derivation a host of the sample in
// testdata/plain is made of.
func TestRealOrigins(t *testing.T) {
	c, dir := open(t), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/plain")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "salt.nix"), fmt.Sprintf("%q", time.Now()))
	facts, err := c.Probe(t.Context(), "path:"+dir, "web")
	if err != nil {
		t.Fatal(err)
	}
	needed, err := c.requisites(t.Context(), facts.Drv)
	if err != nil {
		t.Fatal(err)
	}
	drvs := slices.DeleteFunc(needed, func(path string) bool { return !strings.HasSuffix(path, ".drv") })
	origins, err := c.Origins(t.Context(), "path:"+dir, "web", facts.Drv, drvs)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, o := range origins {
		if len(o.Outs) != 1 {
			t.Errorf("%s has the outputs %q", o.Of, o.Outs)
		}
		got[storeName(o.Drv)] = told(o)
	}
	want := map[string]string{
		"nginx-1.29.tar.gz":      "nginx-1.29.4 [nginx] plain hydra",
		"nginx-1.29.4":           "nginx-1.29.4 [nginx] plain hydra",
		"bash-5.3":               "bash-5.3 [bash_5] plain hydra",
		"unrar-7":                "unrar-7 [unrar] plain",
		"quiet-1":                "quiet-1 [quiet] plain",
		"python3.13-foo-bar-1":   "python3.13-foo-bar-1 [python313Packages Foo_Bar] plain hydra",
		"zfs-kernel-2.3-6.12.58": "zfs-kernel-2.3-6.12.58 [linuxPackages_6_12 zfs_2_3] plain hydra",
		"tool-1":                 "tool-1 [tool] hydra known config",
		"jq-1.7":                 "jq-1.7 [jq] hydra known overlay.nix:2",
		"jq-1.7.tar.gz":          "jq-1.7 [jq] plain hydra known",
		"lib-z-1.2":              "lib-z-1.2 [lib-z] hydra known overlay.nix:3",
		"curl-8.17.0":            "curl-8.17.0 [curl] hydra known through lib-z overlay.nix:3",
		"mine-1":                 "mine-1 [mine] overlay.nix:4",
		"htop-3":                 "htop-3 [] web.nix",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// told writes an origin in one line.
func told(o Origin) string {
	words := []string{storeName(o.Of), fmt.Sprint(o.Attr)}
	at := func(p Position) string { return fmt.Sprintf("%s:%d", filepath.Base(p.File), p.Line) }
	for _, word := range []struct {
		ok   bool
		text string
	}{{o.Plain, "plain"}, {o.Hydra, "hydra"}, {o.PlainDrv != "", "known"}, {o.Config, "config"}} {
		if word.ok {
			words = append(words, word.text)
		}
	}
	if o.Defined.File != "" {
		words = append(words, at(o.Defined))
	}
	for _, t := range o.Through {
		words = append(words, "through", t.Attr, at(t.Defined))
	}
	if o.Listed != "" {
		words = append(words, filepath.Base(o.Listed))
	}
	return strings.Join(words, " ")
}

// TestOriginsFailOpen: what does not answer is an error, and no panic.
func TestOriginsFailOpen(t *testing.T) {
	c, drv := open(t), "/nix/store/00000000000000000000000000000000-x-1.drv"
	if got, err := c.Origins(t.Context(), "path:"+t.TempDir(), "web", drv, []string{drv}); err == nil {
		t.Errorf("Origins = %v without a toplevel", got)
	}
}

func TestSubstitution(t *testing.T) {
	for _, test := range []struct {
		config string
		want   []string
	}{
		{"substituters = https://a.example https://b.example", []string{"https://a.example", "https://b.example"}},
		{"substituters = https://a.example\nsubstitute = false", nil},
	} {
		c, err := Open(t.Context(), Options{Env: append(os.Environ(), "NIX_CONFIG="+test.config)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Substitution(t.Context())
		if diff := cmp.Diff(test.want, got.Caches); diff != "" || err != nil {
			t.Errorf("%q: %v, mismatch (-want +got):\n%s", test.config, err, diff)
		}
	}
}

func TestWant(t *testing.T) {
	for name, want := range map[string]string{
		"nginx-1.29.4":                "nginx",
		"util-linux-minimal-2.41":     "utillinuxminimal",
		"python3.13-foo.bar-1.2":      "foobar python313Packages:begins python3Packages:begins",
		"python2.7-MarkupSafe-1.1.1":  "markupsafe python27Packages:begins python2Packages:begins",
		"perl5.40.0-XML-Twig-3.52":    "xmltwig perl540Packages:begins perlPackages:begins",
		"ruby3.3-nokogiri-1.1":        "nokogiri rubyPackages_3_3:begins rubyPackages:begins",
		"ocaml5.2.1-dune-3":           "dune ocaml-ng.ocamlPackages_5_2:begins ocamlPackages:begins",
		"vimplugin-fzf.vim-2024":      "fzfvim vimPlugins:begins",
		"zfs-kernel-2.3.4-6.12.58":    "zfskernel linuxKernel.packages.linux_6_12:all linuxPackages_6_12:all linuxPackages:all",
		"nvidia-x11-565.77-6.12-rc3":  "nvidiax11 linuxKernel.packages.linux_6_12:all linuxPackages_6_12:all linuxPackages:all",
		"linux-6.12.58":               "linux",
		"onig-6.9.5_rev1":             "onig",
		"source":                      "source",
		"python3-3.13.11":             "python3",
		"hello-2.12-unstable-2026-01": "hello",
	} {
		w := wantLine(name)
		if w != want {
			t.Errorf("%s: %q, want %q", name, w, want)
		}
	}
}

func wantLine(name string) string {
	w := want("/nix/store/00000000000000000000000000000000-" + name + ".drv")
	words := []string{w.Key}
	for _, p := range w.Places {
		words = append(words, strings.Join(p.Path, ".")+":"+p.How)
	}
	return strings.Join(words, " ")
}

func TestNixosMade(t *testing.T) {
	for name, want := range map[string]bool{
		"nixos-system-web-26.05": true, "unit-nginx.service": true, "etc": true, "etc-hostname": true, "nginx.conf": true,
		"system-path": true, "users-groups.json": true, "home-manager-generation": true, "system-units": true, "initrd-linux-6.12.58": true,
		"X-Restart-Triggers-nginx": true, "linux-6.12.58-modules-shrunk": true, "stage-1-init.sh": true, "unit-script-x-start": true,
		"nginx-1.29.4": false, "etcd-3.5": false, "etcher-1": false, "systemd-258": false, "linux-6.12.58": false, "source": false,
		"unity-7": false, "nixos-rebuild-ng-26.05": false, "user-agent-1": false, "nginx-1.29.tar.gz": false, "firmware-updater-1": false,
	} {
		if got := NixosMade(name); got != want {
			t.Errorf("NixosMade(%q) = %v", name, got)
		}
	}
}

// FuzzWant: any name gives a question plain.nix can take.
func FuzzWant(f *testing.F) {
	f.Add("python3.13-foo-1")
	f.Add("zfs-kernel-2-6.12.1")
	f.Add("-")
	f.Fuzz(func(t *testing.T, name string) {
		w := want("/nix/store/00000000000000000000000000000000-" + name + ".drv")
		if w.Places == nil || strings.ContainsAny(w.Key, "-_.+") {
			t.Errorf("%q: %+v", name, w)
		}
	})
}
