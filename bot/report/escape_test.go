package report

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// github renders Markdown as GitHub does, raw HTML included.
var github = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote),
	goldmark.WithRendererOptions(gmhtml.WithUnsafe()),
)

func rendered(t *testing.T, markdown string) string {
	t.Helper()
	var page bytes.Buffer
	if err := github.Convert([]byte(markdown), &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// shown is the text of a piece of HTML that has no tags in it.
func shown(t *testing.T, page, before, after string) string {
	t.Helper()
	inner, opened := strings.CutPrefix(page, before)
	inner, closed := strings.CutSuffix(inner, after)
	if !opened || !closed || strings.Contains(inner, "<") {
		t.Errorf("%q is not one %s…%s of text", page, before, after)
	}
	return strings.ReplaceAll(html.UnescapeString(inner), string(zeroWidth), "")
}

// live is what GitHub makes a link or a picture of in text.
var live = regexp.MustCompile(`(?i)@[a-z0-9]|#[0-9]|\bgh-[0-9]|\b[0-9a-f]{7,40}\b|(?:https?|ftp)://|www\.|:[a-z0-9_+-]*[a-z_+-][a-z0-9_+-]*:`)

func TestPlain(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"colours", "\x1b[1;31merror:\x1b[0m no", "error: no"},
		{"hyperlink", "\x1b]8;;https://evil.example\x07here\x1b]8;;\x1b\\", "here"},
		{"C1 colours", "\u009b31mred", "red"},
		{"unfinished", "a\x1b]0;title", "a"},
		{"charset", "\x1b(Bplain", "plain"},
		{"line ends", "a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		{"control", "a\x00\x07\x08b\x7f", "ab"},
		{"invisible", "a\u202eb\u200bc\ufeff\u00add", "abcd"},
		{"invalid", "a\xffb", "a\ufffdb"},
		{"tab", "a\tb", "a\tb"},
		{"letters", "größe 大きさ ✓", "größe 大きさ ✓"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, plain(test.in)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInline pins how the text looks to those who read it unrendered.
func TestInline(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"python3.13-foo 1.4", "python3.13-foo 1.4"},
		{"1.4 is out", "1.4 is out"},
		{"1. first", "1&#46; first"},
		{"- item", "&#45; item"},
		{"ping @octocat", "ping @&#8203;octocat"},
		{"fixes nixos/nixpkgs#12", "fixes nixos/nixpkgs#&#8203;12"},
		{"a|b", "a&#124;b"},
		{"<!-- nixferry -->", "&#60;!-- nixferry --&#62;"},
		{"see https://x.example", "see https:&#8203;//x.example"},
		{"hosts/web.nix:42", "hosts/web.nix:42"},
		{"b6a8526db03f", "b6a852&#8203;6db03f"},
		{"two\nlines\tand  spaces ", "two lines and spaces"},
	} {
		if diff := cmp.Diff(test.want, inline(test.in)); diff != "" {
			t.Errorf("%q mismatch (-want +got):\n%s", test.in, diff)
		}
	}
}

func TestLink(t *testing.T) {
	for _, test := range []struct{ address, want string }{
		{"https://github.com/NixOS/nixpkgs/compare/a...b", "[x](https://redirect.github.com/NixOS/nixpkgs/compare/a...b)"},
		{"https://gitlab.com/a/b/-/compare/a...b?x=1&y=2", "[x](https://gitlab.com/a/b/-/compare/a...b?x=1&y=2)"},
		{"https://user:pass@github.com/a", "[x](https://redirect.github.com/a)"},
		{"https://e.example/)[y](javascript:alert(1)", "[x](https://e.example/%29%5By%5D%28javascript:alert%281%29)"},
		{"https://e.example/?q=a|b<c>\"d\"", "[x](https://e.example/?q=a%7Cb%3Cc%3E%22d%22)"},
		{"javascript:alert(1)", "x"},
		{"//e.example/", "x"},
		{"https://e.example/\n# heading", "x"},
		{"", "x"},
	} {
		if diff := cmp.Diff(test.want, link("x", test.address)); diff != "" {
			t.Errorf("%q mismatch (-want +got):\n%s", test.address, diff)
		}
	}
}

// FuzzForeignText holds foreign text to one rule: rendered, it is what it was,
// in one paragraph, cell, code span or block, and nothing in it is alive.
func FuzzForeignText(f *testing.F) {
	f.Add(evil)
	for line := range strings.Lines(evil) {
		f.Add(line)
	}
	for _, s := range []string{"", " ", "\\", "`", "``` `", ":-:", "- - -", "+", "=", "a\\", "[^1]: note", "[x]: /url", "&amp;", "\t", "*", "http:\\/\\/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := oneLine(s)
		if got := plain(s); !utf8.ValidString(got) || plain(got) != got {
			t.Errorf("plain(%q) = %q is not plain", s, got)
		}
		if strings.Contains(inline(s)+code(s)+fence(s), "<!--") {
			t.Errorf("%q opens a comment", s)
		}
		if want != "" {
			checkLine(t, s, want)
		}
		block := shown(t, rendered(t, fence(s)), "<pre><code>", "</code></pre>\n")
		if diff := cmp.Diff(strings.Trim(plain(s), "\n"), strings.TrimSuffix(block, "\n")); diff != "" {
			t.Errorf("fence mismatch (-want +got):\n%s", diff)
		}
	})
}

// checkLine renders s as text and code, alone and in a table.
func checkLine(t *testing.T, s, want string) {
	t.Helper()
	paragraph := rendered(t, inline(s))
	for _, got := range []string{
		shown(t, paragraph, "<p>", "</p>\n"),
		shown(t, rendered(t, code(s)), "<p><code>", "</code></p>\n"),
		strings.ReplaceAll(html.UnescapeString(inline(s)), string(zeroWidth), ""),
	} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("line mismatch (-want +got):\n%s", diff)
		}
	}
	if found := live.FindString(html.UnescapeString(paragraph)); found != "" {
		t.Errorf("%q is alive in %q", found, paragraph)
	}
	table := rendered(t, "| a | b |\n|--|--|\n| "+inline(s)+" | "+code(s)+" |\n")
	if n := strings.Count(table, "<td"); n != 2 || strings.Count(table, "<tr>") != 2 {
		t.Errorf("%d cells in %q", n, table)
	}
}

