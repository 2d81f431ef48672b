package toplevel

import "strings"

// parseFstab reads fstab(5): file systems and swaps apart, in order. Lines
// without a type are left out.
// https://man7.org/linux/man-pages/man5/fstab.5.html
func parseFstab(text string) (mounts, swaps []Mount) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 3 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		m := Mount{Device: unescape(fields[0]), Point: unescape(fields[1]), Type: fields[2]}
		if len(fields) > 3 {
			m.Options = strings.Split(unescape(fields[3]), ",")
		}
		if m.Type == "swap" {
			swaps = append(swaps, m)
		} else {
			mounts = append(mounts, m)
		}
	}
	return mounts, swaps
}

// escapes are how fstab writes what would end a field.
var escapes = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`, `\043`, "#")

func unescape(field string) string {
	if !strings.Contains(field, `\`) {
		return field
	}
	return escapes.Replace(field)
}
