package report

import (
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/forecast"
)

// bootNames are what people call what changes at boot.
var bootNames = map[string]string{
	"kernel-modules": "kernel modules", "kernel-params": "kernel parameters", "dtbs": "device trees",
}

// versioned come first among what changes at boot: these have versions.
var versioned = []string{"systemd", "kernel"}

// atBoot says what takes effect at the next boot only.
func atBoot(f *forecast.Switch, style style) []string {
	reasons := slices.SortedStableFunc(slices.Values(f.Reboot), func(a, b forecast.Reason) int {
		return slices.Index(versioned, b.What) - slices.Index(versioned, a.What)
	})
	var words []string
	for _, r := range reasons {
		name, known := bootNames[r.What]
		switch {
		case r.What == "kernel" || r.What == "systemd":
			words = append(words, step(r.What, r.Before, r.After, style))
		case r.What == "initrd" && f.StageOne != nil:
			words = append(words, style.text("initrd (stage 1: "+f.StageOne.Before+" → "+f.StageOne.After+")"))
		case known:
			words = append(words, name)
		default:
			words = append(words, style.text(r.What))
		}
	}
	switch last := len(words) - 1; last {
	case -1:
		return nil
	case 0:
		return []string{words[0] + ": in full effect at the next boot only."}
	default:
		return []string{strings.Join(words[:last], ", ") + " and " + words[last] + ": in full effect at the next boot only."}
	}
}

// bootChecks are the checklist of a machine whose initrd becomes another one.
func bootChecks(f *forecast.Switch, style style) (lines []string) {
	if f.StageOne == nil {
		return nil
	}
	for _, check := range f.StageOne.Checks {
		line := "before an unattended reboot, check: " + style.text(bounded(check.Seen)) + "; " + style.text(bounded(check.Why)) + "."
		if check.Possible {
			line += " Whether it concerns this machine cannot be told from here."
		}
		lines = append(lines, line)
	}
	return lines
}

// moduleNames are what people call modules.
var moduleNames = map[string]string{"zfs": "ZFS", "nvidia": "NVIDIA"}

// modules are those of the kernel that do not fit for a while, or afterwards.
func modules(f *forecast.Switch, style style) (lines []string) {
	for _, m := range f.Modules {
		text := strings.TrimSpace(m.UntilReboot + " " + m.Afterwards)
		if text == "" {
			continue
		}
		name, known := moduleNames[m.Name]
		if !known {
			name = m.Name
		}
		lines = append(lines, step(name, m.Before, m.After, style)+". "+style.text(bounded(text)))
	}
	return lines
}
