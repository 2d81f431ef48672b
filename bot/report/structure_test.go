package report

import (
	"bytes"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// harmless is as long as s, has its white space and means nothing to anybody.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '/' {
			return r
		}
		return 'x'
	}, plain(s))
}

// The ways a person's text gets into a report: behind, before or in the place
// of what would stand there. The letter keeps a text from being that of a
// package the report knows.
var ways = []func(text, s string) string{
	func(text, s string) string { return text + "x" + s },
	func(text, s string) string { return s + "x" + text },
	func(_, s string) string { return s },
}

// infected is v with s in all of its texts, addresses left alone unless s
// comes behind them.
func infected[T any](v T, s string, way uint) T {
	poison(reflect.ValueOf(&v).Elem(), "", func(field, text string) string {
		if way > 0 && slices.Contains(addresses, field) {
			return text
		}
		return ways[way](text, s)
	})
	return v
}

// tagName finds the tags in HTML, without what is in them.
var tagName = regexp.MustCompile(`</?[a-z]+`)

// structure is what GitHub makes of Markdown, without its text, and the hosts
// its links lead to. Links count as their text, as an address may be none; of
// neighbours that are alike there is one, as rows may be folded.
func structure(source string) (tree string, hosts []string) {
	spans := 0
	var describe func(n ast.Node) string
	describe = func(n ast.Node) string {
		var parts []string
		for child := n.FirstChild(); child != nil; child = child.NextSibling() {
			if part := describe(child); part != "" && (len(parts) == 0 || parts[len(parts)-1] != part) {
				parts = append(parts, part)
			}
		}
		inside := strings.Join(parts, " ")
		switch n := n.(type) {
		case *ast.Text, *ast.String:
			return ""
		case *ast.CodeSpan:
			return "code"
		case *ast.RawHTML:
			switch tag := tagName.FindString(string(n.Segments.Value([]byte(source)))); tag {
			case "<code":
				spans++
				return "code"
			case "</code":
				spans--
				return ""
			default:
				return tag
			}
		case *ast.HTMLBlock:
			return strings.Join(tagName.FindAllString(string(n.Lines().Value([]byte(source))), -1), " ")
		case *ast.FencedCodeBlock:
			return fmt.Sprintf("fence %s", n.Language([]byte(source)))
		case *ast.Link:
			target, _ := url.Parse(string(n.Destination))
			hosts = append(hosts, target.Host)
			return inside
		case *ast.Emphasis:
			return fmt.Sprintf("%d*(%s)", n.Level, inside)
		case *ast.Heading:
			return fmt.Sprintf("h%d(%s)", n.Level, inside)
		}
		return n.Kind().String() + "(" + inside + ")\n"
	}
	if strings.Contains(source, "<!--") || !utf8.ValidString(source) {
		tree = "a comment, or invalid text\n"
	}
	tree += describe(github.Parser().Parse(text.NewReader([]byte(source)))) + fmt.Sprintln(spans, "spans not closed")
	slices.Sort(hosts)
	return tree, slices.Compact(hosts)
}

// FuzzReport puts foreign text into every string there is, and holds what
// GitHub makes of the report to what it makes of it with harmless text.
func FuzzReport(f *testing.F) {
	for i := range len(ways) * len(documents) {
		f.Add(evil, uint(i))
		f.Add("aäöüäöüäöüäöü", uint(i))
	}
	for i, line := range slices.Collect(strings.Lines(evil)) {
		f.Add(line, uint(i))
	}
	_, known := structure(Markdown(everything(), allOfIt))
	f.Fuzz(func(t *testing.T, s string, n uint) {
		// Such a text is none, and a longer one is cut somewhere.
		if oneLine(s) == "" || len(s) > 1000 || strings.Count(plain(s), "\n") > messageLines-5 {
			return
		}
		write, way := documents[n%uint(len(documents))], n/uint(len(documents))%uint(len(ways))
		got, hosts := structure(write(t, s, way))
		want, _ := structure(write(t, harmless(s), way))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("structure mismatch (-harmless +hostile):\n%s", diff)
		}
		for _, host := range hosts {
			if !slices.Contains(known, host) {
				t.Errorf("a link to %q", host)
			}
		}
	})
}

// allOfIt is a budget that nothing is cut for.
const allOfIt = 5_000_000

// documents are what is written in Markdown.
var documents = []func(t *testing.T, s string, way uint) string{
	func(t *testing.T, s string, way uint) string {
		r := infected(everything(), s, way)
		checkTexts(t, r)
		return Markdown(r, allOfIt)
	},
	func(_ *testing.T, s string, way uint) string {
		return Plea(infected(blocked(), s, way), "https://github.com/someone/fleet/compare/main...nixferry", allOfIt)
	},
	func(_ *testing.T, s string, way uint) string {
		return ComparisonMarkdown(infected(severalCompared(), s, way), allOfIt)
	},
	func(t *testing.T, s string, way uint) string {
		conflict := infected(misfit(), s, way)
		if said := conflict.Sentence(); said != oneLine(said) {
			t.Errorf("the conflict is told in %q", said)
		}
		return conflict.Markdown(infected(crossing(), s, way))
	},
}

// checkTexts looks at what is shown as it is.
func checkTexts(t *testing.T, r Report) {
	t.Helper()
	if title := Title(r); utf8.RuneCountInString(title) > 256 || strings.Contains(title, "\n") || live.MatchString(title) || plain(title) != strings.ReplaceAll(title, string(zeroWidth), "") {
		t.Errorf("the title %q", title)
	}
	for _, a := range r.Annotations() {
		if a.Title != oneLine(a.Title) || a.Message != plain(a.Message) || utf8.RuneCountInString(a.Message) > 4096 {
			t.Errorf("the annotation %q: %q", a.Title, a.Message)
		}
	}
	for _, host := range r.Hosts {
		if id := HostAnchor(host.Name); outsideAnchor.MatchString(id) || len(id) > 60 {
			t.Errorf("the anchor %q", id)
		}
	}
	var screen bytes.Buffer
	if err := Terminal(&screen, r, Options{Width: 80}); err != nil || screen.String() != plain(screen.String()) {
		t.Errorf("control characters on the terminal, or %v", err)
	}
}
