package cache

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/nixferry/nixferry/bot/workload"
)

// atOnce is how many questions are under way at a time.
const atOnce = 128

// limits are how long a Client waits.
type limits struct {
	// silence is how long a cache may be silent before it is dropped, and how
	// long one answer may take.
	silence time.Duration
	// pause comes before the second attempt, twice that before the third,
	// unless the cache asks for another pause of at most longest.
	pause, longest time.Duration
	// total bounds all calls of Look together.
	total time.Duration
}

var usual = limits{silence: 5 * time.Second, pause: 200 * time.Millisecond, longest: 10 * time.Second, total: time.Minute}

// A Client asks the binary caches that Nix would ask, no path twice. Any number
// of goroutines may use it; their calls of Look wait for each other.
type Client struct {
	caches []*site // in the order in which Nix asks them
	others []Passed
	limits limits

	mu    sync.Mutex
	spent time.Duration
	known map[string]*workload.Narinfo // nil where no cache has the path
}

// A Passed is a substituter that is not asked, or not any more.
type Passed struct {
	// Cache is its address, without user, password and settings.
	Cache string
	// Why goes on after the address: "gives no answer: connection refused".
	Why string
}

// Open reads the nix-cache-info of substituters (those of Nix, in its order),
// all at once, and orders them by priority. Only http, https and file are asked:
// the others, and what does not answer within five seconds, are passed over.
// https://nix.dev/manual/nix/2.34/command-ref/conf-file#conf-substituters
func Open(ctx context.Context, substituters []string) *Client {
	return open(ctx, substituters, usual)
}

func open(ctx context.Context, substituters []string, limits limits) *Client {
	c := &Client{limits: limits, known: map[string]*workload.Narinfo{}}
	var reading sync.WaitGroup
	var seen []string
	for _, address := range substituters {
		if slices.Contains(seen, address) {
			continue
		}
		seen = append(seen, address)
		s, err := newSite(address, &c.limits)
		if err != nil {
			c.others = append(c.others, Passed{s.shown, err.Error()})
			continue
		}
		c.caches = append(c.caches, s)
		reading.Go(func() { s.readInfo(ctx) })
	}
	reading.Wait()
	slices.SortStableFunc(c.caches, func(a, b *site) int { return cmp.Compare(a.priority, b.priority) })
	return c
}

// Passed names the substituters whose answers are missing: those that cannot be
// asked, and those dropped so far.
func (c *Client) Passed() []Passed {
	passed := slices.Clone(c.others)
	for _, s := range c.caches {
		if why := s.dropped.Load(); why != nil {
			passed = append(passed, Passed{s.shown, *why})
		}
	}
	return passed
}

// Off reports whether there are substituters and none of them can be asked, so
// that nothing can be said about any path.
func (c *Client) Off() bool {
	left := slices.ContainsFunc(c.caches, func(s *site) bool { return s.dropped.Load() == nil })
	return !left && len(c.caches)+len(c.others) > 0
}

// Look asks for full store paths and returns what the first cache that has it
// says of each. Unsure are the paths that no cache has as far as is known, while
// one of them gave no sensible answer; they are asked again the next time. Of
// the rest, no cache has them. All calls together take a minute at most; what
// is asked later is unsure. It has the form of [workload.World]'s Ask.
func (c *Client) Look(ctx context.Context, paths []string) (have map[string]workload.Narinfo, unsure []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	start := time.Now()
	defer func() { c.spent += time.Since(start) }()
	ctx, cancel := context.WithTimeout(ctx, c.limits.total-c.spent)
	defer cancel()
	for _, s := range c.caches {
		s.heard.Store(start.UnixNano()) // it was not asked since
	}
	paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	c.learn(ctx, slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		_, known := c.known[path]
		return known
	}))
	have = map[string]workload.Narinfo{}
	for _, path := range paths {
		if info, known := c.known[path]; !known {
			unsure = append(unsure, path)
		} else if info != nil {
			have[path] = *info
		}
	}
	return have, unsure
}

// learn adds to what is known.
func (c *Client) learn(ctx context.Context, paths []string) {
	type answer struct {
		path string
		info *workload.Narinfo
		sure bool
	}
	questions, answers := make(chan string), make(chan answer)
	for range min(atOnce, len(paths)) {
		go func() {
			for path := range questions {
				info, sure := c.ask(ctx, path)
				answers <- answer{path, info, sure}
			}
		}()
	}
	go func() {
		defer close(questions)
		for _, path := range paths {
			questions <- path
		}
	}()
	for range paths {
		if a := <-answers; a.sure {
			c.known[a.path] = a.info
		}
	}
}

// ask asks one cache after the other for a path. It is sure that none has it
// when none of those that are left gave trouble.
func (c *Client) ask(ctx context.Context, path string) (info *workload.Narinfo, sure bool) {
	sure = true
	for _, s := range c.caches {
		if s.dropped.Load() != nil {
			continue
		}
		info, err := s.narinfo(ctx, path)
		if err == nil {
			return info, true
		}
		sure = sure && errors.Is(err, fs.ErrNotExist)
	}
	return nil, sure && !c.Off()
}
