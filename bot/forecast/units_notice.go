package forecast

import (
	"path"
	"slices"
	"strings"
)

// noticed are the units whose interruption the owner of a machine notices, by
// what is interrupted.
var noticed = []struct {
	what  string
	units []string // patterns of path.Match, without the suffix
}{
	{"ssh", []string{"sshd", "sshd@*", "sshd-*", "dropbear"}},
	{"network", []string{
		"systemd-networkd", "systemd-resolved", "NetworkManager", "dhcpcd", "wpa_supplicant", "wpa_supplicant-*",
		"iwd", "hostapd", "network-setup", "network-addresses-*", "network-local-commands", "*-netdev", "ifstate",
		"wireguard-*", "wg-quick-*", "openvpn-*", "tailscaled", "zerotierone", "nebula@*", "pppd-*", "strongswan*",
		"dnsmasq", "unbound", "kresd@*", "bird", "frr",
	}},
	{"firewall", []string{"firewall", "nftables", "nat", "fail2ban", "opensnitchd"}},
	{"display-manager", []string{"display-manager", "gdm", "sddm", "lightdm", "ly", "greetd", "cage-*"}},
	{"containers", []string{
		"docker", "docker-*", "podman", "podman-*", "containerd", "container@*", "systemd-nspawn@*", "crio",
		"k3s", "rke2-*", "kubelet", "lxc", "lxd", "incus", "nomad",
	}},
	{"virtual-machines", []string{"libvirtd", "libvirt-guests", "virt*d", "microvm@*", "qemu-*", "vboxweb", "xen-*"}},
	{"database", []string{
		"postgresql", "mysql", "mariadb", "redis", "redis-*", "mongodb", "couchdb", "influxdb*", "clickhouse",
		"cassandra", "etcd", "elasticsearch", "opensearch", "neo4j", "cockroachdb", "openldap",
	}},
}

// interrupts says what the owner notices when the unit is down for a while.
func interrupts(unit string) string {
	kind := path.Ext(unit)
	if kind != ".service" && kind != ".socket" {
		return ""
	}
	name := strings.TrimSuffix(unit, kind)
	for _, n := range noticed {
		if slices.ContainsFunc(n.units, func(pattern string) bool {
			matched, _ := path.Match(pattern, name)
			return matched
		}) {
			return n.what
		}
	}
	return ""
}
