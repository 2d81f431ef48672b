package nix

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/nixlog"
)

// The errors the tests of patience meet.
const (
	busy    = "unable to download 'https://x': HTTP error 503"
	limited = "unable to download 'https://x': HTTP error 429"
	noHost  = "unable to download 'https://x': Couldn't resolve host name (6)"
	absent  = "unable to download 'https://x': HTTP error 404"
	refused = "unable to download 'https://x': HTTP error 401"
)

func TestAgain(t *testing.T) {
	const later = limited + "\n\nresponse body:\n\nretry after "
	for _, test := range []struct {
		text  string
		spent time.Duration
		want  []time.Duration
	}{
		{busy, 0, []time.Duration{5 * time.Second, 20 * time.Second, time.Minute}},
		{noHost, 0, []time.Duration{5 * time.Second, 15 * time.Second}},
		{limited, 0, []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute}},
		{later + "90 seconds", 0, []time.Duration{90 * time.Second, 90 * time.Second, 2 * time.Minute, 4 * time.Minute}},
		{later + "5 seconds", 0, []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute}},
		{later + "60 minutes", 0, nil},
		{limited, 16 * time.Minute, nil},
		{limited, 14 * time.Minute, []time.Duration{30 * time.Second, time.Minute}},
		{absent, 0, nil},
		{refused, 0, nil},
		{"attribute 'x' missing", 0, nil},
	} {
		var got []time.Duration
		for attempt := 1; attempt < 10; attempt++ {
			pause, ok := again(nixlog.Message{Text: test.text}, attempt, test.spent)
			if !ok {
				break
			}
			got = append(got, pause)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q after %v: mismatch (-want +got):\n%s", test.text, test.spent, diff)
		}
	}
}

// A waiter records the pauses of a CLI, and makes none.
type waiter struct {
	said  []string
	slept []time.Duration
}

func (w *waiter) wait(doing, cause string, pause time.Duration) {
	w.said = append(w.said, doing+": "+cause+": "+pause.String())
}

func (w *waiter) sleep(_ context.Context, pause time.Duration) {
	w.slept = append(w.slept, pause)
}

// queue opens a CLI whose nix fails with each of errors in turn, and then
// answers.
func queue(t *testing.T, errors ...string) (*CLI, *waiter) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "queue")
	write(t, file, strings.Join(errors, "\n"))
	w := &waiter{}
	c := fake(t, "queue:"+file, Options{Wait: w.wait})
	c.sleep = w.sleep
	return c, w
}

func TestFetch(t *testing.T) {
	for _, test := range []struct {
		errors []string
		want   []string
		err    string
	}{
		{nil, nil, ""},
		{[]string{busy, limited, noHost}, []string{
			"evaluating nixosConfigurations: " + busy + ": 5s",
			"evaluating nixosConfigurations: " + limited + ": 1m0s",
		}, noHost + ": see that this machine reaches"},
		{[]string{limited, busy, limited}, []string{
			"evaluating nixosConfigurations: " + limited + ": 30s",
			"evaluating nixosConfigurations: " + busy + ": 20s",
			"evaluating nixosConfigurations: " + limited + ": 2m0s",
		}, ""},
		{[]string{absent}, nil, "correct the input's ref"},
		{[]string{busy, absent}, []string{"evaluating nixosConfigurations: " + busy + ": 5s"}, "correct the input's ref"},
	} {
		c, w := queue(t, test.errors...)
		_, err := c.Hosts(t.Context(), "ref")
		if diff := cmp.Diff(test.want, w.said); diff != "" || len(w.slept) != len(test.want) {
			t.Errorf("%q: slept %v, mismatch (-want +got):\n%s", test.errors, w.slept, diff)
		}
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: %v, want %q", test.errors, err, test.err)
		}
	}
}

// TestFetchEverywhere has a server in trouble under each command that fetches.
func TestFetchEverywhere(t *testing.T) {
	for name, ask := range map[string]func(*CLI) error{
		"Lock":     func(c *CLI) error { return c.Lock(t.Context(), t.TempDir(), nil) },
		"Source":   func(c *CLI) error { _, err := c.Source(t.Context(), "ref"); return err },
		"PkgsPath": func(c *CLI) error { _, err := c.PkgsPath(t.Context(), "ref", "host"); return err },
		"Probe":    func(c *CLI) error { _, err := c.Probe(t.Context(), "ref", "host"); return err },
	} {
		c, w := queue(t, busy, busy, busy, busy, "not asked again")
		err := ask(c)
		var failed *CommandError
		if len(w.slept) != 3 || !errors.As(err, &failed) || !failed.Resources() || !strings.Contains(err.Error(), busy) {
			t.Errorf("%s: slept %v, then %v", name, w.slept, err)
		}
		var broken *EvalError
		judged := name == "PkgsPath" || name == "Probe"
		if errors.As(err, &broken) != judged || strings.Contains(err.Error(), "run again later") == judged {
			t.Errorf("%s: %T: %v", name, err, err)
		}
	}
}

// TestFetchEnds ends a pause: with what ended it, and no further attempt.
func TestFetchEnds(t *testing.T) {
	c, _ := queue(t, busy)
	c.sleep = sleep
	start := time.Now()
	ctx, cancel := context.WithCancelCause(t.Context())
	c.wait = func(string, string, time.Duration) { cancel(errors.New("out of time")) }
	if _, err := c.Hosts(ctx, "ref"); err == nil || err.Error() != "evaluating nixosConfigurations: out of time" {
		t.Errorf("Hosts = %v", err)
	}
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("took %v of a pause of 5 s", took)
	}
	start = time.Now()
	if sleep(t.Context(), 50*time.Millisecond); time.Since(start) < 50*time.Millisecond {
		t.Error("did not sleep")
	}
}

// TestFetchSilent has nobody who wants to hear of pauses.
func TestFetchSilent(t *testing.T) {
	c, w := queue(t, busy)
	c.wait = nil
	if _, err := c.Hosts(t.Context(), "ref"); err != nil || len(w.slept) != 1 {
		t.Errorf("Hosts = %v, slept %v", err, w.slept)
	}
}

// TestNixWaits has a nix that tells of pauses of its own: the long one is
// passed on.
func TestNixWaits(t *testing.T) {
	const warning = `@nix {"action":"msg","level":1,"msg":"warning: ` + limited + `; retrying in %d ms (attempt 1/5)"}` + "\n"
	w := &waiter{}
	text := strings.ReplaceAll(warning, "%d", "300") + strings.ReplaceAll(warning, "%d", "64000")
	c := fake(t, "raw:"+text, Options{Wait: w.wait})
	if _, err := c.Hosts(t.Context(), "ref"); err == nil {
		t.Error("Hosts = nil")
	}
	if diff := cmp.Diff([]string{"evaluating nixosConfigurations: " + limited + ": 1m4s"}, w.said); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
