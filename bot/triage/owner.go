package triage

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/nixferry/nixferry/bot/flake"
)

// You is the owner of what stands in the repository itself.
const You = "you"

// An Input is a locked input, as its files appear in what Nix says.
type Input struct {
	// Name is the input's name in flake.nix; that of its node in flake.lock
	// for inputs of inputs.
	Name string
	// Hash is the hash part of the store path of its source, Rev its commit,
	// Dir where it lies on this machine; each "" when there is none.
	Hash, Rev, Dir string
}

// Inputs are the inputs a lock pins, those of the flake itself first.
func Inputs(lock flake.Lock) []Input {
	var all []Input
	named := map[string]bool{lock.Root: true}
	direct := lock.Nodes[lock.Root].Inputs
	for _, name := range slices.Sorted(maps.Keys(direct)) {
		if label := direct[name].Node; !named[label] && direct[name].Follows == nil {
			named[label] = true
			all = append(all, input(name, lock.Nodes[label]))
		}
	}
	for _, label := range slices.Sorted(maps.Keys(lock.Nodes)) {
		if !named[label] {
			all = append(all, input(label, lock.Nodes[label]))
		}
	}
	return all
}

func input(name string, node flake.Node) Input {
	in := Input{Name: name, Hash: storeHash(node.Locked.NarHash), Rev: node.Locked.Rev, Dir: node.Locked.Path}
	if dir, ok := strings.CutPrefix(node.Locked.URL, "file://"); ok {
		in.Dir = dir
	}
	return in
}

// storeHash computes the hash part of the store path a source with this NAR
// hash ("sha256-…") is copied to, "" for anything else.
// https://nix.dev/manual/nix/2.28/protocols/store-path
func storeHash(narHash string) string {
	sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(narHash, "sha256-"))
	if err != nil || len(sum) != sha256.Size {
		return ""
	}
	full := sha256.Sum256([]byte("source:sha256:" + hex.EncodeToString(sum) + ":/nix/store:source"))
	var folded [20]byte
	for i, b := range full {
		folded[i%len(folded)] ^= b
	}
	return base32(folded[:])
}

// base32 is Nix's: its own alphabet, from the last byte to the first.
func base32(b []byte) string {
	const alphabet = "0123456789abcdfghijklmnpqrsvwxyz"
	n := (len(b)*8 + 4) / 5
	var out strings.Builder
	for i := n - 1; i >= 0; i-- {
		at, shift := i*5/8, i*5%8
		c := int(b[at]) >> shift
		if at+1 < len(b) {
			c |= int(b[at+1]) << (8 - shift)
		}
		out.WriteByte(alphabet[c&31])
	}
	return out.String()
}
