package event

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// markdown reads what GitHub does: https://github.github.com/gfm, and footnotes.
var markdown = sync.OnceValue(func() parser.Parser {
	return goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser()
})

// newlines makes all line endings of GFM the one that goldmark knows.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// lines are the lines of a comment in which its author speaks: those of its
// paragraphs and list items, without what is code, quoted or HTML, or stands
// between HTML tags. A part of a line that is anything but plain text stands
// between backticks.
func lines(body string) []string {
	r := reader{source: []byte(newlines.Replace(body))}
	r.read(markdown().Parse(text.NewReader(r.source)), true)
	return r.lines
}

// A reader walks over a comment, from its beginning to its end.
type reader struct {
	source []byte
	html   elements
	lines  []string
}

// read walks over node. The author speaks in it when spoken is set.
func (r *reader) read(node ast.Node, spoken bool) {
	switch n := node.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		r.readLines(n, spoken)
		return
	case *ast.Heading:
		r.readLines(n, spoken && r.underlined(n))
		return
	case *ast.HTMLBlock:
		piece := string(n.Lines().Value(r.source))
		if n.HasClosure() {
			piece += string(n.ClosureLine.Value(r.source))
		}
		r.html.read(piece)
	case *ast.RawHTML:
		r.html.read(string(n.Segments.Value(r.source)))
	case *ast.Document, *ast.List, *ast.ListItem:
	default:
		spoken = false
	}
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		r.read(child, spoken)
	}
}

// underlined tells a heading that is a line above a rule, as the command above a
// mail's signature is, from one that begins with a #.
func (r *reader) underlined(heading *ast.Heading) bool {
	lines := heading.Lines()
	return lines.Len() > 0 && !bytes.HasSuffix(bytes.TrimRight(r.source[:lines.At(0).Start], " \t"), []byte("#"))
}

// readLines splits the text of a block into its lines.
func (r *reader) readLines(block ast.Node, spoken bool) {
	var line strings.Builder
	open := r.html.open()
	end := func() {
		if spoken && !open {
			r.lines = append(r.lines, line.String())
		}
		line.Reset()
		open = r.html.open()
	}
	for child := block.FirstChild(); child != nil; child = child.NextSibling() {
		switch n := child.(type) {
		case *ast.Text:
			line.Write(n.Value(r.source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				end()
			}
		case *ast.AutoLink:
			line.Write(n.Label(r.source))
		default:
			r.read(n, false)
			line.WriteByte('`')
			r.write(&line, n)
			line.WriteByte('`')
		}
	}
	end()
}

// write writes the text within an inline node to line.
func (r *reader) write(line *strings.Builder, node ast.Node) {
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		if n, ok := child.(*ast.Text); ok {
			line.Write(n.Value(r.source))
		}
		r.write(line, child)
	}
}

// elements follows the HTML elements of a comment. Where they do not nest, only
// a browser knows what is inside of what.
type elements struct {
	names []string
	lost  bool
}

// open reports whether text at this place may be inside of an element.
func (e *elements) open() bool { return e.lost || len(e.names) > 0 }

// sentinel is an element behind a piece of HTML. It is read as one only when
// the piece leaves no tag, attribute or comment unfinished.
const sentinel = "<hr>"

// read goes over a piece of HTML.
func (e *elements) read(piece string) {
	piece += sentinel
	tokens := html.NewTokenizer(strings.NewReader(piece))
	whole := false
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		piece = piece[len(tokens.Raw()):]
		whole = piece == "" && string(tokens.Raw()) == sentinel && kind == html.StartTagToken
		name, _ := tokens.TagName()
		e.token(kind, string(name))
	}
	e.lost = e.lost || !whole
}

func (e *elements) token(kind html.TokenType, name string) {
	last := len(e.names) - 1
	switch {
	case kind == html.EndTagToken && last >= 0 && e.names[last] == name:
		e.names = e.names[:last]
	case kind == html.EndTagToken:
		e.lost = true
	case (kind == html.StartTagToken || kind == html.SelfClosingTagToken) && !slices.Contains(empty, name):
		e.names = append(e.names, name)
	}
}

// empty are the elements that have no content, and thus no end tag.
// https://html.spec.whatwg.org/multipage/syntax.html#void-elements
var empty = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
