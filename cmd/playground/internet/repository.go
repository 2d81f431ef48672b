package internet

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/cgi"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// A repository is a bare one that the sites share.
type repository struct{ dir string }

func (n *Internet) repo(owner, name string) repository {
	clean := func(s string) string { return path.Base("/" + s) }
	return repository{filepath.Join(n.dir, clean(owner), clean(strings.TrimSuffix(name, ".git"))+".git")}
}

// A commit is what the forges tell of one.
type commit struct {
	sha, tree string
	date      time.Time
}

func (r repository) git(ctx context.Context, args ...string) ([]byte, error) {
	return exec.CommandContext(ctx, "git", append([]string{"-c", "safe.directory=*", "--git-dir", r.dir}, args...)...).Output()
}

// commit finds the commit that a branch, tag or revision stands on.
func (r repository) commit(ctx context.Context, ref string) (c commit, err error) {
	out, err := r.git(ctx, "log", "-1", "--format=%H %T %ct", "--end-of-options", ref)
	if err != nil {
		return c, fmt.Errorf("looking up %s: %w", ref, err)
	}
	var seconds int64
	_, err = fmt.Sscan(string(out), &c.sha, &c.tree, &seconds)
	c.date = time.Unix(seconds, 0).UTC()
	return c, err
}

// archive sends the files of a commit, in a directory as forges do.
func (n *Internet) archive(w http.ResponseWriter, r *http.Request, repo repository, ref string) {
	c, err := repo.commit(r.Context(), ref)
	if err != nil {
		n.miss(w, r)
		return
	}
	tar, err := repo.git(r.Context(), "archive", "--format=tar.gz", "--prefix=source-"+c.sha+"/", c.sha)
	if err != nil {
		n.miss(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/gzip")
	_, _ = w.Write(tar)
}

// plainGit serves git's own protocol, for reading.
func (n *Internet) plainGit(w http.ResponseWriter, r *http.Request) {
	part := strings.SplitN(strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/"), "~"), "/", 3)
	if len(part) < 3 || !strings.Contains(r.URL.RawQuery+part[2], "git-upload-pack") {
		n.miss(w, r)
		return
	}
	repo := n.repo(part[0], part[1])
	if _, err := repo.commit(r.Context(), "HEAD"); err != nil {
		n.miss(w, r)
		return
	}
	core, err := exec.CommandContext(r.Context(), "git", "--exec-path").Output()
	if err != nil {
		n.miss(w, r)
		return
	}
	var stderr bytes.Buffer
	request := r.Clone(r.Context())
	request.URL.Path = "/" + part[2]
	request.TransferEncoding = nil
	backend := cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(core)), "git-http-backend"), Root: "/", Stderr: &stderr,
		Env: []string{
			"GIT_PROJECT_ROOT=" + repo.dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_PROTOCOL=" + r.Header.Get("Git-Protocol"),
			"GIT_CONFIG_COUNT=3", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
			"GIT_CONFIG_KEY_1=uploadpack.allowAnySHA1InWant", "GIT_CONFIG_VALUE_1=true",
			"GIT_CONFIG_KEY_2=uploadpack.allowFilter", "GIT_CONFIG_VALUE_2=true",
		},
	}
	backend.ServeHTTP(w, request)
}
