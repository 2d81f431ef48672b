package triage

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// credentials are in the forms that logs can hold; value is what must not
// come through.
var credentials = []struct{ text, value string }{
	{"ghp_0123456789abcdefghijABCDEFGHIJ012345", "0123456789abcdefghij"},
	{"ghs_9876543210abcdefghijABCDEFGHIJ012345", "9876543210abcdefghij"},
	{"github_pat_11AAAAAAA0zzzzzzzzzzzzzzzz_yyyyyyy", "zzzzzzzzzzzz"},
	{"access-tokens = github.com=s3cretvalue", "s3cretvalue"},
	{"https://me:hunter2pass@example.org/x.git", "hunter2pass"},
	{"Authorization: Bearer t0kenvalue0", "t0kenvalue0"},
	{"https://x.org/a?private_token=qu3ryvalue", "qu3ryvalue"},
}

// check fails for a finding that is no good to show to anybody.
func check(t *testing.T, f Finding) {
	t.Helper()
	if f.Class == "" || f.Line < 0 || f.Column < 0 {
		t.Errorf("no finding: %+v", f)
	}
	if strings.HasPrefix(f.File, "/") || slices.Contains(strings.Split(f.File, "/"), "..") {
		t.Errorf("%q is no path in a repository", f.File)
	}
	lines, size := len(f.LogTail), 0
	for _, text := range append([]string{f.Message, f.Next, f.Option, f.Replacement, f.Owner, f.File, f.Derivation}, f.LogTail...) {
		size += len(text)
		lines += strings.Count(text, "\n")
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Errorf("not clean: %q", text)
		}
		for _, c := range credentials {
			if strings.Contains(text, c.value) {
				t.Errorf("%s got through: %q", c.value, text)
			}
		}
	}
	if lines > 40 || size > 8000 {
		t.Errorf("%d lines and %d bytes are more than a screen", lines, size)
	}
}

// FuzzExplain puts a credential somewhere into a log. Terminal sequences are
// left out: one that swallows the first letter of a token makes another word
// of it.
func FuzzExplain(f *testing.F) {
	for i, log := range []string{
		"error: unable to download '': HTTP error 404\n",
		"error: x\n       at /nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/a.nix:1:1:\n",
		"@nix {\"action\":\"msg\",\"level\":0,\"raw_msg\":\"\",\"msg\":\"x\"}\ntrace: warning: y\n",
		"error: builder for '/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-x-1.drv' failed with exit code 1;\n       last 1 log lines:\n       > a\n",
		"error: The option `a.b' does not exist. Definition values:\n       - In `/home/me/x/hosts/a.nix': 3\n",
		"error:\n       … while x\n         at «none»:0: (source not available)\n\n       error: y\n",
		"error (ignored): error:\n       Failed assertions:\n       - a\n       - b\nerror: some errors were encountered during the evaluation\n",
		"error: Package ‘a-1’ in /x.nix:3 is marked as insecure, refusing to evaluate.\n",
	} {
		f.Add(log, i, 20+i)
	}
	from := Source{Dir: "/home/me/x", Inputs: []Input{{Name: "nixpkgs", Hash: "2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v"}}, Read: func(name string) (string, bool) {
		return "{ a.b = 1; }\n", strings.HasSuffix(name, "a.nix")
	}}
	f.Fuzz(func(t *testing.T, log string, which, at int) {
		log = strings.NewReplacer("\x1b", "", "001b", "", "001B", "").Replace(log)
		at = min(max(at, 0), len(log))
		secret := credentials[max(which, 0)%len(credentials)]
		if strings.Contains(log, secret.value) {
			return
		}
		log = log[:at] + " " + secret.text + " " + log[at:]
		for _, s := range []Source{{}, from} {
			for _, found := range Explain([]byte(log), s) {
				check(t, found)
			}
		}
	})
}

// TestCutSecrets has a password where texts are cut, before the @ that tells
// it from a host name.
func TestCutSecrets(t *testing.T) {
	const url = "https://me:hunter2pass@example.org/"
	for at := maxEssence - len(url); at < maxEssence; at++ {
		for _, found := range Explain([]byte("error: The option `a' does not exist "+strings.Repeat("x", at-31)+url+"\n"), Source{}) {
			check(t, found)
		}
	}
	for at := maxTailLine - len(url); at < maxTailLine; at++ {
		log := "error: builder for '/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-x-1.drv' failed with exit code 1;\n       last 1 log lines:\n       > " + strings.Repeat("x", at) + url + "\n"
		for _, found := range Explain([]byte(log), Source{}) {
			check(t, found)
		}
	}
}

// TestLongLines bounds the time for logs that are one line of 3 MB, or bad in
// another way.
func TestLongLines(t *testing.T) {
	const (
		assertions = "error: Failed assertions:\n       - "
		option     = "error: The option `"
		record     = "@nix {\"action\":\"msg\",\"level\":0,\"raw_msg\":\"x\",\"msg\":\""
		trace      = "error:\n       … x\n"
	)
	for _, test := range []struct {
		prefix, unit string
		size         int
	}{
		{record, "x", 3 << 20},
		{option, "x", 3 << 20},
		{assertions, "/a", 3 << 20},
		{option, "/nix/store/2z3pzf1pvq0v6ipgdzdlxl7c8jsr7y0v-source/a.nix ", 1 << 20},
		{trace, "\n       … x", 1 << 20},
		{"", "error: y\n", 1 << 20},
		{trace, "\n       error: y", 1 << 20},
		{assertions, "\n       - z", 1 << 20},
		{trace, "\n       - z", 1 << 20},
		{"", "trace: warning: a\n", 1 << 20},
	} {
		log := test.prefix + strings.Repeat(test.unit, test.size/len(test.unit))
		began := time.Now()
		for _, found := range Explain([]byte(log), Source{Dir: "/home/me/x"}) {
			check(t, found)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%d bytes of %q after %q took %s", test.size, test.unit, test.prefix, took)
		}
	}
}
