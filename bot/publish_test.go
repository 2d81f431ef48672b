package bot

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nixferry/nixferry/bot/lifecycle"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

// A conflict that goes away by itself takes its notice and its label along.
func TestConflictGoesAway(t *testing.T) {
	v := embark(t, github.Settings{})
	v.sail()
	v.commit(ferryBranch, "hosts/web.nix", "one\ntwo\n3\n")
	v.sail()
	before := v.shell("git rev-parse main")
	v.commit("main", "hosts/web.nix", "one\ntwo\nIII\n")
	v.shell("git -C ../../../clone pull -q ../repos/octo/fleet.git main")
	v.sail()
	if p := v.server.Pulls("octo", "fleet")[0]; !slices.Contains(p.Labels, "nixferry: conflict") || !strings.Contains(p.Body, "Not renewed") {
		t.Fatalf("there is no conflict: %q", p.Labels)
	}
	v.shell("git update-ref refs/heads/main $0; git -C ../../../clone reset -q --hard $0", before)
	v.sail()
	if p := v.server.Pulls("octo", "fleet")[0]; slices.Contains(p.Labels, "nixferry: conflict") || strings.Contains(p.Body, "Not renewed") {
		t.Errorf("the conflict is still there: %q, %s", p.Labels, p.Body)
	}
}

// green posts a status of another workflow on the bot's branch.
func (v *voyage) green(context string) {
	v.t.Helper()
	tip := v.shell("git rev-parse " + ferryBranch)
	if err := v.hub().pulls.Post(v.t.Context(), tip, []lifecycle.Status{{Context: context, State: "success"}}); err != nil {
		v.t.Fatal(err)
	}
}

// Where the status `nixferry` is not required, what GitHub waits for may be
// there before a run that is killed, or refused, has said that the bump is bad.
func TestAutoMergeHeldBack(t *testing.T) {
	for name, fault := range map[string]github.Fault{
		"killed after the push": {Operation: "pulls/list", From: 2, Drop: true},
		"not permitted":         {Operation: "graphql/disablePullRequestAutoMerge", Status: 403, Body: `{"message":"Resource not accessible by integration"}`},
	} {
		v := embark(t, github.Settings{AllowAutoMerge: true, RequiredStatuses: []string{"ci"}})
		v.cfg.AutoMerge, v.cfg.Draft = "squash", "never"
		v.sail()
		v.lock, v.broken = "newer", []string{"mail"}
		v.server.Inject(fault)
		if err := v.run(t.Context()); err == nil {
			t.Errorf("%s: the run says nothing", name)
		}
		v.server.Heal()
		v.green("ci")
		if log := v.shell("git show main:flake.lock"); log == "newer" {
			t.Errorf("%s: GitHub merged a bump that breaks a host", name)
		}
	}
}

// What was squashed into base is no commit of anybody's to be kept, whatever
// base makes of it later.
func TestSquashedBranchLeft(t *testing.T) {
	v := embark(t, github.Settings{AllowAutoMerge: true, RequiredStatuses: []string{"nixferry", "ci"}})
	v.cfg.AutoMerge = "squash"
	v.sail()
	v.commit(ferryBranch, "hosts/web.nix", "one\ntwo\n3\n")
	v.sail()
	v.green("ci")
	v.commit("main", "hosts/web.nix", "one\ntwo\nIII\n")
	v.shell("git -C ../../../clone pull -q ../repos/octo/fleet.git main")
	v.lock = "newer"
	v.sail()
	pulls := v.server.Pulls("octo", "fleet")
	if len(pulls) != 2 || !pulls[0].Merged || pulls[1].State != "open" {
		t.Fatalf("pull requests: %+v, want one that is merged and one that is open", pulls)
	}
	if log := v.shell("git log --format=%an main.." + ferryBranch); log != "nixferry[bot]" {
		t.Errorf("commits by %q, want one of the bot's", log)
	}
}

// Where there is no pull request to speak of a conflict, the run ends with it,
// unless nobody wants one.
func TestConflictStranded(t *testing.T) {
	v := embark(t, github.Settings{})
	v.cfg.CoolDown = 72 * time.Hour
	conflict := func() {
		v.shell("git branch -f " + ferryBranch + " main")
		v.commit(ferryBranch, "hosts/web.nix", "one\ntwo\n3\n")
		v.commit("main", "hosts/web.nix", "one\ntwo\nIII\n")
		v.shell("git -C ../../../clone pull -q ../repos/octo/fleet.git main")
	}
	conflict()
	err := v.run(t.Context())
	if err == nil || !strings.Contains(err.Error(), `"hosts/web.nix"`) || !strings.Contains(err.Error(), "delete the branch") {
		t.Errorf("the run ended with %v, want what does not fit and what to do", err)
	}
	v.shell("git update-ref -d refs/heads/" + ferryBranch)
	v.sail()
	v.shell("git update-ref -d refs/heads/" + ferryBranch)
	if open, closed, err := v.hub().pulls.Find(t.Context(), ferryBranch, "main"); open != nil || closed == nil || err != nil {
		t.Fatalf("open: %+v, closed: %+v, %v", open, closed, err)
	}
	v.shell("git update-ref refs/heads/main main~1 && git -C ../../../clone reset -q --hard HEAD~1")
	conflict()
	v.sail()
}

// Two workflows, each with hosts and a branch of its own, do not close each
// other's pull request; one whose branch was called otherwise goes.
func TestSupersedeScope(t *testing.T) {
	for _, test := range []struct{ scope, want string }{{"ab", "open"}, {"", "closed"}} {
		v := embark(t, github.Settings{})
		v.sail()
		clone, err := repo.Open(filepath.Join(v.dir, "clone"))
		if err != nil {
			t.Fatal(err)
		}
		p := &publication{
			crossing: &crossing{cfg: v.cfg, repo: clone}, hub: v.hub(), was: standing{branch: "other"}, pull: &pull.Pull{Number: 7},
		}
		p.state.Lane, p.state.Scope = p.lane(), cmp.Or(test.scope, v.cfg.Scope())
		if err := p.supersede(t.Context()); err != nil {
			t.Fatal(err)
		}
		if now, _ := v.server.Pull("octo", "fleet", 1); now.State != test.want {
			t.Errorf("next to one of scope %s the pull request is %s, want %s", test.scope, now.State, test.want)
		}
	}
}
