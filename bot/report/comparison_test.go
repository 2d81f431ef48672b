package report

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/nixferry/nixferry/bot/closure"
	"github.com/nixferry/nixferry/bot/derivation"
)

// reasons are the causes of what upgraded hosts rebuild.
func reasons(hosts ...string) *derivation.Causes {
	perHost := func(n int) map[string]int {
		counts := make(map[string]int)
		for _, host := range hosts {
			counts[host] = n
		}
		return counts
	}
	on := func(n, together int, cause derivation.Cause) derivation.Cause {
		cause.Rebuilds, cause.Together, cause.Hosts, cause.PerHost = n, together, hosts, perHost(n)
		return cause
	}
	first := derivation.Cause{Recipe: "firefox", Before: "144.0", After: "145.0.1", Rebuilds: 2, Together: 1409, Hosts: hosts[:1], PerHost: map[string]int{hosts[0]: 2}}
	return &derivation.Causes{
		List: []derivation.Cause{
			on(1100, 1100, derivation.Cause{Recipe: "glibc", Before: "2.40-66", After: "2.42-12"}),
			on(170, 1190, derivation.Cause{Recipe: "python3", Before: "3.12.8", After: "3.13.1"}),
			on(160, 1260, derivation.Cause{
				Recipe: "openssl", Before: "3.4.1", After: "3.6.0",
				Patches: derivation.Patches{Added: []string{"CVE-2025-9230.patch"}, Dropped: []string{"use-etc-ssl-certs.patch"}}, CVEs: []string{"CVE-2025-9230"},
			}),
			on(90, 1320, derivation.Cause{Recipe: "gcc", Before: "14.2.1", After: "14.2.1"}),
			on(3, 1400, derivation.Cause{Recipe: "dbus-broker", New: true, After: "37"}),
			first,
		},
		Configuration: on(40, 0, derivation.Cause{}),
		Rebuilds:      1410,
		PerHost:       perHost(1410),
	}
}

// compared is what `nixferry diff` finds of hosts that were upgraded, of one
// that was not, and of one that has only recipes.
func compared(hosts ...string) Comparison {
	c := Comparison{Schema: Schema, Causes: reasons(hosts...)}
	for _, name := range hosts {
		host := upgraded(name)
		c.Hosts = append(c.Hosts, Compared{Name: name, Before: host.Base.Out, After: host.Head.Out, Closure: host.Closure})
	}
	return c
}

func severalCompared() Comparison {
	c := compared("desk", "git", "nas", "web")
	c.Hosts[0].Closure.Changed = append(c.Hosts[0].Closure.Changed, moved("firefox", "144.0", "145.0.1", 9<<20))
	c.Hosts[0].Switch, c.Hosts[1].Switch, c.Hosts[2].Switch = deskSwitch(), containerSwitch(), nasSwitch()
	const still = "/nix/store/00000000000000000000000000000000-nixos-system-db"
	c.Hosts = append(c.Hosts,
		Compared{Name: "db", Before: still, After: still, Closure: &closure.Delta{Size: closure.Size{Before: 2 << 30, After: 2 << 30}}})
	return c
}

// recipes are compared before anything is built.
func recipes() Comparison {
	c := compared("web")
	c.Hosts[0].Before += ".drv"
	c.Hosts[0].After += ".drv"
	c.Hosts[0].Closure = nil
	return c
}

func hostileComparison() Comparison {
	c := severalCompared()
	poison(reflect.ValueOf(&c).Elem(), "", withEvil)
	return c
}

func comparisons() map[string]Comparison {
	still := severalCompared()
	still.Hosts, still.Causes = still.Hosts[4:], nil
	return map[string]Comparison{
		"diff-one":     compared("web"),
		"diff-fleet":   severalCompared(),
		"diff-same":    still,
		"diff-recipes": recipes(),
		"diff-hostile": hostileComparison(),
	}
}

