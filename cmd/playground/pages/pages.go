// Package pages renders what the local GitHub holds as plain web pages: the
// repositories, a repository's issues and pull requests, and one of them with
// its text, commits, statuses and comments. They need no script.
//
// Everything shown was written by somebody else: texts are escaped, and
// rendered Markdown passes a sanitizer that leaves no way to run anything.
package pages

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

// A Repository is a repository in the list of all of them, or with its own.
type Repository struct {
	Owner, Name string
	Private     bool
	// Items are the issues and pull requests, in the order to show.
	Items []Item
}

// An Item is an issue or a pull request.
type Item struct {
	// Kind is "issues" or "pull", as in the page's address.
	Kind          string
	Number        int
	Title, Author string
	// State is "open", "draft", "merged" or "closed".
	State                        string
	Labels, Assignees, Reviewers []string
	// Head and Base are the branches of a pull request.
	Head, Base string
	// Mergeable says how a merge would go, in a word; empty when unknown.
	Mergeable string
	// Body is Markdown.
	Body     string
	Opened   time.Time
	Commits  []Commit
	Statuses []Status
	Comments []Comment
}

// A Commit is one commit with what it changes.
type Commit struct {
	SHA, Message, Author string
	Files                []File
}

// Subject is the first line of the message.
func (c Commit) Subject() string {
	subject, _, _ := strings.Cut(c.Message, "\n")
	return subject
}

// A File is one changed file; Patch holds unified hunks.
type File struct {
	Path, Status         string
	Additions, Deletions int
	Patch                string
}

// A Line is one line of a patch; Class is "add", "del", "hunk" or empty.
type Line struct{ Class, Text string }

// Lines splits the patch for colouring.
func (f File) Lines() []Line {
	var lines []Line
	for text := range strings.SplitSeq(f.Patch, "\n") {
		line := Line{Text: text}
		switch {
		case strings.HasPrefix(text, "+"):
			line.Class = "add"
		case strings.HasPrefix(text, "-"):
			line.Class = "del"
		case strings.HasPrefix(text, "@@"):
			line.Class = "hunk"
		}
		lines = append(lines, line)
	}
	return lines
}

// A Status is the newest status of one context.
type Status struct{ Context, State, Description, URL string }

// A Comment is one comment; Reactions are GitHub's words for them.
type Comment struct {
	Author, Body string
	Created      time.Time
	Reactions    []string
}

//go:embed *.html style.css
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"markdown": markdown,
	"short":    func(sha string) string { return sha[:min(len(sha), 7)] },
	"day":      func(t time.Time) string { return t.Format("2 Jan 2006 15:04 MST") },
	"style": func() template.CSS {
		css, _ := files.ReadFile("style.css") // embedded, so it is there
		return template.CSS(css)
	},
}).ParseFS(files, "*.html"))

// Index writes the list of repositories.
func Index(w io.Writer, repositories []Repository) error {
	return render(w, "index.html", "The playground", repositories)
}

// List writes a repository's issues and pull requests.
func List(w io.Writer, r Repository) error {
	return render(w, "list.html", r.Owner+"/"+r.Name, r)
}

// Conversation writes one issue or pull request.
func Conversation(w io.Writer, r Repository, item Item) error {
	title := fmt.Sprintf("%s · #%d · %s/%s", item.Title, item.Number, r.Owner, r.Name)
	return render(w, "conversation.html", title, struct {
		Repository
		Item
	}{r, item})
}

func render(w io.Writer, name, title string, data any) error {
	err := templates.ExecuteTemplate(w, name, struct {
		Title string
		Data  any
	}{title, data})
	if err != nil {
		return fmt.Errorf("rendering %s: %w", name, err)
	}
	return nil
}
