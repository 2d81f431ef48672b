package report

import (
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestConflict(t *testing.T) {
	r := mixed()
	r.Repository = "https://github.com/octo/fleet"
	for name, c := range map[string]Conflict{
		"conflict": {
			SHA: "1234567890123456789012345678901234567890", Author: "Ada", Subject: "Repair mail", Paths: []string{"hosts/mail.nix", "hosts/web.nix"},
			Branch: "nixferry/nixos-unstable", Base: "main", Bump: "abcdef7890123456789012345678901234567890",
		},
		"conflict-fork": {
			SHA: "1234567890123456789012345678901234567890", Author: "Ada", Subject: "Repair mail", Paths: []string{"hosts/mail.nix"},
			Branch: "nixferry/nixos-unstable", Base: "main", Bump: "abcdef7890123456789012345678901234567890", Fork: "https://github.com/ada/fleet.git",
		},
		"conflict-hostile": {SHA: "1234567", Author: evil, Subject: evil, Paths: []string{evil, "a", "b", "c", "d", "e", "f"}, Branch: "it's", Base: "$(id)"},
	} {
		golden(t, name+".md", c.Markdown(r)+"\n"+c.Sentence()+"\n")
	}
}

// The commands are pasted into a shell: it must read every name as one word.
func TestShell(t *testing.T) {
	for _, word := range []string{"main", "feature/x_1", "it's", "$(id)", "a b", "`id`", ""} {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+shell(word)).Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(word, string(out)); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestPlea(t *testing.T) {
	r := mixed()
	for _, room := range []int{60_000, 4_000, 1_000} {
		text := Plea(r, "https://github.com/octo/fleet/compare/main...x?quick_pull=1&title=a%20b", room)
		if n := utf8.RuneCountInString(text); n > room {
			t.Errorf("%d characters in a room of %d", n, room)
		}
		if !strings.Contains(text, "(https://github.com/octo/fleet/compare/main...x?quick_pull=1&title=a%20b)") {
			t.Errorf("no link in %s", text)
		}
	}
}
