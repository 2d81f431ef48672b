package flake

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// LockedOutPath is the store path of an input with this narHash (SRI, as in a
// flake.lock), in the default store. It follows from the hash alone, since Nix
// calls every source "source":
// https://nix.dev/manual/nix/latest/protocols/store-path.
func LockedOutPath(narHash string) (string, error) {
	encoded, ok := strings.CutPrefix(narHash, "sha256-")
	hash, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(hash) != sha256.Size {
		return "", fmt.Errorf("taking the store path of a locked input: narHash %q is not sha256-<base64>", narHash)
	}
	digest := sha256.Sum256([]byte("source:sha256:" + hex.EncodeToString(hash) + ":/nix/store:source"))
	folded := make([]byte, 20)
	for i, b := range digest {
		folded[i%len(folded)] ^= b
	}
	return "/nix/store/" + base32(folded) + "-source", nil
}

// base32 is Nix' own base-32: its alphabet has no e, o, t, u, and the last
// digit comes first. The length of data must be a multiple of five bytes.
func base32(data []byte) string {
	const digits = "0123456789abcdfghijklmnpqrsvwxyz"
	out := make([]byte, len(data)*8/5)
	for n := range out {
		bit := n * 5
		low := uint16(data[bit/8])
		if bit/8+1 < len(data) {
			low |= uint16(data[bit/8+1]) << 8
		}
		out[len(out)-1-n] = digits[low>>(bit%8)&31]
	}
	return string(out)
}

// SystemInput finds the input whose locked tree is pkgsPath, the value of
// pkgs.path of a host. The name is that of a root input, or a path such as
// "infra/nixpkgs" when the tree belongs to another flake only. It reports
// false when no input fits or when several that are locked apart do: two
// inputs at the same revision cannot be told from each other this way.
func SystemInput(lock Lock, pkgsPath string) (name string, ok bool) {
	tree := storePath(pkgsPath)
	if tree == "" {
		return "", false
	}
	labels := map[string]bool{}
	for label, n := range lock.Nodes {
		if out, err := LockedOutPath(n.Locked.NarHash); err == nil && out == tree {
			labels[label] = true
		}
	}
	var own, elsewhere []string
	for _, place := range lock.walk() {
		if !labels[place.label] {
			continue
		}
		if len(place.path) == 1 {
			own = append(own, place.path[0])
		} else {
			elsewhere = append(elsewhere, strings.Join(place.path, "/"))
		}
	}
	if len(own) == 1 {
		return own[0], true
	}
	if len(own) == 0 && len(elsewhere) == 1 {
		return elsewhere[0], true
	}
	return "", false
}

// Trees are the inputs of a lock by the store path of their source. Each has
// the name of a root input, or a path such as "infra/nixpkgs"; of several
// inputs at one revision the first by name.
func (l Lock) Trees() map[string]Tree {
	trees := map[string]Tree{}
	for _, place := range l.walk() {
		locked := l.Nodes[place.label].Locked
		out, err := LockedOutPath(locked.NarHash)
		if _, ok := trees[out]; err == nil && !ok {
			trees[out] = Tree{Name: strings.Join(place.path, "/"), Locked: locked}
		}
	}
	return trees
}

// A Tree is the source of one input.
type Tree struct {
	Name   string
	Locked Locked
}

// storePath cuts a path down to /nix/store/<name>.
func storePath(path string) string {
	name, ok := strings.CutPrefix(path, "/nix/store/")
	if !ok || name == "" {
		return ""
	}
	name, _, _ = strings.Cut(name, "/")
	return "/nix/store/" + name
}

// A place is where a node hangs in the lock: the names that lead to it from
// the root without following.
type place struct {
	path  []string
	label string
}

// walk lists every node once, at the shortest path that leads to it; what
// stands at a path by following is left out.
func (l Lock) walk() []place {
	var places []place
	seen := map[string]bool{l.Root: true}
	for queue := []place{{label: l.Root}}; len(queue) > 0; {
		var next []place
		for _, at := range queue {
			inputs := l.Nodes[at.label].Inputs
			for _, name := range slices.Sorted(maps.Keys(inputs)) {
				edge := inputs[name]
				if edge.Follows != nil || seen[edge.Node] {
					continue
				}
				seen[edge.Node] = true
				next = append(next, place{path: append(slices.Clone(at.path), name), label: edge.Node})
			}
		}
		places = append(places, next...)
		queue = next
	}
	return places
}
