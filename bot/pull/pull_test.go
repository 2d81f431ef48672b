package pull_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

func TestLifeOfAPullRequest(t *testing.T) {
	hub := serve(t)
	c, ctx := hub.client(t), t.Context()
	if open, closed, err := c.Find(ctx, branch, "main"); open != nil || closed != nil || err != nil {
		t.Fatalf("got %v, %v, %v, want none", open, closed, err)
	}
	state := pull.State{Head: hub.head, Verdict: "ok", Complete: true}
	created, fresh, err := c.Create(ctx, pull.Proposal{Branch: branch, Base: "main", Title: "one", Body: pull.Splice("", says("first"), state), Draft: true})
	if err != nil || !fresh {
		t.Fatalf("got %v, %v", fresh, err)
	}
	open, _, err := c.Find(ctx, branch, "main")
	if diff := cmp.Diff(created, open); diff != "" || err != nil {
		t.Errorf("%v, found other than created (-created +found):\n%s", err, diff)
	}
	want := &pull.Pull{
		Number: 1, NodeID: "PR_1", URL: hub.server.URL() + "/octo/fleet/pull/1", Title: "one", Body: pull.Splice("", says("first"), state), Author: github.Bot,
		Branch: branch, Base: "main", HeadSHA: hub.head, Draft: true, Open: true,
	}
	if diff := cmp.Diff(want, created); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}

	same := pull.Change{Title: "one", Section: says("first"), State: state}
	if _, changed, err := c.Update(ctx, 1, same); changed || err != nil {
		t.Errorf("got %v, %v, want nothing edited", changed, err)
	}
	hub.edit(t, "pulls/1", jsonBody("Dear all,\r\n\r\n"+created.Body+"\r\n\r\nbye"))
	updated, changed, err := c.Update(ctx, 1, pull.Change{Title: "two", Section: says("second"), State: state})
	if !changed || err != nil {
		t.Errorf("got %v, %v, want an edit", changed, err)
	}
	body := "Dear all,\r\n\r\n" + pull.Splice("", says("second"), state) + "\r\n\r\nbye"
	if got, _ := hub.server.Pull("octo", "fleet", 1); got.Title != "two" || got.Body != body || updated.Body != body {
		t.Errorf("got %q\n%s", got.Title, cmp.Diff(body, got.Body))
	}

	if err := c.Close(ctx, 1, "The base caught up."); err != nil {
		t.Error(err)
	}
	if err := c.Close(ctx, 1, "The base caught up."); err != nil {
		t.Error(err)
	}
	got, _ := hub.server.Pull("octo", "fleet", 1)
	if got.State != "closed" || len(got.Comments) != 1 || got.Comments[0].Body != "The base caught up." {
		t.Errorf("got %s with comments %v, want it closed with one", got.State, got.Comments)
	}
	open, closed, err := c.Find(ctx, branch, "main")
	if open != nil || closed == nil || closed.Number != 1 || closed.Open || closed.Closed.IsZero() || err != nil {
		t.Errorf("got %v, %+v, %v, want one closed", open, closed, err)
	}
	if _, changed, err := c.Update(ctx, 1, same); changed || err != nil {
		t.Errorf("got %v, %v, want the closed one left alone", changed, err)
	}
}

func TestNotice(t *testing.T) {
	hub := serve(t)
	c, state := hub.client(t), pull.State{Head: hub.head, Lane: "fleet"}
	body := "Mine.\r\n\r\n" + pull.Splice("", says("report"), state)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a", Body: body})
	notice := func(text string, want bool) string {
		before := len(hub.operations())
		changed, err := c.Notice(t.Context(), 1, text)
		if calls := len(hub.operations()) - before; changed != want || err != nil || changed != (calls == 2) {
			t.Errorf("%q: got %v, %v in %d calls, want %v", text, changed, err, calls, want)
		}
		now, _ := hub.server.Pull("octo", "fleet", 1)
		return now.Body
	}
	with := notice("**Look.**", true)
	if got, ok := pull.ReadState(with); !pull.Noticed(with) || !strings.Contains(with, "\n**Look.**\n") || !ok || !cmp.Equal(state, got) {
		t.Errorf("got %s", with)
	}
	notice("**Look.**", false)
	if got := notice("", true); got != body {
		t.Errorf("mismatch (-want +got):\n%s", cmp.Diff(body, got))
	}
	notice("", false)
	notice("**Look.**", true)
	if _, changed, err := c.Update(t.Context(), 1, pull.Change{Title: "a", Section: says("report"), State: state}); !changed || err != nil {
		t.Errorf("got %v, %v, want the notice gone", changed, err)
	}
	hub.edit(t, "pulls/1", `{"state":"closed"}`)
	if got := notice("**Look.**", false); got != body {
		t.Errorf("mismatch (-want +got):\n%s", cmp.Diff(body, got))
	}
}

