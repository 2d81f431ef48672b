package forecast

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

func stage(systemd bool, edits ...func(*toplevel.Toplevel)) *toplevel.Toplevel {
	return system("x", append(edits, func(t *toplevel.Toplevel) { t.Boot.SystemdInitrd = systemd })...)
}

// on mounts a device somewhere.
func on(point, device string, options ...string) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) {
		t.Mounts = append(t.Mounts, toplevel.Mount{Device: device, Point: point, Type: "ext4", Options: options})
	}
}

func typed(names ...string) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) { t.Commands = names }
}

func parameters(all ...string) func(*toplevel.Toplevel) {
	return func(t *toplevel.Toplevel) { t.Boot.Params = all }
}

func TestStageOneFlips(t *testing.T) {
	noInitrd := func(t *toplevel.Toplevel) { t.Boot.Initrd = "" }
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          *StageOne
	}{
		{"script stays", stage(false), stage(false), nil},
		{"systemd stays", stage(true), stage(true), nil},
		{"to systemd", stage(false), stage(true), &StageOne{"script", "systemd", []BootCheck{}}},
		{"back to the script", stage(true), stage(false, on("/", "/dev/root")), &StageOne{"systemd", "script", []BootCheck{}}},
		{"a container", stage(false, noInitrd), stage(true, noInitrd), nil},
		{"a container that became a machine", stage(false, noInitrd), stage(true), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, stageOne(test.before, test.after)); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func crypttab(t *toplevel.Toplevel) { t.Texts["crypttab"] = "data UUID=1\n" }

func initrdSecrets(t *toplevel.Toplevel) { t.Boot.InitrdSecrets = true }

func unlock(t *toplevel.Toplevel) {
	t.Units["unlock.service"] = &toplevel.Unit{Sections: map[string]map[string][]string{"Service": {"ExecStart": {"ssh root@nas cryptsetup-askpass"}}}}
}

const uuid = "/dev/disk/by-uuid/1"

var stageOneCases = []struct {
	name  string
	after *toplevel.Toplevel
	want  []string // topic: seen
}{
	{"no LUKS", stage(true, on("/", uuid)), nil},
	{"LUKS by its name", stage(true, on("/", "/dev/mapper/root"), typed("cryptsetup")), nil},
	{"LUKS by its long name", stage(true, on("/", "/dev/mapper/luks-8a1b-22"), typed("cryptsetup")), nil},
	{
		"LUKS by UUID", stage(true, on("/", uuid), typed("cryptsetup")),
		[]string{"luks: / is /dev/disk/by-uuid/1, and cryptsetup is installed"},
	},
	{
		"LUKS by label", stage(true, on("/", "LABEL=root"), parameters("rd.luks.uuid=1")),
		[]string{"luks: / is LABEL=root, and the kernel's parameters have rd.luks"},
	},
	{"waiting for ever", stage(true, on("/", uuid, "x-systemd.device-timeout=infinity"), crypttab), nil},
	{"late file systems", stage(true, on("/home", uuid), crypttab), nil},
	{
		"early by option", stage(true, on("/home", uuid, "x-initrd.mount"), crypttab),
		[]string{"luks: /home is /dev/disk/by-uuid/1, and etc/crypttab is not empty"},
	},
	{"ZFS and tmpfs", stage(true, on("/", "tmpfs"), on("/nix", "pool/nix"), typed("cryptsetup")), nil},
	{
		"a volume by its path", stage(true, on("/", "/dev/pool/root"), typed("cryptsetup")),
		[]string{"lvm: / is /dev/pool/root, and cryptsetup is installed"},
	},
	{
		"a volume by its mapping", stage(true, on("/", "/dev/mapper/my--pool-root"), typed("cryptsetup")),
		[]string{"lvm: / is /dev/mapper/my--pool-root, and cryptsetup is installed"},
	},
	{"a volume without LUKS", stage(true, on("/", "/dev/pool/root")), nil},
	{
		"/dev/root", stage(true, on("/", "/dev/root"), parameters("root=/dev/root")),
		[]string{"dev-root: / is /dev/root", "dev-root: the kernel's parameters have root=/dev/root"},
	},
	{"the network in the initrd", stage(true, parameters("ip=dhcp")), []string{"initrd-ssh: the kernel's parameters have ip=dhcp"}},
	{
		"secrets beside LUKS", stage(true, on("/", "/dev/mapper/root"), typed("cryptsetup"), initrdSecrets),
		[]string{"initrd-ssh: secrets are put into the initrd"},
	},
	{"secrets alone", stage(true, initrdSecrets), nil},
	{"a unit with askpass", stage(true, unlock), []string{"cryptsetup-askpass: unlock.service runs it"}},
	{
		"parameters of the script", stage(true, parameters("boot.shell_on_fail", "boot.persistence=/dev/sda", "quiet")),
		[]string{"kernel-params: the kernel's parameters have boot.shell_on_fail", "kernel-params: the kernel's parameters have boot.persistence=/dev/sda"},
	},
}

func TestStageOneChecks(t *testing.T) {
	for _, test := range stageOneCases {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, check := range stageOne(stage(false), test.after).Checks {
				got = append(got, check.Topic+": "+check.Seen)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
