package closure

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The hard names of real stores. env marks those whose true pname and version
// only the derivation's environment tells; what stands here is what rules reach.
var hardNames = []struct {
	name, deriver string
	want          parsedName
	env           string
}{
	{name: "firefox-unwrapped-137.0.2", want: parsedName{"firefox-unwrapped", "137.0.2", ""}},
	{name: "python3.12-requests-2.32.3", want: parsedName{"python3.12-requests", "2.32.3", ""}, env: "requests"},
	{name: "perl5.40.0-URI-5.30", want: parsedName{"perl5.40.0-URI", "5.30", ""}, env: "URI"},
	{name: "python3.12-3to2-1.1.1", want: parsedName{"python3.12-3to2", "1.1.1", ""}, env: "3to2"},
	{name: "python3-3.12.8", want: parsedName{"python3", "3.12.8", ""}},
	{name: "python3-3.12.8-env", deriver: "python3-3.12.8-env", want: parsedName{"python3", "3.12.8", "env"}},
	{name: "luajit2.1-lpeg-1.1.0-1", want: parsedName{"luajit2.1-lpeg", "1.1.0-1", ""}},
	{name: "php84-extensions", want: parsedName{"php84-extensions", "", ""}},
	{name: "linux-6.12.1", deriver: "linux-6.12.1", want: parsedName{"linux", "6.12.1", ""}},
	{name: "linux-6.12.1-modules", deriver: "linux-6.12.1", want: parsedName{"linux", "6.12.1", "modules"}},
	{name: "linux-6.12.1-modules", want: parsedName{"linux", "6.12.1", "modules"}},
	{name: "linux-6.12.1-modules-shrunk", deriver: "linux-6.12.1-modules-shrunk", want: parsedName{"linux", "6.12.1", "modules-shrunk"}},
	{name: "linux-6.12.1-modules", deriver: "linux-6.12.1-modules", want: parsedName{"linux", "6.12.1", "modules"}},
	{name: "initrd-linux-6.12.1", want: parsedName{"initrd-linux", "6.12.1", ""}},
	{name: "linux-firmware-20250109-zstd", deriver: "linux-firmware-20250109-zstd", want: parsedName{"linux-firmware", "20250109-zstd", ""}},
	{name: "linux-firmware-20250109-zstd", want: parsedName{"linux-firmware", "20250109-zstd", ""}},
	{name: "source", want: parsedName{"source", "", ""}},
	{name: "system-path", deriver: "system-path", want: parsedName{"system-path", "", ""}},
	{name: "git-minimal-2.47.0", want: parsedName{"git-minimal", "2.47.0", ""}},
	{name: "util-linux-minimal-2.39.4-lib", deriver: "util-linux-minimal-2.39.4", want: parsedName{"util-linux-minimal", "2.39.4", "lib"}},
	{name: "openssl-3.4.0-bin", deriver: "openssl-3.4.0", want: parsedName{"openssl", "3.4.0", "bin"}},
	{name: "openssl-3.4.0-man", want: parsedName{"openssl", "3.4.0", "man"}},
	{name: "openssl-3.4.0-man", deriver: "another-1.0", want: parsedName{"openssl", "3.4.0", "man"}},
	{name: "glibc-2.40-66-getent", want: parsedName{"glibc", "2.40-66", "getent"}},
	{name: "openssl-3.4.0man", deriver: "openssl-3.4.0", want: parsedName{"openssl", "3.4.0man", ""}},
	{name: "gcc-14.2.1.20250322-libgcc", deriver: "gcc-14.2.1.20250322", want: parsedName{"gcc", "14.2.1.20250322", "libgcc"}},
	{name: "nixos-system-host-25.05.20250101.abcdef0", want: parsedName{"nixos-system-host", "25.05.20250101.abcdef0", ""}},
	{name: "nixos-system-web-01-25.05.20250101.abcdef0", want: parsedName{"nixos-system-web-01", "25.05.20250101.abcdef0", ""}},
	{name: "nixos-system-web-01-25.05pre-git", want: parsedName{"nixos-system-web-01", "25.05pre-git", ""}},
	{name: "nixos-system-web-01-mine", want: parsedName{"nixos-system-web-01-mine", "", ""}},
	{name: "nixos-system-", want: parsedName{"nixos-system-", "", ""}},
	{name: "foo-unstable-2024-01-01", want: parsedName{"foo", "unstable-2024-01-01", ""}},
	{name: "gn-unstable-2020-03-09", want: parsedName{"gn", "unstable-2020-03-09", ""}, env: "gn-unstable"},
	{name: "bluespec-unstable-2020.02.09", want: parsedName{"bluespec", "unstable-2020.02.09", ""}},
	{name: "tpm-luks-git-2015-07-11", want: parsedName{"tpm-luks", "git-2015-07-11", ""}},
	{name: "openra-release-20190314", want: parsedName{"openra", "release-20190314", ""}},
	{name: "testutils-unstable-36ffa923c7037e8b4fdcaa76272cb6267e908a9d", want: parsedName{"testutils", "unstable-36ffa923c7037e8b4fdcaa76272cb6267e908a9d", ""}},
	{name: "foo-release-2.0.1", want: parsedName{"foo-release", "2.0.1", ""}},
	{name: "lua5.2-luaffi-scm-1", want: parsedName{"lua5.2-luaffi", "scm-1", ""}},
	{name: "foo-0-unstable-2024-01-01", want: parsedName{"foo", "0-unstable-2024-01-01", ""}},
	{name: "editline-1.17.1-unstable-2025-05-24", want: parsedName{"editline", "1.17.1-unstable-2025-05-24", ""}},
	{name: "zfs-kernel-2.3.0-6.12.10", want: parsedName{"zfs-kernel", "2.3.0-6.12.10", ""}}, // cut when a kernel 6.12.10 is there
	{name: "nvidia-x11-570.86.16-6.12.10", want: parsedName{"nvidia-x11", "570.86.16-6.12.10", ""}},
	{name: "polkit-qt-1-0.200.0", want: parsedName{"polkit-qt-1", "0.200.0", ""}},
	{name: "python3.8-iso-639-0.4.5", want: parsedName{"python3.8-iso-639", "0.4.5", ""}},
	{name: "cups-zj-58-2018-02-22", want: parsedName{"cups-zj-58", "2018-02-22", ""}},
	{name: "tzdata-2025-1.2", want: parsedName{"tzdata", "2025-1.2", ""}},
	{name: "diffr-v0.1.4", want: parsedName{"diffr", "v0.1.4", ""}},
	{name: "swaylock-effects-v1.6-1", want: parsedName{"swaylock-effects", "v1.6-1", ""}},
	{name: "physlock-v13", want: parsedName{"physlock", "v13", ""}},
	{name: "range-v3-0.10.0", want: parsedName{"range-v3", "0.10.0", ""}},
	{name: "utils-v4l-1.0", want: parsedName{"utils-v4l", "1.0", ""}},
	{name: "xawtv-v4l", want: parsedName{"xawtv-v4l", "", ""}},
	{name: "a-v", want: parsedName{"a-v", "", ""}},
	{name: "a-v-1.0", want: parsedName{"a-v", "1.0", ""}},
	{name: "font-adobe-75dpi-1.0.4", want: parsedName{"font-adobe-75dpi", "1.0.4", ""}},
	{name: "vimplugin-nvim-treesitter-2025-01-05", want: parsedName{"vimplugin-nvim-treesitter", "2025-01-05", ""}},
	{name: "catppuccin-fish-0ce27b518e8ead555dec34dd8be3df5bd75cff8e", want: parsedName{"catppuccin-fish", "0ce27b518e8ead555dec34dd8be3df5bd75cff8e", ""}},
	{name: "catppuccin-bat-d3feec47b16a8e99eabb34cdfbaa115541d374fc", want: parsedName{"catppuccin-bat", "d3feec47b16a8e99eabb34cdfbaa115541d374fc", ""}},
	{name: "catppuccin-0ce27b5-2", want: parsedName{"catppuccin", "0ce27b5-2", ""}},
	{name: "catppuccin-defaced", want: parsedName{"catppuccin-defaced", "", ""}},
	{name: "CVE-2024-6387.patch", want: parsedName{"CVE-2024-6387.patch", "", ""}},
	{name: "0001-fix-build.patch", want: parsedName{"0001-fix-build.patch", "", ""}},
	{name: "unit-systemd-fsck-.service", want: parsedName{"unit-systemd-fsck-.service", "", ""}},
	{name: "unit-dbus-org.freedesktop.login1.service", want: parsedName{"unit-dbus-org.freedesktop.login1.service", "", ""}},
	{name: "unit-1.18.0", want: parsedName{"unit", "1.18.0", ""}},
	{name: "unit-script-backup-2-start", want: parsedName{"unit-script-backup-2-start", "", ""}},
	{name: "X-Restart-Triggers-wg-0", want: parsedName{"X-Restart-Triggers-wg-0", "", ""}},
	{name: "hello-2.12.1.tar.gz", want: parsedName{"hello-2.12.1.tar.gz", "", ""}},
	{name: "etc-systemd-network-40-eth0.network", want: parsedName{"etc-systemd-network-40-eth0.network", "", ""}},
	{name: "nixos-rebuild", deriver: "nixos-rebuild", want: parsedName{"nixos-rebuild", "", ""}},
	{name: "etc-os-release", want: parsedName{"etc-os-release", "", ""}},
	{name: "dbus-1", want: parsedName{"dbus-1", "", ""}},
	{name: "less-668", want: parsedName{"less", "668", ""}},
	{name: "systemd-257.10", want: parsedName{"systemd", "257.10", ""}},
	{name: "openssh-10.0p2", want: parsedName{"openssh", "10.0p2", ""}},
	{name: "bash-interactive-5.2p37-info", deriver: "bash-interactive-5.2p37", want: parsedName{"bash-interactive", "5.2p37", "info"}},
	{name: "ffmpeg-7.1-data", want: parsedName{"ffmpeg", "7.1", "data"}},
	{name: "texlive-bin-big-2025-luahbtex", deriver: "texlive-bin-big-2025", want: parsedName{"texlive-bin-big", "2025", "luahbtex"}},
	{name: "7zz-24.09", want: parsedName{"7zz", "24.09", ""}},
	{name: "ImageMagick-7.1.1-43", want: parsedName{"ImageMagick", "7.1.1-43", ""}},
	{name: "libreoffice-24.8.4.2-wrapped", want: parsedName{"libreoffice", "24.8.4.2", "wrapped"}},
	{name: "nss-3rc1-2", want: parsedName{"nss", "3rc1-2", ""}},
	{name: "x", want: parsedName{"x", "", ""}},
	{name: "-1", want: parsedName{"-1", "", ""}},
	{name: "a-", want: parsedName{"a-", "", ""}},
}

