package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	// tries is how often one question is put to a cache that gives trouble.
	tries = 3
	// hops is how many redirects are followed.
	hops = 5
)

// browser keeps its connections between questions. The proxy is that of the
// environment, as for Nix.
var browser = &http.Client{
	Transport: func() http.RoundTripper {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.MaxConnsPerHost = 0, atOnce, atOnce
		return transport
	}(),
	CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > hops {
			return http.ErrUseLastResponse
		}
		return nil
	},
}

// A status is an answer that is not the file.
type status int

func (s status) Error() string { return fmt.Sprintf("answers %d %s", int(s), http.StatusText(int(s))) }

// Is knows what Nix takes for "not there": stores in a bucket forbid what they
// do not have.
func (s status) Is(target error) bool {
	return target == fs.ErrNotExist && slices.Contains([]int{
		http.StatusNotFound, http.StatusGone,
		http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired,
	}, int(s))
}

// passes reports whether the same question may be answered a moment later.
func (s status) passes() bool {
	return s >= 500 || s == http.StatusTooManyRequests || s == http.StatusRequestTimeout
}

// download fetches a file, with a few attempts where there is trouble. A cache
// that has been silent for too long is dropped.
func (s *site) download(ctx context.Context, address string) (data []byte, err error) {
	pause := s.limits.pause
	for try := 1; ; try++ {
		var wish time.Duration
		data, wish, err = s.once(ctx, address)
		var answer status
		if s.dropped.Load() != nil || err == nil || errors.Is(err, errLarge) || errors.As(err, &answer) && !answer.passes() || try == tries {
			return data, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(max(pause, min(wish, s.limits.longest))):
			pause *= 2
		}
	}
}

// once makes one attempt; wish is the pause that the cache asks for.
func (s *site) once(ctx context.Context, address string) (data []byte, wish time.Duration, err error) {
	attempt, cancel := context.WithTimeout(ctx, s.limits.silence)
	defer cancel()
	request, err := http.NewRequestWithContext(attempt, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, errAddress
	}
	request.Header.Set("User-Agent", "nixferry (+https://github.com/nixferry/nixferry)")
	response, err := browser.Do(request)
	if err != nil {
		return nil, 0, s.silent(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		data, err = bounded(response.Body)
		if err != nil {
			return nil, 0, s.silent(ctx, err)
		}
	} else {
		wish, err = retryAfter(response.Header.Get("Retry-After"), time.Now()), status(response.StatusCode)
	}
	s.heard.Store(time.Now().UnixNano())
	return data, wish, err
}

// silent takes note that there was no answer. The error loses the address,
// which may hold a password.
func (s *site) silent(ctx context.Context, err error) error {
	var full *url.Error
	if errors.As(err, &full) {
		err = full.Err
	}
	err = fmt.Errorf("gives no answer: %w", err)
	if ctx.Err() == nil && time.Since(time.Unix(0, s.heard.Load())) >= s.limits.silence {
		s.drop(err.Error())
	}
	return err
}

// retryAfter reads the header of that name: seconds or a date.
// https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(n) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return date.Sub(now)
	}
	return 0
}
