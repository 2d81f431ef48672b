package pages

import (
	"bytes"
	"html/template"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var converter = goldmark.New(
	goldmark.WithExtensions(extension.GFM),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(alerts{}, 100))),
	goldmark.WithRendererOptions(html.WithUnsafe()), // the sanitizer comes after
)

// sanitizer lets through what GitHub does, as far as pull requests use it.
var sanitizer = func() *bluemonday.Policy {
	policy := bluemonday.UGCPolicy()
	policy.AllowAttrs("open").OnElements("details")
	policy.AllowAttrs("type", "checked", "disabled").OnElements("input")
	policy.AllowAttrs("class").Matching(regexp.MustCompile(`^alert alert-[a-z]+$`)).OnElements("blockquote")
	policy.AllowAttrs("style").Matching(regexp.MustCompile(`^text-align:(left|center|right)$`)).OnElements("th", "td")
	return policy
}()

// markdown renders GitHub's Markdown, safely.
func markdown(source string) (template.HTML, error) {
	var out bytes.Buffer
	if err := converter.Convert([]byte(source), &out); err != nil {
		return "", err
	}
	return template.HTML(sanitizer.SanitizeBytes(out.Bytes())), nil
}

// alerts gives a quote that begins with [!WARNING] and the like its class.
// https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
type alerts struct{}

var alertKinds = regexp.MustCompile(`^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$`)

// Transform looks at the quotes of a document.
func (alerts) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	// Walk fails only when its function does.
	_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if quote, ok := node.(*ast.Blockquote); ok && entering {
			markAlert(quote, reader.Source())
		}
		return ast.WalkContinue, nil
	})
}

// markAlert turns the quote's first line into its class and its heading.
func markAlert(quote *ast.Blockquote, source []byte) {
	first, ok := quote.FirstChild().(*ast.Paragraph)
	if !ok || first.Lines().Len() == 0 {
		return
	}
	line := first.Lines().At(0)
	kind := alertKinds.FindSubmatch(line.Value(source))
	if kind == nil {
		return
	}
	quote.SetAttributeString("class", []byte("alert alert-"+strings.ToLower(string(kind[1]))))
	for child := first.FirstChild(); child != nil; {
		next := child.NextSibling()
		if inline, ok := child.(*ast.Text); ok && inline.Segment.Start < line.Stop {
			first.RemoveChild(first, child)
		}
		child = next
	}
	heading := ast.NewParagraph()
	strong := ast.NewEmphasis(2)
	word := string(kind[1][:1]) + strings.ToLower(string(kind[1][1:]))
	strong.AppendChild(strong, ast.NewString([]byte(word)))
	heading.AppendChild(heading, strong)
	quote.InsertBefore(quote, first, heading)
}
