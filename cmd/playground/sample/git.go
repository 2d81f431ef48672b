package sample

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A commit is one to be made. Its id is only a name for other commits to have
// it as a parent; a parent may also be any name git has for a commit.
type commit struct {
	id, parent string
	date       time.Time
	author     string
	message    string
	// whole says that files is the whole tree; else the parent's other files
	// stay.
	whole bool
	files map[string]string
}

// owner is who commits to the fleet.
const owner = "Octo <octo@example.org>"

// initBare makes an empty bare repository that serves what GitHub serves: any
// commit it has, by its id.
func initBare(ctx context.Context, repo, branch string) error {
	if err := os.MkdirAll(repo, 0o755); err != nil {
		return err
	}
	if _, err := git(ctx, repo, nil, "init", "--quiet", "--bare", "--template=", "--initial-branch="+branch, "."); err != nil {
		return err
	}
	_, err := git(ctx, repo, nil, "config", "uploadpack.allowAnySHA1InWant", "true")
	return err
}

// fastImport makes commits in their order, moves branch to the last one and
// every branch named in branches to the commit with that id, and gives the
// commit ids git made by the ids they have here.
func fastImport(ctx context.Context, repo, branch string, commits []commit, branches map[string]string) (map[string]string, error) {
	var in bytes.Buffer
	marks := map[string]string{}
	for i, c := range commits {
		marks[c.id] = fmt.Sprintf(":%d", i+1)
		writeCommit(&in, "refs/heads/"+branch, marks, c)
	}
	for _, name := range slices.Sorted(maps.Keys(branches)) {
		fmt.Fprintf(&in, "reset refs/heads/%s\nfrom %s\n", name, marks[branches[name]])
	}
	for _, c := range commits {
		fmt.Fprintf(&in, "get-mark %s\n", marks[c.id])
	}
	out, err := git(ctx, repo, &in, "fast-import", "--quiet", "--date-format=raw")
	if err != nil {
		return nil, err
	}
	lines := strings.Fields(string(out))
	if len(lines) != len(commits) {
		return nil, fmt.Errorf("git fast-import named %d of %d commits", len(lines), len(commits))
	}
	revs := map[string]string{}
	for i, c := range commits {
		revs[c.id] = lines[i]
	}
	return revs, nil
}

// writeCommit writes one commit in the language of git fast-import.
func writeCommit(w io.Writer, ref string, marks map[string]string, c commit) {
	who := fmt.Sprintf("%s %d +0000", c.author, c.date.Unix())
	message := strings.TrimRight(c.message, "\n") + "\n"
	fmt.Fprintf(w, "commit %s\nmark %s\nauthor %s\ncommitter %s\ndata %d\n%s", ref, marks[c.id], who, who, len(message), message)
	if mark, ok := marks[c.parent]; ok {
		fmt.Fprintf(w, "from %s\n", mark)
	} else if c.parent != "" {
		fmt.Fprintf(w, "from %s\n", c.parent)
	}
	if c.whole {
		fmt.Fprintln(w, "deleteall")
	}
	for _, path := range slices.Sorted(maps.Keys(c.files)) {
		fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n%s\n", path, len(c.files[path]), c.files[path])
	}
	fmt.Fprintln(w)
}

// git runs git in a repository, untouched by whatever the machine and its
// user configured, and gives its standard output.
func git(ctx context.Context, repo string, in io.Reader, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = repo
	cmd.Stdin = in
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + repo,
		"LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_TERMINAL_PROMPT=0",
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s in %s: %s: %w", args[0], repo, strings.TrimSpace(stderr.String()), err)
	}
	return out, nil
}
