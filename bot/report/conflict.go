package report

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// A Conflict is a person's commit on the bot's branch that does not go together
// with the newest bump. SHA is the commit; Author, a name, Subject and Paths,
// where it does not, are others' words.
type Conflict struct {
	SHA, Author, Subject string
	Paths                []string
	// Branch is the bot's, Base where the pull request goes to, Bump the bot's
	// commit that the branch holds now; empty where it holds none.
	Branch, Base, Bump string
	// Fork is the address of the repository the branch is in, where that is not
	// the one of the base.
	Fork string
}

// Sentence says in plain text what is wrong.
func (c Conflict) Sentence() string {
	return fmt.Sprintf("commit %s on %s (%s, by %s) does not go together with the newest bump, in %s: nothing was touched, the pull request says what can be done.",
		short(c.SHA), label(c.Branch), label(c.Subject), label(c.Author), c.places(label))
}

// Markdown is the notice in the pull request: what is wrong, and the two ways
// out. R is the report of the run that found out.
func (c Conflict) Markdown(r Report) string {
	commit := homeLink(code(short(c.SHA)), r.Repository+"/commit/"+url.PathEscape(c.SHA))
	return fmt.Sprintf("> [!WARNING]\n> **Not renewed.** The newest bump (%s, on %s) does not go together with %s, %s (%s): both change %s. "+
		"Nothing was touched; what follows is about the branch as it stands.\n\n"+
		"Either make it fit: merge %s into this branch (\"Resolve conflicts\" below, where GitHub offers it), or settle what git stops at in\n\n%s\n"+
		"Or go on without what people committed here:\n\n%s",
		r.target(onGitHub), code(r.baseName()+" at "+short(r.Base.Rev)), commit, inline(label(c.Subject)), inline(label(c.Author)), c.places(code),
		code(c.Base), fence(c.fitting()), fence(c.dropping()))
}

// places are the paths, the first few of them.
func (c Conflict) places(name func(string) string) string {
	const few = 5
	var named []string
	for _, path := range c.Paths[:min(len(c.Paths), few)] {
		named = append(named, name(label(path)))
	}
	if more := len(c.Paths) - few; more > 0 {
		named = append(named, fmt.Sprintf("%d more", more))
	}
	return strings.Join(named, ", ")
}

// fitting are the commands that put people's commits on base alone, where the
// next run finds them.
func (c Conflict) fitting() string {
	onto, remote := shell("origin/"+c.Base), c.remote()
	if c.Bump != "" {
		onto = "--onto " + onto + " " + c.Bump
	}
	return c.fetching() + "git switch --detach " + shell(remote+"/"+c.Branch) +
		"\ngit rebase " + onto + "\ngit push --force-with-lease " + remote + " " + shell("HEAD:refs/heads/"+c.Branch)
}

// dropping are the commands that leave the bot's commit, or none, on its branch.
func (c Conflict) dropping() string {
	if c.Bump == "" {
		return c.fetching() + "git push " + c.remote() + " " + shell(":refs/heads/"+c.Branch)
	}
	return c.fetching() + "git push --force-with-lease " + c.remote() + " " + shell(c.Bump+":refs/heads/"+c.Branch)
}

// remote is what a clone calls the repository that the branch is in.
func (c Conflict) remote() string {
	if c.Fork == "" {
		return "origin"
	}
	return "nixferry-fork"
}

// fetching are the commands that bring everything that is needed.
func (c Conflict) fetching() string {
	if c.Fork == "" {
		return "git fetch origin\n"
	}
	return "git remote add " + c.remote() + " " + shell(c.Fork) + "\ngit fetch --multiple origin " + c.remote() + "\n"
}

// plainWord is what a shell takes as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+-]+$`)

// shell is a word for a POSIX shell.
func shell(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
