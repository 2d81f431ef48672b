package bot

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/config"
	"github.com/nixferry/nixferry/bot/event"
	"github.com/nixferry/nixferry/bot/pull"
	"github.com/nixferry/nixferry/bot/repo"
	"github.com/nixferry/nixferry/bot/report"
	"github.com/nixferry/nixferry/bot/verdict"
	"github.com/nixferry/nixferry/cmd/playground/github"
)

const (
	ferryToken  = "ghs_ferry"
	ferryBranch = "nixferry/nixos-unstable"
)

var today = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// A voyage is a repository on a local GitHub, and runs that bring bumps to it:
// all of a run but Nix.
type voyage struct {
	t *testing.T
	// clone is where the runs find the repository; what they write is in dir.
	dir, clone string
	server     *github.Server
	cfg        config.Config
	// lock is the content of flake.lock that a run bumps to, "" for none, and age
	// how many days ago that was made.
	lock string
	age  int
	// broken are the hosts that break.
	broken []string
	fresh  bool
	// judging is called with what is about to be judged; nil for nothing.
	judging func(head string)
}

// harbour is the repository all voyages begin with, bare, and a clone of it.
var harbour = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "nixferry-harbour-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("sh", "-ec", `cd "$0"
export GIT_AUTHOR_NAME=Octo GIT_AUTHOR_EMAIL=octo@example.org GIT_COMMITTER_NAME=Octo GIT_COMMITTER_EMAIL=octo@example.org
export GIT_AUTHOR_DATE=2026-11-01T00:00:00Z GIT_COMMITTER_DATE=2026-11-01T00:00:00Z GIT_CONFIG_GLOBAL=/dev/null
git init -q --template= -b main clone
mkdir -p clone/hosts repos/octo
echo '{ }' > clone/flake.nix; echo old > clone/flake.lock; printf 'one\ntwo\nthree\n' > clone/hosts/web.nix
git -C clone add . ; git -C clone commit -qm first
git clone -q --template= --bare clone repos/octo/fleet.git`, dir).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w", out, err)
	}
	return dir, nil
})

// TestMain takes the harbour away at the end.
func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := harbour(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// embark starts a voyage.
func embark(t *testing.T, settings github.Settings) *voyage {
	t.Helper()
	template, err := harbour()
	if err != nil {
		t.Fatal(err)
	}
	v := &voyage{t: t, dir: t.TempDir(), lock: "new", age: 20}
	if err := os.CopyFS(v.dir, os.DirFS(template)); err != nil {
		t.Fatal(err)
	}
	settings.Collaborators = map[string]string{"ada": "write"}
	v.server, err = github.New(github.Options{
		Dir: filepath.Join(v.dir, "repos"), Now: func() time.Time { return today },
		Tokens: map[string]github.Permissions{
			ferryToken: {Contents: github.Write, PullRequests: github.Write, Issues: github.Write, Statuses: github.Write},
			"olga":     {Login: "olga", Contents: github.Write, PullRequests: github.Write, Issues: github.Write},
		},
		Repositories: map[string]github.Settings{"octo/fleet": settings},
	})
	if err != nil {
		t.Fatal(err)
	}
	v.clone = filepath.Join(v.dir, "clone")
	v.watch()
	unstable, err := channel.Parse("nixos-unstable")
	if err != nil {
		t.Fatal(err)
	}
	v.cfg = config.Config{
		Flakes: []string{"."}, Channel: unstable, Author: config.Author{Name: "nixferry[bot]", Email: "bot@example.org"},
		CommitMode: config.Git, Draft: config.Auto, AutoMerge: config.Off,
		Labels: []string{"nix"}, Assignees: []string{"ada"}, Reviewers: []string{"ada"},
	}
	return v
}

// watch ends the server with the test, which must not have shocked it.
func (v *voyage) watch() {
	v.t.Cleanup(func() {
		if bad := v.server.Violations(); len(bad) > 0 {
			v.t.Errorf("GitHub would not have it:\n%s", strings.Join(bad, "\n"))
		}
		_ = v.server.Close()
	})
}

// again is a voyage that goes on from where v is, without touching it. The two
// share a clone. It is kept in memory where that can be: disks do not like many
// small files that soon go.
func (v *voyage) again(t *testing.T) *voyage {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "nixferry-voyage-")
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	next := *v
	next.t, next.dir = t, dir
	if next.server, err = v.server.Copy(filepath.Join(dir, "repos")); err != nil {
		t.Fatal(err)
	}
	next.watch()
	return &next
}

// run is one run of nixferry. Its judgement is v's.
func (v *voyage) run(ctx context.Context) error {
	v.t.Helper()
	checkout, err := repo.Open(v.clone)
	if err != nil {
		v.t.Fatal(err)
	}
	work, err := os.MkdirTemp(v.dir, "work-")
	if err != nil {
		v.t.Fatal(err)
	}
	base, _, err := checkout.Head()
	if err != nil {
		v.t.Fatal(err)
	}
	w := World{Stdout: io.Discard, Stderr: io.Discard, Now: func() time.Time { return today }}
	c := &crossing{world: w, cfg: v.cfg, dirs: []string{"."}, base: base, work: work, out: filepath.Join(work, "out"), progress: newProgress(w)}
	if err := c.open(checkout); err != nil {
		v.t.Fatal(err)
	}
	h := v.hub()
	c.baseName, c.headName, c.repository, c.run = h.base, ferryBranch, h.page, h.run
	p := &passage{crossing: c, hub: h, bump: v.bump(c), weigh: v.weigh(c)}
	stand, err := h.standing(ctx, ferryBranch, c.lane())
	if err != nil {
		return err
	}
	return p.through(ctx, stand)
}

func (v *voyage) hub() hub {
	page := v.server.URL() + "/octo/fleet"
	pulls, err := pull.New(pull.Options{
		APIURL: v.server.APIURL(), Token: ferryToken, Owner: "octo", Repo: "fleet", Pause: time.Millisecond, Patience: time.Second,
	})
	if err != nil {
		v.t.Fatal(err)
	}
	remote := repo.Remote{URL: page + ".git", Token: ferryToken, Pause: time.Millisecond}
	return hub{
		request: event.Request{DefaultBranch: "main", Fresh: v.fresh}, upstream: remote, remote: remote, pulls: pulls,
		base: "main", page: page, run: page + "/actions/runs/7",
	}
}

// bump commits the lock that this run is to bump to.
func (v *voyage) bump(c *crossing) string {
	if v.lock == "" {
		return ""
	}
	when := today.AddDate(0, 0, -v.age)
	sha, err := c.repo.WriteCommit(c.base, map[string][]byte{"flake.lock": []byte(v.lock + "\n")}, "bump to "+v.lock, c.author(), when)
	if err != nil {
		v.t.Fatal(err)
	}
	return sha
}

// weigh finds what v says.
func (v *voyage) weigh(c *crossing) func(context.Context, bumps, string) (report.Report, error) {
	return func(_ context.Context, all bumps, head string) (report.Report, error) {
		if v.judging != nil {
			v.judging(head)
		}
		r := c.frame(all, head)
		r.Head.Nixpkgs.Rev = fmt.Sprintf("%040x", v.lock)
		for _, name := range []string{"db", "mail", "web"} {
			h := report.Host{Name: name, Verdict: verdict.Good, Base: outcome(verdict.OK, verdict.OK), Head: outcome(verdict.OK, verdict.OK)}
			if slices.Contains(v.broken, name) {
				h.Verdict, h.Head = verdict.Regressed, outcome(verdict.OK, verdict.Failed)
			}
			r.Hosts = append(r.Hosts, h)
		}
		return r, nil
	}
}

// shell runs a script in the repository on the server, as Ada.
func (v *voyage) shell(script string, args ...string) string {
	v.t.Helper()
	cmd := exec.Command("sh", append([]string{"-ec", script}, args...)...)
	cmd.Dir = filepath.Join(v.dir, "repos/octo/fleet.git")
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
		"GIT_AUTHOR_DATE=2026-11-10T00:00:00Z", "GIT_COMMITTER_DATE=2026-11-10T00:00:00Z")
	out, err := cmd.CombinedOutput()
	if err != nil {
		v.t.Fatalf("%s: %v: %s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit is a person's commit to a branch, of one file.
func (v *voyage) commit(branch, path, content string) {
	v.t.Helper()
	v.shell(`export GIT_INDEX_FILE=ada
