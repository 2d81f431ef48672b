package forecast

// platforms are the rules for what runs other things: clusters, containers,
// virtual machines, Nix.
var platforms = []row{
	kubernetes("k3s", "https://docs.k3s.io/upgrades/roll-back", []string{"k3s.service"}, []string{"k3s"}, "/var/lib/rancher/k3s"),
	kubernetes("RKE2", "https://docs.rke2.io/upgrades/roll-back", []string{"rke2-server.service", "rke2-agent.service"}, []string{"rke2"}, "/var/lib/rancher/rke2"),
	kubernetes("Kubernetes", "https://kubernetes.io/releases/version-skew-policy/", []string{"kube-apiserver.service", "kubelet.service"}, []string{"kubernetes"}, "/var/lib/kubernetes"),
	{
		service: "LXD",
		units:   []string{"lxd.service"}, names: []string{"lxd", "lxd-lts", "lxd-unwrapped-lts"}, command: "lxd",
		line: first, severity: Note,
		rule:   "Check the release notes: whether this step migrates its data for good is not known here.",
		back:   "Keep a backup from before, in case the old version does not read the data any more.",
		usual:  []string{"/var/lib/lxd"},
		gone:   "NixOS 25.11 dropped LXD, and nothing moves its containers and machines by itself: unless you removed it on purpose, move them to Incus (lxd-to-incus, while LXD still runs) before the switch.",
		source: notes2511,
	},
	{
		service: "libvirt",
		units:   []string{"libvirtd.service"}, names: []string{"libvirt"}, command: "virsh",
		line: first, release: "25.11", severity: Note,
		rule:   "NixOS 25.11 moved the OVMF firmware files: machines whose definition names the old path need an edit (virsh edit).",
		back:   "Undo the edit.",
		usual:  []string{"/var/lib/libvirt"},
		source: notes2511,
	},
	{
		service: "Nix",
		units:   []string{"nix-daemon.service"}, names: []string{"nix"}, command: "nix",
		line: second, severity: Note,
		rule:   "A newer Nix may change the schema of its database; few versions do, and the closure does not tell.",
		back:   "Where it did, an older Nix does not read it any more, and that is not easily undone.",
		usual:  []string{"/nix/var/nix/db"},
		source: "https://nixos.org/manual/nixos/stable/#sec-upgrading",
	},
}

// kubernetes is the rule of everything with Kubernetes' versions.
func kubernetes(service, source string, units, names []string, dir string) row {
	return row{
		service: service, units: units, names: names,
		line: second, severity: OneWay, skips: oneMinor,
		rule:    "Take a snapshot of the cluster's datastore before; servers go first, then agents.",
		skipped: "Kubernetes upgrades one minor at a time, and this step leaves one out.",
		back:    "A previous minor runs again only on a datastore restored from before.",
		usual:   []string{dir},
		source:  source,
	}
}
