package bot

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/toplevel"
)

const (
	webSystem = "/nix/store/00000000000000000000000000000000-nixos-system-web-25.11"
	another   = "/nix/store/11111111111111111111111111111111-nixos-system-web-25.11"
)

func TestKnown(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	k := known{filepath.Join(t.TempDir(), "toplevels")}
	if listing, err := k.closure(webSystem, now); listing != nil || err != nil {
		t.Errorf("got %v, %v from nothing", listing, err)
	}
	saved := closure.Listing{{Path: webSystem, NarSize: 7, References: []int32{}}}
	g, err := closure.NewGraph(closure.Names{}, saved)
	if err != nil {
		t.Fatal(err)
	}
	system := &toplevel.Toplevel{Path: webSystem, NixosVersion: "25.11", Inhibitors: map[string]string{"a": "b"}}
	if err := k.save(g, system); err != nil {
		t.Fatal(err)
	}
	got, err := k.closure(webSystem, now)
	if diff := cmp.Diff(saved, got); diff != "" || err != nil {
		t.Errorf("%v, mismatch (-want +got)\n%s", err, diff)
	}
	again, err := k.system(webSystem, now)
	if diff := cmp.Diff(system, again); diff != "" || err != nil {
		t.Errorf("%v, mismatch (-want +got)\n%s", err, diff)
	}
	for _, what := range []string{closureFile, systemFile} {
		if err := os.Rename(k.file(webSystem, what), k.file(another, what)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.closure(another, now); err == nil || !strings.Contains(err.Error(), "it is the closure of "+webSystem) {
		t.Errorf("got %v", err)
	}
	if _, err := k.system(another, now); err == nil || !strings.Contains(err.Error(), "it is that of") {
		t.Errorf("got %v", err)
	}
}

// Without one of the two files nothing is known, and what an earlier nixferry
// read does not count.
func TestKnownInPart(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	k := known{t.TempDir()}
	g, err := closure.NewGraph(closure.Names{}, closure.Listing{{Path: webSystem}})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.save(g, &toplevel.Toplevel{Path: webSystem}); err != nil {
		t.Fatal(err)
	}
	var old bytes.Buffer
	packer := gzip.NewWriter(&old)
	fmt.Fprintf(packer, `{"facts":%d,"system":{"Path":%q}}`, toplevel.Facts-1, webSystem)
	packer.Close()
	if err := os.WriteFile(k.file(webSystem, systemFile), old.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := k.system(webSystem, now); err == nil || !strings.Contains(err.Error(), "another nixferry read other facts") {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(k.file(webSystem, systemFile)); err != nil {
		t.Fatal(err)
	}
	if listing, err := k.closure(webSystem, now); listing != nil || err != nil {
		t.Errorf("got %v, %v", listing, err)
	}
}

func TestKnownForgets(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	k := known{t.TempDir()}
	for _, name := range []string{webSystem, another} {
		if err := os.WriteFile(k.file(name, closureFile), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	old := now.Add(-forgotten - time.Hour)
	if err := os.Chtimes(k.file(another, closureFile), old, old); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(k.file(webSystem, closureFile), now, now); err != nil {
		t.Fatal(err)
	}
	k.forget(now)
	left, _ := filepath.Glob(filepath.Join(k.dir, "*"))
	if diff := cmp.Diff([]string{k.file(webSystem, closureFile)}, left); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

func TestWhereIsKnown(t *testing.T) {
	for _, test := range []struct {
		env  []string
		cfg  config.Config
		want string
	}{
		{[]string{"HOME=/home/me"}, config.Config{}, "/home/me/.cache/nixferry/toplevels"},
		{[]string{"HOME=/home/me", "XDG_CACHE_HOME=/c"}, config.Config{}, "/c/nixferry/toplevels"},
		{[]string{"HOME=/home/me", "XDG_CACHE_HOME=c"}, config.Config{}, "/home/me/.cache/nixferry/toplevels"},
		{[]string{"HOME=/home/me"}, config.Config{CacheDir: "/mine"}, "/mine/toplevels"},
		{nil, config.Config{}, ""},
	} {
		if got := (World{Env: test.env}).known(test.cfg); got.dir != test.want {
			t.Errorf("%v: got %q, want %q", test.env, got.dir, test.want)
		}
	}
}
