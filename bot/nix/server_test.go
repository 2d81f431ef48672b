package nix

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What GitHub answers who asks too often, without its headers: Nix does not
// look at them.
const (
	rateLimit = `{"message":"API rate limit exceeded for 203.0.113.7. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)","documentation_url":"https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting"}`
	secondary = `{"documentation_url":"https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits","message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`
)

// A forge is an HTTPS server that every host name leads to. It answers with
// each of its troubles in turn, and then as GitHub does, with an empty flake
// in every repository.
type forge struct {
	env []string // leads nix there

	mu       sync.Mutex
	troubles []http.HandlerFunc
	token    string // asked for, if not empty
	asked    []string
}

func newForge(t *testing.T, troubles ...http.HandlerFunc) *forge {
	t.Helper()
	f := &forge{troubles: troubles}
	server := httptest.NewUnstartedServer(f)
	certificate, file := selfSigned(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)
	proxy := httptest.NewServer(tunnel(server.Listener.Addr().String()))
	t.Cleanup(proxy.Close)
	f.env = append(os.Environ(), "https_proxy="+proxy.URL, "NIX_SSL_CERT_FILE="+file,
		"HOME="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir(), "no_proxy=", "NO_PROXY=")
	return f
}

// cli opens a nix that is led to the forge, asks once where Nix would ask five
// times, and has all its pauses recorded and none made.
func (f *forge) cli(t *testing.T, o Options) (*CLI, *waiter) {
	t.Helper()
	w := &waiter{}
	o.Env, o.Wait = append(f.env, o.Env...), w.wait
	o.Settings = map[string]string{"sandbox": "false", "substitute": "false", "download-attempts": "1"}
	c, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	c.sleep = w.sleep
	return c, w
}

func (f *forge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.Host+r.URL.Path)
	if given := r.Header.Get("Authorization"); f.token != "" && given != "token "+f.token && given != "Bearer "+f.token {
		answer(http.StatusNotFound, `{"message":"Not Found"}`)(w, r)
		return
	}
	if len(f.troubles) > 0 {
		trouble := f.troubles[0]
		f.troubles = f.troubles[1:]
		trouble(w, r)
		return
	}
	if strings.Contains(r.URL.Path, "/commits/") {
		const sha = "0123456789012345678901234567890123456789"
		fmt.Fprintf(w, `{"sha":%q,"commit":{"tree":{"sha":%q},"committer":{"date":"2026-01-01T00:00:00Z"}}}`, sha, sha)
		return
	}
	_, _ = w.Write(tarball())
}

// answer is a trouble: a status with a page.
func answer(code int, page string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, page)
	}
}

// reset is a trouble: the connection is gone before there is an answer.
func reset(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// cut is a trouble: the connection is gone in the middle of the answer.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "5000")
	_, _ = w.Write(tarball()[:60])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// tarball is an empty flake.
func tarball() []byte {
	var buf bytes.Buffer
	packed := gzip.NewWriter(&buf)
	w := tar.NewWriter(packed)
	const text = "{ outputs = _: { nixosConfigurations.web = { }; }; }"
	_ = w.WriteHeader(&tar.Header{Name: "r-1/", Typeflag: tar.TypeDir, Mode: 0o755})
	_ = w.WriteHeader(&tar.Header{Name: "r-1/flake.nix", Mode: 0o644, Size: int64(len(text))})
	_, _ = io.WriteString(w, text)
	_, _ = w.Close(), packed.Close()
	return buf.Bytes()
}

// tunnel is an HTTP proxy that leads to one address, whatever it is asked for.
func tunnel(address string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		server, err := net.Dial("tcp", address)
		if err != nil || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer server.Close()
		w.WriteHeader(http.StatusOK)
		client, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer client.Close()
		go forward(server, rw)
		_, _ = io.Copy(client, server)
	}
}

func forward(server net.Conn, rw *bufio.ReadWriter) {
	_, _ = io.Copy(server, rw)
	_ = server.Close()
}

