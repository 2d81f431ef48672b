package forecast

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// The rules as NixOS writes them, without what is of no interest here.
const (
	iptablesRules = `#! /nix/store/00000000000000000000000000000000-bash-5.2/bin/bash -e
# Accept connections to the allowed TCP ports.
ip46tables -A nixos-fw -p tcp --dport 22 -j nixos-fw-accept ` + `
ip46tables -A nixos-fw -p tcp --dport 8000:8010 -j nixos-fw-accept -i wg0
ip46tables -A nixos-fw -p udp --dport 53 -j nixos-fw-accept ` + `
ip46tables -A nixos-fw -i ve-+ -p udp --dport 67 -j nixos-fw-accept
ip46tables -A nixos-fw -j nixos-fw-log-refuse
`
	nftablesRules = `table inet nixos-fw {
  set temp-ports {
    type inet_proto . inet_service
  }
  chain input {
    ct state vmap {
      new : jump input-allow,
    }
    tcp dport { 99 } accept
  }
  chain input-allow {
    tcp dport { 22 } accept
    iifname wg0 tcp dport { 8000-8010 } accept
    udp dport 53 accept
    icmpv6 type != { nd-redirect, 139 } accept
  }
  chain output-allow {
    tcp dport { 1-65535 } accept
  }
}
`
)

func iptables(edits ...string) toplevel.Firewall {
	return toplevel.Firewall{Kind: "iptables", Text: strings.NewReplacer(edits...).Replace(iptablesRules)}
}

func nftables(edits ...string) toplevel.Firewall {
	return toplevel.Firewall{Kind: "nftables", Text: strings.NewReplacer(edits...).Replace(nftablesRules)}
}

var firewallCases = []struct {
	name          string
	before, after toplevel.Firewall
	want          *FirewallChange
}{
	{"nothing but hashes and comments", iptables(), iptables("-bash-5.2", "-bash-5.3", "# Accept", "# Welcome"), nil},
	{
		"a port more", iptables(), iptables("--dport 22 ", "--dport 22:23 "),
		&FirewallChange{Before: "iptables", After: "iptables", Opened: []Port{{"tcp", "", "23"}}},
	},
	{
		"a port less", iptables(), iptables("--dport 53 ", "--dport 54 "),
		&FirewallChange{Before: "iptables", After: "iptables", Opened: []Port{{"udp", "", "54"}}, Closed: []Port{{"udp", "", "53"}}},
	},
	{
		"part of a range", iptables(), iptables("8000:8010", "8003:8012"),
		&FirewallChange{Before: "iptables", After: "iptables", Opened: []Port{{"tcp", "wg0", "8011-8012"}}, Closed: []Port{{"tcp", "wg0", "8000-8002"}}},
	},
	{
		"from one network to all", iptables(), iptables(" -i wg0", ""),
		&FirewallChange{Before: "iptables", After: "iptables", Opened: []Port{{"tcp", "", "8000-8010"}}},
	},
	{
		"from all to one network", iptables(" -i wg0", ""), iptables(),
		&FirewallChange{Before: "iptables", After: "iptables", Closed: []Port{{"tcp", "", "8000-8010"}}},
	},
	{
		"all ports", iptables(), iptables("--dport 53 ", "--dport 0:65535 "),
		&FirewallChange{Before: "iptables", After: "iptables", Opened: []Port{{"udp", "", "0-52"}, {"udp", "", "54-65535"}}},
	},
	{
		"another rule", iptables(), iptables("ve-+", "vz-+"),
		&FirewallChange{
			Before: "iptables", After: "iptables",
			Diff: "@@ -1,2 +1,2 @@\n-ip46tables -A nixos-fw -i ve-+ -p udp --dport 67 -j nixos-fw-accept\n+ip46tables -A nixos-fw -i vz-+ -p udp --dport 67 -j nixos-fw-accept\n ip46tables -A nixos-fw -j nixos-fw-log-refuse\n",
		},
	},
	{
		"ports in one set", nftables(), nftables("{ 22 }", "{ 22, 80, 443-444 }"),
		&FirewallChange{Before: "nftables", After: "nftables", Opened: []Port{{"tcp", "", "80"}, {"tcp", "", "443-444"}}},
	},
	{
		"ports of other chains are rules", nftables(), nftables("{ 1-65535 }", "{ 443 }"),
		&FirewallChange{
			Before: "nftables", After: "nftables",
			Diff: "@@ -12,6 +12,6 @@\n icmpv6 type != { nd-redirect, 139 } accept\n }\n chain output-allow {\n-tcp dport { 1-65535 } accept\n+tcp dport { 443 } accept\n }\n }\n",
		},
	},
	{"another kind with the same ports", iptables(), nftables(), &FirewallChange{Before: "iptables", After: "nftables"}},
	{
		"another kind with other ports", iptables(), nftables("wg0", `"wg1"`),
		&FirewallChange{Before: "iptables", After: "nftables", Opened: []Port{{"tcp", "wg1", "8000-8010"}}, Closed: []Port{{"tcp", "wg0", "8000-8010"}}},
	},
	{"no firewall any more", iptables(), toplevel.Firewall{}, &FirewallChange{Before: "iptables"}},
	{"rules that were not found", iptables(), toplevel.Firewall{Kind: "iptables"}, nil},
	{
		"a port that is none", iptables(), iptables("--dport 22 ", "--dport 99999 "),
		&FirewallChange{
			Before: "iptables", After: "iptables", Closed: []Port{{"tcp", "", "22"}},
			Diff: "@@ -1,2 +1,3 @@\n+ip46tables -A nixos-fw -p tcp --dport 99999 -j nixos-fw-accept\n ip46tables -A nixos-fw -i ve-+ -p udp --dport 67 -j nixos-fw-accept\n ip46tables -A nixos-fw -j nixos-fw-log-refuse\n",
		},
	},
}

func TestFirewall(t *testing.T) {
	for _, test := range firewallCases {
		t.Run(test.name, func(t *testing.T) {
			before, after := system("a"), system("b")
			before.Firewall, after.Firewall = test.before, test.after
			if test.want != nil {
				test.want.Opened = append([]Port{}, test.want.Opened...)
				test.want.Closed = append([]Port{}, test.want.Closed...)
			}
			if diff := cmp.Diff(test.want, firewall(before, after)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzFirewall reads any rules: each line is a port, a rule or nothing, and rules
// do not differ from themselves.
func FuzzFirewall(f *testing.F) {
	f.Add("iptables", iptablesRules)
	f.Add("nftables", nftablesRules)
	f.Add("nftables", "}\n{\ntable inet nixos-fw {\nchain input-allow {\ntcp dport { ,1-2-3 } accept\n")
	f.Fuzz(func(t *testing.T, kind, text string) {
		rules := toplevel.Firewall{Kind: kind, Text: text}
		doors, rest := readFirewall(rules)
		if strings.Count(rest, "\n") > strings.Count(text, "\n")+1 {
			t.Errorf("%d lines are left of %d", strings.Count(rest, "\n"), strings.Count(text, "\n")+1)
		}
		if again, same := readFirewall(toplevel.Firewall{Kind: kind, Text: rest}); kind != "nftables" && (len(again) > 0 || same != rest) {
			t.Errorf("the rest has ports: %q", rest)
		}
		if more := beyond(doors, doors); len(more) > 0 {
			t.Errorf("%v are open and are not", more)
		}
	})
}
