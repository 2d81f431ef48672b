package bot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/config"
)

const (
	toplevel = "/nix/store/00000000000000000000000000000000-nixos-system-web-25.11"
	another  = "/nix/store/11111111111111111111111111111111-nixos-system-web-25.11"
)

func TestKnown(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	k := known{filepath.Join(t.TempDir(), "closures")}
	if listing, err := k.listing(toplevel, now); listing != nil || err != nil {
		t.Errorf("got %v, %v from nothing", listing, err)
	}
	saved := closure.Listing{{Path: toplevel, NarSize: 7, References: []int32{}}}
	g, err := closure.NewGraph(closure.Names{}, saved)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.save(g, toplevel); err != nil {
		t.Fatal(err)
	}
	got, err := k.listing(toplevel, now)
	if diff := cmp.Diff(saved, got); diff != "" || err != nil {
		t.Errorf("%v, mismatch (-want +got)\n%s", err, diff)
	}
	if err := os.Rename(k.file(toplevel), k.file(another)); err != nil {
		t.Fatal(err)
	}
	if _, err := k.listing(another, now); err == nil || !strings.Contains(err.Error(), "is that of "+toplevel) {
		t.Errorf("got %v", err)
	}
}

func TestKnownForgets(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	k := known{t.TempDir()}
	for _, name := range []string{toplevel, another} {
		if err := os.WriteFile(k.file(name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	old := now.Add(-forgotten - time.Hour)
	if err := os.Chtimes(k.file(another), old, old); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(k.file(toplevel), now, now); err != nil {
		t.Fatal(err)
	}
	k.forget(now)
	left, _ := filepath.Glob(filepath.Join(k.dir, "*"))
	if diff := cmp.Diff([]string{k.file(toplevel)}, left); diff != "" {
		t.Errorf("mismatch (-want +got)\n%s", diff)
	}
}

func TestWhereIsKnown(t *testing.T) {
	for _, test := range []struct {
		env  []string
		cfg  config.Config
		want string
	}{
		{[]string{"HOME=/home/me"}, config.Config{}, "/home/me/.cache/nixferry/closures"},
		{[]string{"HOME=/home/me", "XDG_CACHE_HOME=/c"}, config.Config{}, "/c/nixferry/closures"},
		{[]string{"HOME=/home/me", "XDG_CACHE_HOME=c"}, config.Config{}, "/home/me/.cache/nixferry/closures"},
		{[]string{"HOME=/home/me"}, config.Config{CacheDir: "/mine"}, "/mine/closures"},
		{nil, config.Config{}, ""},
	} {
		if got := (World{Env: test.env}).known(test.cfg); got.dir != test.want {
			t.Errorf("%v: got %q, want %q", test.env, got.dir, test.want)
		}
	}
}