func TestParseName(t *testing.T) {
	for _, test := range hardNames {
		if diff := cmp.Diff(test.want, parseName(test.name, test.deriver)); diff != "" {
			t.Errorf("%s (deriver %q) mismatch (-want +got)\n%s", test.name, test.deriver, diff)
		}
		if test.env != "" && test.env == test.want.Pname {
			t.Errorf("%s is right without the derivation", test.name)
		}
	}
}

func TestTellName(t *testing.T) {
	for _, test := range []struct {
		name, pname, version string
		want                 parsedName
		silent               bool
	}{
		{name: "openssl-3.4.0", pname: "openssl", version: "3.4.0", want: parsedName{"openssl", "3.4.0", ""}},
		{name: "python3.12-requests-2.32.3", pname: "requests", version: "2.32.3", want: parsedName{"python3.12-requests", "2.32.3", ""}},
		{name: "boxfs-2-20150109", pname: "boxfs", version: "2-20150109", want: parsedName{"boxfs", "2-20150109", ""}},
		{name: "ns-3-30", pname: "ns-3", version: "30", want: parsedName{"ns-3", "30", ""}},
		{name: "freenet-build01475", version: "build01475", want: parsedName{"freenet", "build01475", ""}},
		{name: "gn-unstable-2020-03-09", pname: "gn-unstable", version: "2020-03-09", want: parsedName{"gn", "unstable-2020-03-09", ""}},
		{name: "gn-unstable-2020-03-09", pname: "gn", version: "unstable-2020-03-09", want: parsedName{"gn", "unstable-2020-03-09", ""}},
		{name: "musl-1.1.24-x86_64-unknown-linux-musl", pname: "musl", version: "1.1.24", want: parsedName{"musl", "1.1.24", "x86_64-unknown-linux-musl"}},
		{name: "python3.12-pygame-2.1.0-gui", pname: "pygame", version: "2.1.0", want: parsedName{"python3.12-pygame", "2.1.0", "gui"}},
		{name: "bash-4.4-p23", pname: "bash", version: "4.4", want: parsedName{"bash", "4.4-p23", ""}},
		{name: "zfs-kernel-2.3.0-6.12.10", pname: "zfs-kernel", version: "2.3.0", want: parsedName{"zfs-kernel", "2.3.0-6.12.10", ""}},
		{name: "codimd", pname: "CodiMD", version: "1.6.0", want: parsedName{"CodiMD", "1.6.0", ""}},
		{name: "a-1-b", pname: "a-1-b", want: parsedName{"a-1-b", "", ""}},
		{name: "a-1-b", pname: "a", silent: true},
		{name: "a-1-b", silent: true},
		{name: "a-1-b", version: "7", silent: true},
	} {
		got, ok := tellName(test.name, test.pname, test.version)
		if ok == test.silent {
			t.Errorf("%s (%q, %q): told %v", test.name, test.pname, test.version, ok)
		}
		if diff := cmp.Diff(test.want, got); ok && diff != "" {
			t.Errorf("%s (%q, %q) mismatch (-want +got)\n%s", test.name, test.pname, test.version, diff)
		}
	}
}