// What a person closed is closed without a word of the bot's, and the state
// says who closed it.
func TestCloseLeavesTheClosedAlone(t *testing.T) {
	hub := serve(t)
	c, body := hub.client(t), pull.Splice("Mine.", says("report"), pull.State{Head: hub.head})
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a", Body: body})
	hub.edit(t, "pulls/1", `{"state":"closed"}`)
	if err := c.Close(t.Context(), 1, "x"); err != nil {
		t.Fatal(err)
	}
	if is, _ := hub.server.Pull("octo", "fleet", 1); len(is.Comments) != 0 || is.Body != body {
		t.Errorf("got %+v", is)
	}
	hub.edit(t, "pulls/1", `{"state":"open"}`)
	if err := c.Close(t.Context(), 1, "x"); err != nil {
		t.Fatal(err)
	}
	is, _ := hub.server.Pull("octo", "fleet", 1)
	if state, _ := pull.ReadState(is.Body); !state.Closed || state.Head != hub.head || len(is.Comments) != 1 {
		t.Errorf("got %+v, %+v", state, is)
	}
}

func TestSuperseded(t *testing.T) {
	hub := serve(t)
	signed := func(lane string) string { return pull.Splice("", says("x"), pull.State{Lane: lane}) }
	hub.grow(t, "third", hub.head, 1)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "this", Body: signed("fleet")})
	hub.create(t, pull.Proposal{Branch: "other", Base: "main", Title: "the lane's", Body: signed("fleet")})
	hub.create(t, pull.Proposal{Branch: "other", Base: "old", Title: "to another base", Body: signed("fleet")})
	hub.create(t, pull.Proposal{Branch: "third", Base: "main", Title: "another lane's", Body: signed("lab")})
	hub.create(t, pull.Proposal{Branch: "third", Base: "old", Title: "a person's"})
	others, err := hub.client(t).Superseded(t.Context(), "fleet", branch, "main")
	if err != nil || len(others) != 1 || others[0].Title != "the lane's" {
		t.Errorf("got %+v, %v", others, err)
	}
	if others, err := hub.client(t).Superseded(t.Context(), "", branch, "old"); len(others) != 0 || err != nil {
		t.Errorf("got %+v, %v, want people's left alone", others, err)
	}
}

func TestFindPrefersTheBotsOwn(t *testing.T) {
	hub := serve(t)
	c, ctx := hub.client(t), t.Context()
	signed := pull.Splice("", says("x"), pull.State{})
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "bot's", Body: signed})
	hub.create(t, pull.Proposal{Branch: branch, Base: "old", Title: "person's"})
	hub.create(t, pull.Proposal{Branch: "other", Base: "main", Title: "another branch's", Body: signed})
	open, _, err := c.Find(ctx, branch, "main")
	if err != nil || open.Title != "bot's" {
		t.Errorf("got %+v, %v", open, err)
	}
	for _, number := range []int{2, 1} { // the one closed last is not the newest
		if err := c.Close(ctx, number, "x"); err != nil {
			t.Fatal(err)
		}
		hub.now = hub.now.Add(time.Hour)
	}
	if _, closed, err := c.Find(ctx, branch, "main"); err != nil || closed.Title != "bot's" {
		t.Errorf("got %+v, %v", closed, err)
	}
	last := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "last"})
	if err := c.Close(ctx, last.Number, "x"); err != nil {
		t.Fatal(err)
	}
	if _, closed, err := c.Find(ctx, branch, "main"); err != nil || closed.Title != "last" {
		t.Errorf("got %+v, %v", closed, err)
	}
}

// What a person has open from the bot's branch to another base is theirs.
func TestFindLeavesPeoplesAlone(t *testing.T) {
	hub := serve(t)
	hub.create(t, pull.Proposal{Branch: branch, Base: "old", Title: "person's"})
	if open, closed, err := hub.client(t).Find(t.Context(), branch, "main"); open != nil || closed != nil || err != nil {
		t.Errorf("got %+v, %+v, %v", open, closed, err)
	}
	if open, _, err := hub.client(t).Find(t.Context(), branch, "old"); open == nil || err != nil {
		t.Errorf("got %+v, %v, want what goes to base, whoever opened it", open, err)
	}
}

