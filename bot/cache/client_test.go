package cache

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/workload"
)

func told(n int, cache string) workload.Narinfo {
	return workload.Narinfo{References: paths(n), FileSize: int64(n), NarSize: int64(3 * n), Cache: cache}
}

// TestLookOrder asks two caches: the one with the lower number first, and the
// second only for what the first does not have; nothing twice.
func TestLookOrder(t *testing.T) {
	second := serve(t, "StoreDir: /nix/store\nPriority: 40\n", having(1, 2))
	first := serve(t, "StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 30\n", having(2, 3))
	foreign := serve(t, "StoreDir: /gnu/store\nPriority: 10\n", having(1, 2, 3, 4))
	c := open(t.Context(), []string{second.URL, first.URL + "/", foreign.URL, second.URL}, quick)
	var have map[string]workload.Narinfo
	for range 2 {
		var unsure []string
		have, unsure = c.Look(t.Context(), append(paths(1, 2, 3, 4, 1), "/nix/store/../../etc/passwd", "/nix/store/passwd"))
		want := map[string]workload.Narinfo{storePath(1): told(1, second.URL), storePath(2): told(2, first.URL+"/"), storePath(3): told(3, first.URL+"/")}
		if diff := cmp.Diff(want, have); diff != "" || len(unsure) > 0 {
			t.Errorf("unsure of %q, mismatch (-want +got):\n%s", unsure, diff)
		}
	}
	want := map[string]int{"nix-cache-info": 1, hash(1) + ".narinfo": 1, hash(4) + ".narinfo": 1}
	if diff := cmp.Diff(want, second.asked); diff != "" {
		t.Errorf("questions to the second: mismatch (-want +got):\n%s", diff)
	}
	if n := len(first.asked); n != 5 {
		t.Errorf("questions to the first: %v", first.asked)
	}
	if n := len(foreign.asked); n != 1 {
		t.Errorf("questions to the cache of another store: %v", foreign.asked)
	}
	// The settings of Nix win over what the cache says of itself.
	c = open(t.Context(), []string{second.URL + "?trusted=true&priority=5", first.URL}, quick)
	if have, _ := c.Look(t.Context(), paths(2)); have[storePath(2)].Cache != second.URL {
		t.Errorf("?priority=5 is not first: %v", have)
	}
}

// TestLookMany proves that questions are under way together: the cache answers
// none before it has 64.
func TestLookMany(t *testing.T) {
	const many, together = 2000, 64
	var waiting atomic.Int32
	enough := make(chan struct{})
	s := serve(t, "", func(w http.ResponseWriter, r *http.Request, try int) {
		if waiting.Add(1) == together {
			close(enough)
		}
		select {
		case <-enough:
			having()(w, r, try)
		case <-r.Context().Done():
		}
	})
	limits := quick
	limits.total = 20 * time.Second
	if _, unsure := open(t.Context(), []string{s.URL}, limits).Look(t.Context(), below(many)); len(unsure) > 0 {
		t.Errorf("unsure of %d paths", len(unsure))
	}
	if s.top < together || s.top > atOnce || len(s.asked) != 1+many {
		t.Errorf("%d questions, %d under way at most, want %d, and %d to %d", len(s.asked), s.top, 1+many, together, atOnce)
	}
}

// say answers with nothing but a status.
func say(code int) answer {
	return func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(code) }
}

// once is trouble that is gone at the second attempt.
func once(trouble answer) answer {
	return func(w http.ResponseWriter, r *http.Request, try int) {
		if try == 1 {
			trouble(w, r, try)
		} else {
			having(1)(w, r, try)
		}
	}
}

func reset(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) }

func cut(w http.ResponseWriter, _ *http.Request, _ int) {
	w.Header().Set("Content-Length", "1000")
	fmt.Fprint(w, narinfo(1))
}

