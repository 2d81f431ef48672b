package nix

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Version is a version of Nix, or of something like it.
type Version struct {
	// Text is what the program says, as "nix (Nix) 2.26.3".
	Text string

	major, minor int
}

// versionLine matches "nix (Nix) 2.8.0", "nix (Lix, like Nix) 2.91.1" and
// "nix (Determinate Nix 3.6.5) 2.29.1".
var versionLine = regexp.MustCompile(`(?m)^nix \(([^)]*)\) (\d{1,4})\.(\d{1,4})\S*`)

// ParseVersion reads the output of `nix --version`.
func ParseVersion(output string) (Version, error) {
	m := versionLine.FindStringSubmatch(output)
	if m == nil {
		first, _, _ := strings.Cut(strings.TrimSpace(output), "\n")
		return Version{}, fmt.Errorf("checking Nix: %q is no version: see that the nix on PATH is Nix: %s", first, install)
	}
	v := Version{Text: m[0]}
	// The pattern lets nothing through that is no number.
	v.major, _ = strconv.Atoi(m[2])
	v.minor, _ = strconv.Atoi(m[3])
	// Lix counts from 2.90, but left Nix at 2.18: https://lix.systems/about/
	if strings.HasPrefix(m[1], "Lix") && v.major == 2 {
		v.minor = 18
	}
	return v, nil
}

// String is the version as the program says it.
func (v Version) String() string { return v.Text }

// atLeast reports whether v has what Nix major.minor has.
func (v Version) atLeast(major, minor int) bool {
	return v.major > major || v.major == major && v.minor >= minor
}
