package sample

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash"
	"maps"
	"slices"
	"strings"
)

// locked is what a flake.lock says of a git input, its keys in Nix's order.
type locked struct {
	LastModified int64  `json:"lastModified"`
	NarHash      string `json:"narHash"`
	Ref          string `json:"ref"`
	Rev          string `json:"rev"`
	RevCount     int    `json:"revCount"`
	Type         string `json:"type"`
	URL          string `json:"url"`
}

// original is the input as flake.nix has it.
type original struct {
	Ref  string `json:"ref"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// node is one input of a flake.lock, or the flake itself.
type node struct {
	Inputs   map[string]any `json:"inputs,omitempty"`
	Locked   *locked        `json:"locked,omitempty"`
	Original *original      `json:"original,omitempty"`
}

// lockFile gives the fleet's flake.lock byte for byte as Nix writes it. It is
// computed, for Nix would need a quarter of a second, a store, and would write
// another file by version.
func lockFile(nixpkgs, homeManager locked) (string, error) {
	input := func(l locked, inputs map[string]any) node {
		return node{Inputs: inputs, Locked: &l, Original: &original{Ref: l.Ref, Type: l.Type, URL: l.URL}}
	}
	file := struct {
		Nodes   map[string]node `json:"nodes"`
		Root    string          `json:"root"`
		Version int             `json:"version"`
	}{
		Nodes: map[string]node{
			"home-manager": input(homeManager, map[string]any{"nixpkgs": []string{"nixpkgs"}}),
			"nixpkgs":      input(nixpkgs, nil),
			"root":         {Inputs: map[string]any{"home-manager": "home-manager", "nixpkgs": "nixpkgs"}},
		},
		Root:    "root",
		Version: 7,
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(file)
	return out.String(), err
}

// narHash gives the hash Nix has for a tree of plain files: the SHA-256 of its
// archive, see https://nix.dev/manual/nix/2.34/protocols/nix-archive.
func narHash(files map[string]string) string {
	sum := sha256.New()
	writeString(sum, "nix-archive-1")
	writeDirectory(sum, files)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// writeDirectory writes the archive of a directory with the given files, by
// path from it.
func writeDirectory(w hash.Hash, files map[string]string) {
	plain, dirs := map[string]string{}, map[string]map[string]string{}
	names := map[string]bool{}
	for path, content := range files {
		name, rest, nested := strings.Cut(path, "/")
		names[name] = true
		if !nested {
			plain[name] = content
			continue
		}
		if dirs[name] == nil {
			dirs[name] = map[string]string{}
		}
		dirs[name][rest] = content
	}
	writeStrings(w, "(", "type", "directory")
	for _, name := range slices.Sorted(maps.Keys(names)) {
		writeStrings(w, "entry", "(", "name", name, "node")
		if dir, ok := dirs[name]; ok {
			writeDirectory(w, dir)
		} else {
			writeStrings(w, "(", "type", "regular", "contents", plain[name], ")")
		}
		writeString(w, ")")
	}
	writeString(w, ")")
}

// writeStrings writes strings as an archive has them.
func writeStrings(w hash.Hash, texts ...string) {
	for _, text := range texts {
		writeString(w, text)
	}
}

// writeString writes the length of a string, the string, and zeros up to a
// multiple of eight bytes.
func writeString(w hash.Hash, text string) {
	w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
	w.Write([]byte(text))
	w.Write(make([]byte, (8-len(text)%8)%8))
}
