package flake

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An Edit replaces the value of one string literal in a flake.nix.
type Edit struct {
	// Input is the input whose reference changes; a/b is the input b of a.
	Input string `json:"input"`
	// File is the flake.nix, Line (from 1) where the literal begins.
	File string `json:"file"`
	Line int    `json:"line"`
	// Old and New are the literal's value before and after: a whole flake
	// reference for url, and for an input written as attributes
	// ({ type = "github"; … ref = "…"; }) the one attribute that changes. For
	// follows they are the path.
	Old string `json:"old"`
	New string `json:"new"`
	// Attr is the attribute whose value the literal is: url, ref, rev, follows.
	Attr string `json:"-"`
	// Offset is where in the file the literal begins, in bytes.
	Offset int `json:"-"`
}

// Apply makes the edits in the text of a flake.nix. Every byte outside of the
// values of the named literals stays. An error means that the text is not the
// one the edits were made for; nothing is returned then.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	ordered := slices.SortedFunc(slices.Values(edits), func(a, b Edit) int { return cmp.Compare(a.Offset, b.Offset) })
	var out []byte
	done := 0
	for _, edit := range ordered {
		inner, value, err := edit.replacement(text)
		if err != nil {
			return nil, fmt.Errorf("editing %s:%d, input %s: the file is not as it was planned for; plan again: %w", edit.File, edit.Line, edit.Input, err)
		}
		if inner.start < done {
			return nil, fmt.Errorf("editing %s:%d, input %s: two edits meet in one literal; plan again", edit.File, edit.Line, edit.Input)
		}
		out = append(append(out, text[done:inner.start]...), value...)
		done = inner.end
	}
	return append(out, text[done:]...), nil
}

// replacement is the part of text an edit replaces, and what by.
func (e Edit) replacement(text []byte) (span, string, error) {
	if e.Offset < 0 || e.Offset >= len(text) {
		return span{}, "", errors.New("the literal lies behind the end")
	}
	t, err := nextToken(text, e.Offset)
	if err != nil {
		return span{}, "", err
	}
	if t.start != e.Offset {
		return span{}, "", errors.New("no literal stands there")
	}
	found, err := wholeLiteral(text, t)
	if err != nil {
		return span{}, "", err
	}
	if found.value != e.Old {
		return span{}, "", fmt.Errorf("the literal is %q, not %q", found.value, e.Old)
	}
	encoded, err := found.encode(e.New)
	return found.inner, encoded, err
}

// Verify compares what Nix reads from a flake.nix before and after the edits:
// exactly the values they name may differ. Places may move, values not.
func Verify(before, after Source, edits []Edit) error {
	want := values(before)
	for _, edit := range edits {
		key := strings.ReplaceAll(edit.Input, "/", "\x00inputs\x00") + "\x00" + edit.Attr
		if old, ok := want[key]; !ok || old != "string "+edit.Old {
			return fmt.Errorf("checking the edit of %s: its %s was not %q for Nix; nothing was kept, please report this flake.nix", edit.Input, edit.Attr, edit.Old)
		}
		want[key] = "string " + edit.New
	}
	got := values(after)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			return fmt.Errorf("checking the edit: inputs.%s became %q for Nix where %q was meant; nothing was kept, please report this flake.nix", strings.ReplaceAll(key, "\x00", "."), got[key], want[key])
		}
	}
	if len(got) != len(want) {
		return errors.New("checking the edit: Nix sees inputs that were not there before; nothing was kept, please report this flake.nix")
	}
	return nil
}

// values flattens a Source into path -> type and value.
func values(s Source) map[string]string {
	flat := map[string]string{}
	var add func(prefix string, inputs map[string]Input)
	add = func(prefix string, inputs map[string]Input) {
		for name, in := range inputs {
			key := prefix + name
			flat[key] = in.Type
			for attr, value := range in.Attrs {
				flat[key+"\x00"+attr] = value.Type + " " + value.Text
			}
			add(key+"\x00inputs\x00", in.Inputs)
		}
	}
	add("", s.Inputs)
	return flat
}
