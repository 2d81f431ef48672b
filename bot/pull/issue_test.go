package pull_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

func plea(lane, revision, text string) pull.Plea {
	return pull.Plea{Title: "Open the pull request for me", Section: says(text), State: pull.State{Lane: lane, Revision: revision}}
}

func TestLifeOfAPlea(t *testing.T) {
	hub := serve(t)
	c, ctx := hub.client(t), t.Context()
	type told struct {
		number  int
		page    string
		changed bool
	}
	page := hub.server.URL() + "/octo/fleet/issues/"
	for _, test := range []struct {
		name string
		p    pull.Plea
		want told
		does []string
	}{
		{"new", plea("fleet", "a1", "one"), told{1, page + "1", true}, []string{"issues/list-for-repo", "issues/create"}},
		{"the same", plea("fleet", "a1", "one"), told{1, page + "1", false}, []string{"issues/list-for-repo"}},
		{"something new", plea("fleet", "a2", "two"), told{1, page + "1", true}, []string{"issues/list-for-repo", "issues/update"}},
		{"another lane", plea("lab", "a1", "one"), told{2, page + "2", true}, []string{"issues/list-for-repo", "issues/create"}},
	} {
		before := len(hub.operations())
		number, address, changed, err := c.Plead(ctx, test.p)
		if got := (told{number, address, changed}); got != test.want || err != nil {
			t.Errorf("%s: got %+v, %v, want %+v", test.name, got, err, test.want)
		}
		if diff := cmp.Diff(test.does, hub.operations()[before:]); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
	for range 2 {
		if err := c.Unplead(ctx, "fleet", "There is #3 now."); err != nil {
			t.Fatal(err)
		}
	}
	all := hub.server.Issues("octo", "fleet")
	if len(all) != 2 || all[0].State != "closed" || len(all[0].Comments) != 1 || all[0].Comments[0].Body != "There is #3 now." || all[1].State != "open" {
		t.Errorf("got %+v", all)
	}
	if number, _, changed, err := c.Plead(ctx, plea("fleet", "a2", "two")); number != 3 || !changed || err != nil {
		t.Errorf("got #%d, %v, %v, want a new one after the bot closed the first", number, changed, err)
	}
}

// A person who closes a plea is not asked again for the same revision.
func TestPleaThatAPersonClosed(t *testing.T) {
	hub := serve(t)
	c := hub.client(t)
	for _, test := range []struct {
		name, revision string
		number         int
		changed        bool
	}{
		{"first", "a1", 1, true},
		{"the same revision", "a1", 1, false},
		{"the next", "a2", 2, true},
	} {
		number, _, changed, err := c.Plead(t.Context(), plea("fleet", test.revision, "please"))
		if number != test.number || changed != test.changed || err != nil {
			t.Errorf("%s: got #%d, %v, %v", test.name, number, changed, err)
		}
		hub.edit(t, "issues/1", `{"state":"closed"}`)
		if said, err := c.Pleaded(t.Context(), "fleet"); err != nil || said == nil || said.State.Revision != test.revision {
			t.Errorf("%s: it says %+v, %v", test.name, said, err)
		}
	}
	if err := c.Unplead(t.Context(), "fleet", "There is #3 now."); err != nil {
		t.Fatal(err)
	}
	if said, err := c.Pleaded(t.Context(), "lab"); said != nil || err != nil {
		t.Errorf("got %+v, %v for another lane", said, err)
	}
}

func TestPeoplesWordsInAPlea(t *testing.T) {
	hub := serve(t)
	c := hub.client(t)
	if _, _, _, err := c.Plead(t.Context(), plea("fleet", "a1", "please")); err != nil {
		t.Fatal(err)
	}
	hub.edit(t, "issues/1", jsonBody("On it.\r\n\r\n"+hub.server.Issues("octo", "fleet")[0].Body))
	if _, _, _, err := c.Plead(t.Context(), plea("fleet", "a2", "pretty please")); err != nil {
		t.Fatal(err)
	}
	want := "On it.\r\n\r\n" + pull.Splice("", says("pretty please"), pull.State{Lane: "fleet", Revision: "a2"})
	if diff := cmp.Diff(want, hub.server.Issues("octo", "fleet")[0].Body); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestPleaRefused(t *testing.T) {
	for _, test := range []struct {
		name     string
		settings github.Settings
		token    string
		want     error
	}{
		{"no issues", github.Settings{NoIssues: true}, token, pull.ErrIssuesOff},
		{"no right to issues", github.Settings{}, "ghs_read", pull.ErrNoIssues},
		{"not even to see them", github.Settings{Private: true}, "ghs_read", pull.ErrNoIssues},
		{"no issues to list", github.Settings{}, token, pull.ErrIssuesOff},
	} {
		hub := serve(t)
		hub.server.Configure("octo/fleet", test.settings)
		if test.name == "no issues to list" {
			hub.server.Inject(github.Fault{Operation: "issues/list-for-repo", Status: 410, Body: `{"message":"Issues has been disabled in this repository."}`})
		}
		options := hub.options()
		options.Token = test.token
		c, err := pull.New(options)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, changed, err := c.Plead(t.Context(), plea("fleet", "a1", "x")); !errors.Is(err, test.want) || changed {
			t.Errorf("%s: got %v, %v, want %v", test.name, changed, err, test.want)
		}
		if err := c.Unplead(t.Context(), "fleet", "x"); err != nil {
			t.Errorf("%s: there is nothing to take back: %v", test.name, err)
		}
		if said, err := c.Pleaded(t.Context(), "fleet"); said != nil || err != nil {
			t.Errorf("%s: got %+v, %v", test.name, said, err)
		}
	}
}

func TestProposalURL(t *testing.T) {
	for _, test := range []struct{ name, base, head, title, body, want string }{
		{"plain", "main", "nixferry/nixos-unstable", "nixpkgs: new & old", "a\n# b", "https://github.com/octo/fleet/compare/main...nixferry/nixos-unstable?quick_pull=1&title=nixpkgs%3A+new+%26+old&body=a%0A%23+b"},
		{"fork", "main", "bot:x", "", "", "https://github.com/octo/fleet/compare/main...bot:x?quick_pull=1&title=&body="},
		{"hostile", "a#b", "c?d)", "](//evil)", "\xff\u202e", "https://github.com/octo/fleet/compare/a%23b...c%3Fd%29?quick_pull=1&title=%5D%28%2F%2Fevil%29&body=%EF%BF%BD%E2%80%AE"},
	} {
		if got := pull.ProposalURL("https://github.com/octo/fleet", test.base, test.head, test.title, test.body); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestProposalURLIsBounded(t *testing.T) {
	for _, test := range []struct {
		title, body string
		least       int
	}{
		{"t", strings.Repeat("ü", 9000), 7990},
		{strings.Repeat("ü", 9000), "b", 7990},
		{strings.Repeat("x", 7000), strings.Repeat("x", 7000), 8000},
	} {
		got := pull.ProposalURL("https://github.com/octo/fleet", "main", "b", test.title, test.body)
		if len(got) > 8000 || len(got) < test.least {
			t.Errorf("%d characters", len(got))
		}
		at, err := url.Parse(got)
		if err != nil || !strings.HasPrefix(test.title, at.Query().Get("title")) || !strings.HasPrefix(test.body, at.Query().Get("body")) {
			t.Errorf("got %v, %q", err, at.Query())
		}
	}
}
