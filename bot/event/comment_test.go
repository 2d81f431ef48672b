package event

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
)

// TestSpoken tells where in a comment a command counts: where GitHub shows it.
func TestSpoken(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"alone", "/ferry help", []string{"help"}},
		{"between lines", "Thanks!\n/ferry help\nand go", []string{"help"}},
		{"in order", "/ferry status\n\n/ferry help", []string{"status", "help"}},
		{"CRLF", "a\r\n/ferry help\r\n/ferry status\r\n", []string{"help", "status"}},
		{"CR", "/ferry help\r/ferry status", []string{"help", "status"}},
		{"hard breaks", "/ferry help\\\n/ferry status  \n/ferry fix", []string{"help", "status", "fix"}},
		{"indented below a line", "a\n\t/ferry help\n     /ferry status", []string{"help", "status"}},
		{"three spaces", "   /ferry help", []string{"help"}},
		{"tabs between words", "/ferry\t\thelp\t", []string{"help"}},
		{"no-break space", "/ferry\u00a0help", []string{"help"}},
		{"list", "- /ferry help\n  - /ferry status\n\n1. /ferry fix", []string{"help", "status", "fix"}},
		{"below markup", "**a** `b` [c](d)\n/ferry help", []string{"help"}},
		{"above a mail's signature", "/ferry help\n--\nme", []string{"help"}},
		{"behind a quote", "> a\n\n/ferry help", []string{"help"}},
		{"behind code", "```\nx\n```\n/ferry help", []string{"help"}},
		{"behind details", "<details><summary>log</summary>\n\nx\n\n</details>\n\n/ferry help", []string{"help"}},
		{"behind an image", "<img width=\"9\" src=\"x\" />\n\n/ferry help", []string{"help"}},
		{"behind a comment", "<!-- a <code> -->\n/ferry help", []string{"help"}},
		{"behind a comment of lines", "<!--\na\n-->\n/ferry help", []string{"help"}},
		{"behind inline HTML", "a <b>b</b><br>\n/ferry help", []string{"help"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range Commands(test.body, "/ferry", Known{}) {
				got = append(got, c.String()+c.Problem)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
			for _, line := range got {
				if shown := shown(t, test.body); !strings.Contains(shown, " /ferry "+line+" ") {
					t.Errorf("%q is a command, but GitHub shows %q", line, shown)
				}
			}
		})
	}
}

// TestUnspoken tells where none counts.
func TestUnspoken(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"not at the line's start", "see /ferry help"},
		{"without a gap", "/ferryhelp\n/ferry-help"},
		{"other case", "/Ferry help"},
		{"fence", "```\n/ferry help\n```"},
		{"fence of tildes in a list", "- ~~~\n  /ferry help\n"},
		{"fence without an end", "```sh\n/ferry help"},
		{"indented code", "\t/ferry help\n\n    /ferry help"},
		{"code span", "`/ferry help`"},
		{"code span over lines", "a `b\n/ferry help\nc` d"},
		{"quote", "> /ferry help"},
		{"lazy line of a quote", "> a\n/ferry help"},
		{"quote in a list", "- > /ferry help"},
		{"heading", "# /ferry help"},
		{"heading in a list", "- ## /ferry help"},
		{"task", "- [ ] /ferry help"},
		{"table", "|/ferry help|\n|-|\n|/ferry help|"},
		{"footnote", "a[^1]\n\n[^1]: b\n\n    /ferry help"},
		{"lazy line of a footnote", "a[^1]\n\n[^1]: b\n/ferry help"},
		{"link's title", "[a](b '\n/ferry help\n')"},
		{"link's definition", "[a]: b '\n/ferry help\n'"},
		{"image", "![\n/ferry help\n](a)"},
		{"emphasis", "*\u200ba\n/ferry help\nb\u200b*"},
		{"HTML comment", "<!--\n/ferry help\n\n/ferry help\n-->"},
		{"comment without an end", "<!--\n\n/ferry help"},
		{"inline comment", "a <!--\n/ferry help\n-->"},
		{"HTML block", "<div>\n/ferry help\n</div>"},
		{"between HTML blocks", "<blockquote>\n\n/ferry help\n\n</blockquote>"},
		{"between inline tags", "a <code>\n/ferry help\n</code>"},
		{"behind a tag that stays open", "a <code>\n\n/ferry help"},
		{"behind tags that do not nest", "<b><code></b></b>\n\n/ferry help"},
		{"behind a tag that closes itself", "<code/>\n\n/ferry help"},
		{"in an attribute", "<div title=\"\n\n/ferry help\n\n\">"},
		{"in an attribute behind a rule", "<hr><div title=\"\n\n/ferry help\n\n\">"},
		{"in a comment of a block", "<div></div> <!--\n\n/ferry help\n\n-->"},
		{"in a title", "<title>\n\n/ferry help\n\n</title>"},
		{"in a quote's tag", "> <code>\n\n/ferry help"},
		{"zero-width character in the verb", "/ferry he\u200blp"},
		{"zero-width character in the prefix", "/fer\u200bry help\n/ferry\u200b help"},
		{"right-to-left mark", "\u200f/ferry help\n/ferry \u202ehelp"},
		{"escaped", "\\/ferry help\n&#47;ferry help"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Commands(test.body, "/ferry", Known{}); got != nil {
				t.Errorf("got %q, want none", got)
			}
		})
	}
}

// github renders as GitHub does before it sanitizes.
var github = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(gmhtml.WithUnsafe()))

// shown are the words of a comment that a browser shows outside of code and
// quotes, in lower case, with a space around each.
func shown(t *testing.T, body string) string {
	t.Helper()
	var out bytes.Buffer
	if err := github.Convert([]byte(newlines.Replace(body)), &out); err != nil {
		t.Fatal(err)
	}
	page, err := html.Parse(&out)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		if n.Type == html.TextNode {
			all.WriteString(n.Data)
		}
		for child := range n.ChildNodes() {
			if !slices.Contains([]string{"pre", "code", "blockquote", "title", "textarea", "style", "script"}, child.Data) || child.Type != html.ElementNode {
				visit(child)
			}
		}
	}
	visit(page)
	return " " + strings.Join(strings.Fields(strings.ToLower(all.String())), " ") + " "
}

// TestHostileSize reads the longest comments GitHub takes.
func TestHostileSize(t *testing.T) {
	const longest = 65536
	for _, unit := range []string{"/ferry retry a\n", "/ferry \n", "> ", "- ", "<b>", "`", "<!--", "```\n", "[^1]", "\u200f", "a|", "𝕏"} {
		body := strings.Repeat(unit, longest/len([]rune(unit)))
		if got := len(Commands(body+"\n\n/ferry help", "/ferry", Known{})); got > maxCommands+1 {
			t.Errorf("%q over and over: %d commands", unit, got)
		}
	}
	arg := strings.Repeat("a", longest)
	if got := Commands("/ferry "+arg+"\n/ferry log "+arg, "/ferry", Known{Hosts: []string{"web"}}); len(got) != 2 || len(got[1].Problem) > 200 || got[1].Nearest != "/ferry log HOST" {
		t.Errorf("got %q", got)
	}
}
