package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nixferry/nixferry/cmd/playground/github"
	"github.com/nixferry/nixferry/cmd/playground/sample"
)

const (
	writer   = "ghs_writer0000000000000000000000000001"
	readonly = "ghs_reader0000000000000000000000000002"
)

// TestMain lets scripts run nixferry as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nixferry": main})
}

// TestScripts runs whole commands on real Nix, real git and a GitHub that
// checks every request. Each script has a world of its own; builds are shared
// through the Nix store.
func TestScripts(t *testing.T) {
	for _, tool := range []string{"nix", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing: run .ci/install %s", tool, tool)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/scripts",
		Setup:               setup,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"action":    runAction,
			"advance":   advance,
			"body":      writeBody,
			"calls":     calls,
			"closepull": closePull,
			"commit":    commitFile,
			"grant":     grant,
			"inject":    inject,
			"jq":        query,
			"protect":   protect,
			"pulls":     pulls,
			"requests":  requests,
			"same":      same,
			"settings":  settings,
			"statuses":  statuses,
		},
	})
}

// A stage is the world of one script.
type stage struct {
	server *github.Server
	world  sample.World
}

type stageKey struct{}

func on(ts *testscript.TestScript) stage { return ts.Value(stageKey{}).(stage) }

// setup starts a GitHub that holds the sample world, checks the fleet out as
// actions/checkout does, and sets the environment of a scheduled run.
func setup(env *testscript.Env) error {
	ctx := context.Background()
	repos := filepath.Join(env.WorkDir, "repos")
	for _, dir := range []string{repos, filepath.Join(env.WorkDir, "home"), filepath.Join(env.WorkDir, "temp")} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	server, err := github.New(github.Options{Dir: repos, Tokens: map[string]github.Permissions{
		writer:   {Contents: github.Write, PullRequests: github.Write, Issues: github.Write, Statuses: github.Write},
		readonly: {Contents: github.Read, PullRequests: github.Read, Issues: github.Read},
	}})
	if err != nil {
		return err
	}
	env.Defer(func() {
		for _, violation := range server.Violations() {
			env.T().Log("GitHub would not have it: " + violation)
			defer env.T().FailNow()
		}
		_ = server.Close()
	})
	world, err := sample.Lay(ctx, repos, sample.Options{Files: os.DirFS("../../testdata"), Base: server.URL()})
	if err != nil {
		return err
	}
	env.Values[stageKey{}] = stage{server, world}
	return prepare(env, server)
}

func prepare(env *testscript.Env, server *github.Server) error {
	checkout := filepath.Join(env.WorkDir, "fleet")
	clone := exec.Command("git", "clone", "--quiet", "--depth=1", server.URL()+"/octo/fleet", checkout)
	if out, err := clone.CombinedOutput(); err != nil {
		return fmt.Errorf("cloning the fleet: %s: %w", out, err)
	}
	event := filepath.Join(env.WorkDir, "event.json")
	if err := os.WriteFile(event, []byte(`{"schedule":"23 4 * * *","repository":{"default_branch":"main"}}`), 0o666); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"HOME":                filepath.Join(env.WorkDir, "home"),
		"RUNNER_TEMP":         filepath.Join(env.WorkDir, "temp"),
		"TMPDIR":              filepath.Join(env.WorkDir, "temp"),
		"NIX_CONFIG":          "substitute = false\nsandbox = false\nexperimental-features = nix-command flakes",
		"GIT_CONFIG_GLOBAL":   "/dev/null",
		"GITHUB_EVENT_NAME":   "schedule",
		"GITHUB_EVENT_PATH":   event,
		"GITHUB_REPOSITORY":   "octo/fleet",
		"GITHUB_REF":          "refs/heads/main",
		"GITHUB_SERVER_URL":   server.URL(),
		"GITHUB_API_URL":      server.APIURL(),
		"GITHUB_GRAPHQL_URL":  server.GraphQLURL(),
		"GITHUB_WORKSPACE":    checkout,
		"GITHUB_OUTPUT":       filepath.Join(env.WorkDir, "output"),
		"GITHUB_STEP_SUMMARY": filepath.Join(env.WorkDir, "summary"),
		"INPUT_TOKEN":         writer,
		"INPUT_REPORT-DIR":    filepath.Join(env.WorkDir, "report"),
		"READONLY":            readonly,
		"WRITER":              writer,
		"URL":                 server.URL(),
		"ADDRESS":             strings.TrimPrefix(server.URL(), "http://"),
		"PUSHURL":             strings.Replace(server.URL(), "://", "://x:"+writer+"@", 1),
	} {
		env.Setenv(name, value)
	}
	for _, name := range []string{"output", "summary"} {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), nil, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// advance: move the channel nixos-unstable by one commit.
