package triage_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/bot/channel"
	"github.com/nixferry/nixferry/bot/triage"
)

func TestHydraJob(t *testing.T) {
	const linux = "x86_64-linux"
	for _, test := range []struct {
		branch string
		attr   []string
		system string
		want   string
	}{
		{"nixos-unstable", []string{"nginx"}, linux, "nixos/unstable/nixpkgs.nginx.x86_64-linux"},
		{"nixos-unstable-small", []string{"nginx"}, linux, "nixos/unstable/nixpkgs.nginx.x86_64-linux"},
		{"master", []string{"python313Packages", "pytest"}, "aarch64-linux", "nixos/unstable/nixpkgs.python313Packages.pytest.aarch64-linux"},
		{"nixpkgs-unstable", []string{"nginx"}, linux, "nixpkgs/unstable/nginx.x86_64-linux"},
		{"nixos-25.11", []string{"nginx"}, linux, "nixos/release-25.11/nixpkgs.nginx.x86_64-linux"},
		{"nixos-25.11-small", []string{"nginx"}, linux, "nixos/release-25.11/nixpkgs.nginx.x86_64-linux"},
		{"nixpkgs-25.11-darwin", []string{"nginx"}, linux, "nixpkgs/nixpkgs-25.11-darwin/nginx.x86_64-linux"},
		{"some-topic", []string{"nginx"}, linux, "nixos/unstable/nixpkgs.nginx.x86_64-linux"},
		{"nixos-unstable", nil, linux, ""},
		{"nixos-unstable", []string{"a", "../b"}, linux, ""},
		{"nixos-unstable", []string{"a)[x"}, linux, ""},
		{"nixos-unstable", []string{"nginx"}, "x/../y", ""},
	} {
		branch, _ := channel.ParseBranch(test.branch)
		got := strings.TrimPrefix(triage.HydraJob(branch, test.attr, test.system), "https://hydra.nixos.org/job/")
		if got != test.want {
			t.Errorf("HydraJob(%s, %q, %s) = %q, want %q", test.branch, test.attr, test.system, got, test.want)
		}
	}
}

func TestSearchIssues(t *testing.T) {
	if got, want := triage.SearchIssues("nginx"), "https://github.com/NixOS/nixpkgs/issues?q=is%3Aissue+in%3Atitle+nginx"; got != want {
		t.Errorf("SearchIssues = %q, want %q", got, want)
	}
	for _, name := range []string{"", "a b", "@everyone", "x\n"} {
		if got := triage.SearchIssues(name); got != "" {
			t.Errorf("SearchIssues(%q) = %q", name, got)
		}
	}
}

// FuzzLinks: whatever the names are, a link leads to the two sites and needs
// no escaping in Markdown.
func FuzzLinks(f *testing.F) {
	f.Add("nginx", "x86_64-linux")
	f.Add("a](http://x)", "y z")
	f.Fuzz(func(t *testing.T, name, system string) {
		for _, link := range []string{triage.SearchIssues(name), triage.HydraJob(channel.Branch{}, []string{name}, system)} {
			u, err := url.Parse(link)
			if err != nil || link != "" && u.Host != "github.com" && u.Host != "hydra.nixos.org" || strings.ContainsAny(link, " ()[]<>\"'`\\\n|") {
				t.Errorf("%q", link)
			}
		}
	})
}

func TestWhose(t *testing.T) {
	from := triage.Source{
		Store: "/nix/store/00000000000000000000000000000001-source", Rev: "aaaa",
		Inputs: []triage.Input{{Name: "foo", Hash: "00000000000000000000000000000002", Rev: "bbbb"}, {Name: "bar"}},
	}
	for file, want := range map[string][2]string{
		"/nix/store/00000000000000000000000000000001-source/overlays/a.nix": {"overlays/a.nix", triage.You},
		"/nix/store/00000000000000000000000000000002-source/a.nix":          {"a.nix", "foo"},
		"/nix/store/00000000000000000000000000000003-source/a.nix":          {"", ""},
		"«git+file:///x?rev=aaaa»/a.nix":                                    {"a.nix", triage.You},
		"«github:o/foo/bbbb»/a.nix":                                         {"a.nix", "foo"},
		"/nix/store/00000000000000000000000000000002-source/../../etc/x":    {"", "foo"},
		"": {"", ""},
	} {
		if rel, owner := from.Whose(file); [2]string{rel, owner} != want {
			t.Errorf("Whose(%q) = %q, %q, want %q", file, rel, owner, want)
		}
	}
}
