package stores

import (
	"fmt"
	"math/rand/v2"
)

// How much there is of everything.
const (
	packages      = 1590
	units         = 180
	rolePackages  = 120
	explicitEvery = 11
)

var roles = [...]string{"web", "db", "mail", "ci", "desk"}

// known are packages that a reader wants to see by name: version before and
// after, outputs beside "out". All others come after them.
const known = `
glibc 2.40-66 2.40-72 getent bin
gcc 14.2.1.20250322 14.3.0 lib libgcc
linux 6.12.10 6.12.13
linux 6.12.10-modules 6.12.13-modules
linux 6.12.10-modules-shrunk 6.12.13-modules-shrunk
zlib 1.3.1 1.3.1
ncurses 6.4.20221231 6.4.20221231
bash 5.2p37 5.3p0
bash-interactive 5.2p37 5.3p0 info doc
openssl 3.4.0 3.4.1 bin
python3 3.12.8 3.13.1
systemd 257.3 257.4
systemd-minimal 257.3 257.4
util-linux 2.40.4 2.41 lib bin login mount swap
util-linux-minimal 2.40.4 2.41 lib
perl 5.40.0 5.40.0
sudo 1.9.16p2 1.9.17
openssh 9.9p2 10.0p2
nvidia-x11 565.77-6.12.10 570.86.16-6.12.13 firmware
zfs-kernel 2.3.0-6.12.10 2.3.1-6.12.13
zfs-user 2.3.0 2.3.1
v4l2loopback 0.13.2-6.12.10 0.13.2-6.12.13
linux-firmware 20250109 20250211
grub 2.12 2.12
polkit-qt-1 0.200.0 0.201.0
font-adobe-75dpi 1.0.4 1.0.4
ffmpeg 7.1 7.1.1 lib data bin
git-minimal 2.47.0 2.48.1
firefox-unwrapped 137.0.1 137.0.2
firefox 137.0.1 137.0.2
kwin 6.2.5 6.3.0
qtbase 6.8.2 6.8.3
7zz 24.09 24.09
`

// generic is a package like those that make up most of a closure.
func generic(number int, random *rand.Rand) recipe {
	name, version := word(number), fmt.Sprintf("%d.%d.%d", number%4, number%23, number%9)
	switch kind := number * 37 % 100; {
	case kind < 12:
		rest := "-" + name + "-" + version
		return recipe{names: [2]string{"python3.12" + rest, "python3.13" + rest}}
	case kind < 18:
		return recipe{names: [2]string{"k" + name + "-6.2.5", "k" + name + "-6.3.0"}, outputs: outputs(random)}
	case kind < 21:
		return recipe{names: same("perl5.40.0-" + name + "-" + version)}
	case kind < 22:
		return recipe{names: same("source"), source: true}
	case kind < 31:
		return recipe{names: same("font-" + name + "-2025-01-05"), source: true}
	case kind < 40:
		return recipe{names: same(name + ".tar.xz"), source: true}
	case kind < 44:
		return recipe{names: same("etc-" + name)}
	case kind < 46:
		return recipe{names: moved("vimplugin-"+name, "2025-01-0", number)}
	case kind < 47:
		return recipe{names: moved(name+"-unstable", "2024-11-0", number)}
	case kind < 48:
		return recipe{names: moved(name, "0ce27b518e8ead555dec34dd8be3df5bd75cff8", number)}
	case number%60 == 7:
		return recipe{names: [2]string{name + "-" + version, ""}}
	case number%60 == 37:
		return recipe{names: [2]string{"", name + "-" + version}}
	default:
		return recipe{names: moved(name, version, number), outputs: outputs(random)}
	}
}

// outputs are what about every third package has beside "out" in a closure.
func outputs(random *rand.Rand) []string {
	return [][]string{nil, nil, nil, {"lib"}, {"dev"}, {"lib", "bin"}}[random.IntN(6)]
}

func same(name string) [2]string { return [2]string{name, name} }

// moved gives every sixth a higher version after the bump. version must not be
// all there is of its last number.
func moved(name, version string, number int) [2]string {
	before := name + "-" + version + "1"
	if number%6 == 5 {
		return [2]string{before, name + "-" + version + "2"}
	}
	return same(before)
}

// word gives a different word for every number.
func word(number int) string {
	first, second := words[number%len(words)], words[number/len(words)%len(words)]
	switch number % 3 {
	case 0:
		return "lib" + first + second
	case 1:
		return first + "-" + second
	default:
		return first + second
	}
}

var words = [...]string{
	"amber", "arc", "ash", "aspen", "bell", "birch", "bolt", "brook", "cairn", "cedar", "clay", "coral", "crane",
	"dawn", "delta", "dune", "elm", "ember", "fern", "finch", "flint", "frost", "gale", "glen", "grove", "hawk",
	"hazel", "heron", "ivy", "jade", "kite", "lark", "linden", "maple", "marsh", "moss", "north", "oak", "onyx",
	"opal", "otter", "pearl", "pine", "quill", "rain", "reed", "ridge", "robin", "sage", "shale", "slate", "spruce",
	"stone", "swift", "thorn", "tide", "vale", "willow", "wren", "yarrow",
}