// troubles are what a cache may do when asked for the first path.
var troubles = []struct {
	name   string
	answer answer
	want   string
	asked  int
}{
	{"not there", say(404), "no", 1},
	{"gone", say(410), "no", 1},
	{"what a bucket says", say(403), "no", 1},
	{"down", say(503), "unsure", tries},
	{"down for a moment", once(say(500)), "yes", 2},
	{"too many questions", once(func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}), "yes", 2},
	{"reset", reset, "unsure", tries + 1}, // net/http repeats what a kept connection lost
	{"reset for a moment", once(reset), "yes", 2},
	{"cut off", cut, "unsure", tries},
	{"teapot", say(418), "unsure", 1},
	{"garbage", func(w http.ResponseWriter, _ *http.Request, _ int) { fmt.Fprint(w, "<html>") }, "unsure", 1},
	{"empty", say(200), "unsure", 1},
	{"another path", func(w http.ResponseWriter, _ *http.Request, _ int) { fmt.Fprint(w, narinfo(2)) }, "unsure", 1},
	{"huge", func(w http.ResponseWriter, _ *http.Request, _ int) {
		fmt.Fprint(w, narinfo(1)+"Sig: "+strings.Repeat("x", largest))
	}, "unsure", 1},
	{"redirect", func(w http.ResponseWriter, r *http.Request, try int) {
		if r.URL.RawQuery == "" {
			http.Redirect(w, r, r.URL.Path+"?there", http.StatusFound)
		} else {
			having(1)(w, r, try)
		}
	}, "yes", 2},
	{"redirect loop", func(w http.ResponseWriter, r *http.Request, _ int) {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
	}, "unsure", hops + 1},
}

// TestLookTrouble puts one question to a cache with one kind of trouble.
func TestLookTrouble(t *testing.T) {
	for _, test := range troubles {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, "", test.answer)
			c := open(t.Context(), []string{s.URL}, quick)
			have, unsure := c.Look(t.Context(), paths(1))
			got := map[bool]string{true: "yes", false: "no"}[len(have) == 1]
			if slices.Equal(unsure, paths(1)) {
				got = "unsure"
			}
			if asked := s.count(hash(1) + ".narinfo"); got != test.want || asked != test.asked {
				t.Errorf("%s after %d attempts, want %s after %d", got, asked, test.want, test.asked)
			}
			if c.Off() || len(c.Passed()) > 0 {
				t.Errorf("the cache is dropped: %v", c.Passed())
			}
		})
	}
}

// TestLookSecondCache takes the word of one cache that has a path against the
// trouble of another, but no cache's "no".
func TestLookSecondCache(t *testing.T) {
	down := serve(t, "", say(http.StatusInternalServerError))
	up := serve(t, "", having(1))
	have, unsure := open(t.Context(), []string{down.URL, up.URL}, quick).Look(t.Context(), paths(1, 2))
	if diff := cmp.Diff(map[string]workload.Narinfo{storePath(1): told(1, up.URL)}, have); diff != "" || !slices.Equal(unsure, paths(2)) {
		t.Errorf("unsure of %q, mismatch (-want +got):\n%s", unsure, diff)
	}
}

