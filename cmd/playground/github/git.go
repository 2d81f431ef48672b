package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// gitEnv is the environment of every git the server runs: the machine's
// configuration stays out, and what GitHub allows over HTTP is allowed.
func gitEnv() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=/nonexistent",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
	}
	settings := [][2]string{
		{"safe.directory", "*"},
		{"uploadpack.allowAnySHA1InWant", "true"},
		{"uploadpack.allowFilter", "true"},
		{"gc.auto", "0"},
		{"receive.autogc", "false"},
		{"core.fsync", "none"}, // nothing here outlives the machine
	}
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s[1]))
	}
	return append(env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings)))
}

// A gitCommand is one run of git in a repository.
type gitCommand struct {
	args  []string
	stdin []byte
	env   []string
}

// git runs git and returns what it prints. It takes milliseconds and writes
// objects, so no caller's end cuts it short.
func (r *repository) git(args ...string) (string, error) {
	return r.run(gitCommand{args: args})
}

// run runs git, but once only for what never changes.
func (r *repository) run(c gitCommand) (string, error) {
	if !c.lasting() {
		return r.start(c)
	}
	key := strings.Join(c.args, "\x00") + "\x00" + string(c.stdin)
	if c.args[0] == "rev-parse" && !r.holds(c.args[len(c.args)-1]) { // is it here at all?
		key = r.path() + "\x00" + key
	}
	if known, ok := answers.Load(key); ok {
		return known.(string), nil
	}
	out, err := r.start(c)
	if err == nil {
		answers.Store(key, out)
	}
	return out, err
}

// holds tells at a glance that an object is here. It may be here all the same.
func (r *repository) holds(name string) bool {
	_, err := os.Stat(filepath.Join(r.path(), "objects", name[:2], name[2:min(len(name), 40)]))
	return err == nil
}

// answers are git's to questions about objects, which are the same wherever
// there are such objects.
var answers sync.Map

// The commands that are asked about objects by their names, and what such a
// name looks like in an argument.
var (
	asksObjects = map[string]bool{"cat-file": true, "diff-tree": true, "log": true, "ls-tree": true, "merge-base": true, "merge-tree": true, "rev-list": true, "rev-parse": true}
	objectName  = regexp.MustCompile(`^(-|:\(literal\)|([0-9a-f]{40}(\.\.)?)+(\^\{[a-z]+\})?$)`)
)

// lasting tells whether a successful answer is good for ever.
func (c gitCommand) lasting() bool {
	return c.env == nil && asksObjects[c.args[0]] && !slices.Contains(c.args, "--all") &&
		!slices.ContainsFunc(c.args[1:], func(arg string) bool { return arg == "blob" || !objectName.MatchString(arg) })
}

func (r *repository) start(c gitCommand) (string, error) {
	cmd := exec.CommandContext(context.Background(), "git", append([]string{"--git-dir=" + r.path()}, c.args...)...)
	cmd.Env = append(gitEnv(), c.env...)
	cmd.Stdin = bytes.NewReader(c.stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("git %s: %s: %w", c.args[0], strings.TrimSpace(stderr.String()), err)
	}
	return string(out), nil
}

// exitCode is the status git ended with, -1 when it did not run at all.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

// readRefs reads all refs as git keeps them, which is faster than to ask it.
// https://git-scm.com/docs/gitrepository-layout
func (r *repository) readRefs() error {
	r.refs = map[string]string{}
	packed, err := os.ReadFile(filepath.Join(r.path(), "packed-refs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading refs: %w", err)
	}
	for line := range strings.Lines(string(packed)) {
		if sha, ref, ok := strings.Cut(strings.TrimSpace(line), " "); ok && hexSHA.MatchString(sha) {
			r.refs[ref] = sha
		}
	}
	root := os.DirFS(r.path())
	return fs.WalkDir(root, "refs", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".lock") {
			return ignoreGone(err)
		}
		text, err := fs.ReadFile(root, name)
		if sha := strings.TrimSpace(string(text)); hexSHA.MatchString(sha) {
			r.refs[name] = sha
		}
		return ignoreGone(err)
	})
}

// ignoreGone lets go of files that git removed while they were looked at.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// branch is the commit of a branch, empty when there is none.
func (r *repository) branch(name string) string { return r.refs["refs/heads/"+name] }

// defaultBranch is where HEAD points.
func (r *repository) defaultBranch() (string, error) {
	head, err := os.ReadFile(filepath.Join(r.path(), "HEAD"))
	return strings.TrimPrefix(strings.TrimSpace(string(head)), "ref: refs/heads/"), err
}

var hexSHA = regexp.MustCompile(`^[0-9a-f]{7,40}$`)

// resolve finds the commit that a branch, a tag, heads/x, tags/x or a
// (shortened) SHA means; empty when there is none.
func (r *repository) resolve(name string) string {
	for _, prefix := range []string{"refs/heads/", "refs/tags/", "refs/", ""} {
		if sha := r.refs[prefix+name]; sha != "" {
			return r.object(sha, "commit")
		}
	}
	return r.object(name, "commit")
}

// object completes a SHA and checks that it names an object of that kind;
// empty when it does not.
func (r *repository) object(sha, kind string) string {
	if !hexSHA.MatchString(sha) {
		return ""
	}
	out, err := r.git("rev-parse", "--verify", "--quiet", sha+"^{"+kind+"}")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(out)
}

// A commit is one commit as git tells it.
type commit struct {
	sha, tree         string
	parents           []string
	author, committer signature
	message           string
	// signature is empty for an unsigned commit; payload is what it signs.
	payload, signature string
}

