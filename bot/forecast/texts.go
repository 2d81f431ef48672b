package forecast

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// Change is what became of something with a name.
type Change string

// What a Change can be.
const (
	Came    Change = "added"
	Went    Change = "removed"
	Changed Change = "changed"
)

// changeOf says what became of something that was had and is had; ok is false
// for what nobody has.
func changeOf(had, has bool) Change {
	switch {
	case had && has:
		return Changed
	case has:
		return Came
	}
	return Went
}

// Text is one difference in files below /etc. Files that changed in the same
// way share it, as those of pam.d do.
type Text struct {
	Paths  []string `json:"paths"` // below etc
	Change Change   `json:"change"`
	// Diff is a unified diff without the lines that name the files. Store paths
	// are without their hash and version, secrets are hidden; see [plain].
	Diff string `json:"diff"`
	Cut  int    `json:"cut,omitempty"` // lines of the diff left out at its end
}

// shown are the files below etc whose changes people read before a switch, and
// which hold no secrets but what [plain] hides. What else Texts has is not
// shown.
var shown = regexp.MustCompile(`^(?:ssh/sshd_config|ssh/authorized_keys\.d/.+|sudoers|doas\.conf|pam\.d/.+|polkit-1/rules\.d/.+|nix/nix\.conf|systemd/(?:resolved|logind)\.conf|nsswitch\.conf|hosts)$`)

// texts compares the files of both systems. A file in which only store hashes
// and versions differ is not listed: the packages' own changes say that.
func texts(before, after *toplevel.Toplevel) []Text {
	found := []Text{}
	for _, path := range names(before.Texts, after.Texts) {
		if !shown.MatchString(path) {
			continue
		}
		was, had := before.Texts[path]
		is, has := after.Texts[path]
		text := Text{Paths: []string{path}, Change: changeOf(had, has)}
		text.Diff, text.Cut = unified(plain(was), plain(is))
		if text.Diff == "" && had && has {
			continue
		}
		same := slices.IndexFunc(found, func(t Text) bool {
			return t.Change == text.Change && t.Diff == text.Diff && t.Cut == text.Cut
		})
		if same < 0 {
			found = append(found, text)
			continue
		}
		found[same].Paths = append(found[same].Paths, path)
	}
	return found
}

// maxDiff bounds one diff, in bytes.
const maxDiff = 8 << 10

// unified is the unified diff of two texts as far as it fits into maxDiff, and
// the number of lines that did not.
func unified(before, after string) (string, int) {
	text := patch(before, after)
	if len(text) <= maxDiff {
		return text, 0
	}
	end := strings.LastIndexByte(text[:maxDiff], '\n') + 1
	return text[:end], strings.Count(text[end:], "\n")
}

// patch is the hunks of a unified diff, "" for equal texts.
func patch(before, after string) string {
	text := string(diff.Diff("", []byte(before), "", []byte(after)))
	if at := strings.Index(text, "\n@@ "); at >= 0 {
		return text[at+1:]
	}
	return ""
}

var (
	storeVersion = regexp.MustCompile(`-[0-9][^/]*$`)
	// secrets are the logins of URLs, what nix.conf calls access-tokens, and
	// options that are called like a password, in files and in fstab.
	secrets = regexp.MustCompile(`(?mi)(://)[^/\s]+(@)|^(\s*(?:extra-)?access-tokens\s*=\s*)\S.*$|((?:^|[\s,])(?:pass|passwd|password|secret|token|key)=)[^\s,]+`)
)

// hashless makes /nix/store/<hash>-name to /nix/store/name.
func hashless(text string) string {
	return storePath.ReplaceAllString(text, "/nix/store/$1")
}

// plain is a text as it is compared and shown: store paths without hash and
// version, no logins in URLs and no access tokens.
func plain(text string) string {
	text = storePath.ReplaceAllStringFunc(text, func(path string) string {
		return storeVersion.ReplaceAllString(hashless(path), "")
	})
	return secretless(text)
}

// secretless hides the secrets in a text, and keeps what they belong to.
func secretless(text string) string {
	return secrets.ReplaceAllString(text, "${1}${3}${4}…${2}")
}