// TestPassed names what is not asked, and keeps passwords to itself.
func TestPassed(t *testing.T) {
	var sent sync.Map
	s := serve(t, "", func(w http.ResponseWriter, r *http.Request, try int) {
		user, password, _ := r.BasicAuth()
		sent.Store(user, password)
		having(1)(w, r, try)
	})
	empty := httptest.NewServer(http.NotFoundHandler())
	defer empty.Close()
	with := func(address string) string { return strings.Replace(address, "://", "://me:s3cret@", 1) }
	c := open(t.Context(), []string{
		"s3://bucket?profile=s3cret", "ssh-ng://me@host", "daemon", "/var/cache", "https://me:s3cret@[",
		with("http://127.0.0.1:1/x"), with(empty.URL), with(s.URL),
	}, quick)
	want := []Passed{
		{"s3://bucket", "is not asked: only http, https and file caches are"},
		{"ssh-ng://host", "is not asked: only http, https and file caches are"},
		{"daemon", "is not asked: only http, https and file caches are"},
		{"/var/cache", "is not asked: only http, https and file caches are"},
		{"a substituter", "is not asked: correct its address in nix.conf"},
		{"http://127.0.0.1:1/x", "gives no answer: dial tcp 127.0.0.1:1: connect: connection refused"},
		{empty.URL, "answers 404 Not Found"},
	}
	if diff := cmp.Diff(want, c.Passed()); diff != "" || c.Off() {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	have, _ := c.Look(t.Context(), paths(1))
	if password, _ := sent.Load("me"); password != "s3cret" || have[storePath(1)].Cache != s.URL {
		t.Errorf("me:%v asked, and was told %v", password, have)
	}
}

func TestOff(t *testing.T) {
	for _, test := range []struct {
		substituters []string
		off          bool
		unsure       []string
	}{
		{nil, false, nil}, // nothing is fetched, and that is sure
		{[]string{"s3://bucket"}, true, paths(1)},
		{[]string{"http://127.0.0.1:1"}, true, paths(1)},
	} {
		c := open(t.Context(), test.substituters, quick)
		have, unsure := c.Look(t.Context(), paths(1))
		if c.Off() != test.off || len(have) > 0 || !slices.Equal(unsure, test.unsure) {
			t.Errorf("%q: off is %v, has %v, unsure of %q", test.substituters, c.Off(), have, unsure)
		}
	}
}

// TestLookSilence drops a cache that falls silent on the way, whose questions
// stay open, and goes on with the other.
func TestLookSilence(t *testing.T) {
	stop := make(chan struct{})
	silent := serve(t, "", func(http.ResponseWriter, *http.Request, int) { <-stop })
	t.Cleanup(func() { close(stop) }) // before the server waits for its answers
	limits := quick
	limits.silence = 200 * time.Millisecond
	other := serve(t, "", having(1))
	c := open(t.Context(), []string{silent.URL, other.URL}, limits)
	have, unsure := c.Look(t.Context(), paths(1, 2))
	if len(have) != 1 || !slices.Equal(unsure, paths(2)) || c.Off() {
		t.Errorf("has %v, unsure of %q", have, unsure)
	}
	want := []Passed{{silent.URL, "gives no answer: context deadline exceeded"}}
	if diff := cmp.Diff(want, c.Passed()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if _, unsure := c.Look(t.Context(), paths(2)); len(unsure) > 0 || silent.count(hash(2)+".narinfo") != 1 {
		t.Errorf("unsure of %q though the dropped cache is not asked", unsure)
	}
}

// TestLookAfterSilence does not hold it against a cache that it was not asked
// for long.
func TestLookAfterSilence(t *testing.T) {
	s := serve(t, "", func(w http.ResponseWriter, r *http.Request, try int) {
		if try < tries {
			panic(http.ErrAbortHandler)
		}
		having(1)(w, r, try)
	})
	c := open(t.Context(), []string{s.URL}, quick)
	c.caches[0].heard.Store(0)
	if have, _ := c.Look(t.Context(), paths(1)); len(have) != 1 || c.Off() {
		t.Errorf("has %v, dropped %v", have, c.Passed())
	}
}

// TestLookTotal ends when the time of a Client is spent; what is known stays.
func TestLookTotal(t *testing.T) {
	stop := make(chan struct{})
	s := serve(t, "", func(w http.ResponseWriter, r *http.Request, try int) {
		if r.URL.Path != "/"+hash(1)+".narinfo" {
			<-stop
		}
		having(1)(w, r, try)
	})
	t.Cleanup(func() { close(stop) })
	limits := quick
	limits.total = 200 * time.Millisecond
	c := open(t.Context(), []string{s.URL}, limits)
	c.Look(t.Context(), paths(1))
	for range 2 {
		if have, unsure := c.Look(t.Context(), paths(1, 2)); len(have) != 1 || !slices.Equal(unsure, paths(2)) {
			t.Errorf("has %v, unsure of %q", have, unsure)
		}
	}
	if asked := s.count(hash(2) + ".narinfo"); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// TestLookFile reads a folder; one without nix-cache-info will do.
func TestLookFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{hash(1): narinfo(1), hash(3): "garbage", hash(4): strings.Repeat("x", largest+1)} {
		if err := os.WriteFile(filepath.Join(dir, name+".narinfo"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t.Context(), []string{"file://" + dir + "?priority=1"}, quick)
	have, unsure := c.Look(t.Context(), paths(1, 2, 3, 4))
	if diff := cmp.Diff(map[string]workload.Narinfo{storePath(1): told(1, "file://"+dir)}, have); diff != "" || !slices.Equal(unsure, paths(3, 4)) {
		t.Errorf("unsure of %q, mismatch (-want +got):\n%s", unsure, diff)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "soon": 0, "-3": -3 * time.Second,
		"Thu, 01 Jan 2026 00:01:00 GMT": time.Minute,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", text, got, want)
		}
	}
}

func FuzzParseInfo(f *testing.F) {
	f.Add([]byte("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if dir, _ := parseInfo(data); strings.TrimSpace(dir) != dir {
			t.Errorf("StoreDir %q", dir)
		}
	})
}

// BenchmarkLook asks a cache 10 ms away for the 2,286 paths of a staging merge.
func BenchmarkLook(b *testing.B) {
	s := serve(b, "", func(w http.ResponseWriter, r *http.Request, try int) {
		time.Sleep(10 * time.Millisecond)
		having(1)(w, r, try)
	})
	for b.Loop() {
		open(b.Context(), []string{s.URL}, quick).Look(b.Context(), below(2286))
	}
}
