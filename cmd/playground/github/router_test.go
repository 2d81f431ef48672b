package github

import (
	"net/url"
	"strings"
	"testing"
)

func routesOf(t testing.TB) []route {
	t.Helper()
	routes, err := loadDescription()
	if err != nil {
		t.Fatal(err)
	}
	return routes
}

// TestOperationsAreRouted holds the table of handlers against the description,
// both ways.
func TestOperationsAreRouted(t *testing.T) {
	described := map[string]bool{}
	for _, r := range routesOf(t) {
		described[r.id] = true
		if operations[r.id].handle == nil {
			t.Errorf("%s is described and has no handler", r.id)
		}
	}
	for id := range operations {
		if !described[id] {
			t.Errorf("%s has a handler and is not described", id)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, test := range []struct{ method, path, id, param, value string }{
		{"GET", "/repos/o/r", "repos/get", "repo", "r"},
		{"GET", "/repos/o/r/git/ref/heads/nixferry/nixos-unstable", "git/get-ref", "ref", "heads/nixferry/nixos-unstable"},
		{"GET", "/repos/o/r/branches/a/b", "repos/get-branch", "branch", "a/b"},
		{"GET", "/repos/o/r/branches/a%2Fb", "repos/get-branch", "branch", "a/b"},
		{"GET", "/repos/o/r/branches/a/b/protection", "repos/get-branch-protection", "branch", "a/b"},
		{"GET", "/repos/o/r/commits/a/b", "repos/get-commit", "ref", "a/b"},
		{"GET", "/repos/o/r/commits/a/b/status", "repos/get-combined-status-for-ref", "ref", "a/b"},
		{"GET", "/repos/o/r/compare/main...a/b", "repos/compare-commits-with-basehead", "basehead", "main...a/b"},
		{"DELETE", "/repos/o/r/issues/1/labels/a%2Fb%20c", "issues/remove-label", "name", "a/b c"},
		{"DELETE", "/repos/o/r/issues/1/labels/a/b", "", "", ""},
		{"DELETE", "/repos/o/r", "", "", ""},
		{"GET", "/repos/o/r/", "", "", ""},
		{"GET", "/repos/o/r/branches/%zz", "", "", ""},
	} {
		r, params := match(routesOf(t), test.method, test.path)
		id := ""
		if r != nil {
			id = r.id
		}
		if id != test.id || params[test.param] != test.value {
			t.Errorf("%s %s: %q with %q, want %q with %q", test.method, test.path, id, params, test.id, test.value)
		}
	}
}

// FuzzMatch asks for the branch of any name, and for anything at all.
func FuzzMatch(f *testing.F) {
	routes := routesOf(f)
	for _, name := range []string{"main", "nixferry/nixos-unstable", "a b", "ä/%2F", "x/protection", "\n"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		match(routes, "GET", name)
		if name == "" {
			return
		}
		segments := strings.Split(name, "/")
		for i, s := range segments {
			segments[i] = url.PathEscape(s)
		}
		r, params := match(routes, "GET", "/repos/o/r/git/ref/"+strings.Join(segments, "/"))
		if r == nil || r.id != "git/get-ref" || params["ref"] != name {
			t.Errorf("%q: found %v with %q", name, r, params)
		}
	})
}

// FuzzUnsign takes back out what was signed into a commit of any header and
// message, and never fails on what nobody signed.
func FuzzUnsign(f *testing.F) {
	keys, err := newKeyring(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("tree 1\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000", "message\n")
	f.Add("tree 1\nmergetag object 2\n type commit\n \n text\nencoding x", "\n\ngpgsig no\n")
	f.Add("tree 1\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\nauthor a", "")
	f.Fuzz(func(t *testing.T, header, message string) {
		text := header + "\n\n" + message
		unsign(text)
		if strings.Contains(header, "\ngpgsig ") || strings.Contains(header, "\n\n") {
			return
		}
		signed, err := keys.sign(text)
		if err != nil {
			t.Fatal(err)
		}
		payload, armored := unsign(signed)
		got := keys.judge(commit{committer: signature{email: webFlow.Email}, payload: payload, signature: armored})
		if payload != text || got != "valid" {
			t.Errorf("%q came back as %q, %s", text, payload, got)
		}
	})
}

// FuzzReadPush reads nonsense as the head of a push.
func FuzzReadPush(f *testing.F) {
	f.Add([]byte("0000"))
	f.Add([]byte("00a8" + strings.Repeat("0", 40) + " " + strings.Repeat("1", 40) + " refs/heads/main\x00 report-status side-band-64k0000PACK"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, u := range readPush(body).updates {
			if u.ref == "" {
				t.Errorf("an update of no ref in %q", body)
			}
		}
	})
}