// selfSigned makes a certificate of the hosts that the tests ask, and a file
// that has nix trust it.
func selfSigned(t *testing.T) (certificate tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, DNSNames: []string{"api.github.com", "github.com", "localhost", "api.localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "cert.pem")
	write(t, file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// using writes a flake with one input.
func using(t *testing.T, input string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "flake.nix"), fmt.Sprintf("{ inputs.foo.url = %q; outputs = { foo, ... }: foo; }", input))
	return dir
}

// TestRealPatience locks an input of a server that is in trouble at first.
func TestRealPatience(t *testing.T) {
	fine := answer(http.StatusOK, `{"sha":"0123456789012345678901234567890123456789","commit":{"tree":{"sha":"0123456789012345678901234567890123456789"},"committer":{"date":"2026-01-01T00:00:00Z"}}}`)
	for _, test := range []struct {
		name     string
		troubles []http.HandlerFunc
		want     []time.Duration
	}{
		{"none", nil, nil},
		{"503", []http.HandlerFunc{answer(503, "<html>unicorn</html>")}, []time.Duration{5 * time.Second}},
		{"503, tarball 502", []http.HandlerFunc{answer(503, ""), fine, answer(502, "")}, []time.Duration{5 * time.Second, 20 * time.Second}},
		{"429", []http.HandlerFunc{answer(429, "Too many requests")}, []time.Duration{30 * time.Second}},
		{"tarball 429", []http.HandlerFunc{fine, answer(429, "")}, []time.Duration{30 * time.Second}},
		{"rate limit", []http.HandlerFunc{answer(403, rateLimit)}, []time.Duration{30 * time.Second}},
		{"secondary rate limit", []http.HandlerFunc{answer(403, secondary), answer(403, rateLimit)}, []time.Duration{3 * time.Minute, time.Minute}},
		{"reset", []http.HandlerFunc{reset, reset}, []time.Duration{5 * time.Second, 20 * time.Second}},
		{"cut", []http.HandlerFunc{fine, cut}, []time.Duration{5 * time.Second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newForge(t, test.troubles...)
			c, w := f.cli(t, Options{})
			dir := using(t, "github:o/r/x")
			if err := c.Lock(t.Context(), dir, nil); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, w.slept); diff != "" {
				t.Errorf("pauses: mismatch (-want +got):\n%s\n%q", diff, w.said)
			}
			if got := revs(t, dir)["foo"]; got != "0123456789012345678901234567890123456789" {
				t.Errorf("locked to %q", got)
			}
		})
	}
}

// TestRealRefused has what no patience helps against: asked for once.
func TestRealRefused(t *testing.T) {
	for _, test := range []struct {
		code       int
		page, want string
	}{
		{404, `{"message":"Not Found"}`, "correct the input's ref in flake.nix, or, if it is private, give a `token`"},
		{422, `{"message":"No commit found for SHA: x"}`, "correct the input's ref in flake.nix"},
		{401, `{"message":"Bad credentials"}`, "lacks access: renew it"},
		{403, `{"message":"Resource not accessible by integration"}`, "lacks access: renew it"},
	} {
		f := newForge(t, answer(test.code, test.page))
		c, w := f.cli(t, Options{})
		err := c.Lock(t.Context(), using(t, "github:o/r/x"), nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), strconv.Itoa(test.code)) {
			t.Errorf("%d: %v, want %q", test.code, err, test.want)
		}
		if len(f.asked) != 1 || len(w.slept) != 0 {
			t.Errorf("%d: asked for %q, slept %v", test.code, f.asked, w.slept)
		}
	}
}

