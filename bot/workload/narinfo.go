package workload

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/nixferry/nixferry/bot/pattern"
)

// A Narinfo is what a binary cache says of a store path it has.
type Narinfo struct {
	// References are full store paths, possibly the path itself.
	References []string
	// NarSize is the size unpacked, as an archive; FileSize that of the
	// download, 0 where the cache does not say. Both in bytes.
	NarSize, FileSize int64
	// Deriver is the full path of the .drv it was built from, or empty.
	Deriver string
	// Cache is the address of the cache, without user and password.
	Cache string
}

var name = pattern.New(`^[0-9a-df-np-sv-z]{32}-[0-9a-zA-Z+._?=-]{1,211}$`)

// IsName reports whether text is a store path without its folder:
// "w3jl3hd5jn7qjsb5ys5ajhx3lbqj9s2g-hello-2.12".
func IsName(text string) bool { return name().MatchString(text) }

// ParseNarinfo reads the answer of a binary cache to the question for a full
// store path. It has to speak of that path, name an archive and its size, and
// be well-formed; what else it says is not looked at. Cache stays empty.
// https://nix.dev/manual/nix/2.34/protocols/binary-cache-substituter
func ParseNarinfo(storePath string, data []byte) (Narinfo, error) {
	fields, err := split(storePath, string(data))
	if err != nil {
		return Narinfo{}, err
	}
	bad := func(key string) (Narinfo, error) {
		return Narinfo{}, fmt.Errorf("reading the narinfo of %s: the cache's %s %.80q makes no sense; tell who runs it", storePath, key, fields[key])
	}
	var info Narinfo
	if fields["StorePath"] != storePath {
		return bad("StorePath")
	}
	for _, key := range []string{"URL", "NarHash"} {
		if fields[key] == "" {
			return bad(key)
		}
	}
	if info.NarSize, err = strconv.ParseInt(fields["NarSize"], 10, 64); err != nil || info.NarSize <= 0 {
		return bad("NarSize")
	}
	if size, said := fields["FileSize"]; said {
		if info.FileSize, err = strconv.ParseInt(size, 10, 64); err != nil || info.FileSize < 0 {
			return bad("FileSize")
		}
	}
	if info.FileSize == 0 && fields["Compression"] == "none" {
		info.FileSize = info.NarSize
	}
	dir := path.Dir(storePath) + "/"
	for _, reference := range strings.Fields(fields["References"]) {
		if !IsName(reference) {
			return bad("References")
		}
		info.References = append(info.References, dir+reference)
	}
	if deriver := fields["Deriver"]; deriver != "" && deriver != "unknown-deriver" {
		if !IsName(deriver) {
			return bad("Deriver")
		}
		info.Deriver = dir + deriver
	}
	return info, nil
}

// split reads "Key: value" lines. Only signatures may come more than once.
func split(storePath, text string) (map[string]string, error) {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		if _, twice := fields[key]; !ok || twice && key != "Sig" {
			return nil, fmt.Errorf("reading the narinfo of %s: the cache's line %.80q makes no sense; tell who runs it", storePath, line)
		}
		fields[key] = strings.TrimPrefix(value, " ")
	}
	return fields, nil
}