func TestDoubtful(t *testing.T) {
	for _, test := range []struct {
		names string
		want  bool
	}{
		{"openssl-3.4.0 openssl-3.4.0-man git-2.27.0 python3.12-requests-2.32.3 foo-unstable-2024-01-01 foo-0-unstable-2024-01-01", false},
		{"foo-2024-01-01 system-path source X11 unit-getty-1.service nixos-system-web-01-25.05.20250101.abcdef0 libreoffice-24.8.4.2-wrapped", false},
		{"polkit-qt-1-0.200.0 font-adobe-75dpi-1.0.4 python3.12-3to2-1.1.1 cudatoolkit-10.1-cudnn-7.6.3 glibc-2.40-66 boxfs-2-20150109", true},
		{"boxfs-2-2015-01-09 meli-alpha-0.5.1 uefitool-A57 mlton-HEAD vdrift-git fuse-7z-ng-git-2014-06-08 x264-20191217-2245", true},
	} {
		for name := range strings.FieldsSeq(test.names) {
			if got := parseName(name, "").doubtful(); got != test.want {
				t.Errorf("%s: got %v", name, got)
			}
		}
	}
}

func TestSplitInterpreter(t *testing.T) {
	for _, test := range []struct{ name, prefix, rest string }{
		{"python3.12-requests", "python3.12", "requests"},
		{"luajit2.1-lpeg", "luajit2.1", "lpeg"},
		{"python-requests", "", "python-requests"},
		{"python3", "", "python3"},
		{"python3-", "", "python3-"},
		{"gtk4-layer-shell", "", "gtk4-layer-shell"},
	} {
		if prefix, rest := splitInterpreter(test.name); prefix != test.prefix || rest != test.rest {
			t.Errorf("%s: got %q and %q", test.name, prefix, rest)
		}
	}
}