blob=$(printf '%s' "$2" | git hash-object -w --stdin)
git read-tree "$0"
git update-index --add --cacheinfo "100644,$blob,$1"
git update-ref "refs/heads/$0" "$(git commit-tree -p "$0" -m "change $1" "$(git write-tree)")"
rm ada`, branch, path, content)
}

// An ending is what GitHub has when all is over, without what differs from run
// to run: commits that GitHub makes and addresses.
type ending struct {
	Log      string // the bot's branch, by author, subject and tree
	Pulls    []github.Pull
	Issues   []github.Issue
	Statuses map[string]string
}

var (
	volatile = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+|\b[0-9a-f]{7,40}\b|begin v1 [A-Za-z0-9+/=]*`)
	noted    = regexp.MustCompile(`(?m)^(GitHub|[a-z]+ing ).*: .*\n\n`)
)

// ending reads what the voyage came to.
func (v *voyage) ending() ending {
	e := ending{Pulls: v.server.Pulls("octo", "fleet"), Issues: v.server.Issues("octo", "fleet"), Statuses: map[string]string{}}
	branches := v.server.Branches("octo", "fleet")
	if tip := branches[ferryBranch]; tip != "" {
		e.Log = v.log(branches["main"] + ".." + tip)
		for _, s := range v.server.Statuses("octo", "fleet", tip) {
			e.Statuses[s.Context] = s.State
		}
	}
	for i := range e.Pulls {
		level(&e.Pulls[i].Issue)
		e.Pulls[i].Head.SHA, e.Pulls[i].Base.SHA = "", ""
	}
	for i := range e.Issues {
		level(&e.Issues[i])
	}
	return e
}

// logs are the commits of ranges that were asked for before.
var logs sync.Map

// log shows a range of commits.
func (v *voyage) log(commits string) string {
	v.t.Helper()
	if known, ok := logs.Load(commits); ok {
		return known.(string)
	}
	text := v.shell("git log --format='%an %s %T' $0", commits)
	logs.Store(commits, text)
	return text
}

// level takes out of an issue what tells nothing.
func level(i *github.Issue) {
	i.Body = noted.ReplaceAllString(volatile.ReplaceAllString(i.Body, "…"), "")
	i.Created, i.Updated, i.Closed = time.Time{}, time.Time{}, time.Time{}
	slices.SortFunc(i.Labels, cmp.Compare[string])
	for j := range i.Comments {
		i.Comments[j] = github.Comment{Author: i.Comments[j].Author, Body: volatile.ReplaceAllString(i.Comments[j].Body, "…")}
	}
}
