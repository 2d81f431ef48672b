package cache_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/cache"
)

func TestIn(t *testing.T) {
	for _, test := range []struct {
		substituters []string
		want         bool
	}{
		{nil, false},
		{[]string{"https://cache.nixos.org/"}, true},
		{[]string{"https://me.cachix.org", "https://cache.nixos.org?priority=40"}, true},
		{[]string{"https://cache.nixos.org.example.com"}, false},
		{[]string{"s3://bucket", "daemon", ":"}, false},
	} {
		if got := cache.In(test.substituters); got != test.want {
			t.Errorf("In(%q) = %v", test.substituters, got)
		}
	}
}

// path is a store path whose hash ends in the number n.
func path(n int) string { return fmt.Sprintf("/nix/store/%032d-nginx-1.29.4", n) }

// narinfo is what a cache says of path(n).
func narinfo(n int) string {
	return fmt.Sprintf("StorePath: %s\nURL: nar/%d.nar.xz\nCompression: xz\nFileSize: 10\nNarHash: sha256:0\nNarSize: 30\nReferences: \n", path(n), n)
}

func TestHas(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch calls.Add(1); r.Method + " " + r.URL.Path {
		case "GET /nix-cache-info":
			fmt.Fprint(w, "StoreDir: /nix/store\n")
		case "GET /00000000000000000000000000000001.narinfo":
			fmt.Fprint(w, narinfo(1))
		case "GET /00000000000000000000000000000003.narinfo":
			w.WriteHeader(http.StatusTeapot)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	got := cache.Has(t.Context(), server.URL, []string{path(1), path(2), path(3)})
	if diff := cmp.Diff(map[string]bool{path(1): true, path(2): false}, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	calls.Store(0)
	var many []string
	for n := range 25 {
		many = append(many, path(n))
	}
	if cache.Has(t.Context(), server.URL, many); calls.Load() != 1+10 {
		t.Errorf("%d requests, want 11", calls.Load())
	}
}

func TestHasFailsOpen(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, got := range map[string]map[string]bool{
		"nobody there":  cache.Has(t.Context(), "http://127.0.0.1:1", []string{path(1)}),
		"context ended": cache.Has(ended, "http://127.0.0.1:1", []string{path(1)}),
		"no address":    cache.Has(t.Context(), "http://[", []string{path(1)}),
	} {
		if len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}