func TestImportance(t *testing.T) {
	ranked := []string{"linux-zen", "linux-firmware", "grub", "systemd", "glibc", "openssl", "openssh", "sudo", "linux-pam"}
	if !slices.IsSortedFunc(ranked, func(a, b string) int { return importance(b) - importance(a) }) {
		t.Errorf("the order is not %q", ranked)
	}
	for name, want := range map[string]bool{
		"linux": true, "linux-xanmod": true, "linux-latest-libre": true, "linux-cachyos-lto": true, "linux-rpi": true,
		"linux-pam": false, "linux-headers": false, "initrd-linux": false, "linuxwave": false,
		"linux-firmware": true, "sof-firmware": true, "microcode-intel": true, "amd-ucode": true, "firmware-manager": false,
		"systemd": true, "systemd-minimal": false, "systemd-boot": true, "uboot-rpi_4": true,
		"glibc": true, "glibc-locales": false, "openssl": true, "openssh": true, "sudo": true, "sudo-rs": true,
	} {
		if got := importance(name) > ordinary; got != want {
			t.Errorf("%s is important: %v", name, got)
		}
	}
}

func TestExtensionsAreSorted(t *testing.T) {
	if !slices.IsSorted(extensions) {
		t.Error("extensions are searched by halves and must be sorted")
	}
}

func FuzzParseName(f *testing.F) {
	for _, test := range hardNames {
		f.Add(test.name, test.deriver)
	}
	f.Fuzz(func(t *testing.T, name, deriver string) {
		got := parseName(name, deriver)
		if name != "" && got.Pname == "" {
			t.Errorf("%q has no package in %+v", name, got)
		}
		parts := []string{got.Pname}
		for _, part := range []string{got.Version, got.Output} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		// A name that ends in a dash has an output without a name.
		if whole := strings.Join(parts, "-"); whole != name && whole+"-" != name {
			t.Errorf("%q is not %+v", name, got)
		}
	})
}

func FuzzTellName(f *testing.F) {
	f.Add("python3.12-pygame-2.1.0-gui", "pygame", "2.1.0")
	f.Add("gn-unstable-2020-03-09", "gn-unstable", "2020-03-09")
	f.Add("-1.0-1", "", "1.0")
	f.Fuzz(func(t *testing.T, name, pname, version string) {
		told, ok := tellName(name, pname, version)
		if ok && (told.Pname == "" || version != "" && !strings.Contains(told.Version, version)) {
			t.Errorf("%q, %q, %q is %+v", name, pname, version, told)
		}
	})
}
