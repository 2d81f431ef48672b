package forecast

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// FirewallChange is how the packet filters differ.
type FirewallChange struct {
	Before string `json:"before"` // "iptables", "nftables", or "" for none at all
	After  string `json:"after"`
	// Opened and Closed are the ports that only one side has a rule for, by
	// networking.firewall.allowed* and its likes; rules of other shapes may still
	// close or open them. Both are empty where one side has no filter.
	Opened []Port `json:"opened"`
	Closed []Port `json:"closed"`
	// Diff is a unified diff of all other rules of one and the same kind.
	Diff string `json:"diff,omitempty"`
	Cut  int    `json:"cut,omitempty"` // lines of the diff left out at its end
}

// Port is some ports that are open to the network.
type Port struct {
	Protocol  string `json:"protocol"`            // "tcp" or "udp"
	Interface string `json:"interface,omitempty"` // "" for all without a rule of their own
	Ports     string `json:"ports"`               // "22" or "8000-8010"
}

// firewall is nil where the filters are the same.
func firewall(before, after *toplevel.Toplevel) *FirewallChange {
	was, is := before.Firewall, after.Firewall
	change := &FirewallChange{Before: was.Kind, After: is.Kind, Opened: []Port{}, Closed: []Port{}}
	if was.Text != "" && is.Text != "" {
		old, oldRest := readFirewall(was)
		fresh, freshRest := readFirewall(is)
		change.Opened, change.Closed = beyond(fresh, old), beyond(old, fresh)
		if was.Kind == is.Kind {
			change.Diff, change.Cut = unified(plain(oldRest), plain(freshRest))
		}
	}
	if was.Kind == is.Kind && change.Diff == "" && len(change.Opened)+len(change.Closed) == 0 {
		return nil
	}
	return change
}

// A door is what ports are opened on; open are the ports open at each.
type (
	door  struct{ protocol, network string }
	ports [1 << 16]bool
	open  map[door]*ports
)

// beyond lists the ports open in a and not in b, in ranges. What b opens
// everywhere is open at each door.
func beyond(a, b open) []Port {
	list := []Port{}
	byName := func(x, y door) int {
		return cmp.Or(cmp.Compare(x.protocol, y.protocol), cmp.Compare(x.network, y.network))
	}
	for _, d := range slices.SortedFunc(maps.Keys(a), byName) {
		mine, here, everywhere := a.at(d), b.at(d), b.at(door{protocol: d.protocol})
		differs := func(port int) bool {
			return port < len(mine) && mine[port] && !here[port] && !everywhere[port]
		}
		for first := range mine {
			if !differs(first) || first > 0 && differs(first-1) {
				continue
			}
			last := first
			for differs(last + 1) {
				last++
			}
			list = append(list, Port{d.protocol, d.network, portRange(first, last)})
		}
	}
	return list
}

// at is what is open at a door.
func (o open) at(d door) *ports {
	if o[d] == nil {
		return new(ports)
	}
	return o[d]
}

func portRange(first, last int) string {
	if first == last {
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d-%d", first, last)
}

// The lines in which NixOS opens ports: in the script of the one kind anywhere, in
// the ruleset of the other in one chain.
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/services/networking/firewall-iptables.nix
// https://github.com/NixOS/nixpkgs/blob/master/nixos/modules/services/networking/firewall-nftables.nix
var (
	iptablesPort = regexp.MustCompile(`^ip46tables -A nixos-fw -p (tcp|udp) --dport ([0-9]+(?::[0-9]+)?) -j nixos-fw-accept(?: -i (\S+))?$`)
	nftablesPort = regexp.MustCompile(`^(?:iifname (\S+) )?(tcp|udp) dport (?:\{ ([0-9, -]+) \}|([0-9]+(?:-[0-9]+)?)) accept$`)
)

// readFirewall takes the ports out of a filter's rules, and leaves the other
// lines, without comments and indentation.
func readFirewall(f toplevel.Firewall) (open, string) {
	doors := open{}
	var rest strings.Builder
	var blocks []string // what was opened with a brace and is not closed
	for line := range strings.Lines(f.Text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case f.Kind == "iptables" && doors.iptables(line),
			slices.Equal(blocks, []string{"table inet nixos-fw {", "chain input-allow {"}) && doors.nftables(line):
			continue
		case strings.HasPrefix(line, "}") && len(blocks) > 0:
			blocks = blocks[:len(blocks)-1]
		}
		if strings.HasSuffix(line, "{") {
			blocks = append(blocks, line)
		}
		rest.WriteString(line + "\n")
	}
	return doors, rest.String()
}

// iptables adds the ports of a line; it is false for a line that is something
// else.
func (o open) iptables(line string) bool {
	match := iptablesPort.FindStringSubmatch(line)
	return match != nil && o.addList(door{match[1], match[3]}, match[2], ":")
}

func (o open) nftables(line string) bool {
	match := nftablesPort.FindStringSubmatch(line)
	return match != nil && o.addList(door{match[2], strings.Trim(match[1], `"`)}, match[3]+match[4], "-")
}

// addList adds ports and ranges of ports, or nothing when one of them is none.
func (o open) addList(d door, list, dash string) bool {
	var ranges [][2]int
	for item := range strings.SplitSeq(list, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(item), dash)
		if !isRange {
			to = from
		}
		first, err := strconv.ParseUint(from, 10, 16)
		if err != nil {
			return false
		}
		last, err := strconv.ParseUint(to, 10, 16)
		if err != nil {
			return false
		}
		ranges = append(ranges, [2]int{int(first), int(last)})
	}
	o[d] = o.at(d)
	for _, r := range ranges {
		for port := r[0]; port <= r[1]; port++ {
			o[d][port] = true
		}
	}
	return true
}
