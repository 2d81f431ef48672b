package bot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/nix"
	"github.com/nixferry/nixferry/bot/triage"
)

// renames are the findings about options that the host sets in its owner's
// files under a name that is a former one since the bump, one for each file.
func (h *host) renames(base *host, from triage.Source) []triage.Finding {
	var all []triage.Finding
	for _, r := range h.facts.Renamed {
		before := slices.ContainsFunc(base.facts.Renamed, func(b nix.Renamed) bool { return b.Option == r.Option && !b.Silent })
		if r.Silent || before {
			continue
		}
		for _, file := range r.Files {
			if rel, owner := from.Whose(file); owner == triage.You {
				all = append(all, renamed(r, rel))
			}
		}
	}
	return all
}

// renamed is the finding about one file. It is found in facts, not in a
// warning: NixOS gives none for the first releases after a change.
func renamed(r nix.Renamed, file string) triage.Finding {
	return triage.Finding{
		Class:       triage.RenamedOption,
		Bucket:      triage.Yours,
		Message:     fmt.Sprintf("The option `%s' defined in `%s' has been renamed to `%s'.", r.Option, file, r.Now),
		File:        file,
		Owner:       triage.You,
		Option:      r.Option,
		Replacement: r.Now,
		Next:        fmt.Sprintf("Write %s for %s; both work for now.", r.Now, r.Option),
	}
}

// tells reports whether a warning says what a finding of renames does. It may
// name more files.
// https://github.com/NixOS/nixpkgs/blob/25.11/lib/modules.nix (doRename)
func tells(warning string, f triage.Finding) bool {
	return strings.HasPrefix(warning, "The option `"+f.Option+"' defined in ") &&
		strings.HasSuffix(warning, " has been renamed to `"+f.Replacement+"'.")
}

// stateVersionFile is the owner's file that sets system.stateVersion, "" where
// none does.
func (h *host) stateVersionFile(from triage.Source) string {
	for _, file := range h.facts.StateVersionFiles {
		if rel, owner := from.Whose(file); owner == triage.You {
			return rel
		}
	}
	return ""
}
