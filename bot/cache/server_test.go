package cache

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick are limits for caches of a test. Only what has to run out is short.
var quick = limits{silence: time.Minute, pause: time.Millisecond, longest: time.Millisecond, total: time.Minute}

// storePath is a store path whose hash ends in the number n.
func storePath(n int) string { return fmt.Sprintf("/nix/store/%s-nginx-1.29.4", hash(n)) }

func hash(n int) string { return fmt.Sprintf("%032d", n) }

func paths(numbers ...int) []string {
	var all []string
	for _, n := range numbers {
		all = append(all, storePath(n))
	}
	return all
}

// below are the paths of the numbers below n.
func below(n int) []string {
	var all []string
	for i := range n {
		all = append(all, storePath(i))
	}
	return all
}

// narinfo is what a cache says of storePath(n).
func narinfo(n int) string {
	return fmt.Sprintf("StorePath: %s\nURL: nar/%d.nar.xz\nCompression: xz\nFileSize: %d\nNarHash: sha256:0\nNarSize: %d\nReferences: %s\n",
		storePath(n), n, n, 3*n, strings.TrimPrefix(storePath(n), "/nix/store/"))
}

// An answer is how a cache answers the question for one file, for the try-th time.
type answer = func(w http.ResponseWriter, r *http.Request, try int)

// A server is a binary cache that counts.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	asked    map[string]int // by the last part of the address
	now, top int            // requests under way: now, and at most
}

// count is how often a file was asked for.
func (s *server) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name]
}

// serve starts a cache that says info of itself, and otherwise answers.
func serve(t testing.TB, info string, answer answer) *server {
	s := &server{asked: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		s.mu.Lock()
		s.asked[name]++
		try := s.asked[name]
		s.now++
		s.top = max(s.top, s.now)
		s.mu.Unlock()
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.now--
		}()
		if name == "nix-cache-info" {
			fmt.Fprint(w, info)
			return
		}
		answer(w, r, try)
	}))
	t.Cleanup(s.Close)
	return s
}

// having answers for the paths of these numbers.
func having(numbers ...int) answer {
	return func(w http.ResponseWriter, r *http.Request, _ int) {
		for _, n := range numbers {
			if r.URL.Path == "/"+hash(n)+".narinfo" {
				fmt.Fprint(w, narinfo(n))
				return
			}
		}
		http.NotFound(w, r)
	}
}
