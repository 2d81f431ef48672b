package repo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// trailer begins the last line of the message of every commit the bot writes.
// https://git-scm.com/docs/git-interpret-trailers
const trailer = "Nixferry-Content: "

var (
	// trailerLine is the bot's trailer, wherever it stands.
	trailerLine = regexp.MustCompile(`(?mi)^Nixferry-Content:.*\n?`)
	// trailers are a last paragraph of nothing but trailers.
	trailers = regexp.MustCompile(`\n\n([A-Za-z0-9-]+: .*\n)+$`)
)

// Own reports whether the commit is the bot's: it has one parent, and the last
// line of its message names what it changes against that parent. So it
// neither matters who committed nor what anybody remembers, a commit of the
// bot that somebody amended is that person's, and what is the bot's own can be
// made again.
func (r *Repo) Own(sha string) (bool, error) {
	commit, err := r.load(sha)
	if err != nil {
		return false, err
	}
	message := strings.TrimRight(commit.Message, "\n")
	said, stamped := strings.CutPrefix(message[strings.LastIndex(message, "\n")+1:], trailer)
	if !stamped || len(commit.ParentHashes) != 1 {
		return false, nil
	}
	parent, err := r.load(commit.ParentHashes[0].String())
	if err != nil {
		return false, err
	}
	content, err := r.content(parent.TreeHash, commit.TreeHash)
	return said == content, err
}

// content digests how two trees differ: every path with its mode and blob
// before and after.
func (r *Repo) content(before, after plumbing.Hash) (string, error) {
	changes, err := r.changes(before, after)
	if err != nil {
		return "", err
	}
	digest := sha256.New()
	for _, c := range changes {
		fmt.Fprintf(digest, "%o %s %o %s %s\x00", c.before.mode, c.before.hash, c.after.mode, c.after.hash, c.path)
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// stamp returns the message with the bot's trailer as its last line, among
// the trailers that are there or as a paragraph of its own.
func stamp(message, content string) string {
	message = strings.TrimRight(trailerLine.ReplaceAllString(message, ""), "\n") + "\n"
	if !trailers.MatchString(message) {
		message += "\n"
	}
	return message + trailer + content + "\n"
}
