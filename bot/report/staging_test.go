package report

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/derivation"
)

// staged are hosts after a staging bump: what all of them have, what some of
// them have, and what each has for itself, some of it asked for.
func staged(hosts int) Comparison {
	random := rand.New(rand.NewPCG(5, 11))
	var c Comparison
	var names []string
	for i := range hosts {
		name := fmt.Sprintf("host-%03d", i)
		names = append(names, name)
		c.Hosts = append(c.Hosts, Compared{
			Name: name, Before: "/nix/store/a-" + name, After: "/nix/store/b-" + name,
			Closure: &closure.Delta{Size: closure.Size{Before: 9 << 30, After: 9<<30 + int64(i)<<20}, Rebuilt: 1265},
		})
	}
	important := []closure.Change{
		moved("linux", "6.12.58", "6.18.3", 12<<20), moved("systemd", "257.10", "258.2", 3<<20), moved("glibc", "2.40-66", "2.42-12", 1<<20),
		moved("openssl", "3.4.1", "3.6.0", -200<<10), moved("openssh", "10.0p2", "10.2p1", 100<<10), moved("sudo", "1.9.16", "1.9.17", 9<<10),
	}
	for _, host := range c.Hosts {
		host.Closure.Changed = append(host.Closure.Changed, important...)
	}
	row := func(kind string, i int) closure.Change {
		change := moved(fmt.Sprintf("%s-package-%d", kind, i), fmt.Sprintf("1.%d.%d", i, random.IntN(9)), fmt.Sprintf("2.%d.0", i), random.Int64N(1<<24))
		change.Direct = random.IntN(12) == 0
		if random.IntN(15) == 0 {
			change.Services = []string{change.Name + ".service"}
		}
		return change
	}
	for i := range 194 {
		change := row("common", i)
		for _, host := range c.Hosts {
			host.Closure.Changed = append(host.Closure.Changed, change)
		}
	}
	for i := range 780 {
		change, some := row("shared", i), 2+random.IntN(hosts-2)
		for _, at := range random.Perm(hosts)[:some] {
			host := c.Hosts[at].Closure
			host.Changed = append(host.Changed, change)
		}
	}
	for i := range 826 {
		host := c.Hosts[i%hosts].Closure
		if i%10 == 0 {
			name := fmt.Sprintf("newcomer-%d", i)
			host.Added = append(host.Added, closure.Item{Name: name, Versions: closure.Versions{fmt.Sprintf("1.%d", i)}, Size: 1 << 20, With: 3 << 20, Why: []string{"system-path", "shared-package-7", name}})
			continue
		}
		host.Changed = append(host.Changed, row("own", i))
	}
	c.Causes = reasons(names...)
	for i := range 300 {
		c.Causes.List = append(c.Causes.List, derivation.Cause{Recipe: fmt.Sprintf("recipe-%d", i), Before: "1.0", After: "1.1", Rebuilds: 1, Together: 1400, Hosts: names[i%hosts : i%hosts+1]})
	}
	return c
}

// stagedReport is a run that found the same.
func stagedReport(c Comparison) Report {
	r := crossing()
	r.Causes = c.Causes
	for _, host := range c.Hosts {
		r.Hosts = append(r.Hosts, sides(worked, worked, Host{Name: host.Name, Closure: host.Closure}))
	}
	return r
}

// TestStaging fits the largest of bumps into a pull request, with all that
// matters to everyone still there, and open to the eye.
func TestStaging(t *testing.T) {
	const budget = 60_000
	for _, hosts := range []int{20, 200} {
		c := staged(hosts)
		r := stagedReport(c)
		if rows := len(r.changes().rows); rows < 1800 {
			t.Fatalf("%d rows", rows)
		}
		for name, text := range map[string]string{"report": Markdown(r, budget), "comparison": ComparisonMarkdown(c, budget)} {
			if n := utf8.RuneCountInString(text); n > budget || n < budget*9/10 {
				t.Errorf("%d hosts, %s: %d characters", hosts, name, n)
			}
			if opened, closed := strings.Count(text, "<details>"), strings.Count(text, "</details>"); opened != closed {
				t.Errorf("%d hosts, %s: %d details are opened, %d closed", hosts, name, opened, closed)
			}
			if !strings.Contains(text, "<details><summary>other packages everywhere: ") {
				t.Errorf("%d hosts, %s: nothing happens everywhere", hosts, name)
			}
			checkImportant(t, text)
		}
	}
	// Hardly any room but for what matters.
	checkImportant(t, ComparisonMarkdown(staged(20), 3_000))
	checkImportant(t, Markdown(stagedReport(staged(20)), 4_400))
}

func checkImportant(t *testing.T, text string) {
	t.Helper()
	open, _, _ := strings.Cut(text, "<details><summary>more explicit")
	for _, want := range []string{
		"**4 causes explain 1,320 of 1,410 rebuilds**: glibc 2.40-66 → 2.42-12, python3", "CVE-2025-9230.patch",
		"\n| **linux** |", "\n| **systemd** |", "\n| **glibc** |", "\n| **openssl** |", "\n| **openssh** |", "\n| **sudo** |",
	} {
		if !strings.Contains(open, want) {
			t.Errorf("no %q in %d characters", want, utf8.RuneCountInString(text))
		}
	}
}

// TestStagingTerminal finds every change on the terminal.
func TestStagingTerminal(t *testing.T) {
	var screen bytes.Buffer
	c := staged(20)
	if err := ComparisonTerminal(&screen, c, Options{Width: 160}); err != nil {
		t.Fatal(err)
	}
	for _, row := range c.changes().rows {
		if !strings.Contains(screen.String(), row.Name) {
			t.Errorf("%s is not on the screen", row.Name)
		}
	}
}
