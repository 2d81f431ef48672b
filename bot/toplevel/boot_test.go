package toplevel

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBoot(t *testing.T) {
	for _, test := range []struct {
		name  string
		files world
		want  Boot
	}{
		{"a container", world{"init": "#! /bin/sh\n", "init-interface-version": "systemd 2"}, Boot{InitInterface: "systemd 2", Init: top + "/init"}},
		{
			"everything",
			world{
				"init": "#! /bin/sh\n", "kernel": "-> /nix/store/~linux-6.12.58/bzImage", "initrd": "-> /nix/store/~initrd-linux-6.12.58/initrd",
				"kernel-modules": "-> /nix/store/~kernel-modules", "firmware": "-> /nix/store/~firmware/lib/firmware", "dtbs": "-> /nix/store/~device-tree",
				"systemd": "-> /nix/store/~systemd-257.10", "kernel-params": "loglevel=4 root=fstab",
				"/nix/store/~linux-6.12.58/bzImage": "kernel", "/nix/store/~initrd-linux-6.12.58/initrd": "stage 1",
				"/nix/store/~kernel-modules/lib/modules/6.12.58/modules.dep": "", "/nix/store/~firmware/lib/firmware/a.bin": "",
				"/nix/store/~device-tree/a.dtb": "", "/nix/store/~systemd-257.10/lib/systemd/systemd": "",
			},
			Boot{
				Kernel: "/nix/store/~linux-6.12.58/bzImage", Initrd: "/nix/store/~initrd-linux-6.12.58/initrd", KernelModules: "/nix/store/~kernel-modules",
				Firmware: "/nix/store/~firmware/lib/firmware", Dtbs: "/nix/store/~device-tree", Systemd: "/nix/store/~systemd-257.10", Init: top + "/init",
				KernelVersion: "6.12.58", SystemdVersion: "257.10", Params: []string{"loglevel=4", "root=fstab"}, KernelSize: 6, InitrdSize: 7,
			},
		},
		{"systemd in stage 1", world{"init": "systemd", "prepare-root": "#! /bin/sh\n"}, Boot{Init: top + "/init", SystemdInitrd: true}},
		{"systemd in stage 1 and no script in stage 2", world{"init": "\x7fELF\x02..."}, Boot{Init: top + "/init", SystemdInitrd: true}},
		{
			"links to nothing",
			world{"kernel": "-> /nix/store/~linux-6.12.58/bzImage", "systemd": "-> /nix/store/~systemd-257.10", "init": "-> init"},
			Boot{},
		},
	} {
		got := test.files.read(t).Boot
		want := test.want
		for _, path := range []*string{&want.Kernel, &want.Initrd, &want.KernelModules, &want.Firmware, &want.Dtbs, &want.Systemd, &want.Init} {
			*path = hashed(*path)
		}
		if want.Params == nil {
			want.Params = []string{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestInitrdSecrets(t *testing.T) {
	for _, test := range []struct {
		name, script string
		want         bool
	}{
		{"none", "#!/bin/bash -e\nfunction usage {\n  exit 0\n}\nexit 0\ntmp=$(mktemp -d)\n(cd \"$tmp\" && find . | cpio -o) >> \"$1\"\n", false},
		{"of 2020", "mkdir -p $(dirname \"$tmp/etc/key\")\ncp -a /root/key \"$tmp/etc/key\"\n", true},
		{"of 2026", "  cp -a /root/key \"$tmp/.initrd-secrets//etc/key\"\n", true},
	} {
		files := world{"append-initrd-secrets": test.script}
		if got := files.read(t).Boot.InitrdSecrets; got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}

func TestModules(t *testing.T) {
	for _, test := range []struct {
		name  string
		files world
		want  []string
	}{
		{"none", world{}, nil},
		{"of the kernel alone", world{"/nix/store/~kernel-modules/lib": "-> /nix/store/~linux-6.12.58-modules/lib"}, []string{"linux-6.12.58-modules"}},
		{
			"of several, in each other's directories",
			world{
				"/nix/store/~kernel-modules/lib/modules/6.12.58/modules.dep":                        "made here",
				"/nix/store/~kernel-modules/lib/modules/6.12.58/extra":                              "-> /nix/store/~zfs-kernel-2.3.4-6.12.58/lib/modules/6.12.58/extra",
				"/nix/store/~kernel-modules/lib/modules/6.12.58/kernel/fs":                          "-> /nix/store/~linux-6.12.58-modules/lib/modules/6.12.58/kernel/fs",
				"/nix/store/~kernel-modules/lib/modules/6.12.58/kernel/drivers/video/nvidia.ko":     "-> /nix/store/~nvidia-x11-580.95.05-6.12.58/lib/modules/6.12.58/kernel/drivers/video/nvidia.ko",
				"/nix/store/~kernel-modules/lib/modules/6.12.58/kernel/drivers/video/nvidia-drm.ko": "-> /nix/store/~nvidia-x11-580.95.05-6.12.58/lib/modules/6.12.58/kernel/drivers/video/nvidia-drm.ko",
				"/nix/store/~kernel-modules/lib/modules/6.12.58/source":                             "-> ../../../../../../usr/src",
			},
			[]string{"linux-6.12.58-modules", "nvidia-x11-580.95.05-6.12.58", "zfs-kernel-2.3.4-6.12.58"},
		},
	} {
		test.files["kernel-modules"] = "-> /nix/store/~kernel-modules"
		if diff := cmp.Diff(test.want, test.files.read(t).Modules); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestBootloader(t *testing.T) {
	wrapped := func(command string) string {
		return "#! /bin/bash -e\nexport OUT='/nix/store/~system'\nexport INSTALL_BOOTLOADER='" + command + "'\nexport SYSTEMD='/nix/store/~systemd-258.2'\n"
	}
	for _, test := range []struct{ name, script, want string }{
		{"cannot be switched", "", ""},
		{"grub", wrapped("/nix/store/~install-grub.sh"), "grub"},
		{"systemd-boot", wrapped("/nix/store/~install-systemd-boot.sh"), "systemd-boot"},
		{"systemd-boot of 2020", `system("/nix/store/~systemd-boot-builder.py $out") == 0 or exit 1;`, "systemd-boot"},
		{"grub of 2020", `system("/nix/store/~install-grub.sh $out") == 0 or exit 1;`, "grub"},
		{"nothing of 2020", `system("echo 'Warning: do not know how to make this configuration bootable; please enable a boot loader.' 1>&2; true $out") == 0`, "none"},
		{"the last in Perl", "chomp(my $install = <<'EOFBOOTLOADER');\n/nix/store/~install-grub.sh\nEOFBOOTLOADER\nsystem(\"$install $out\") == 0 or exit 1;\n", "grub"},
		{"lanzaboote", wrapped("/nix/store/~lzbt/bin/lzbt"), "lanzaboote"},
		{"limine", wrapped("/nix/store/~limine-install.py"), "limine"},
		{"U-Boot", wrapped("/nix/store/~extlinux-conf-builder.sh -g 20 -t 5 -c"), "extlinux"},
		{"a container", wrapped("/nix/store/~coreutils-9.7/bin/true"), "none"},
		{"none", wrapped("/nix/store/~no-bootloader"), "none"},
		{"the owner's", wrapped("/nix/store/~my-boot-hook /boot"), "my-boot-hook"},
	} {
		files := world{}
		if test.script != "" {
			files["bin/switch-to-configuration"] = test.script
		}
		got := files.read(t)
		if got.Bootloader != test.want || got.Switchable != (test.script != "") {
			t.Errorf("%s: got %q, switchable %t, want %q", test.name, got.Bootloader, got.Switchable, test.want)
		}
	}
}

func TestInhibitors(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       map[string]string
	}{
		{"no file", "", nil},
		{"no JSON", "{", nil},
		{"other JSON", `{"a":1}`, nil},
		{"none", "{}", map[string]string{}},
		{"one", `{"dbus-implementation":"broker"}`, map[string]string{"dbus-implementation": "broker"}},
	} {
		files := world{"switch-inhibitors": test.text}
		if diff := cmp.Diff(test.want, files.read(t).Inhibitors); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.name, diff)
		}
	}
}
