// Package internet is the part of the world that Nix fetches flakes from, in
// one process: GitHub and its API, GitLab, sourcehut, the channels of
// nixos.org and FlakeHub, and git over HTTPS on all of them. Nix and git reach
// it through an HTTPS proxy, so that flake references stand in a flake.nix as
// people write them. Whatever is asked for and not there is remembered.
//
// The answers have the form that the fetchers of Nix 2.8 to 2.34 read:
// https://github.com/NixOS/nix/blob/2.34.0/src/libfetchers/github.cc,
// https://github.com/NixOS/nix/blob/2.34.0/src/libfetchers/tarball.cc.
package internet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
)

// An Internet serves repositories. Make it by [New].
type Internet struct {
	dir      string // of the bare repositories OWNER/NAME.git
	proxy    string
	ca       string
	serving  []*http.Server
	sites    map[string]http.Handler
	upstream string // the address of the TLS server behind the proxy

	mu     sync.Mutex
	misses []string
	busy   map[string]int
	asked  map[string]int
}

// New serves the bare repositories in dir, as dir/OWNER/NAME.git, on every
// forge under that name. The proxy's certificate is written to the directory
// temp. The caller closes it.
func New(ctx context.Context, dir, temp string) (*Internet, error) {
	n := &Internet{dir: dir, ca: filepath.Join(temp, "ca.pem"), busy: map[string]int{}, asked: map[string]int{}}
	n.sites = n.directory()
	certificate, pem, err := newCertificate(n.hosts())
	if err != nil {
		return nil, fmt.Errorf("making the playground's certificate: %w", err)
	}
	if err := os.WriteFile(n.ca, pem, 0o644); err != nil {
		return nil, fmt.Errorf("writing the playground's certificate: %w", err)
	}
	listen := net.ListenConfig{}
	site, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the playground's internet: %w", err)
	}
	door, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the playground's proxy: %w", err), site.Close())
	}
	n.upstream = site.Addr().String()
	n.proxy = (&url.URL{Scheme: "http", Host: door.Addr().String()}).String()
	sites := &http.Server{Handler: http.HandlerFunc(n.serve), TLSConfig: certificate}
	proxy := &http.Server{Handler: http.HandlerFunc(n.connect)}
	n.serving = []*http.Server{sites, proxy}
	go func() { _ = sites.ServeTLS(site, "", "") }()
	go func() { _ = proxy.Serve(door) }()
	return n, nil
}

// Close ends serving.
func (n *Internet) Close() error {
	var err error
	for _, server := range n.serving {
		err = errors.Join(err, server.Close())
	}
	return err
}

// Env is what a process needs in its environment to live here.
func (n *Internet) Env() []string {
	return []string{
		"https_proxy=" + n.proxy, "http_proxy=" + n.proxy, "no_proxy=127.0.0.1,localhost",
		"NIX_SSL_CERT_FILE=" + n.ca, "SSL_CERT_FILE=" + n.ca, "GIT_SSL_CAINFO=" + n.ca,
	}
}

// Break lets the next requests to host, as many as times says, fail with
// status 503.
func (n *Internet) Break(host string, times int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.busy[host] = times
}

// Asked is how many requests a host has had.
func (n *Internet) Asked(host string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[host]
}

// Misses lists the requests for what is not there.
func (n *Internet) Misses() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.misses
}

func (n *Internet) serve(w http.ResponseWriter, r *http.Request) {
	site, known := n.sites[r.Host]
	switch {
	case n.stumbles(r.Host):
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case known:
		site.ServeHTTP(w, r)
	default:
		n.miss(w, r)
	}
}

// stumbles counts a request, and reports whether it is to fail.
func (n *Internet) stumbles(host string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked[host]++
	if n.busy[host] == 0 {
		return false
	}
	n.busy[host]--
	return true
}

// miss answers a request for what is not there.
func (n *Internet) miss(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	n.misses = append(n.misses, r.Method+" https://"+r.Host+r.URL.RequestURI())
	n.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `{"message":"Not Found"}`)
}