// parent is what the commit is shown against: its first parent, or nothing.
func (c commit) parent() string {
	if len(c.parents) == 0 {
		return emptyTree
	}
	return c.parents[0]
}

// A signature says who and when.
type signature struct{ name, email, date string }

const commitFields = 10

// commits lists the commits that git log finds, newest first.
func (r *repository) commits(args ...string) ([]commit, error) { return r.readCommits(nil, args...) }

// readCommits is commits in an environment of its own.
func (r *repository) readCommits(env []string, args ...string) ([]commit, error) {
	format := "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
	out, err := r.run(gitCommand{args: append([]string{"log", "-z", "--no-show-signature", format}, args...), env: env})
	if err != nil {
		return nil, err
	}
	fields := strings.Split(out, "\x00")
	var commits []commit
	for ; len(fields) > commitFields; fields = fields[commitFields:] {
		commits = append(commits, commit{
			sha: fields[0], tree: fields[1], parents: strings.Fields(fields[2]),
			author:    signature{fields[3], fields[4], fields[5]},
			committer: signature{fields[6], fields[7], fields[8]},
			message:   strings.TrimSuffix(fields[9], "\n"),
		})
	}
	return commits, r.readSignatures(env, commits)
}

// readSignatures fills in the commits' signatures, which no format of git log
// shows as they are.
func (r *repository) readSignatures(env []string, commits []commit) error {
	var shas strings.Builder
	for _, c := range commits {
		shas.WriteString(c.sha + "\n")
	}
	out, err := r.run(gitCommand{args: []string{"cat-file", "--batch=%(objectsize)"}, stdin: []byte(shas.String()), env: env})
	if err != nil {
		return err
	}
	for i := range commits {
		head, rest, _ := strings.Cut(out, "\n")
		size, err := strconv.Atoi(head)
		if err != nil || size >= len(rest) {
			return fmt.Errorf("reading commit %s: %w", commits[i].sha, io.ErrUnexpectedEOF)
		}
		commits[i].payload, commits[i].signature = unsign(rest[:size])
		out = rest[size+1:]
	}
	return nil
}

// one is the commit with that SHA.
func (r *repository) one(sha string) (commit, error) {
	found, err := r.commits("-1", sha)
	if err != nil {
		return commit{}, err
	}
	if len(found) != 1 {
		return commit{}, fmt.Errorf("reading commit %s: %w", sha, io.ErrUnexpectedEOF)
	}
	return found[0], nil
}

// mergeBase is the best common ancestor of two commits, empty without one.
func (r *repository) mergeBase(a, b string) (string, error) {
	out, err := r.git("merge-base", a, b)
	if exitCode(err) == 1 {
		return "", nil
	}
	return strings.TrimSpace(out), err
}

// ahead counts the commits of head that base lacks.
func (r *repository) ahead(base, head string) (int, error) {
	out, err := r.git("rev-list", "--count", base+".."+head)
	if err != nil {
		return 0, err
	}
	var n int
	_, err = fmt.Sscan(out, &n)
	return n, err
}

// mergeable tells whether two commits merge without a conflict.
func (r *repository) mergeable(base, head string) (bool, error) {
	_, err := r.git("merge-tree", "--write-tree", base, head)
	if exitCode(err) == 1 {
		return false, nil
	}
	return err == nil, err
}

// A change is one file that differs between two commits.
type change struct {
	path, status         string
	blob                 string
	patch                string
	additions, deletions int
}

// changeStatus gives GitHub's words for git's letters.
var changeStatus = map[string]string{"A": "added", "D": "removed", "M": "modified", "T": "changed"}

// diff lists what differs from base to head, renames as a removal and an
// addition. Base may be the empty tree.
func (r *repository) diff(base, head string) ([]change, error) {
	out, err := r.git("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", base, head)
	if err != nil {
		return nil, err
	}
	var changes []change
	for fields := strings.Split(out, "\x00"); len(fields) > 1; fields = fields[2:] {
		raw := strings.Fields(fields[0]) // two modes, two SHAs, a letter
		c := change{path: fields[1], status: changeStatus[raw[4]], blob: raw[3]}
		if c.status == "removed" {
			c.blob = raw[2]
		}
		if err := r.readPatch(&c, base, head); err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// readPatch fills in a change's patch without git's header lines, and counts.
func (r *repository) readPatch(c *change, base, head string) error {
	out, err := r.git("diff-tree", "-p", "--no-renames", "--no-color", "--no-ext-diff", base, head, "--", ":(literal)"+c.path)
	if err != nil {
		return err
	}
	_, hunks, ok := strings.Cut(out, "\n@@")
	if !ok {
		return nil // binary, or only the mode changed
	}
	c.patch = strings.TrimSuffix("@@"+hunks, "\n")
	for line := range strings.Lines(c.patch) {
		switch line[0] {
		case '+':
			c.additions++
		case '-':
			c.deletions++
		}
	}
	return nil
}

// emptyTree is the tree without files, every repository's first parent.
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

// temporaryIndex is an index file of its own, as git's environment wants it,
// and what removes it again.
func temporaryIndex() (env []string, done func(), err error) {
	dir, err := os.MkdirTemp("", "playground-index-")
	if err != nil {
		return nil, nil, fmt.Errorf("making room for an index: %w", err)
	}
	return []string{"GIT_INDEX_FILE=" + filepath.Join(dir, "index")}, func() { _ = os.RemoveAll(dir) }, nil
}