func TestComparison(t *testing.T) {
	schema := schema(t, "diff.schema.json")
	for name, c := range comparisons() {
		t.Run(name, func(t *testing.T) {
			text := ComparisonMarkdown(c, 60_000)
			golden(t, name+".md", text)
			var narrow, wide, colored, out bytes.Buffer
			for _, err := range []error{
				ComparisonTerminal(&narrow, c, Options{Width: 80}),
				ComparisonTerminal(&wide, c, Options{Width: 160}),
				ComparisonTerminal(&colored, c, Options{Width: 80, Color: true}),
				WriteComparison(&out, c),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(narrow.String(), escapes.ReplaceAllString(colored.String(), "")); diff != "" {
				t.Errorf("without its colours the comparison mismatch (-want +got):\n%s", diff)
			}
			if text := narrow.String(); text != plain(text) {
				t.Error("the comparison sends control characters to the terminal")
			}
			golden(t, name+".80", narrow.String())
			if name == "diff-fleet" {
				golden(t, name+".160", wide.String())
				golden(t, name+".color", colored.String())
				golden(t, name+".json", out.String())
			}
			instance, err := jsonschema.UnmarshalJSON(&out)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(instance); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestComparisonStable writes the same hosts met in another order.
func TestComparisonStable(t *testing.T) {
	var first, second bytes.Buffer
	c, shuffled := severalCompared(), severalCompared()
	shuffled.Hosts[0], shuffled.Hosts[3] = shuffled.Hosts[3], shuffled.Hosts[0]
	for _, err := range []error{WriteComparison(&first, c), WriteComparison(&second, shuffled)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(first.String(), second.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	if strings.Contains(first.String(), "null") || shuffled.Hosts[0].Name != "web" {
		t.Error("the comparison holds a null, or the caller's hosts were sorted")
	}
}

func TestComparisonErrors(t *testing.T) {
	disk := brokenWriter{errors.New("no space left on device")}
	if err := WriteComparison(disk, compared("web")); !errors.Is(err, disk.error) {
		t.Errorf("WriteComparison: %v", err)
	}
	if err := ComparisonTerminal(disk, compared("web"), Options{Width: 80}); !errors.Is(err, disk.error) {
		t.Errorf("ComparisonTerminal: %v", err)
	}
}

// TestSameChanges holds the report and the comparison of the same hosts to the
// same words.
func TestSameChanges(t *testing.T) {
	r, c := fleet(8, upgraded), Comparison{}
	for _, host := range r.Hosts {
		c.Hosts = append(c.Hosts, Compared{Name: host.Name, Before: host.Base.Out, After: host.Head.Out, Closure: host.Closure})
	}
	c.Causes = r.Causes
	_, report, _ := strings.Cut(Markdown(r, 60_000), "### What changed\n\n")
	report, _, _ = strings.Cut(report, "<details><summary>inputs")
	_, comparison, _ := strings.Cut(ComparisonMarkdown(c, 60_000), "### What changed\n\n")
	if diff := cmp.Diff(report, comparison); diff != "" || utf8.RuneCountInString(report) < 500 {
		t.Errorf("mismatch (-report +comparison):\n%s", diff)
	}
}

func TestWhere(t *testing.T) {
	fleet := strings.Fields("a b c d e f g h i j")
	for _, test := range []struct{ compared, hosts, want string }{
		{"a b c d e f g h i j", "a b c d e f g h i j", "everywhere"},
		{"a b c d e f g h i j", "a b c d e f g i j", "everywhere but h"},
		{"a b c d e f g h i j", "a b d e f g i", "everywhere but c, h and j"},
		{"a b c d e f g h i j", "a b c d e f", "a, b, c, d, e and f"},
		{"a b c d e f g h", "a b c d e f g h", "all compared"},
		{"a b c d e f g h", "a b c d e f g", "all compared but h"},
		{"a b c d", "a b c", "a, b and c"},
		{"a", "a", "a"},
		{"", "b c", "b and c"},
		{"", "a b c d e f g h i", "everywhere but j"},
		{"a b", "a b c", "a, b and c"},
	} {
		c := changes{fleet: fleet, compared: strings.Fields(test.compared)}
		if got := c.where(strings.Fields(test.hosts), someOf, oneLine); got != test.want {
			t.Errorf("compared %q, on %q: %s, want %s", test.compared, test.hosts, got, test.want)
		}
	}
	many := changes{fleet: strings.Fields("a b c d e f g h i j k l m n")}
	words := fleet[:7]
	if got := some(words, 4) + "; " + some(words, 6); got != "a, b, c, d and 3 more; a, b, c, d, e, f, g" {
		t.Error(got)
	}
	if got := many.where(fleet[:8], someOf, oneLine); got != "8 of 14" {
		t.Error(got)
	}
}

func TestRows(t *testing.T) {
	for _, test := range []struct {
		row             closure.Row
		name, move, why string
	}{
		{closure.Row{Name: "a", Kind: closure.Upgrade, Before: closure.Versions{"1", "2"}, After: closure.Versions{"2", "2"}}, "a", "↑ 1, 2 → 2 ×2", ""},
		{closure.Row{Name: "a", Kind: closure.Unordered, Before: closure.Versions{}, After: closure.Versions{"2"}}, "a", "~ no version → 2", ""},
		{closure.Row{Name: "python3.13-a", Was: "python3.12-a", Kind: closure.Upgrade, Before: closure.Versions{"1"}, After: closure.Versions{"1"}}, "python3.13-a", "↑ python3.12 → python3.13", ""},
		{closure.Row{Name: "a", Kind: closure.Added, Direct: true, Why: []string{"system-path", "a"}}, "a", "+", "← system-path"},
		{closure.Row{Name: "a", Kind: closure.Removed, SizeDelta: -1 << 20, With: 3 << 20}, "a", "−", "−3.0 MiB with all that went along"},
		{closure.Row{Name: "a", Kind: closure.Removed, SizeDelta: -1 << 20, With: -3 << 20, Why: strings.Fields("z y x w v a")}, "a", "−", "← v ← w ← … ← z, −3.0 MiB with all that went along"},
		{closure.Row{Name: "a", Kind: closure.Added, SizeDelta: 1 << 20, With: 1 << 20, Services: []string{"a.service", "b.service", "c.service"}, Why: []string{"etc", "a"}}, "a (a.service, b.service, c.service)", "+", ""},
		{closure.Row{Name: "a", Kind: closure.Upgrade, Services: []string{"a.service", "b.service", "c.service", "d.service"}}, "a (a.service, b.service and 2 more)", "↑ no version → no version", ""},
		{closure.Row{Name: "ark", Family: "KDE Gear", Members: make([]string, 1234), Kind: closure.Removed, Before: closure.Versions{"1"}}, "1,234 × KDE Gear", "− 1", ""},
	} {
		got := []string{packageCell(test.row, onTerminal), move(test.row), why(test.row)}
		if diff := cmp.Diff([]string{test.name, test.move, test.why}, got); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	}
}

func TestCauses(t *testing.T) {
	for _, test := range []struct {
		causes derivation.Causes
		want   string
	}{
		{derivation.Causes{}, ""},
		{derivation.Causes{Rebuilds: 40, Configuration: derivation.Cause{Rebuilds: 40}}, ""},
		{derivation.Causes{Rebuilds: 1, List: []derivation.Cause{{Recipe: "a", Before: "1", After: "2", Together: 1}}}, "1 cause explains 1 of 1 rebuild: a 1 → 2."},
		{derivation.Causes{Rebuilds: 1000, List: []derivation.Cause{
			{Recipe: "a", Before: "1", After: "1", Together: 899, Patches: derivation.Patches{Dropped: []string{"x.patch"}}, CVEs: []string{"CVE-2025-1234", "CVE-2025-1235"}},
			{Recipe: "b", New: true, Together: 900},
			{Recipe: "c", Together: 950},
		}}, "2 causes explain 900 of 1,000 rebuilds: a 1 (− x.patch), b new. 1 recipe changed besides. New patches are for CVE-2025-1234 (a), CVE-2025-1235 (a)."},
		{derivation.Causes{Rebuilds: 1000, List: []derivation.Cause{
			{Recipe: "bootstrap-tools", Rebuilds: 1000, Together: 1000},
			{Recipe: "perl", Before: "5.28", After: "5.30", Rebuilds: 990, Together: 1000},
			{Recipe: "binutils", Before: "2.31", After: "2.31", Rebuilds: 980, Together: 1000},
			{Recipe: "gcc", Before: "7", After: "9", Rebuilds: 900, Together: 1000},
			{Recipe: "python3", Before: "3.7", After: "3.8", Rebuilds: 300, Together: 1000},
		}}, "The toolchain moved, and with it 1,000 of 1,000 rebuilds: perl 5.28 → 5.30, gcc 7 → 9. 3 recipes changed besides."},
		{derivation.Causes{Rebuilds: 9, List: []derivation.Cause{{Recipe: "bootstrap-tools", Rebuilds: 9, Together: 9}}}, "1 cause explains 9 of 9 rebuilds: bootstrap-tools (built in another way)."},
	} {
		if got := (changes{causes: test.causes}).because(onTerminal); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