func advance(ts *testscript.TestScript, _ bool, _ []string) {
	_, err := sample.AdvanceUnstable(context.Background(), on(ts).world)
	ts.Check(err)
}

// commit BRANCH PATH FILE: somebody commits FILE as PATH on the remote branch.
func commitFile(ts *testscript.TestScript, _ bool, args []string) {
	_, err := sample.Commit(context.Background(), on(ts).world.Fleet, args[0], map[string]string{args[1]: ts.ReadFile(args[2])}, "change "+args[1])
	ts.Check(err)
}

// grant TOKEN PERMISSION=ACCESS...: change what a token may do.
func grant(ts *testscript.TestScript, _ bool, args []string) {
	var p github.Permissions
	for _, arg := range args[1:] {
		name, access, _ := strings.Cut(arg, "=")
		field := map[string]*github.Access{"contents": &p.Contents, "pulls": &p.PullRequests, "issues": &p.Issues, "statuses": &p.Statuses}[name]
		if field == nil {
			ts.Fatalf("no permission %s", name)
		}
		*field = github.Access(access)
	}
	on(ts).server.Grant(args[0], p)
}

// closepull NUMBER: a person closes the pull request.
func closePull(ts *testscript.TestScript, _ bool, args []string) {
	url := on(ts).server.APIURL() + "/repos/octo/fleet/pulls/" + args[0]
	request, err := http.NewRequest(http.MethodPatch, url, strings.NewReader(`{"state":"closed"}`))
	ts.Check(err)
	request.Header.Set("Authorization", "Bearer "+writer)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		ts.Fatalf("closing: %s", answer.Status)
	}
}

// protect BRANCH: nobody may push there.
func protect(ts *testscript.TestScript, _ bool, args []string) {
	on(ts).server.Configure("octo/fleet", github.Settings{Protected: args})
}

// settings [no-pulls|auto-merge|signed|fork]...: what the repository's owner has
// set: Actions may not create pull requests; auto-merge is allowed and waits for
// the status nixferry; every branch wants signed commits; ada has a fork.
func settings(ts *testscript.TestScript, _ bool, args []string) {
	set := func(name string) bool { return slices.Contains(args, name) }
	s := github.Settings{ActionsMayNotCreatePulls: set("no-pulls"), AllowAutoMerge: set("auto-merge")}
	if set("auto-merge") {
		s.RequiredStatuses = []string{"nixferry"}
	}
	if set("signed") {
		s.RequireSignatures = []string{"~ALL"}
	}
	on(ts).server.Configure("octo/fleet", s)
	if set("fork") {
		on(ts).server.Configure("ada/fleet", github.Settings{ForkOf: "octo/fleet"})
	}
}

// statuses REF FILE: write the statuses of a commit into a file, the latest of
// each context, a line each.
func statuses(ts *testscript.TestScript, _ bool, args []string) {
	sha, err := sample.Rev(context.Background(), on(ts).world.Fleet, args[0])
	ts.Check(err)
	last := map[string]string{}
	for _, s := range on(ts).server.Statuses("octo", "fleet", sha) {
		last[s.Context] = fmt.Sprintf("%s: %s: %s (%s)\n", s.Context, s.State, s.Description, s.TargetURL)
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(last)) {
		text.WriteString(last[name])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text.String()), 0o666))
}

// inject OPERATION NTH STATUS [done]: an answer goes wrong.
func inject(ts *testscript.TestScript, _ bool, args []string) {
	nth, err := strconv.Atoi(args[1])
	ts.Check(err)
	status, err := strconv.Atoi(args[2])
	ts.Check(err)
	on(ts).server.Inject(github.Fault{Operation: args[0], Nth: nth, Status: status, Done: len(args) > 3})
}