// FuzzLink holds addresses to being one link with the label, or the label.
func FuzzLink(f *testing.F) {
	f.Add("https://github.com/a/b/compare/a...b")
	f.Add("https://e.example/)[y](javascript:alert(1))|\n<x>")
	f.Fuzz(func(t *testing.T, address string) {
		page := rendered(t, link("label", address))
		if strings.HasPrefix(page, "<p><a href=\"http") && strings.HasSuffix(page, "\">label</a></p>\n") && strings.Count(page, "<") == 4 {
			return
		}
		if page != "<p>label</p>\n" {
			t.Errorf("%q became %q", address, page)
		}
	})
}

// TestHostileReport looks at the whole report with hostile text everywhere, as
// GitHub parses it.
func TestHostileReport(t *testing.T) {
	for _, budget := range []int{200_000, 60_000, 20_000, 4_000} {
		source := []byte(Markdown(hostile(), budget) + "\n" + Markdown(hostileQuiet(), budget) + "\n" + ComparisonMarkdown(hostileComparison(), budget))
		if bytes.Contains(source, []byte("<!--")) {
			t.Error("a comment is opened")
		}
		tags := regexp.MustCompile(`^(?:</?(?:details|summary|code)>|<a id="host-[\w-]+">|</a>|<details><summary>.*</summary>\n|</details>\n)$`)
		err := ast.Walk(github.Parser().Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.AutoLink, *ast.Image:
				t.Errorf("a %s in %s", n.Kind(), source)
			case *ast.Link:
				if !regexp.MustCompile(`^https://(?:(?:redirect\.)?github\.com/|codeberg\.org/|git\.sr\.ht/|jellyfin\.org/|nixos\.org/|status\.nixos\.org$)`).Match(n.Destination) {
					t.Errorf("a link to %s", n.Destination)
				}
			case *ast.RawHTML:
				checkTag(t, tags, string(n.Segments.Value(source)))
			case *ast.HTMLBlock:
				checkTag(t, tags, string(n.Lines().Value(source)))
			case *ast.Heading:
				if n.Level != 3 {
					t.Errorf("a heading: %s", n.Lines().Value(source))
				}
			case *ast.CodeSpan, *ast.FencedCodeBlock:
				return ast.WalkSkipChildren, nil
			case *ast.Text:
				if found := live.FindString(html.UnescapeString(string(n.Value(source)))); found != "" {
					t.Errorf("%q is alive", found)
				}
			}
			return ast.WalkContinue, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func checkTag(t *testing.T, allowed *regexp.Regexp, tag string) {
	t.Helper()
	if !allowed.MatchString(tag) {
		t.Errorf("foreign HTML: %q", tag)
	}
	if summary, ok := strings.CutPrefix(tag, "<details><summary>"); ok {
		inner := html.UnescapeString(strings.TrimSuffix(summary, "</summary>\n"))
		if strings.Contains(strings.TrimSuffix(summary, "</summary>\n"), "<") || live.MatchString(inner) {
			t.Errorf("a summary with %q", inner)
		}
	}
}
