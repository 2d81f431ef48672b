package flake

import (
	"net/url"
	"strings"
)

// CommitRef is the flake reference of a commit in a local repository: dir is
// the repository's absolute path, subdir the flake's directory inside it ("" or
// "." for its root). It works for commits that no branch holds, and in shallow
// clones.
func CommitRef(dir, rev, subdir string) string {
	ref := "git+file://" + escapePath(dir) + "?rev=" + rev + "&shallow=1"
	if subdir != "" && subdir != "." {
		ref += "&dir=" + escapePath(subdir)
	}
	return ref
}

// escapePath percent-encodes every segment of a path. url.PathEscape leaves
// some signs that mean something in a query, or that Nix does not take.
func escapePath(path string) string {
	escaped := strings.ReplaceAll(url.QueryEscape(path), "+", "%20")
	return strings.ReplaceAll(escaped, "%2F", "/")
}