// TestRealHostsPatience evaluates a flake whose locked input is not there yet:
// a host's failure and the server's are told apart.
func TestRealHostsPatience(t *testing.T) {
	f := newForge(t)
	c, _ := f.cli(t, Options{})
	dir := using(t, "github:o/r/x")
	if err := c.Lock(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	f.env = append(f.env, "XDG_CACHE_HOME="+t.TempDir())
	c, w := f.cli(t, Options{})
	hosts, err := c.Hosts(t.Context(), "path:"+dir)
	if diff := cmp.Diff([]string{"web"}, hosts); err != nil || diff != "" || len(w.slept) > 0 {
		t.Errorf("%v, slept %v, mismatch (-want +got):\n%s", err, w.slept, diff)
	}
	_, err = c.Probe(t.Context(), "path:"+dir, "web")
	var broken *EvalError
	if !errors.As(err, &broken) || broken.Resources() || len(w.slept) > 0 {
		t.Errorf("Probe of an empty host = %v, slept %v", err, w.slept)
	}
}

// TestRealPrivate locks an input that only the owner of a token sees.
func TestRealPrivate(t *testing.T) {
	const token = "ghp_s3cretOfTheTest"
	for _, test := range []struct {
		name, input string
		options     Options
		works       bool
	}{
		{"github.com", "github:o/r/x", Options{AccessToken: token}, true},
		{"NIX_CONFIG", "github:o/r/x?host=localhost", Options{Env: []string{"NIX_CONFIG=" + os.Getenv("NIX_CONFIG") + "\naccess-tokens = localhost=" + token}}, true},
		{"both", "github:o/r/x?host=localhost", Options{AccessToken: "another", Env: []string{"NIX_CONFIG=" + os.Getenv("NIX_CONFIG") + "\naccess-tokens = localhost=" + token}}, true},
		{"none", "github:o/r/x", Options{}, false},
		{"another host", "github:o/r/x?host=localhost", Options{AccessToken: token}, false},
	} {
		var log bytes.Buffer
		f := newForge(t)
		f.token = token
		test.options.Log = &log
		c, w := f.cli(t, test.options)
		err := c.Lock(context.WithoutCancel(t.Context()), using(t, test.input), nil)
		if (err == nil) != test.works || !test.works && !strings.Contains(err.Error(), "if it is private, give a `token`") {
			t.Errorf("%s: %v", test.name, err)
		}
		if said := fmt.Sprint(err, log.String(), w.said); strings.Contains(said, token) {
			t.Errorf("%s: the token is in %s", test.name, said)
		}
	}
}

// TestRealStale relocks what nix has an old copy of, while the server is in
// trouble: the old copy is no answer.
func TestRealStale(t *testing.T) {
	f := newForge(t)
	c, w := f.cli(t, Options{})
	dir := using(t, "https://github.com/x.tar.gz")
	if err := c.Lock(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		f.troubles = append(f.troubles, answer(503, ""))
	}
	c.env = append(c.env, "NIX_CONFIG="+lookup(c.env, "NIX_CONFIG")+"\ntarball-ttl = 0")
	err := c.Lock(t.Context(), dir, []string{"foo"})
	if err == nil || !strings.Contains(err.Error(), "HTTP error 503") || len(w.slept) != 3 {
		t.Errorf("Lock = %v, slept %v", err, w.slept)
	}
	if err := c.Lock(t.Context(), dir, []string{"foo"}); err != nil {
		t.Errorf("Lock of a server that is back: %v", err)
	}
}

// TestRealStaleGit is the same for a git repository, here one that moved away.
func TestRealStaleGit(t *testing.T) {
	f := newForge(t)
	c, w := f.cli(t, Options{})
	port, stop := gitServer(t)
	dir := using(t, "git+http://127.0.0.1:"+port+"/?ref=main")
	if err := c.Lock(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	stop()
	c.env = append(c.env, "NIX_CONFIG="+lookup(c.env, "NIX_CONFIG")+"\ntarball-ttl = 0")
	err := c.Lock(t.Context(), dir, []string{"foo"})
	if err == nil || !strings.Contains(err.Error(), "see that this machine reaches the input's host") || len(w.slept) != 2 {
		t.Errorf("Lock = %v, slept %v", err, w.slept)
	}
}

// gitServer serves a repository with a flake over plain HTTP.
func gitServer(t *testing.T) (port string, stop func()) {
	t.Helper()
	repo := t.TempDir()
	git(t, repo, "init", "-q", "-b", "main")
	write(t, filepath.Join(repo, "flake.nix"), "{ outputs = _: { }; }")
	commit(t, repo)
	git(t, repo, "update-server-info")
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(repo, ".git"))))
	t.Cleanup(server.Close)
	_, port, _ = strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	return port, server.Close
}

// TestRealConflict has the marks of a merge in flake.lock.
func TestRealConflict(t *testing.T) {
	c := open(t)
	dir := using(t, fleet(t))
	for _, lock := range []string{"<<<<<<< HEAD\n{}\n", "{\n  \"nodes\": {\n<<<<<<< HEAD\n"} {
		write(t, filepath.Join(dir, "flake.lock"), lock)
		if err := c.Lock(t.Context(), dir, nil); err == nil || !strings.Contains(err.Error(), "repair flake.lock (a merge may have left its marks)") {
			t.Errorf("Lock = %v", err)
		}
	}
	if _, err := c.Hosts(t.Context(), "path:"+dir); err == nil || !strings.Contains(err.Error(), "repair flake.lock") {
		t.Errorf("Hosts = %v", err)
	}
}

// TestRealLoose has an entry in flake.lock that pins nothing.
func TestRealLoose(t *testing.T) {
	dir := using(t, "git+file:///r")
	write(t, filepath.Join(dir, "flake.lock"), `{"nodes":{"foo":{"locked":{"type":"git","url":"file:///r"},"original":{"type":"git","url":"file:///r"}},"root":{"inputs":{"foo":"foo"}}},"root":"root","version":7}`)
	if err := open(t).Lock(t.Context(), dir, nil); err == nil || !strings.Contains(err.Error(), "pins no revision") {
		t.Errorf("Lock = %v", err)
	}
}

// TestRealOddNames locks flakes in directories with every kind of name.
func TestRealOddNames(t *testing.T) {
	c := open(t)
	for _, name := range []string{"a b", "a+b", "a%b", "a%20b", "a#b", "a?b", "ü", `a"b`, "a[b]", "a:b"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "flake.nix"), fmt.Sprintf("{ inputs.foo.url = %q; outputs = _: { }; }", fleet(t)))
		if err := c.Lock(t.Context(), dir, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "flake.lock")); err != nil {
			t.Error(err)
		}
	}
}
