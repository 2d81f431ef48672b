package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nixferry/nixferry/bot/workload"
)

// largest is more than any sensible answer has bytes.
const largest = 1 << 20

// A site is one binary cache.
type site struct {
	base   *url.URL
	shown  string // base for people: without credentials
	limits *limits
	// settings are Nix' own for this cache.
	settings url.Values
	// storeDir is the store it is for, empty where it does not say.
	storeDir string
	priority int
	// heard is when it last answered, dropped why it is not asked any more.
	heard   atomic.Int64
	dropped atomic.Pointer[string]
}

var (
	errKind    = errors.New("is not asked: only http, https and file caches are")
	errAddress = errors.New("is not asked: correct its address in nix.conf")
	errLarge   = fmt.Errorf("more than %d bytes", largest)
)

// newSite reads an address out of Nix' substituters; with an error, only shown
// is set. What follows the question mark are settings of Nix.
func newSite(address string, limits *limits) (*site, error) {
	u, err := url.Parse(address)
	if err != nil {
		return &site{shown: "a substituter"}, errAddress
	}
	base := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	s := &site{shown: base.String(), base: &base, limits: limits, settings: u.Query()}
	base.User = u.User
	if u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "file" {
		return s, errKind
	}
	return s, nil
}

// readInfo asks for nix-cache-info, and drops a cache that has none. A folder
// need not have one.
func (s *site) readInfo(ctx context.Context) {
	s.heard.Store(time.Now().UnixNano())
	ctx, cancel := context.WithTimeout(ctx, s.limits.silence)
	defer cancel()
	data, err := s.get(ctx, "nix-cache-info")
	if err != nil && (s.base.Scheme != "file" || !errors.Is(err, fs.ErrNotExist)) {
		s.drop(err.Error())
	}
	s.storeDir, s.priority = parseInfo(data)
	if n, err := strconv.Atoi(s.settings.Get("priority")); err == nil {
		s.priority = n
	}
}

// parseInfo reads a nix-cache-info. Where it says nothing of its priority, that
// is 0, the first.
// https://nix.dev/manual/nix/2.34/protocols/binary-cache-substituter
func parseInfo(data []byte) (storeDir string, priority int) {
	for line := range strings.Lines(string(data)) {
		switch key, value, _ := strings.Cut(line, ":"); key {
		case "StoreDir":
			storeDir = strings.TrimSpace(value)
		case "Priority":
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
				priority = n
			}
		}
	}
	return storeDir, priority
}

// narinfo asks for one store path; the error is fs.ErrNotExist where the cache
// does not have it.
func (s *site) narinfo(ctx context.Context, storePath string) (*workload.Narinfo, error) {
	dir, name := path.Split(storePath)
	if !workload.IsName(name) || s.storeDir != "" && s.storeDir != path.Clean(dir) {
		return nil, fs.ErrNotExist
	}
	hash, _, _ := strings.Cut(name, "-")
	data, err := s.get(ctx, hash+".narinfo")
	if err != nil {
		return nil, err
	}
	info, err := workload.ParseNarinfo(storePath, data)
	info.Cache = s.shown
	return &info, err
}

// get reads one file of the cache.
func (s *site) get(ctx context.Context, name string) ([]byte, error) {
	if s.base.Scheme != "file" {
		return s.download(ctx, s.base.JoinPath(name).String())
	}
	file, err := os.Open(filepath.Join(s.base.Path, name))
	if err != nil {
		return nil, fmt.Errorf("is not readable: %w", err)
	}
	defer file.Close()
	return bounded(file)
}

func bounded(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, largest+1))
	if len(data) > largest {
		return nil, errLarge
	}
	return data, err
}

// drop ends the questions to a cache; the first reason counts.
func (s *site) drop(why string) { s.dropped.CompareAndSwap(nil, &why) }