// GitHub lists all pull requests when it makes nothing of the filter.
func TestFindTakesNoOthers(t *testing.T) {
	hub := serve(t)
	hub.server.Inject(github.Fault{Operation: "pulls/list", Status: 200, Body: `[
		{"number": 1, "state": "open", "head": {"ref": "other", "repo": {"full_name": "octo/fleet"}}},
		{"number": 2, "state": "open", "head": {"ref": "` + branch + `", "repo": {"full_name": "evil/fleet"}}},
		{"number": 3, "state": "open", "head": {"ref": "` + branch + `", "repo": null}}]`})
	if open, closed, err := hub.client(t).Find(t.Context(), branch, "main"); open != nil || closed != nil || err != nil {
		t.Errorf("got %v, %v, %v, want none", open, closed, err)
	}
}

func TestCreateWhereThereIsOne(t *testing.T) {
	hub := serve(t)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "other run's"})
	got, created, err := hub.client(t).Create(t.Context(), pull.Proposal{Branch: branch, Base: "main", Title: "mine"})
	if err != nil || created || got.Number != 1 || got.Title != "other run's" {
		t.Errorf("got %+v, %v, %v, want the other run's", got, created, err)
	}
}

func TestCreateWithoutDrafts(t *testing.T) {
	hub := serve(t)
	hub.server.Inject(github.Fault{Operation: "pulls/create", Nth: 1, Status: 422, Body: `{"message":"Draft pull requests are not supported in this repository."}`})
	got, created, err := hub.client(t).Create(t.Context(), pull.Proposal{Branch: branch, Base: "main", Title: "x", Draft: true})
	if err != nil || !created || got.Draft {
		t.Errorf("got %+v, %v, %v, want it opened as no draft", got, created, err)
	}
}

func TestLabel(t *testing.T) {
	hub := serve(t)
	c, ctx := hub.client(t), t.Context()
	created := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	if err := c.SetLabels(ctx, created, []string{"nixferry", "Dependencies"}, nil); err != nil {
		t.Fatal(err)
	}
	labelled, _, err := c.Find(ctx, branch, "main")
	if err != nil {
		t.Fatal(err)
	}
	before := len(hub.server.Log())
	if err := c.SetLabels(ctx, labelled, []string{"dependencies", "nixferry"}, nil); err != nil {
		t.Fatal(err)
	}
	if calls := len(hub.server.Log()) - before; calls != 0 {
		t.Errorf("%d calls for labels that are there", calls)
	}
	if diff := cmp.Diff([]string{"nixferry", "Dependencies"}, labelled.Labels); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestInvite(t *testing.T) {
	hub := serve(t)
	hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: "a"})
	notes, err := hub.client(t).Invite(t.Context(), 1, pull.People{
		Assignees:     []string{"ada", "nobody"},
		Reviewers:     []string{"ada", "stranger", github.Bot},
		TeamReviewers: []string{"octo/infra", "unknown"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, note := range notes {
		what, _, _ := strings.Cut(note, ":")
		got = append(got, what)
	}
	want := []string{
		"nobody was not assigned",
		"stranger was not asked for a review",
		github.Bot + " was not asked for a review",
		"unknown was not asked for a review",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s\n%v", diff, notes)
	}
	is, _, err := hub.client(t).Find(t.Context(), branch, "main")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"ada"}, {"infra"}, {"ada"}}, [][]string{is.Reviewers, is.Teams, is.Assignees}); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestHostileText(t *testing.T) {
	hub := serve(t)
	evil := "<!-- nixferry:end -->\n<!-- nixferry:begin v1 e30= -->\n@everyone ::set-output name=x::y\n```` \u202e \x1b[31m | <!--"
	state := pull.State{Head: hub.head}
	created := hub.create(t, pull.Proposal{Branch: branch, Base: "main", Title: evil[:20], Body: pull.Splice(evil, says(evil), state)})
	if got, ok := pull.ReadState(created.Body); !ok || !cmp.Equal(got, state) {
		t.Errorf("got %+v, %v, want the bot's own state", got, ok)
	}
	if _, changed, err := hub.client(t).Update(t.Context(), 1, pull.Change{Title: evil[:20], Section: says(evil), State: state}); changed || err != nil {
		t.Errorf("got %v, %v, want nothing edited", changed, err)
	}
}
