package nixlog

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestCapturedFaults reads what real Nix said of inputs that servers withheld
// in every way. Each capture is named by the fault and the input.
func TestCapturedFaults(t *testing.T) {
	for _, version := range []string{"2.8", "2.26", "2.34"} {
		archive, err := txtar.ParseFile(filepath.Join("testdata", "faults."+version+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		if len(archive.Files) < 35 {
			t.Errorf("%d captures on %s", len(archive.Files), version)
		}
		for _, file := range archive.Files {
			log, err := Parse(strings.NewReader(string(file.Data)))
			if err != nil {
				t.Fatal(err)
			}
			m, _ := log.Last()
			fault, _, _ := strings.Cut(file.Name, " ")
			if got := m.Fault(); got != Fault(fault) {
				t.Errorf("%s on %s: %q of %q", file.Name, version, got, m.Text)
			}
			if brief := m.Brief(); strings.Contains(brief, "unicorn") || strings.Contains(brief, "remote:") {
				t.Errorf("%s on %s: the server's page is in %q", file.Name, version, brief)
			}
		}
	}
}

// TestFault has errors that the captures lack.
func TestFault(t *testing.T) {
	for _, test := range []struct {
		text string
		want Fault
	}{
		{"unable to download 'https://x': HTTP error 403\n\nresponse body:\n\nRetry later\n", RateLimited},
		{"unable to download 'https://x': HTTP error 410", NotFound},
		{"unable to download 'https://x': HTTP error 408", Unavailable},
		{"unable to download 'https://x': HTTP error 400", Unfetched},
		{"unable to download 'https://x': HTTP error 302 (curl error: Number of redirects hit maximum amount)", Unfetched},
		{"unable to download 'https://x/503': Unsupported protocol (1)", Unfetched},
		{"unable to download 'https://x': SSL connect error (35) TLS connect error: unexpected eof while reading", Unavailable},
		{"unable to download 'https://x': Timeout was reached (28)", Unavailable},
		{"Failed to open archive (Unrecognized archive format)", Unfetched},
		{"git: couldn't find remote ref nixos-99.99", NotFound},
		{"git: ERROR: Repository not found.", NotFound},
		{"git: remote error: upload-pack: not our ref 0123456789012345678901234567890123456789", NotFound},
		{"Could not find branch 'x' at 'https://example.org/r'", NotFound},
		{"cannot find flake 'flake:nosuch' in the flake registries", NotFound},
		{"git: git@example.org: Permission denied (publickey).", Unauthorized},
		{"git: Authentication failed for 'https://example.org/o/r/'", Unauthorized},
		{"git: Host key verification failed.", Unfetched},
		{"git: ssh: connect to host example.org port 22: Connection timed out", Unreachable},
		{"git: kex_exchange_identification: Connection closed by remote host", Unavailable},
		{"git: the remote end hung up unexpectedly", Unavailable},
		{"git: unable to access 'https://x/': OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to x:443", Unavailable},
		{"git: early EOF", Unavailable},
		{"git: unable to fork", Unfetched},
		{"resolving Git reference 'nixos-99.99': revspec 'nixos-99.99' not found (libgit2 error code = 4)", NotFound},
		{"No commits returned by GitLab API -- does the git ref really exist?", NotFound},
		{"Failed to fetch git repository 'https://x'", Unfetched},
		{"NAR hash mismatch in input 'github:a/b', expected 'A', got 'B'", BadHash},
		{"lock file '/x/flake.lock' has unsupported version 99", NewLock},
		{"unsupported tarball input attribute 'lastModified'", NewLock},
		{`lockfile contains mutable lock '{"type":"git","url":"file:///r"}'`, LooseLock},
		{`Lock file contains unlocked input '{"path":"/r","type":"path"}'. Use '--allow-dirty-locks' to accept this lock file.`, LooseLock},
		{"[json.exception.parse_error.101] parse error at line 2, column 1: syntax error", BadLock},
		{"Could not parse '/x/flake.lock': [json.exception.parse_error.101] parse error at line 1, column 1: syntax error", BadLock},
		{"undefined variable 'x'", ""},
		{"assertion failed: the SSL certificate timed out; retry later", ""},
	} {
		if got := (Message{Text: test.text}).Fault(); got != test.want {
			t.Errorf("Fault(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	const refused = "unable to download 'https://x': HTTP error 403\n\nresponse body:\n\n"
	for _, test := range []struct {
		text string
		want time.Duration
	}{
		{refused + "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", 3 * time.Minute},
		{refused + "Rate limited; retry after 90 seconds.", 90 * time.Second},
		{refused + "Too many requests, try again in 10m", 10 * time.Minute},
		{refused + "Retry-After: 5 ms, try again in a while", 0},
		{refused + "API rate limit exceeded", 0},
	} {
		if got := (Message{Text: test.text}).RetryAfter(); got != test.want {
			t.Errorf("RetryAfter(%q) = %v, want %v", test.text, got, test.want)
		}
	}
}

// TestRetrying has the warnings of 2.8 and 2.34 about a pause that Nix makes.
func TestRetrying(t *testing.T) {
	type pause struct {
		Cause string
		For   time.Duration
	}
	var got []pause
	p := Parser{Retrying: func(cause string, wait time.Duration) { got = append(got, pause{cause, wait}) }}
	log := `@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m error: unable to download '\u001b[35;1mhttps://x\u001b[0m': HTTP error 503 ('')\n\n       response body:\n\n       <html>; retrying in 314 ms"}
@nix {"action":"msg","level":1,"msg":"\u001b[35;1mwarning:\u001b[0m unable to download '\u001b[35;1mhttps://api.github.com/repos/m-429/r/commits/x\u001b[0m': HTTP error \u001b[35;1m429\u001b[0m\u001b[35;1m\u001b[0m\n\nresponse body:\n\n\u001b[35;1mToo many requests\u001b[0m; retrying in 79074 ms (attempt 1/2)"}
`
	for _, parser := range []*Parser{&p, {}} {
		if _, err := parser.Write([]byte(log)); err != nil {
			t.Fatal(err)
		}
		if log := parser.Log(); len(log.Errors) > 0 {
			t.Errorf("a retry is taken for an error: %v", log.Errors)
		}
	}
	want := []pause{
		{"unable to download 'https://x': HTTP error 503 ('')", 314 * time.Millisecond},
		{"unable to download 'https://api.github.com/repos/m-429/r/commits/x': HTTP error 429", 79074 * time.Millisecond},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestStale has commands that ended well with what a cache had.
func TestStale(t *testing.T) {
	for _, test := range []struct {
		log, want string
	}{
		{"fatal: unable to access 'http://x/': Failed to connect to x", "git: unable to access 'http://x/': Failed to connect to x"},
		{"fatal: couldn't find remote ref x", ""},
		{"fatal: Refusing to point HEAD outside of refs/", ""},
		{"remote: Counting objects: 3, done.", ""},
		{`@nix {"action":"msg","level":1,"msg":"warning: error: unable to download 'https://x': HTTP error 503\n\n; using cached version"}`, "unable to download 'https://x': HTTP error 503"},
		{"", ""},
	} {
		log, err := Parse(strings.NewReader(test.log))
		if err != nil {
			t.Fatal(err)
		}
		if m, ok := log.Stale(); m.Brief() != test.want || ok != (test.want != "") {
			t.Errorf("%q: %q, %v, want %q", test.log, m.Brief(), ok, test.want)
		}
	}
}

// TestGitError finds the cause in what git and its helpers print.
func TestGitError(t *testing.T) {
	for _, test := range []struct {
		want string
		raw  []string
	}{
		{"", nil},
		{"", []string{"remote: hello"}},
		{"git: early EOF", []string{"", "fatal: early EOF", "fatal: Refusing to point HEAD outside of refs/"}},
		{"git: ssh: connect to host x port 22: Connection refused", []string{"ssh: connect to host x port 22: Connection refused", "fatal: Could not read from remote repository.", "", "Please make sure you have the correct access rights"}},
		{"git: Could not read from remote repository.", []string{"fatal: Could not read from remote repository."}},
		{"git: unable to access 'u': The requested URL returned error: 429\n\nresponse body:\n\nremote: slow down", []string{"remote: slow down", "fatal: unable to access 'u': The requested URL returned error: 429"}},
	} {
		if diff := cmp.Diff(test.want, gitError(test.raw)); diff != "" {
			t.Errorf("%q: mismatch (-want +got):\n%s", test.raw, diff)
		}
	}
}
