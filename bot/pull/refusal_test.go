package pull_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// refused are calls that come to nothing.
var refused = []struct {
	name    string
	prepare func(hub *hub, o *pull.Options, p *pull.Proposal)
	want    error
}{
	{"read-only token", func(_ *hub, o *pull.Options, _ *pull.Proposal) { o.Token = "ghs_read" }, pull.ErrNoPermission},
	{"unknown token", func(_ *hub, o *pull.Options, _ *pull.Proposal) { o.Token = "ghs_nonsense" }, pull.ErrBadCredentials},
	{"no repository", func(_ *hub, o *pull.Options, _ *pull.Proposal) { o.Repo = "other" }, pull.ErrNotFound},
	{"Actions may not", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Configure("octo/fleet", github.Settings{ActionsMayNotCreatePulls: true})
	}, pull.ErrPullsForbidden},
	{"nothing to merge", func(_ *hub, _ *pull.Options, p *pull.Proposal) { p.Branch = "old" }, pull.ErrNoCommits},
	{"no such base", func(_ *hub, _ *pull.Options, p *pull.Proposal) { p.Base = "gone" }, pull.ErrInvalid},
	{"no such branch", func(_ *hub, _ *pull.Options, p *pull.Proposal) { p.Branch = "gone" }, pull.ErrInvalid},
	{"body too long", func(_ *hub, _ *pull.Options, p *pull.Proposal) { p.Body = strings.Repeat("x", 65537) }, pull.ErrInvalid},
	{"always 503", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 503, Body: "<html>"})
	}, pull.ErrUnavailable},
	{"always dropped", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Drop: true})
	}, pull.ErrUnavailable},
	{"rate limit for an hour", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 403, Header: limitUntil(2126), Body: `{"message":"API rate limit exceeded"}`})
	}, pull.ErrRateLimited},
	{"told to wait too long", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 429, Header: http.Header{"Retry-After": {"3600"}}, Body: `{"message":"Too many requests"}`})
	}, pull.ErrRateLimited},
	{"429 until an hour", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 429, Header: limitUntil(2126), Body: `{"message":"API rate limit exceeded"}`})
	}, pull.ErrRateLimited},
	{"submitted too quickly", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 422, Body: `{"message":"Validation Failed","errors":["was submitted too quickly"]}`})
	}, pull.ErrRateLimited},
	{"archived", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 403, Body: `{"message":"Repository was archived so is read-only."}`})
	}, pull.ErrArchived},
	{"always 409", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 409, Body: `{"message":"Conflict"}`})
	}, pull.ErrConflict},
	{"deleted", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 410, Body: `{"message":"This was deleted"}`})
	}, pull.ErrGone},
	{"errors in one text", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 422, Body: `{"message":"Validation Failed","errors":"The listed users cannot be searched."}`})
	}, pull.ErrInvalid},
	{"hostile words", func(hub *hub, _ *pull.Options, _ *pull.Proposal) {
		hub.server.Inject(github.Fault{Operation: "pulls/create", Status: 422, Body: `{"message":"\u001b[31mno\r\n::error::` + token + `\u202e"}`})
	}, pull.ErrInvalid},
}

// TestRefusals holds the texts of refused calls against a golden file.
func TestRefusals(t *testing.T) {
	var out strings.Builder
	for _, test := range refused {
		hub := serve(t)
		options, proposal := hub.options(), pull.Proposal{Branch: branch, Base: "main", Title: "a"}
		test.prepare(hub, &options, &proposal)
		c, err := pull.New(options)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = c.Create(t.Context(), proposal); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
			continue
		}
		text := strings.ReplaceAll(err.Error(), hub.server.URL(), "https://github.example")
		fmt.Fprintf(&out, "# %s\n%s\n\n", test.name, text)
	}
	if strings.Contains(out.String(), token) {
		t.Error("the token is in an error")
	}
	golden(t, "testdata/refusals.golden", out.String())
}

// limitUntil is the header of a rate limit that is used up until a year.
func limitUntil(year int) http.Header {
	reset := time.Date(year, 11, 22, 11, 30, 0, 0, time.UTC)
	return http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {strconv.FormatInt(reset.Unix(), 10)}}
}

func TestNewRefuses(t *testing.T) {
	for _, test := range []struct {
		options pull.Options
		want    string
	}{
		{pull.Options{Owner: "o", Repo: "r"}, "set `token`"},
		{pull.Options{Token: "x", Owner: "o", Repo: "../../user"}, "set GITHUB_REPOSITORY"},
		{pull.Options{Token: "x", Owner: "o", Repo: "r", Head: "fork"}, "set `push-to-fork`"},
		{pull.Options{Token: "x", Owner: "o", Repo: "r", APIURL: "github.example"}, "set GITHUB_API_URL"},
		{pull.Options{Token: "x", Owner: "o", Repo: "r", GraphQLURL: "https://github.example/graphql"}, "set GITHUB_GRAPHQL_URL"},
	} {
		if _, err := pull.New(test.options); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want it to say %q", err, test.want)
		}
	}
}

func TestCallsStop(t *testing.T) {
	hub := serve(t)
	options := hub.options()
	options.Pause = time.Minute
	options.Patience = time.Hour
	c, err := pull.New(options)
	if err != nil {
		t.Fatal(err)
	}
	hub.server.Inject(github.Fault{Status: 503})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := c.Find(ctx, branch, "main"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline's error", err)
	}
}

// TestTokenStaysAtHome has the API redirect to another host.
func TestTokenStaysAtHome(t *testing.T) {
	var seen []string
	abroad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, "abroad "+r.Header.Get("Authorization"))
		fmt.Fprint(w, `{}`)
	}))
	defer abroad.Close()
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.URL.Path+" "+r.Header.Get("Authorization")+" "+r.UserAgent())
		http.Redirect(w, r, abroad.URL, http.StatusTemporaryRedirect)
	}))
	defer home.Close()
	for _, root := range []string{home.URL, home.URL + "/api/v3", home.URL + "/api/v3/"} {
		seen = nil
		c, err := pull.New(pull.Options{APIURL: root, Token: token, Owner: "o", Repo: "r"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Compare(t.Context(), "a", "b"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"/api/v3/repos/o/r/compare/a...b Bearer " + token + " nixferry", "abroad "}, seen); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
