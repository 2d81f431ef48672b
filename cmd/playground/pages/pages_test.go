package pages_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/cmd/playground/pages"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// body has what the bot's bodies have, and what somebody hostile would add.
const body = `<!-- nixferry -->
> [!WARNING]
> **Not yet.** 6 of 8 hosts build.

> an ordinary quote

| host | builds |
|:--|--:|
| **web** | ✗ <script>alert(1)</script> |

- [x] done

<details><summary>last lines of its log</summary>

` + "```\nerror: <b>no</b>\n```" + `
</details>

<a href="javascript:alert(2)" onclick="alert(3)">x</a> <img src=x onerror=alert(4)>
`

func repository() (pages.Repository, pages.Item) {
	when := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	item := pages.Item{
		Kind: "pull", Number: 1, Title: "nixpkgs: <unstable>", Author: "github-actions[bot]", State: "draft",
		Labels: []string{"nixpkgs"}, Reviewers: []string{"olga"}, Assignees: []string{"tom"},
		Head: "nixferry/nixos-unstable", Base: "main", Mergeable: "clean", Body: body, Opened: when,
		Commits: []pages.Commit{{
			SHA: "0123456789abcdef0123456789abcdef01234567", Message: "nixpkgs: bump\n\nwhy", Author: "nixferry",
			Files: []pages.File{{Path: "flake.lock", Status: "modified", Additions: 1, Deletions: 1, Patch: "@@ -1 +1 @@\n-old\n+new\n same"}},
		}},
		Statuses: []pages.Status{{Context: "nixferry/web", State: "failure", Description: "does not build", URL: "javascript:alert(5)"}},
		Comments: []pages.Comment{{Author: "olga", Body: "/ferry retry", Created: when, Reactions: []string{"eyes"}}},
	}
	return pages.Repository{Owner: "octo", Name: "fleet", Items: []pages.Item{item}}, item
}

func TestPages(t *testing.T) {
	repo, item := repository()
	for _, test := range []struct {
		name   string
		render func(*strings.Builder) error
	}{
		{"index", func(w *strings.Builder) error { return pages.Index(w, []pages.Repository{repo}) }},
		{"list", func(w *strings.Builder) error { return pages.List(w, repo) }},
		{"empty-list", func(w *strings.Builder) error { return pages.List(w, pages.Repository{Owner: "o", Name: "r"}) }},
		{"conversation", func(w *strings.Builder) error { return pages.Conversation(w, repo, item) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			if err := test.render(&out); err != nil {
				t.Fatal(err)
			}
			for _, bad := range []string{"<script", "onclick", "onerror", "javascript:"} {
				if strings.Contains(out.String(), bad) {
					t.Errorf("the page contains %q", bad)
				}
			}
			path := filepath.Join("testdata", test.name+".html")
			if *update {
				if err := os.WriteFile(path, []byte(withoutStyle(out.String())), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), withoutStyle(out.String())); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// withoutStyle keeps the golden files free of the style sheet.
func withoutStyle(page string) string {
	before, rest, _ := strings.Cut(page, "<style>")
	_, after, _ := strings.Cut(rest, "</style>")
	return before + after
}

func FuzzConversation(f *testing.F) {
	f.Add(body)
	f.Add("> [!NOTE]\n")
	f.Add("> [!TIP]\n> - x\n\n```")
	f.Fuzz(func(t *testing.T, body string) {
		var out strings.Builder
		repo, item := repository()
		item.Body, item.Statuses = body, nil
		if err := pages.Conversation(&out, repo, item); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(out.String()), "<script") {
			t.Errorf("%q runs a script", body)
		}
	})
}
