package github

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func getBlob(c *call) (any, error) {
	sha := c.repo.object(c.params["file_sha"], "blob")
	if sha == "" {
		return nil, errNotFound
	}
	text, err := c.repo.git("cat-file", "blob", sha)
	if err != nil {
		return nil, err
	}
	return object{
		"sha": sha, "node_id": "B_" + sha, "size": len(text), "url": c.repo.api("git", "blobs", sha),
		"encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(text)),
	}, nil
}

func createBlob(c *call) (any, error) {
	var asked struct{ Content, Encoding string }
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	content := []byte(asked.Content)
	if asked.Encoding == "base64" {
		var err error
		if content, err = base64.StdEncoding.DecodeString(asked.Content); err != nil {
			return nil, unprocessable("content is not valid Base64")
		}
	}
	sha, err := c.repo.write(content)
	return object{"sha": sha, "url": c.repo.api("git", "blobs", sha)}, err
}

// write stores a blob.
func (r *repository) write(content []byte) (string, error) {
	out, err := r.run(gitCommand{args: []string{"hash-object", "-w", "--stdin"}, stdin: content})
	return strings.TrimSpace(out), err
}

func getTree(c *call) (any, error) {
	sha := c.repo.object(c.params["tree_sha"], "tree")
	if sha == "" {
		if at := c.repo.resolve(c.params["tree_sha"]); at != "" {
			sha = c.repo.object(at, "tree")
		}
	}
	if sha == "" {
		return nil, errNotFound
	}
	return c.repo.treeView(sha, c.request.URL.Query().Has("recursive"))
}

func (r *repository) treeView(sha string, recursive bool) (any, error) {
	args := []string{"ls-tree", "-z", "-l", sha}
	if recursive {
		args = []string{"ls-tree", "-z", "-l", "-r", "-t", sha}
	}
	out, err := r.git(args...)
	if err != nil {
		return nil, err
	}
	entries := []object{}
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		facts, path, ok := strings.Cut(line, "\t")
		if !ok {
			continue // the empty tree
		}
		f := strings.Fields(facts) // mode type sha size
		entry := object{"path": path, "mode": f[0], "type": f[1], "sha": f[2], "url": r.api("git", f[1]+"s", f[2])}
		if size, err := strconv.Atoi(f[3]); err == nil {
			entry["size"] = size
		}
		entries = append(entries, entry)
	}
	return object{"sha": sha, "url": r.api("git", "trees", sha), "tree": entries, "truncated": false}, nil
}

// A treeEntry is one line of a tree somebody wants made. A path with slashes
// reaches into directories; an entry without SHA and content deletes.
type treeEntry struct {
	Path, Mode, Type string
	SHA              *string
	Content          *string
}

func createTree(c *call) (any, error) {
	var asked struct {
		BaseTree string `json:"base_tree"`
		Tree     []treeEntry
	}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	index, done, err := temporaryIndex()
	if err != nil {
		return nil, err
	}
	defer done()
	if asked.BaseTree != "" {
		base := c.repo.object(asked.BaseTree, "tree")
		if base == "" {
			return nil, unprocessable("base_tree is not a valid tree oid")
		}
		if _, err := c.repo.run(gitCommand{args: []string{"read-tree", base}, env: index}); err != nil {
			return nil, err
		}
	}
	if err := c.repo.stage(index, asked.Tree); err != nil {
		return nil, err
	}
	out, err := c.repo.run(gitCommand{args: []string{"write-tree"}, env: index})
	if err != nil {
		return nil, err
	}
	return c.repo.treeView(strings.TrimSpace(out), false)
}

// stage puts the entries into an index.
func (r *repository) stage(index []string, entries []treeEntry) error {
	var lines strings.Builder
	for _, e := range entries {
		sha := strings.Repeat("0", len(emptyTree)) // git's word for deleting
		mode := e.Mode
		switch {
		case e.Content != nil:
			var err error
			if sha, err = r.write([]byte(*e.Content)); err != nil {
				return err
			}
		case e.SHA != nil:
			if sha = r.object(*e.SHA, "object"); sha == "" {
				return unprocessable("tree.sha " + *e.SHA + " is not a valid blob")
			}
		default:
			mode = "0"
		}
		fmt.Fprintf(&lines, "%s %s\t%s\x00", mode, sha, e.Path)
	}
	_, err := r.run(gitCommand{
		args: []string{"update-index", "-z", "--index-info"}, env: index, stdin: []byte(lines.String()),
	})
	return err
}

func getGitCommit(c *call) (any, error) {
	sha := c.repo.object(c.params["commit_sha"], "commit")
	if sha == "" {
		return nil, errNotFound
	}
	found, err := c.repo.one(sha)
	return c.repo.gitCommit(found), err
}

// A person is a commit's author or committer as asked for.
type person struct{ Name, Email, Date string }

// env makes git take the person as its author or committer.
func (p person) env(role string) []string {
	env := []string{"GIT_" + role + "_NAME=" + p.Name, "GIT_" + role + "_EMAIL=" + p.Email}
	if p.Date != "" {
		env = append(env, "GIT_"+role+"_DATE="+p.Date)
	}
	return env
}

// createCommit makes a commit, and signs it when an app asks for one that is to
// be its own: with no author and no committer named.
// https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
func createCommit(c *call) (any, error) {
	asked := struct {
		Message, Tree     string
		Parents           []string
		Author, Committer *person
	}{}
	if err := c.decode(&asked); err != nil {
		return nil, err
	}
	signs := c.caller.app() && asked.Author == nil && asked.Committer == nil
	now := c.server.clock().Format(time.RFC3339)
	if signs {
		asked.Committer = &person{webFlow.Name, webFlow.Email, now}
	}
	if asked.Author == nil {
		asked.Author = &person{c.caller.Login, c.caller.Login + "@users.noreply.github.com", now}
	}
	if asked.Committer == nil {
		asked.Committer = asked.Author
	}
	tree := c.repo.object(asked.Tree, "tree")
	if tree == "" {
		return nil, unprocessable("Tree SHA does not exist")
	}
	args := []string{"commit-tree", tree}
	for _, parent := range asked.Parents {
		if c.repo.object(parent, "commit") == "" {
			return nil, unprocessable("Parent SHA does not exist or is not a commit object")
		}
		args = append(args, "-p", parent)
	}
	out, err := c.repo.run(gitCommand{
		args: args, stdin: []byte(asked.Message),
		env: append(asked.Author.env("AUTHOR"), asked.Committer.env("COMMITTER")...),
	})
	if err != nil {
		return nil, err
	}
	sha := strings.TrimSpace(out)
	if signs {
		if sha, err = c.repo.sign(sha); err != nil {
			return nil, err
		}
	}
	made, err := c.repo.one(sha)
	return c.repo.gitCommit(made), err
}
