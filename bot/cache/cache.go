// Package cache asks NixOS' public binary cache whether it has a store path:
// what it has, somebody else has built. It only ever helps to explain a
// failure, so that no answer is an answer, too.
package cache

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Host is the public cache's.
const Host = "cache.nixos.org"

// The bounds of one run's questions.
const (
	most    = 10
	timeout = 5 * time.Second
)

// In reports whether the public cache is among the substituters of Nix.
func In(substituters []string) bool {
	return slices.ContainsFunc(substituters, func(text string) bool {
		u, err := url.Parse(text)
		return err == nil && u.Hostname() == Host
	})
}

// hash is the part of a store path a cache knows it by.
var hash = regexp.MustCompile(`^/nix/store/([0-9a-df-np-sv-z]{32})-`)

// Has asks the cache at base ("https://cache.nixos.org") for store paths, the
// first ten of them, all at once, for five seconds at most. The answer says of
// each path whether the cache has it; a path is missing where it did not say.
// https://nix.dev/manual/nix/2.34/protocols/nix-archive-info
func Has(ctx context.Context, base string, paths []string) map[string]bool {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var mu sync.Mutex
	var asked sync.WaitGroup
	has := map[string]bool{}
	for _, path := range paths[:min(len(paths), most)] {
		m := hash.FindStringSubmatch(path)
		if m == nil {
			continue
		}
		asked.Go(func() {
			if found, ok := head(ctx, base+"/"+m[1]+".narinfo"); ok {
				mu.Lock()
				defer mu.Unlock()
				has[path] = found
			}
		})
	}
	asked.Wait()
	return has
}

// head reports whether something is there; not ok where the server does not
// say.
func head(ctx context.Context, address string) (found, ok bool) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return false, false
	}
	request.Header.Set("User-Agent", "nixferry (+https://github.com/nixferry/nixferry)")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, false
	}
	_ = response.Body.Close()
	found = response.StatusCode == http.StatusOK
	return found, found || response.StatusCode == http.StatusNotFound
}