// [!] calls OPERATION [N]: that operation was called (N times) so far.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	n := 0
	for _, call := range on(ts).server.Log() {
		if call.Operation == args[0] {
			n++
		}
	}
	want := n > 0
	if len(args) > 1 {
		want = strconv.Itoa(n) == args[1]
	}
	if want == neg {
		ts.Fatalf("%s was called %d times", args[0], n)
	}
}

// requests [N]: GitHub's API was called at most N times since the last such
// line.
func requests(ts *testscript.TestScript, _ bool, args []string) {
	var called []string
	for _, call := range on(ts).server.Log() {
		if strings.HasPrefix(call.Path, "/api/") {
			called = append(called, call.Operation)
		}
	}
	before, _ := strconv.Atoi(ts.Getenv("REQUESTS"))
	ts.Setenv("REQUESTS", strconv.Itoa(len(called)))
	if len(args) == 0 {
		return
	}
	if most, err := strconv.Atoi(args[0]); err != nil || len(called)-before > most {
		ts.Fatalf("%d calls: %s", len(called)-before, strings.Join(called[before:], " "))
	}
}

// pulls: print the pull requests as JSON to pulls.json, other issues to
// issues.json.
func pulls(ts *testscript.TestScript, _ bool, _ []string) {
	write := func(name string, all any) {
		text, err := json.MarshalIndent(all, "", "  ")
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), text, 0o666))
	}
	write("pulls.json", append([]github.Pull{}, on(ts).server.Pulls("octo", "fleet")...))
	write("issues.json", append([]github.Issue{}, on(ts).server.Issues("octo", "fleet")...))
}

// body NUMBER FILE: write the body of a pull request into a file.
func writeBody(ts *testscript.TestScript, _ bool, args []string) {
	number, err := strconv.Atoi(args[0])
	ts.Check(err)
	p, _ := on(ts).server.Pull("octo", "fleet", number)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(p.Body), 0o666))
}

// same A B: two snapshots of a directory's git state are equal; `same save`.
func same(ts *testscript.TestScript, _ bool, args []string) {
	state := fingerprint(ts, ts.MkAbs(args[0]))
	file := ts.MkAbs(filepath.Base(args[0]) + ".before")
	if len(args) > 1 {
		ts.Check(os.WriteFile(file, []byte(state), 0o666))
		return
	}
	if before := ts.ReadFile(file); before != state {
		ts.Fatalf("%s changed:\nbefore:\n%s\nafter:\n%s", args[0], before, state)
	}
}

// fingerprint lists every file below dir, git's own included, with its content.
func fingerprint(ts *testscript.TestScript, dir string) string {
	out, err := exec.Command("sh", "-c", `cd "$1" && find . -type f | LC_ALL=C sort | xargs -d '\n' sha256sum && git status --porcelain --ignored`, "sh", dir).CombinedOutput()
	if err != nil {
		ts.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// jq FILE PATH [VALUE]: the value at a dotted path in a JSON file is VALUE.
func query(ts *testscript.TestScript, neg bool, args []string) {
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &value))
	for _, key := range strings.Split(args[1], ".") {
		value = step(ts, value, key)
	}
	text, ok := value.(string)
	if !ok {
		raw, _ := json.Marshal(value)
		text = string(raw)
	}
	if len(args) < 3 {
		ts.Logf("%s", text)
		return
	}
	if (text == args[2]) == neg {
		ts.Fatalf("%s is %s", args[1], text)
	}
}

// step goes one key into a JSON value: a field, an index, or name=web for the
// element whose name that is; # is the length.
func step(ts *testscript.TestScript, value any, key string) any {
	switch v := value.(type) {
	case map[string]any:
		return v[key]
	case []any:
		if key == "len" {
			return float64(len(v))
		}
		if i, err := strconv.Atoi(key); err == nil && i < len(v) {
			return v[i]
		}
		field, want, _ := strings.Cut(key, "=")
		for _, element := range v {
			if m, ok := element.(map[string]any); ok && m[field] == want {
				return element
			}
		}
	}
	ts.Fatalf("there is no %s", key)
	return nil
}
